"""The story of training as charts: which numbers are lines where, when they are drawn, the run before as a shadow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.learn.trials.curves import Column, interpolate
from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import number, reward_columns
from drillsergeant.runtimes.page.training import ticks
from drillsergeant.runtimes.page.view import ChartData, Mark, View

ENDS_S = (30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 43200, 86400)
UNITS = ((7200.0, 3600.0, "h"), (180.0, 60.0, "min"), (0.0, 1.0, "s"))  # from this length on: size of the unit, name
# Small charts: the metric of each, what it is multiplied with before it is drawn, and how its axis is written.
PANES: Mapping[str, tuple[str, float, str]] = {
    "entropy": ("entropy", 1.0, ticks.PLAIN),
    "value_error": ("value_error", 100.0, ticks.PERCENT),
    "approx_kl": ("approx_kl", 1.0, ticks.PLAIN),
    "clip_fraction": ("clip_fraction", 100.0, ticks.PERCENT),
    "policy_loss": ("policy_loss", 1.0, ticks.PLAIN),
    "value_loss": ("value_loss", 1.0, ticks.PLAIN),
    "gradient_norm": ("gradient_norm", 1.0, ticks.PLAIN),
    "speed": ("trained_decisions_per_s", 1.0, ticks.COUNT),
}
LONGEST_MARK = 200  # characters of a mark's text
MOST_MARKS = 24
# Of seconds in a saved run's history, which are f32: its last one may lie a little after the run's own clock.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Axis:
    """The time axis of all charts: its end in its unit, the unit's size in seconds and its name."""

    end: float
    unit_s: float
    unit: str


def axis_for(last_s: float) -> Axis:
    """Return the axis that holds `last_s`: the first round length."""
    end_s = next((float(end) for end in ENDS_S if last_s <= end), last_s)
    unit_s, unit = next((size, name) for start, size, name in UNITS if end_s >= start)
    return Axis(end_s / unit_s, unit_s, unit)


def marks_of(events: object) -> list[tuple[float, str, str]]:
    """Return the newest readable events as (t_s, kind, text), oldest first."""
    found = []
    for event in events if isinstance(events, Sequence) else ():
        if isinstance(event, Mapping) and (t_s := number(event.get("t_s"))) is not None:
            found.append((t_s, str(event.get("kind", "")), str(event.get("text", ""))[:LONGEST_MARK]))
    return found[-MOST_MARKS:]


class ChartsPanel:
    """Keeps the history and draws it: the large chart at every tick with news, the small ones at every second."""

    def __init__(self, view: View, measure: DrillMeasure) -> None:
        """`measure`: what the large chart is of."""
        self._view, self._measure = view, measure
        self.history = History()
        self._before: tuple[list[float], Column] = ([], [])  # the run before: times and its measure
        self.marks: list[tuple[float, str, str]] = []
        self._stale = True
        self._turn = 0
        self._terms: Sequence[str] = ()  # of the reward, as the trainer told last

    def add(self, values: Mapping[str, object]) -> None:
        """Take the trainer's row of numbers in. Training time that runs backwards means another run has begun."""
        t_s = number(values.get("t_s"))
        if t_s is None:
            return
        times_s = self.history.times_s
        if times_s and t_s < times_s[-1] * (1.0 - ROUNDING):
            self._start_over()
        if t_s > 0 and (not self.history.times_s or t_s > self.history.times_s[-1]):
            row = {name: found for name, value in values.items() if (found := number(value)) is not None}
            self.history.add(t_s, row)
            self._stale = True
        if (terms := reward_columns(values)) != self._terms:
            self._terms, self._stale = terms, True
        marks = marks_of(values.get("events"))
        if marks != self.marks:
            self.marks, self._stale = marks, True

    def restore(self, numbers: Mapping[str, object], rewound: bool) -> None:
        """Go on with the history of a saved run: lists of numbers by name, `t_s` among them.

        `rewound`: it is that of this run up to some moment; the whole line stays as that of the run before.
        """
        if rewound:
            self._start_over()
        columns: dict[str, Column] = {}
        for name, column in numbers.items():
            if isinstance(column, Sequence) and not isinstance(column, str):
                columns[name] = [number(value) for value in column]
        self.history.restore(columns)
        self._stale = True

    def draw(self) -> None:
        """Draw if there is news. Called twice a second."""
        self._turn += 1
        if not self._stale:
            return
        axis = self._axis()
        self._draw_large(axis)
        if self._turn % 2:
            self._stale = False
            self._draw_panes(axis)

    def row_at(self, x: float) -> dict[str, object] | None:
        """Return the numbers of the moment at `x` on the time axis; None where there are none."""
        row = self.history.row_at(x * self._axis().unit_s)
        if row is None:
            return None
        return {"t_s": self.history.times_s[row], **{name: each[row] for name, each in self.history.columns.items()}}

    def _start_over(self) -> None:
        line = self.history.column(self._measure.names[0])
        if any(value is not None for value in line):
            self._before = (self.history.times_s, line)
        self.history.clear()
        self._stale = True

    def _axis(self) -> Axis:
        return axis_for(max([0.0, *self.history.times_s[-1:], *self._before[0][-1:]]))

    def _draw_large(self, axis: Axis) -> None:
        times_s = self.history.times_s
        columns = [self.history.column(name) for name in self._measure.names]
        if not any(value is not None for value in columns[1]):  # no interval told: the band has no width
            columns[1] = columns[2] = columns[0]
        before_s, before = self._before
        shadow = [interpolate(before_s, before, t_s) for t_s in times_s]
        rest = [place for place, t_s in enumerate(before_s) if not times_s or t_s > times_s[-1]]
        all_s = [*times_s, *(before_s[place] for place in rest)]
        nothing: Column = [None] * len(rest)
        lines = [[*column, *nothing] for column in columns]
        lines.append([*shadow, *(before[place] for place in rest)])
        drawn = [_scaled(line, self._measure.factor) for line in lines]
        self._set("wins", axis, all_s, drawn, self._measure.axis, self._measure.span(drawn))

    def _draw_panes(self, axis: Axis) -> None:
        times_s = self.history.times_s
        for pane, (name, factor, kind) in PANES.items():
            line = _scaled(self.history.column(name), factor)
            self._set(pane, axis, times_s, [line], kind, ticks.value_range([line]))
        terms = [self.history.column(name) for name in self._terms]
        self._set("reward", axis, times_s, terms, ticks.PLAIN, ticks.value_range(terms))

    def _set(
        self,
        chart: str,
        axis: Axis,
        times_s: Sequence[float],
        lines: Sequence[Column],
        kind: str,
        span: tuple[float, float],
    ) -> None:
        xs: Column = [t_s / axis.unit_s for t_s in times_s]
        marks = [Mark(t_s / axis.unit_s, mark, text) for t_s, mark, text in self.marks]
        self._view.set_chart(chart, ChartData([xs, *lines], axis.end, axis.unit, marks, *span, kind))


def _scaled(column: Column, factor: float) -> Column:
    return [None if value is None else value * factor for value in column]
