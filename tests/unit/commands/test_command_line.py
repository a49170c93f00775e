"""The command line as it is typed: a new game runs, is sound, and is learned."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant import drills
from drillsergeant.check.check_drill import check_drill
from drillsergeant.commands.command_line import main
from drillsergeant.commands.template import YourDrill


def typed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a Python program prints and exits with, in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(drillsergeant.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_new_game_is_sound_and_is_checked_from_the_command_line(tmp_path: Path) -> None:
    made = typed(tmp_path, "-m", "drillsergeant", "new", "star_catcher.py")
    assert made.returncode == 0 and "python star_catcher.py" in made.stdout, made.stderr
    checked = typed(tmp_path, "-m", "drillsergeant", "check", "--strict", "star_catcher:StarCatcher")
    assert checked.returncode == 0 and checked.stdout.startswith("star-catcher: nothing wrong was found"), checked
    text = (tmp_path / "star_catcher.py").read_text()
    assert "your" not in text.lower() and "class StarCatcher:" in text
    (tmp_path / "star_catcher.py").write_text(text.replace("late & ~decided", "late"))
    faulty = typed(tmp_path, "-m", "drillsergeant", "check", "star_catcher.py")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "late & ~decided" in each)
    assert faulty.returncode == 1 and f"star_catcher.py:{line}: error in outcome, two-ends" in faulty.stdout


def test_the_program_in_a_new_file_checks_and_trains(tmp_path: Path) -> None:
    main(["new", str(tmp_path / "star.py")])
    path = tmp_path / "star.py"
    path.write_text(path.read_text().replace("decisions=300_000", "decisions=1_000"))
    ran = typed(tmp_path, "star.py")
    assert ran.returncode == 0 and "star: nothing wrong was found" in ran.stdout, ran.stderr
    assert "    4096 decisions" in ran.stdout


def test_the_game_is_learned() -> None:
    metrics = list(drillsergeant.train(YourDrill(), decisions=150_000))[-1]
    assert metrics["win_rate"] > 0.9, "a player by chance catches a fifth"


def test_the_game_is_a_drill_with_nothing_wrong() -> None:
    assert len(check_drill(YourDrill())) == 0


def test_what_cannot_be_done_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "star.py"
    path.write_text("mine")
    assert main(["new", str(path)]) == 2 and path.read_text() == "mine"
    assert main(["new", str(path), "--force"]) == 0 and isinstance(drills.make(str(path)), object)
    assert main(["new", str(tmp_path / "Star-1.py")]) == 2
    assert main(["check", "bal"]) == 2
    said = capsys.readouterr().err
    assert "star.py is there already: choose another name, or overwrite it with --force" in said
    assert "'Star-1.py' is no name for a module" in said
    assert "drillsergeant check: no drill is called 'bal': did you mean 'ball'?" in said


def test_help_imports_nothing_but_python(tmp_path: Path) -> None:
    """Where NumPy is not there, the command line still says what it can do."""
    (tmp_path / "numpy.py").write_text("raise ImportError('no NumPy here')\n")
    for arguments in (["--help"], ["new", "--help"], ["check", "--help"], ["new", "star.py"]):
        ran = typed(tmp_path, "-m", "drillsergeant", *arguments)
        assert ran.returncode == 0, ran.stderr
    ast.parse((tmp_path / "star.py").read_text())
