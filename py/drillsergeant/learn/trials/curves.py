"""Curves of runs over decisions, to be laid over each other: where each was at a place, and what several come to.

Needs no NumPy: the page asks for them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Column = list[float | None]


def interpolate(times: Sequence[float], values: Sequence[float | None], t: float) -> float | None:
    """Return the value at `t` on the line through the known points; None outside of them."""
    if not times or not times[0] <= t <= times[-1]:
        return None
    after = bisect_left(times, t)
    if times[after] == t:
        return values[after]
    left, right = values[after - 1], values[after]
    if left is None or right is None:
        return left if right is None else right
    share = (t - times[after - 1]) / (times[after] - times[after - 1])
    return left + (right - left) * share


@dataclass(frozen=True)
class LearningCurve:
    """How good a run was, `values`, after so many `decisions`, which grow. A value is None where nobody knew."""

    decisions: Sequence[float] = ()
    values: Sequence[float | None] = ()

    def at(self, decisions: float) -> float | None:
        """How good it was then; None before the first known value and after the last."""
        return interpolate(self.decisions, self.values, decisions)

    @property
    def last(self) -> float | None:
        """The newest known value."""
        return next((value for value in reversed(self.values) if value is not None), None)

    @property
    def end(self) -> float:
        """How many decisions it has come to."""
        return self.decisions[-1] if self.decisions else 0.0


def curve_of(points: object) -> LearningCurve:
    """Somebody's list of (decisions, value), as far as it is one."""
    decisions: list[float] = []
    values: Column = []
    for point in points if isinstance(points, Sequence) and not isinstance(points, str | bytes) else ():
        if not isinstance(point, Sequence) or len(point) != 2:
            continue
        x, y = point
        if _is_number(x) and _is_number(y) and (not decisions or x > decisions[-1]):
            decisions.append(float(x))
            values.append(float(y))
    return LearningCurve(decisions, values)


def curve_in(numbers: Mapping[str, Sequence[float | None]], name: str) -> LearningCurve:
    """The curve in a run's numbers over its time: `name` over its `decisions`, which never fall."""
    decisions: list[float] = []
    values: Column = []
    for x, y in zip(numbers.get("decisions", ()), numbers.get(name, ()), strict=False):
        if x is not None and (not decisions or x > decisions[-1]):
            decisions.append(x)
            values.append(y)
    return LearningCurve(decisions, values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def median(values: Sequence[float]) -> float | None:
    """The one in the middle of sorted values, or the mean of the two there; None of none."""
    half = len(values) // 2
    if not values:
        return None
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2.0


@dataclass(frozen=True)
class Band:
    """What several curves are at each of some places: the lowest, the one in the middle, and the highest."""

    low: Column = field(default_factory=list)
    median: Column = field(default_factory=list)
    high: Column = field(default_factory=list)


def band(curves: Sequence[LearningCurve], places: Sequence[float]) -> Band:
    """The band of curves at these numbers of decisions: of those that are known there; None where none is."""
    found = Band()
    for place in places:
        known = sorted(value for each in curves if (value := each.at(place)) is not None)
        found.low.append(known[0] if known else None)
        found.median.append(median(known))
        found.high.append(known[-1] if known else None)
    return found
