"""The story of training: its numbers, charts, tables and milestones, all from what the trainer tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.training import status
from drillsergeant.runtimes.page.training.charts import ChartsPanel
from drillsergeant.runtimes.page.training.result import Result, result, sentence
from drillsergeant.runtimes.page.training.tables import Tables
from drillsergeant.runtimes.page.view import View

AGAINST = ("acts by chance", "beats chance", "troubles the bot", "outplays the bot", "rarely loses")
ALONE = ("acts by chance", "gets the idea", "wins at times", "wins mostly", "rarely misses")
SOLVING = ("acts by chance", "gets the idea", "is half-way there", "is nearly there", "has solved it")
DRAWN_WORTH_TELLING = 0.05  # a share of matches: with more draws, few wins may be no sign of weakness


class Story:
    """Everything on the page that follows the trainer's numbers."""

    def __init__(self, view: View, measure: DrillMeasure, names: Sequence[str] = ()) -> None:
        """`measure` is the drill's; `names` those of its teams."""
        self._view, self._measure, self.names = view, measure, names
        self._label()
        self._charts = ChartsPanel(view, measure)
        self._tables = Tables(view, self._charts, measure)
        self.result: Result | None = None
        self._latest: Mapping[str, object] = {}
        self._hovered = False

    def _label(self) -> None:
        """Name what is told of this drill; what makes no sense for it is not there."""
        view, measure, alone = self._view, self._measure, self._measure.alone
        for place, text in enumerate((ALONE if alone else AGAINST) if measure.of_wins else SOLVING):
            view.set_text(f"road-{place}", text)
        view.set_text("legend-wins", measure.legend)
        for place, (_, head) in enumerate(measure.columns):
            view.set_text(f"curve-head-{place}", head)
        for name in ("draw_rate", "loss_rate"):
            view.set_text(f"name-{name}", measure.others.get(name, ""))
        shown = {"legend-random": not alone, "legend-pool": not (alone or measure.of_returns), "try-bot": not alone}
        for name, on in (("draw_rate", measure.others), ("loss_rate", measure.others), ("rating", not alone)):
            shown |= {f"name-{name}": bool(on), f"metric-{name}": bool(on)}
        for name, on in shown.items():
            view.set_attribute(name, "hidden", None if on else "")

    @property
    def history(self) -> History:
        """All that was told of this run."""
        return self._charts.history

    def add(self, values: Mapping[str, object]) -> None:
        """Take in what the trainer tells."""
        self._charts.add(values)
        self.result = now = result(values, self._measure, self._charts.history.column(self._measure.names[0]))
        self._latest = values
        if not self._hovered:
            self._write(values)
        here = status.milestone(values, self._measure, None if now is None else now.progress)
        status.show_road(self._view, here)
        trained_s = number_text.number(values.get("t_s")) or 0.0
        self._view.set_text("curve-summary", sentence(now, trained_s, self._measure, self.names))

    def _write(self, values: Mapping[str, object]) -> None:
        """Show these numbers."""
        view, measure = self._view, self._measure
        number_text.write_trainer(view, values)
        rate, _, _, random, pool = measure.names
        for element, name in (("win_rate", rate), ("win_rate_random", random), ("win_rate_pool", pool)):
            view.set_text(f"metric-{element}", number_text.text_of(values.get(name), measure.text))
        view.set_text("metric-win_interval", measure.interval(values))
        drawn = number_text.number(values.get("draw_rate_pool")) or 0.0
        enough = drawn >= DRAWN_WORTH_TELLING
        view.set_text("metric-drawn_pool", f"{number_text.percent(drawn)} drawn" if enough else "")

    def restore(self, numbers: Mapping[str, object], rewound: bool) -> None:
        """The trainer goes on with a saved run, or where this one was before, which had these numbers over time."""
        self._charts.restore(numbers, rewound)

    def hover(self, x: float | None) -> None:
        """Show the numbers of that moment in place of the newest ones, as long as the pointer is over a chart."""
        row = None if x is None else self._charts.row_at(x)
        self._hovered = row is not None
        self._write(self._latest if row is None else {**self._latest, **row})
        self._view.set_attribute("story-time", "data-then", None if row is None else "")

    def tick(self) -> None:
        """Draw what is new. Called twice a second."""
        self._charts.draw()
        self._tables.write()
