"""What tests and measurements find of a promise: counts and figures, in a file of its own in out/promises/.

Whoever measures says so by `tally` and `tell`, wherever it runs: in the suite, by itself, or under `make promises`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from build.pins import ROOT

FOLDER = ROOT / "out" / "promises"
RULE_OF_THREE = 3.0  # of n tries without one that went wrong: with 95 % certainty fewer than 3 in n do

_counted: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])  # by this process
Records = dict[str, dict[str, Any]]


def tally(number: int, what: str, tried: int, bad: int = 0) -> None:
    """Count for promise `number`: of `what`, so many more were tried, and so many of these went wrong."""
    source = _source()
    counts = _counted[number, f"{what} {source}"]
    counts[0] += tried
    counts[1] += bad
    _change(number, lambda records: records.setdefault(what, {}).update({source: list(counts)}))


def tell(number: int, what: str, value: str) -> None:
    """Note a figure of promise `number`, in words."""
    source = _source()
    _change(number, lambda records: records.setdefault(what, {}).update({source: value}))


def _source() -> str:
    """The test that runs, or the program with what it was given."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    return test or " ".join([Path(sys.argv[0]).stem, *sys.argv[1:]])


def path_of(number: int) -> Path:
    """Where the records of a promise lie."""
    return FOLDER / f"{number:02}.json"


def _change(number: int, change: Callable[[Records], object]) -> None:
    """Several tests may run at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with path_of(number).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        records: Records = json.loads(file.read() or "{}")
        change(records)
        file.truncate(0)
        file.write(json.dumps(records, indent=1) + "\n")


def forget(number: int) -> None:
    """Begin anew with a promise."""
    path_of(number).unlink(missing_ok=True)


@dataclass
class Found:
    """What came together of one promise: `tried` and `bad` by what was tried, and figures in words."""

    tried: dict[str, int] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """One line; where nothing went wrong of many, with the bound of how often it yet may."""
        counts = [
            f"{what}: {self.bad[what]:,} of {tried:,}{_bound(tried) if not self.bad[what] else ''}"
            for what, tried in self.tried.items()
        ]
        return "; ".join([*counts, *(f"{what}: {value}" for what, value in self.figures.items())])


def _together(words: list[str]) -> str:
    """Several plain numbers as their range, all else one after the other."""
    try:
        ordered = sorted(words, key=float)
    except ValueError:
        return ", ".join(words)
    return words[0] if len(words) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _bound(tried: int) -> str:
    if not tried:
        return ""
    return f" (95 %: < {RULE_OF_THREE / tried:.2g})" if tried > 2 * RULE_OF_THREE else ""


def found(number: int) -> Found:
    """Read what was recorded of a promise."""
    records: Records = json.loads(path_of(number).read_text()) if path_of(number).is_file() else {}
    sums = Found()
    for what, sources in records.items():
        counts = [each for each in sources.values() if isinstance(each, list)]
        if counts:
            sums.tried[what], sums.bad[what] = (sum(each[which] for each in counts) for which in (0, 1))
        if words := [str(each) for each in sources.values() if not isinstance(each, list)]:
            sums.figures[what] = _together(words)
    return sums
