"""The check of JavaScript and CSS: sound files pass, each kind of fault is found. `make check` looks at all of ours."""

import re
import subprocess
import sys
from pathlib import Path

from build import lint
from build.pins import ROOT


def checked(*paths: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "build.lint", *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_ours_are_found_and_pass() -> None:
    some = {"web/boot.js", "workers/boot.js", "web/styles/style.css", "build/site_parts/snapshot.mjs"}
    assert some <= set(lint.ours())
    passed = checked(*sorted(some))
    assert passed.returncode == 0, passed.stderr


FAULTS = (
    ("undeclared.js", "document.title = titel;\n", "noUndeclaredVariables"),
    ("unused.js", "const title = document.title;\n", "noUnusedVariables"),
    ("dead.mjs", "export function f() { return 1; f(); }\n", "noUnreachable"),
    ("twice.css", "p { color: red; color: blue; }\n", "noDuplicateProperties"),
    ("unknown.css", "p { colour: red; }\n", "noUnknownProperty"),
)


def test_each_fault_fails_the_check_and_is_named(tmp_path: Path) -> None:
    for name, text, _ in FAULTS:
        (tmp_path / name).write_text(text)
    failed = checked(*(str(tmp_path / name) for name, *_ in FAULTS))
    assert failed.returncode == 1
    for name, _, said in FAULTS:
        assert re.search(rf"{re.escape(name)}:\d+:\d+ lint/\w+/{said}", failed.stderr), failed.stderr
