"""Runs the tests: `python -m build.suite [SUITE ...] [-- PYTEST ARGUMENTS]`, all of them by default.

A suite is a folder of `tests/`; `interop` only runs when it is named. Each runs in a pytest of its own, because the
Pyodide plugin rewrites every test it collects and belongs to `tests/pyodide` alone. What a suite needs beside the other
tools is installed right before it; where that cannot be had, a suite that was not named is left out, and this is said.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build import venv
from build.browsers import chromium
from build.console import BuildError, guarded, say
from build.pins import CACHE, ROOT, Pins, pins

# Run only when named: it needs other servers and half a gigabyte of other libraries (`make interop`).
APART = ("interop",)
IN_ORDER = ("unit", "build", "pyodide", "browser", "sb3")
# Selenium would ask the network for a newer driver than the one installed, at every start.
OFFLINE = {"SE_OFFLINE": "true"}
NEED_BROWSER = ("pyodide", "browser", "sb3", "interop")


@dataclass(frozen=True)
class Outcome:
    """How one suite ended."""

    suite: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    ok: bool


def suites() -> list[str]:
    """The folders of tests/ that hold tests, in the order they run: what fails fastest comes first."""
    found = {file.parent.relative_to(ROOT / "tests").parts[0] for file in (ROOT / "tests").rglob("test_*.py")}
    return [*(name for name in IN_ORDER if name in found), *sorted(found.difference(IN_ORDER))]


def run(suite: str, extra: Sequence[str]) -> Outcome:
    """Run one suite, its output shown as it comes."""
    report = CACHE / f"report-{suite}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"tests/{suite}", "-q", f"--junitxml={report}", *options(suite), *extra]
    say(f"== {suite} ==")
    started_s = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **OFFLINE}, check=False).returncode
    return outcome(suite, report, time.monotonic() - started_s, status == 0)


def options(suite: str) -> list[str]:
    """Options only this suite needs."""
    if suite != "pyodide":
        return []
    folders = list(CACHE.glob("testdist-*"))
    if len(folders) != 1:
        raise BuildError(f"{CACHE} holds {len(folders)} test distributions, expected 1: run `make test`")
    plugins = ["-p", "pytest_pyodide", "-p", "pytest_pyodide_hook"]
    return [*plugins, f"--dist-dir={folders[0]}", "--runtime=chrome"]


def outcome(suite: str, report: Path, seconds: float, ok: bool) -> Outcome:
    """Read pytest's own report; where it never came to write one, the suite counts as failed."""
    if not report.is_file():
        return Outcome(suite, 0, 1, 0, seconds, ok=False)
    counts = [
        {name: int(node.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        for node in ElementTree.parse(report).getroot().iter("testsuite")
    ]
    failed = sum(count["failures"] + count["errors"] for count in counts)
    skipped = sum(count["skipped"] for count in counts)
    passed = sum(count["tests"] for count in counts) - failed - skipped
    return Outcome(suite, passed, failed, skipped, seconds, ok)


def missing(suite: str, pinned: Pins) -> str:
    """Install what only this suite needs; returns why that was not possible, "" where nothing is missing."""
    if suite in pinned.own_tools:
        try:
            venv.ensure_project_venv(suite, pinned)
        except BuildError as error:
            return str(error)
    return ""


def summary(outcomes: Sequence[Outcome], left_out: Mapping[str, str]) -> str:
    """One line a suite and one for all; what was left out, and why."""
    lines = ["", f"{'suite':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    for one in outcomes:
        verdict = "" if one.ok else "  FAILED"
        lines.append(f"{one.suite:<10}{one.passed:>8}{one.failed:>8}{one.skipped:>9}{one.seconds:>9.1f}{verdict}")
    lines += [f"{name:<10}left out: {why}" for name, why in left_out.items()]
    bad = [one.suite for one in outcomes if not one.ok]
    total = sum(one.passed for one in outcomes)
    verdict = f"FAILED: {', '.join(bad)}" if bad else "all green"
    verdict += f" ({', '.join(left_out)} left out, see above)" if left_out else ""
    lines.append(f"{total} tests passed in {sum(one.seconds for one in outcomes):.0f} s; {verdict}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the suites named, or all, and print what ran."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    ordinary = [name for name in suites() if name not in APART]
    chosen, extra = list(arguments[:split]) or ordinary, arguments[split + 1 :]
    if unknown := [name for name in chosen if name not in suites()]:
        raise BuildError(f"no suite {', '.join(unknown)} in tests/, expected some of: {', '.join(suites())}")
    if any(suite in NEED_BROWSER for suite in chosen):
        say(f"browser: {chromium.ensure(pins())}")
    outcomes: list[Outcome] = []
    left_out: dict[str, str] = {}
    for suite in chosen:
        if why := missing(suite, pins()):
            if suite in arguments[:split]:
                raise BuildError(why)
            left_out[suite] = why
            continue
        outcomes.append(run(suite, extra))
    say(summary(outcomes, left_out))
    return 0 if all(one.ok for one in outcomes) else 1


if __name__ == "__main__":
    guarded(main)
