"""A promise, and what is said of it after it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from build.promises.records import Found


@dataclass(frozen=True)
class Promise:
    """One of the figures that we hold ourselves to.

    `name` is its word for the command line, `measured` the tests ("tests/...") and programs ("build.measure.soak
    --crashes 20") whose records make it up, `wanted` how often each thing is to be tried for all that is promised,
    `minutes` what it takes on two cores. `full`: the programs at the length of the promise itself, where that is more
    than half an hour has room for.
    """

    number: int
    name: str
    figure: str
    target: str
    measured: tuple[str, ...]
    minutes: float
    wanted: Mapping[str, int] = field(default_factory=dict)
    full: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured:
    """What was found last: the value in words, what became of the promise, when (a date), and of which product.

    `commit`: `product.commit_of` when it was measured; "" where nobody knows.
    """

    value: str
    verdict: str
    date: str
    commit: str = ""

    @property
    def held(self) -> bool:
        """Whether it was kept, as far as it was tried."""
        return self.verdict.startswith(HELD)


NEVER = Measured("", "not measured yet", "")
HELD = "held"


def judged(promise: Promise, found: Found, failed: str, date: str, commit: str = "") -> Measured:
    """The row of a promise that was just measured. `failed`: what a test or program said that did not end well."""
    return Measured(found.text(), _verdict(promise, found, failed), date, commit)


def _verdict(promise: Promise, found: Found, failed: str) -> str:
    wrong = [f"{what}: {count:,} of {found.tried[what]:,}" for what, count in found.bad.items() if count]
    if failed or wrong:
        return "missed: " + "; ".join([*wrong, *([failed] if failed else [])])
    if not (found.tried or found.figures):
        return "missed: nothing was recorded"
    if unknown := [what for what in promise.wanted if what not in found.tried]:
        return f"missed: no {', '.join(unknown)} were recorded"
    short = [
        f"{found.tried[what]:,} of {least:,} {what}"
        for what, least in promise.wanted.items()
        if found.tried[what] < least
    ]
    return f"held on {', '.join(short)}" if short else HELD
