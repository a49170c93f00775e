"""The suites of tests: two lanes and what runs alone, what is left out, budgets, and what counts as failed."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from build import suite, venv
from build.browsers import chromium
from build.console import BuildError
from build.pins import ROOT

ONE = "import pytest\n\n\ndef test_one() -> None:\n    assert {}\n"
ALONE = ONE + "\n\n@pytest.mark.alone\ndef test_with_a_clock() -> None:\n    assert {}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two suites of its own, `unit` and `browser`."""
    for name in ("unit", "browser"):
        (tmp_path / "tests" / name / "part").mkdir(parents=True)
        (tmp_path / "tests" / name / "part" / f"test_{name}.py").write_text(ONE.format(True))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  alone: runs by itself\n")
    monkeypatch.setattr(suite, "ROOT", tmp_path)
    monkeypatch.setattr(suite, "CACHE", tmp_path)
    monkeypatch.setattr(chromium, "ensure", lambda pinned: "a browser")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return tmp_path


def test_a_suite_whose_pytest_died_counts_as_failed(tmp_path: Path) -> None:
    outcome = suite.outcome("unit", tmp_path / "no-report.xml", 1.0, ok=False)
    assert not outcome.ok and outcome.failed == 1
    assert "FAILED: unit" in suite.summary([outcome], {}, 1.0)


def test_what_takes_more_than_half_as_much_again_as_its_budget_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def took(seconds: float) -> int:
        monkeypatch.setattr(suite, "run", lambda name, extra: suite.Report(name, 1, 0, 0, seconds, ok=True))
        return suite.main(["build"])

    assert took(1.49 * suite.BUDGET_S["build"]) == 0
    assert "1 tests passed in 0 s; all green" in capsys.readouterr().out
    assert took(1.51 * suite.BUDGET_S["build"]) == 1
    said = capsys.readouterr().out
    assert "OVER BUDGET" in said and "FAILED: build" in said


def test_every_suite_has_a_budget() -> None:
    assert set(suite.suites()) == set(suite.BUDGET_S)


def test_what_a_suite_needs_and_cannot_have_leaves_it_out_unless_it_was_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(group: str, pinned: object) -> bool:
        raise BuildError(f"no {group} for this platform")

    def runs(name: str, extra: object) -> suite.Report:
        ran.append(name)
        return suite.Report(name, 1, 0, 0, 1.0, ok=True)

    ran: list[str] = []
    monkeypatch.setattr(venv, "ensure_project_venv", fails)
    monkeypatch.setattr(suite, "suites", lambda: ["unit", "sb3", "interop"])
    monkeypatch.setattr(chromium, "ensure", lambda pinned: "a browser")
    monkeypatch.setattr(suite, "run", runs)
    assert suite.main([]) == 0
    assert ran == ["unit"]
    assert "left out: no sb3 for this platform" in capsys.readouterr().out
    with pytest.raises(BuildError, match="no sb3 for this platform"):
        suite.main(["unit", "sb3"])


def test_two_lanes_run_at_once_and_what_is_alone_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    met = threading.Barrier(2, timeout=20)  # passed by two at a time only
    order: list[str] = []

    def runs(name: str, extra: Sequence[str], chosen: Sequence[str] = (), **how: object) -> suite.Report:
        if how.get("held"):
            met.wait()  # broken where the other lane is not running meanwhile
        order.append(f"{name} {' '.join(extra)}")
        return suite.Report(name, 1, 0, 0, 1.0, ok=True)

    monkeypatch.setattr(chromium, "ensure", lambda pinned: "a browser")
    monkeypatch.setattr(suite, "run", runs)
    monkeypatch.setattr(suite, "files_with_alone", lambda name: ["a file"] if name == "build" else [])
    assert suite.main(["unit", "build"]) == 0
    assert set(order[:-1]) == {"build -m not alone", "unit -m not alone"} and order[-1] == "build -m alone"


def test_parts_leave_no_test_out() -> None:
    parts = suite.parts(suite.suites())
    files = [str(file.relative_to(ROOT / "tests")) for file in (ROOT / "tests").rglob("*/test_*.py")]
    assert set(suite.PARTS) <= set(parts)
    for file in files:
        assert sum(file.startswith(f"{part}/") for part in parts) == 1, file


@pytest.mark.parametrize(("plain", "alone"), [(False, True), (True, False)])
def test_parts_of_a_suite_are_one_line_and_a_failure_in_either_fails(
    project: Path, capfd: pytest.CaptureFixture[str], plain: bool, alone: bool
) -> None:
    (project / "tests" / "browser" / "part" / "test_browser.py").write_text(ALONE.format(plain, alone))
    assert suite.main([]) == 1
    said = capfd.readouterr().out
    (line,) = [line for line in said.splitlines() if line.startswith("browser  ")]
    assert line.split()[1:3] == ["1", "1"]
    last = re.findall(r"^\d (?:passed|failed)(?:, 1 deselected)? in ", said, re.MULTILINE)
    assert len(last) == 3, "pytest's own last lines are there, of each part"


def test_arguments_that_leave_a_part_without_tests_are_no_failure(project: Path) -> None:
    assert suite.main(["--", "-k", "test_browser"]) == 0
    (project / "tests" / "unit" / "part" / "test_unit.py").write_text(ONE.format(False))
    assert suite.main(["--", "-k", "test_browser"]) == 0, "what is not chosen does not run"
    assert suite.main(["--", "-k", "test_unit"]) == 1


def test_only_a_decorator_marks_a_file_as_one_with_tests_that_run_alone() -> None:
    found = {name: suite.files_with_alone(name) for name in suite.suites()}
    assert "tests/browser/page/test_solo.py" in found["browser"]
    assert found["build"] == [], "this file only speaks of the marker"
