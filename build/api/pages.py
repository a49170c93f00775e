"""The public names as two texts: a list to compare, and a document to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from build.api.public_name import PublicName, Section

WIDTH = 110
MOST = 160  # characters of a default that is shown to readers
FIELDS = ("field", "inherited")
PLAINLY = {"attribute": "Attributes", "inherited": "Inherited fields"}
HEAD = """\
# Everything that is public

Made by `make api` from the docstrings and comments of the source: change those. [library.md](library.md) shows it in
use. `tests/golden/public_api.txt` is the same without the words, and a test compares both.

Letters of shapes: N matches (or environments, or observations), S players of a match, OBS entries of an observation,
HEADS parts of an action, K choices of all heads. Arrays are NumPy's: f32, i32, u32, u8, and masks of bool.
"""


def listed(section: Section) -> list[str]:
    """Names, signatures and defaults, a line each."""
    lines = [f"# {section.title}"]
    for entry in section.entries:
        lines += [entry.says, *(f"    {each.says}" for each in entry.members)]
    return lines


def snapshot(sections: Sequence[Sequence[str]]) -> str:
    """The whole list, from the lines of each section."""
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def split(text: str, mark: str) -> dict[str, list[str]]:
    """Title -> lines of each section of a text of either kind, whose titles begin with `mark`."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith(mark):
            found[line.removeprefix(mark)] = []
        if found:
            found[list(found)[-1]].append(line)
    return {title: _trimmed(lines) for title, lines in found.items()}


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def described(section: Section) -> list[str]:
    """A section of the document, as Markdown."""
    lines = [f"## {section.title}", "", *section.about.partition("\n\n")[0].splitlines()]
    for entry in section.entries:
        lines += ["", f"### {entry.name}", "", "```text", *_wrapped(entry.says), "```"]
        lines += ["", *entry.doc.splitlines()] if entry.doc else []
        short = ("attribute", "inherited") if entry.kind != "drill" else ()
        for kind in short:
            plain = [f"`{each.name}`" for each in entry.members if each.kind == kind]
            lines += ["", f"{PLAINLY[kind]}: {', '.join(plain)}."] if plain else []
        told = [line for each in entry.members if each.kind not in short for line in _item(each)]
        lines += ["", *_trimmed(told)] if told else []
    return lines


def document(sections: Sequence[Sequence[str]]) -> str:
    """The whole document, from the lines of each section."""
    return "\n".join([HEAD, *("\n".join([*lines, ""]) for lines in sections)])


def _item(member: PublicName) -> Iterator[str]:
    """A member as an item of a list."""
    says = member.says if len(member.says) <= MOST or member.kind not in FIELDS else f"{member.says[:MOST]} ..."
    first, *more = member.doc.split("\n\n")
    yield f"- `{says}`" + (f": {' '.join(first.split())}" if first else "")
    for paragraph in more:
        yield from ("", f"  {' '.join(paragraph.split())}")
    yield from [""] if more else []


def _wrapped(says: str) -> list[str]:
    """A signature, with a line for each parameter where it is long."""
    if len(says) <= WIDTH or "(" not in says:
        return [says]
    head, _, rest = says.partition("(")
    inside, _, back = rest.rpartition(")")
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(inside):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            parts, start = [*parts, inside[start : at + 1].strip()], at + 1
    return [f"{head}(", *(f"    {part}" for part in [*parts, inside[start:].strip() + ","]), f"){back}"]
