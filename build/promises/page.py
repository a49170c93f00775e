"""docs/promises.md: every promise with what was found last. Its rows are written here, and read again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from build.pins import ROOT
from build.promises.promise import NEVER, Measured, Promise
from build.promises.table import PROMISES

PAGE = ROOT / "docs" / "promises.md"
HEAD = """# What is promised, and what was found

    make promises                                # all of it: half an hour on two quiet cores
    make promises ARGS="--only hidden,kills"     # some of it, by its word
    make promises ARGS="--full"                  # the longest ones at the length of the promise: three hours

Each promise has tests or programs that measure it, most of them a part of `make test`, some there for a shorter time.
They say what they counted (`build/promises/records.py`); `make promises` puts that together, prints it, and writes it
here: nobody edits this table. *On* is the day, and the commit at which the product or what measures it changed last
before (`+`: and what was not committed yet). A row stays until it is measured again, and is not measured again while
nothing of that has changed since, but for `--again`, or where `--full` has more to try.

*reads: 0 of 1,000 (95 %: < 0.003)* means that of a thousand none went wrong, and that with 95 % certainty fewer than 3
in a thousand would. A promise that was tried less often than it says is *held on* so many. Headless Chromium with
software for a graphics processor, on two cores that other work shares, unless a row says otherwise.

"""
HEADER = "| # | word | figure | promised | found | which is | measured by | on |\n|---:|---|---|---|---|---|---|---|\n"


def measured_by(promise: Promise) -> str:
    """Where to look."""
    return ", ".join(f"`{each.partition('::')[0].partition(' ')[0]}`" for each in promise.measured)


def line(promise: Promise, row: Measured) -> str:
    """One row of the table."""
    cells = (
        promise.number, f"`{promise.name}`", promise.figure, promise.target, row.value, row.verdict,
        measured_by(promise), ", ".join(each for each in (row.date, row.commit) if each),
    )  # fmt: skip
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def text(rows: Mapping[int, Measured]) -> str:
    """The whole page."""
    lines = [line(promise, rows.get(promise.number, NEVER)) for promise in PROMISES]
    return HEAD + HEADER + "\n".join(lines) + "\n"


def rows_of(page: str) -> dict[int, Measured]:
    """What the page says was found, by the number of the promise."""
    found = {}
    for cells in re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE):
        rest = cells[1].split(" | ")
        date, _, commit = rest[6].partition(", ")
        found[int(cells[0])] = Measured(rest[3], rest[4], date, commit)
    return found


def kept(page: Path = PAGE) -> dict[int, Measured]:
    """The rows of the page as it lies there."""
    return rows_of(page.read_text()) if page.is_file() else {}
