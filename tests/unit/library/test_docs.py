"""What the documents for users of the library show runs, in order, as a reader would paste it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from codeop import CommandCompiler
from collections.abc import Iterator
from pathlib import Path

import pytest
from drillsergeant import drills

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "library.md").read_text()
OWN = (ROOT / "docs" / "own_game.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_block_runs_and_prints_what_stands_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", TEXT, re.MULTILINE | re.DOTALL)
    assert len(shown) == 10
    variables: dict[str, object] = {}
    for block, output in shown:
        exec(block, variables)
        printed = capsys.readouterr().out
        assert printed == output and "nan" not in printed
    pictures = {"curve.svg", "what_if.svg", "seeds.svg", "match.gif"}
    written = {"striker.dshq", "striker.onnx", "curve.csv", "on_the_way", *pictures}
    assert {path.name for path in tmp_path.iterdir()} == written


@pytest.mark.parametrize("document", ["library.md", "package.md"])
def test_every_block_can_be_typed_into_pythons_own_shell(document: str) -> None:
    """Which ends a loop or a function by an empty line, and wants one before whatever comes after."""
    text = (ROOT / "docs" / document).read_text()
    found = re.findall(r"^```python[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found
    for block in found:
        complete, typed = CommandCompiler(), list[str]()
        for line in [*block.splitlines(), ""]:
            typed.append(line)
            if complete("\n".join(typed)) is not None:
                typed = []
        assert typed in ([], [""]), "nothing is left open"


@pytest.fixture
def _own_is_forgotten() -> Iterator[None]:
    yield
    drills.DRILLS.discard("my-drill")


@pytest.mark.usefixtures("_own_is_forgotten")
def test_a_game_of_ones_own_is_made_as_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    new, train, check = re.findall(r"^\$ python (.*)$", "".join(blocks(OWN, "console")), re.MULTILINE)
    assert train == "my_drill.py", "which tests/unit/commands runs, for less time"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "py")}
    for typed in (new, check):
        subprocess.run([sys.executable, *typed.split()], env=environment, check=True, capture_output=True)
    variables: dict[str, object] = {}
    for block in blocks(OWN, "python"):
        exec(block, variables)
    printed = capsys.readouterr().out
    assert "my-drill: nothing wrong was found" in printed
    assert "farmed\n" in printed and "closer is paid without getting anywhere" in printed
    assert "nan" not in printed and "My drill" in printed and (tmp_path / "mine.onnx").is_file()


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"`(examples/[\w.]+)`|\]\(\.\./([\w/.]+)\)", TEXT + OWN):
        assert (ROOT / "".join(name)).is_file(), name
