"""What the trainer told, row by row, in bounded space: when it is full, neighbouring rows become their mean."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from drillsergeant.learn.trials.curves import Column

LIMIT = 1000  # rows; more than any chart has pixels


class History:
    """Numbers by name over `times_s`, seconds of training. A name that a row did not have is None there."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.times_s: list[float] = []
        self.columns: dict[str, Column] = {}
        self._limit = limit
        self._stride = 1  # how many rows as they came make one row here
        self._open = 0  # how many of those the last row holds so far

    def add(self, t_s: float, values: Mapping[str, float]) -> None:
        """Append a row, or take it into the last one while that is not full; time never goes back."""
        t_s = max(t_s, self.times_s[-1]) if self.times_s else t_s
        if not self.times_s or self._open == self._stride:
            if len(self.times_s) >= self._limit:
                self._halve()
            self._append(t_s, values)
            return
        self._open += 1
        self.times_s[-1] = t_s
        for name, value in values.items():
            column = self._column(name)
            last = column[-1]
            column[-1] = value if last is None else last + (value - last) / self._open

    def column(self, name: str) -> Column:
        """Return the values of `name`, as many as there are rows."""
        return self.columns.get(name) or [None] * len(self.times_s)

    def row_at(self, t_s: float) -> int | None:
        """Return the row nearest to a time; None while there is none."""
        if not self.times_s:
            return None
        after = min(bisect_left(self.times_s, t_s), len(self.times_s) - 1)
        before = max(0, after - 1)
        return before if t_s - self.times_s[before] < self.times_s[after] - t_s else after

    def numbers(self) -> dict[str, Column]:
        """All of it by name, `t_s` among them."""
        return {"t_s": [*self.times_s], **{name: [*column] for name, column in self.columns.items()}}

    def restore(self, numbers: Mapping[str, Sequence[float | None]]) -> None:
        """Take over what `numbers` told; what has no growing `t_s` is nothing."""
        self.clear()
        for row, t_s in enumerate(numbers.get("t_s", ())):
            if t_s is None or (self.times_s and t_s <= self.times_s[-1]):
                continue
            values = {name: column[row] for name, column in numbers.items() if name != "t_s" and row < len(column)}
            self.add(t_s, {name: value for name, value in values.items() if value is not None})

    def cut(self, t_s: float) -> None:
        """Forget what was later than `t_s`."""
        rows = bisect_right(self.times_s, t_s)
        if not rows:
            self.clear()
            return
        self.times_s = self.times_s[:rows]
        self.columns = {name: column[:rows] for name, column in self.columns.items()}
        self._open = self._stride

    def clear(self) -> None:
        """Forget everything."""
        self.times_s, self.columns = [], {}
        self._stride, self._open = 1, 0

    def _append(self, t_s: float, values: Mapping[str, float]) -> None:
        for name in values:
            self._column(name)
        self.times_s.append(t_s)
        for name, column in self.columns.items():
            column.append(values.get(name))
        self._open = 1

    def _column(self, name: str) -> Column:
        if name not in self.columns:
            self.columns[name] = [None] * len(self.times_s)
        return self.columns[name]

    def _halve(self) -> None:
        self._stride *= 2
        self.times_s = self.times_s[1::2]
        for name, column in self.columns.items():
            self.columns[name] = [_mean(column[i : i + 2]) for i in range(0, 2 * len(self.times_s), 2)]
        self._open = self._stride


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
