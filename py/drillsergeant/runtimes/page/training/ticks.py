"""What stands at the vertical axis of a chart: the range that is drawn, and the words of its ticks.

One owner for all charts. Labels use the unit of the number beside the chart, never repeat, and know the minus sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

PLAIN, PERCENT, COUNT = "plain", "percent", "count"
MOST_DIGITS = 6  # behind the point; what needs more is written with a power of ten
FULL_DIGITS = 17  # with which every float is written differently
FEW = 12  # values that are all drawn: so few have no outliers
FENCE = 3.0  # interquartile ranges beyond the quartiles at which a value counts as a spike
MARGIN = 0.06  # of the range, above and below
CHARACTER_PX, AXIS_GAP_PX = 6.5, 8.0


def labels(splits: Sequence[float], kind: str) -> list[str]:
    """The words at these places of an axis, in ascending order; different places have different words."""
    if kind == COUNT:
        return _distinct(splits, lambda digits: lambda value: _count(value, digits))
    text = _distinct(splits, lambda digits: lambda value: _plain(value, digits))
    return [f"{each} %" for each in text] if kind == PERCENT else text


def axis_px(texts: Iterable[str]) -> float:
    """How wide an axis must be for its labels, in CSS pixels."""
    return AXIS_GAP_PX + CHARACTER_PX * max((len(text) for text in texts), default=0)


def value_range(columns: Iterable[Sequence[float | None]]) -> tuple[float, float]:
    """The lowest and highest value to draw: all but spikes, and always the newest value of every line.

    A spike is farther than `FENCE` interquartile ranges from the quartiles (Tukey's outer fence). What is never
    negative gets no range below 0.
    """
    lines = [[value for value in column if value is not None] for column in columns]
    values = sorted(value for line in lines for value in line)
    if not values:
        return 0.0, 1.0
    low, high = values[0], values[-1]
    if len(values) > FEW:
        first, third = values[len(values) // 4], values[(3 * len(values)) // 4]
        reach = FENCE * (third - first)
        if reach > 0:
            low, high = max(low, first - reach), min(high, third + reach)
    newest = [line[-1] for line in lines if line]
    low, high = min(low, *newest), max(high, *newest)
    margin = MARGIN * (high - low) or 0.5 * abs(high) or 0.5
    floor = 0.0 if values[0] >= 0 else -math.inf
    return max(floor, low - margin), high + margin


def _distinct(splits: Sequence[float], form: Callable[[int], Callable[[float], str]]) -> list[str]:
    """The shortest form in which no two splits read alike."""
    apart = min((b - a for a, b in pairwise(splits)), default=1.0)
    for digits in range(MOST_DIGITS + 1):
        texts = [form(digits)(value) for value in splits]
        if len(set(texts)) == len(set(splits)) and all(_near(value, digits, apart) for value in splits):
            return texts
    for digits in range(2, FULL_DIGITS):
        texts = [_power(value, digits) for value in splits]
        if len(set(texts)) == len(set(splits)):
            return texts
    return [_power(value, FULL_DIGITS) for value in splits]


def _near(value: float, digits: int, apart: float) -> bool:
    """Whether a label with so many digits stands where it says, to a tenth of the distance between two."""
    size, _ = _size_of(value)
    return abs(round(value / size, digits) * size - value) <= 0.1 * abs(apart)


def _plain(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        return "0"
    return text.replace("-", "−")


def _size_of(value: float) -> tuple[float, str]:
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return size, unit
    return 1.0, ""


def _count(value: float, digits: int) -> str:
    size, unit = _size_of(value)
    return f"{_plain(value / size, digits)}{unit}"


def _power(value: float, digits: int) -> str:
    return "0" if value == 0 else f"{value:.{digits}g}".replace("-", "−")
