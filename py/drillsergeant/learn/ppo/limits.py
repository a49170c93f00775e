"""What a run may begin with, count to and hold: one set of ranges for what is typed in, learned, saved and loaded.

So whatever may be trained may be saved, and what was saved may be loaded and trained on. Nothing that counts grows
beyond its limit: it stays there, which a run of months would not notice, and which keeps its files readable.
"""

from __future__ import annotations

import operator
from numbers import Integral

from drillsergeant.plain import plain

MOST_SEED = 2**32 - 1  # a word of 32 bits, from which everything random follows
MOST_COUNT = 2**31 - 2  # updates, steps, what was dropped: one more is still a signed word
MOST_DECISIONS = 10**15 - 1  # 15 digits; a year at thirty million a second
MOST_VERSION = 2**32 - 1  # of published weights: a word, which begins anew after it
MOST_S = 1e9  # of training: thirty years
# Of weights, and of what is observed and earned: squares of smaller numbers stay finite in f32, and nothing legitimate
# in training comes near it. 1e18, as f32 has it.
SANE = 999_999_984_306_749_440.0
LONGEST_DRILL_NAME = 64  # characters
LONGEST_NAMES = 32 * 1024  # of what a drill observes, and of its heads with their choices, as JSON


def counted(count: int, more: int = 1, most: int = MOST_COUNT) -> int:
    """`count` and `more`, or the limit."""
    return min(count + more, most)


def within(value: float, low: float, high: float) -> float:
    """A measured number, or the end of the range that it is beyond; `low` for what is no number."""
    return min(max(low, value), high)


def known_within(value: float | None, low: float, high: float) -> float | None:
    """A measured number; None where it is unknown, or no number of the range."""
    return value if value is not None and low <= value <= high else None


def checked_count(name: str, value: object, most: int, remedy: str) -> int:
    """`value` as a whole number from 0 to `most`. Raises ValueError naming both."""
    kind, number = type(value).__name__, plain(value)
    whole = operator.index(number) if isinstance(number, Integral) and not isinstance(number, bool) else None
    if whole is None or not 0 <= whole <= most:
        told = f"{value!r:.40}" if whole is not None else f"{value!r:.40} ({kind})"
        raise ValueError(f"{name} must be a whole number from 0 to {most}, got {told}: {remedy}")
    return whole


def checked_seed(seed: object) -> int:
    """A seed that a run may have. Raises ValueError for any other."""
    return checked_count("seed", seed, MOST_SEED, "leave it out, or give another")
