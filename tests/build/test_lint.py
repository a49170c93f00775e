"""The check of JavaScript and CSS: ours pass, and each kind of fault is found."""

import subprocess
import sys
from pathlib import Path

import pytest

from build import lint
from build.pins import ROOT


def checked(*paths: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "build.lint", *paths], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_ours_are_found_and_pass() -> None:
    assert {"web/boot.js", "workers/boot.js", "web/styles/style.css", "build/site_parts/snapshot.mjs"} <= set(
        lint.ours()
    )
    passed = checked()
    assert passed.returncode == 0, passed.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("undeclared.js", "document.title = titel;\n", "noUndeclaredVariables"),
        ("unused.js", "const title = document.title;\n", "noUnusedVariables"),
        ("dead.mjs", "export function f() { return 1; f(); }\n", "noUnreachable"),
        ("twice.css", "p { color: red; color: blue; }\n", "noDuplicateProperties"),
        ("unknown.css", "p { colour: red; }\n", "noUnknownProperty"),
    ],
)
def test_a_fault_fails_the_check_and_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    failed = checked(str(tmp_path / name))
    assert failed.returncode == 1
    assert said in failed.stderr
