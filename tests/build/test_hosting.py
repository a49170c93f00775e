"""The recipes of docs/hosting.md send what site_parts/headers.py has, and `_headers` is what its readers expect."""

import pytest

from build.pins import pins
from build.site_parts.headers import ISOLATION, headers_file, site_headers
from tests.rigs.pages.hosting import DOCUMENT, caddy_headers, headers_for, nginx_headers, recipe

POLICY = pins().content_security_policy
# The policy is left out of the recipes: every page has it in a <meta>, too.
PASTED = {name: value for name, value in site_headers(POLICY).items() if name != "Content-Security-Policy"}
NO_CACHE = {"Cache-Control": "no-cache"}


def test_the_recipes_send_the_headers_the_site_is_built_with() -> None:
    assert nginx_headers(recipe("nginx")) == {**PASTED, **NO_CACHE}
    assert caddy_headers(recipe("Caddy")) == {**PASTED, **NO_CACHE}
    text = DOCUMENT.read_text()
    listed = dict(line.strip().split(": ") for line in text.splitlines() if line.startswith("    Cross-Origin-"))
    assert listed | {"Document-Isolation-Policy": ISOLATION["Document-Isolation-Policy"]} == ISOLATION
    assert f"    Document-Isolation-Policy: {ISOLATION['Document-Isolation-Policy']}\n" in text


@pytest.mark.parametrize("path", ["/", "/workers/rollout.js", "/pyodide/pyodide.asm.wasm"])
def test_a_host_that_reads_the_headers_file_sends_all_of_them_with_every_file(path: str) -> None:
    assert headers_for(headers_file(POLICY), path) == site_headers(POLICY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("X-A: b\n", "line 1 is neither"),
        ("  X-A: b\n", "line 1 is neither"),
        ("/*\n  X A: b\n", "line 2 is neither"),
        ("/*\n  X-A: " + "b" * 2000, "line 2 has 2007 characters"),
        ("/*\n" * 101, "101 rules"),
    ],
)
def test_a_headers_file_that_would_be_read_otherwise_is_told(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        headers_for(text, "/")


def test_rules_apply_to_their_paths_alone() -> None:
    text = "# ours\n/a/*\n  X-A: 1\n\n/b\n  X-B: 2: 3\n"
    assert headers_for(text, "/a/x.js") == {"X-A": "1"}
    assert headers_for(text, "/b") == {"X-B": "2: 3"}
    assert headers_for(text, "/b/c") == {}
