"""The charts as tables, for whoever reads better than they see; rewritten seldom, because nobody reads that fast."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import DASH, clock, compact, percent
from drillsergeant.runtimes.page.training.charts import ChartsPanel
from drillsergeant.runtimes.page.view import View

EVERY_S = 5.0
ROWS = 16


def _digits(places: int) -> Callable[[float], str]:
    return lambda value: f"{value:.{places}f}".replace("-", "\u2212")


# Beside the time, the decisions and the columns of the drill's measure.
COLUMNS: tuple[tuple[str, Callable[[float], str]], ...] = (
    ("entropy", _digits(2)),
    ("approx_kl", _digits(4)),
    ("value_error", percent),
    ("value_loss", _digits(4)),
    ("trained_decisions_per_s", compact),
)


def table(history: History, measure: DrillMeasure) -> list[tuple[str, ...]]:
    """Return evenly chosen rows, newest first: the time, the decisions, the measure's columns, then COLUMNS."""
    count = len(history.times_s)
    step = max(1, -(-count // ROWS))
    results = [(name, measure.text) for name, _ in measure.columns]
    columns = [(history.column(name), form) for name, form in (("decisions", compact), *results, *COLUMNS)]
    rows = []
    for place in range(count - 1, -1, -step):
        values = [DASH if (value := column[place]) is None else form(value) for column, form in columns]
        rows.append((clock(history.times_s[place]), *values))
    return rows


class Tables:
    """Writes what the charts show as text."""

    def __init__(self, view: View, charts: ChartsPanel, measure: DrillMeasure) -> None:
        self._view, self._charts, self._measure = view, charts, measure
        self._since_s = -EVERY_S

    def write(self) -> None:
        """Fill the tables if it is time. Called twice a second."""
        now_s = self._view.now_s()
        if now_s - self._since_s < EVERY_S:
            return
        self._since_s = now_s
        self._view.set_rows("curve-table", table(self._charts.history, self._measure))
        self._view.set_rows("event-table", [(clock(t_s), text) for t_s, _, text in reversed(self._charts.marks)])
