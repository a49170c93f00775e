"""Measure the promises and write docs/promises.md: `make promises`, `make promises ARGS="--only hidden,kills"`.

What was measured is not measured again until the product or what measures it has changed, so a run that was ended goes
on where it was.
"""

from __future__ import annotations

import argparse
import datetime
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from build.console import BuildError, guarded, say
from build.pins import ROOT, SITE
from build.promises.page import PAGE, kept, text
from build.promises.product import commit_of, unchanged
from build.promises.promise import HELD, NEVER, Measured, Promise, judged
from build.promises.records import forget, found
from build.promises.table import PROMISES
from build.suite import OFFLINE, ONE_THREAD, options

AT_LENGTH = "PROMISES_AT_LENGTH"
LAST_LINES = 12
NO_TESTS = 5  # pytest's exit status where all that was asked for is left out


def command_of(measured: str) -> list[str]:
    """What to run for it."""
    if measured.startswith("tests/"):
        suite = measured.split("/")[1]
        return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", measured, *options(suite)]
    return [sys.executable, "-m", *measured.split()]


def run(measured: str, full: bool) -> str:
    """Run one test or program; "" where it ended well, else its name and its last words."""
    length = {AT_LENGTH: "full" if full else "long", "PYTHONPATH": str(ROOT / "py")}
    environment = {**ONE_THREAD, **os.environ, **OFFLINE, **length}
    done = subprocess.run(
        command_of(measured), cwd=ROOT, env=environment, check=False, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode in (0, NO_TESTS):
        return ""
    say("\n".join(f"    {each}" for each in done.stdout.rstrip().splitlines()[-LAST_LINES:]))
    return f"{measured.split()[0]} ended with {done.returncode}"


def chosen(only: str) -> list[Promise]:
    """The promises of these words, or all. Raises BuildError for a word that none has."""
    words = [word.strip() for word in only.split(",") if word.strip()]
    names = [promise.name for promise in PROMISES]
    if unknown := [word for word in words if word not in names]:
        raise BuildError(f"--only {', '.join(unknown)}: no promise is called so, expected some of {', '.join(names)}")
    return [promise for promise in PROMISES if not words or promise.name in words]


def is_due(promise: Promise, row: Measured, full: bool) -> bool:
    """Whether there is anything to find that the row does not say."""
    shorter = full and row.verdict != HELD
    return shorter or not (row.held and unchanged(promise, row.commit))


def measure(promises: Sequence[Promise], *, full: bool, again: bool, recorded: str = "") -> dict[int, Measured]:
    """Measure these, and write the page after each; the rows of all.

    `recorded`: run nothing, judge what lies in out/promises/, and say so with these words.
    """
    rows = kept()
    failed: dict[str, str] = {}  # what has run, and how it ended: some measure more than one promise
    due = [each for each in promises if recorded or again or is_due(each, rows.get(each.number, NEVER), full)]
    say(f"{len(promises) - len(due)} of {len(promises)} were measured before, and nothing of them has changed since")
    for promise in [] if recorded else due:
        forget(promise.number)
    for promise in due:
        parts = (promise.full or promise.measured) if full else promise.measured
        say(f"{promise.number:2} {promise.name}: about {promise.minutes:g} min ...")
        began_s, commit = time.monotonic(), commit_of(promise)
        for part in parts:
            if part not in failed:
                failed[part] = "" if recorded else run(part, full)
        why = "; ".join(failed[part] for part in parts if failed[part])
        row = judged(promise, found(promise.number), why, datetime.date.today().isoformat(), commit)
        row = replace(row, value=f"{row.value}; {recorded}") if recorded else row
        rows = {**kept(), promise.number: row}  # another one may measure others meanwhile
        say(f"   {row.verdict}: {row.value} ({time.monotonic() - began_s:.0f} s)")
        PAGE.write_text(text(rows))
    return rows


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, measure, print the table; non-zero where a promise that was asked for is not held."""
    parser = argparse.ArgumentParser(prog="make promises", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORDS", help="of the promises, with commas between")
    parser.add_argument("--full", action="store_true", help="the longest ones at the length of the promise")
    parser.add_argument("--again", action="store_true", help="also what has not changed since")
    parser.add_argument(
        "--recorded", default="", metavar="WHERE", help="measure nothing, judge what programs that were run by "
        "themselves left in out/promises/ for what --only names; WHERE says in words on what machine",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="print what was found last, and measure nothing")
    options_given = parser.parse_args(arguments)
    promises = chosen(options_given.only)
    if options_given.recorded and not options_given.only:
        raise BuildError("--recorded: name with --only what was recorded, such as --only crashes,behind")
    if not options_given.list and not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    if options_given.list:
        found_rows = kept()
    else:
        found_rows = measure(
            promises, full=options_given.full, again=options_given.again, recorded=options_given.recorded
        )
    say("")
    for promise in PROMISES:
        row = found_rows.get(promise.number, NEVER)
        say(f"{promise.number:2} {promise.name:13} {row.verdict:28} {row.value}")
    missed = [promise.name for promise in promises if not found_rows.get(promise.number, NEVER).held]
    say(
        f"{len(promises) - len(missed)} of {len(promises)} held"
        + (f"; not held: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    guarded(main)
