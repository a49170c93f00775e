"""What `docs/hosting.md` says and what hosts make of `_headers`, read as the servers read them."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "hosting.md"


def recipe(host: str) -> str:
    """The text to paste, for `nginx` or `Caddy`."""
    section = DOCUMENT.read_text().partition(f"\n### {host}\n")[2].partition("\n#")[0]
    lines = [line.removeprefix("    ") for line in section.splitlines() if line.startswith("    ")]
    assert lines, f"docs/hosting.md has no recipe for {host}"
    return "\n".join(lines) + "\n"


def nginx_headers(text: str) -> dict[str, str]:
    """What the `add_header` lines of a block send with every answer; without `always` errors would go bare."""
    return dict(re.findall(r"^\s*add_header (\S+) (\S+) always;$", text, re.MULTILINE))


def caddy_headers(text: str) -> dict[str, str]:
    """What the `header` block sends with every answer."""
    block = text.partition("header {\n")[2].partition("}")[0]
    return dict(line.split(None, 1) for line in block.splitlines() if line.strip())


def headers_for(text: str, path: str) -> dict[str, str]:
    """What a host that reads the `_headers` file `text` sends with `path`.

    As Netlify and Cloudflare Pages document it: a line with a path begins a rule, the indented lines below it are its
    headers, `#` begins a comment, and `*` at the end of a path stands for anything. Cloudflare takes no more than 100
    rules and 2,000 characters a line. Raises ValueError for a line that is none of these.
    """
    found: dict[str, str] = {}
    rules, applies = 0, None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(line) > 2000:
            raise ValueError(f"line {number} has {len(line)} characters, Cloudflare reads no more than 2000")
        if line.startswith("/"):
            rules += 1
            applies = path.startswith(line[:-1]) if line.endswith("*") else path == line
            continue
        match = re.fullmatch(r"\s+([!#$%&'*+.^_`|~\w-]+):\s*(\S.*)", line)
        if match is None or applies is None:
            raise ValueError(f"line {number} is neither a path nor an indented header below one: {line!r}")
        if applies:
            found[match[1]] = match[2]
    if rules > 100:
        raise ValueError(f"there are {rules} rules, Cloudflare reads no more than 100")
    return found
