"""Runs the tests: `python -m build.suite [SUITE ...] [-- PYTEST ARGUMENTS]`, all of them by default.

A suite is a folder of `tests/`; `interop` only runs when it is named. Each runs in a pytest of its own, because the
Pyodide plugin rewrites every test it collects and belongs to `tests/pyodide` alone. What a suite needs beside the other
tools is installed first; where that cannot be had, a suite that was not named is left out, and this is said.

Several suites run in two lanes, each taking the next one when it is free, since tests of pages wait much of the time;
`browser` is cut into its folders for that. What is printed is held until a part ends and printed whole. Tests marked
`alone`, which assert a clock or need every core, run after all others, by themselves. A suite that is named by itself
runs as one, with its output as it comes.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from build import venv
from build.browsers import chromium
from build.console import BuildError, guarded, say
from build.pins import CACHE, ROOT, Pins, pins

# Run only when named: it needs other servers and most of a gigabyte of other libraries (`make interop`).
APART = ("interop",)
IN_ORDER = ("unit", "build", "pyodide", "browser", "sb3")
# What can run beside each other, longest first; a suite in parts by its folders. Other suites and folders come last.
PARTS = (
    "browser/page",
    "unit",
    "browser/gpu",
    "browser/workers",
    "browser/embed",
    "browser/games",
    "browser/look",
    "pyodide",
    "build",
    "sb3",
)
LANES = 2
# Seconds of all parts of a suite, also of those that run at once: what they take on two cores where each has one core
# and no more. What takes half as much again has grown, or waits for something that never comes.
BUDGET_S = {"unit": 400, "build": 60, "pyodide": 80, "browser": 1400, "sb3": 80, "interop": 900}
TOLERATED = 1.5
# Selenium would ask the network for a newer driver than the one installed, at every start.
OFFLINE = {"SE_OFFLINE": "true"}
# Two lanes have a core each: threads of NumPy's and PyTorch's sums would only wait for one another there.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
NEED_BROWSER = ("pyodide", "browser", "sb3", "interop")
SIGN_OF_LIFE_S = 30.0
ALONE = re.compile(r"^@pytest\.mark\.alone$", re.MULTILINE)
NO_TESTS = 5  # pytest's exit status when its arguments leave no test to run


@dataclass(frozen=True)
class Report:
    """How one suite, or a part of it, ended; `seconds` of all parts, also of those that ran at once."""

    suite: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    ok: bool

    @property
    def over_budget(self) -> bool:
        """Whether it took more than half as much again as its budget."""
        return self.seconds > TOLERATED * BUDGET_S.get(self.suite, float("inf"))

    def plus(self, other: "Report") -> "Report":
        """The outcome of both parts of a suite."""
        return Report(
            self.suite,
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.seconds + other.seconds,
            self.ok and other.ok,
        )


def suites() -> list[str]:
    """The folders of tests/ that hold tests, in the order they run: what fails fastest comes first."""
    found = {
        file.relative_to(ROOT / "tests").parts[0]
        for file in (ROOT / "tests").rglob("test_*.py")
        if file.parent != ROOT / "tests"
    }
    return [*(name for name in IN_ORDER if name in found), *sorted(found.difference(IN_ORDER))]


def parts(chosen: Sequence[str]) -> list[str]:
    """The folders in tests/ that hold the tests of these suites, in the order they are begun."""
    in_parts = {part.partition("/")[0] for part in PARTS if "/" in part}
    found = set(chosen) - in_parts
    for suite in in_parts.intersection(chosen):
        for file in (ROOT / "tests" / suite).rglob("test_*.py"):
            found.add("/".join(file.relative_to(ROOT / "tests").parts[:2]))
    return [*(part for part in PARTS if part in found), *sorted(found.difference(PARTS))]


def files_with_alone(suite: str) -> list[str]:
    """The suite's files that hold tests marked `alone`."""
    files = sorted((ROOT / "tests" / suite).rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if ALONE.search(file.read_text())]


def run(suite: str, extra: Sequence[str], tests: Sequence[str] = (), *, part: str = "", held: bool = False) -> Report:
    """Run tests of one suite.

    Args:
        suite: its folder in tests/.
        extra: further arguments of pytest; that they leave a part without tests is no failure.
        tests: files or folders; all of the suite's where there are none.
        part: what this run is called where it is a part of the suite.
        held: print nothing before it ends, then everything at once.
    """
    name = part or suite
    report = CACHE / f"report-{name.replace('/', '-')}.xml"
    report.unlink(missing_ok=True)
    tests = tests or [f"tests/{suite}"]
    command = [sys.executable, "-m", "pytest", *tests, "-q", f"--junitxml={report}", *options(suite), *extra]
    if not held:
        say(f"== {name} ==")
    started_s = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**ONE_THREAD, **os.environ, **OFFLINE},
        check=False,
        stdout=subprocess.PIPE if held else None,
        stderr=subprocess.STDOUT if held else None,
        text=True,
        errors="replace",
    )
    seconds = time.monotonic() - started_s
    if held:
        say(f"== {name} ==\n{done.stdout.rstrip()}")
    return outcome(suite, report, seconds, done.returncode == 0 or (done.returncode == NO_TESTS and bool(extra)))


def run_in_lanes(chosen: Sequence[str], extra: Sequence[str]) -> list[Report]:
    """Run the parts of these suites beside each other, then their tests marked `alone`; one outcome a suite."""
    started_s = time.monotonic()
    waiting = parts(chosen)
    say(f"in {LANES} lanes: {', '.join(waiting)}. What each prints is shown when it ends.")

    def run_part(part: str) -> Report:
        suite = part.partition("/")[0]
        return run(suite, ["-m", "not alone", *extra], [f"tests/{part}"], part=part, held=True)

    with ThreadPoolExecutor(LANES) as lanes:
        running = [lanes.submit(run_part, part) for part in waiting]
        while wait(running, SIGN_OF_LIFE_S).not_done:
            say(f"  testing ... {time.monotonic() - started_s:.0f} s")
    ended = [each.result() for each in running]
    for suite in chosen:
        if files := files_with_alone(suite):
            ended.append(run(suite, ["-m", "alone", *extra], files, part=f"{suite}/alone"))
    return [reduce(Report.plus, (one for one in ended if one.suite == suite)) for suite in chosen]


def options(suite: str) -> list[str]:
    """Options only this suite needs."""
    if suite != "pyodide":
        return []
    folders = list(CACHE.glob("testdist-*"))
    if len(folders) != 1:
        raise BuildError(f"{CACHE} holds {len(folders)} test distributions, expected 1: run `make test`")
    plugins = ["-p", "pytest_pyodide", "-p", "pytest_pyodide_hook"]
    return [*plugins, f"--dist-dir={folders[0]}", "--runtime=chrome"]


def outcome(suite: str, report: Path, seconds: float, ok: bool) -> Report:
    """Read pytest's own report; where it never came to write one, the suite counts as failed."""
    if not report.is_file():
        return Report(suite, 0, 1, 0, seconds, ok=False)
    counts = [
        {name: int(node.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        for node in ElementTree.parse(report).getroot().iter("testsuite")
    ]
    failed = sum(count["failures"] + count["errors"] for count in counts)
    skipped = sum(count["skipped"] for count in counts)
    passed = sum(count["tests"] for count in counts) - failed - skipped
    return Report(suite, passed, failed, skipped, seconds, ok)


def missing(suite: str, pinned: Pins) -> str:
    """Install what only this suite needs; returns why that was not possible, "" where nothing is missing."""
    if suite in pinned.own_tools:
        try:
            venv.ensure_project_venv(suite, pinned)
        except BuildError as error:
            return str(error)
    return ""


def summary(outcomes: Sequence[Report], left_out: Mapping[str, str], wall_s: float) -> str:
    """One line a suite and one for all, which took `wall_s`; what was left out, and why."""
    lines = ["", f"{'suite':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}{'budget':>8}"]
    for one in outcomes:
        verdict = ("" if one.ok else "  FAILED") + ("  OVER BUDGET by more than half" if one.over_budget else "")
        counts = f"{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>9.1f}"
        lines.append(f"{one.suite:<10}{counts}{BUDGET_S.get(one.suite, '-'):>8}{verdict}")
    lines += [f"{name:<10}left out: {why}" for name, why in left_out.items()]
    bad = [one.suite for one in outcomes if not one.ok or one.over_budget]
    total = sum(one.passed for one in outcomes)
    verdict = f"FAILED: {', '.join(bad)}" if bad else "all green"
    verdict += f" ({', '.join(left_out)} left out, see above)" if left_out else ""
    lines.append(f"{total} tests passed in {wall_s:.0f} s; {verdict}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the suites named, or all, and print what ran."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    ordinary = [name for name in suites() if name not in APART]
    named, extra = list(arguments[:split]), list(arguments[split + 1 :])
    if unknown := [name for name in named if name not in suites()]:
        raise BuildError(f"no suite {', '.join(unknown)} in tests/, expected some of: {', '.join(suites())}")
    chosen = named or ordinary
    if any(suite in NEED_BROWSER for suite in chosen):
        say(f"browser: {chromium.ensure(pins())}")
    left_out = {suite: why for suite in chosen if (why := missing(suite, pins()))}
    if refused := [left_out[suite] for suite in named if suite in left_out]:
        raise BuildError(refused[0])
    here = [suite for suite in chosen if suite not in left_out]
    started_s = time.monotonic()
    outcomes = run_in_lanes(here, extra) if len(here) > 1 else [run(suite, extra) for suite in here]
    say(summary(outcomes, left_out, time.monotonic() - started_s))
    return 0 if all(one.ok and not one.over_budget for one in outcomes) else 1


if __name__ == "__main__":
    guarded(main)
