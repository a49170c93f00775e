"""The story of training: its numbers, charts, tables and milestones, all from what the trainer tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.page.training import status
from drillsergeant.runtimes.page.training.charts import ChartsPanel
from drillsergeant.runtimes.page.training.result import Result, result, sentence
from drillsergeant.runtimes.page.training.tables import Tables
from drillsergeant.runtimes.page.view import View

AGAINST = ("acts by chance", "beats chance", "troubles the bot", "outplays the bot", "rarely loses")
ALONE = ("acts by chance", "gets the idea", "wins at times", "wins mostly", "rarely misses")
AGAINST_OTHERS = ("legend-random", "legend-pool", "try-bot")


class Story:
    """Everything on the page that follows the trainer's numbers."""

    def __init__(self, view: View, alone: bool = False, names: Sequence[str] = ()) -> None:
        """`alone`: nobody plays against the learner, so its wins are all there is to tell. `names` of the teams."""
        self._view, self._alone, self._names = view, alone, names
        for place, text in enumerate(ALONE if alone else AGAINST):
            view.set_text(f"road-{place}", text)
        view.set_text("legend-wins", "wins" if alone else "wins vs the bot")
        for name in AGAINST_OTHERS:
            view.set_attribute(name, "hidden", "" if alone else None)
        self._charts = ChartsPanel(view)
        self._tables = Tables(view, self._charts)
        self.result: Result | None = None
        self._latest: Mapping[str, object] = {}
        self._hovered = False

    def add(self, values: Mapping[str, object]) -> None:
        """Take in what the trainer tells."""
        self.result = result(values)
        self._latest = values
        if not self._hovered:
            number_text.write_trainer(self._view, values)
        status.show_road(self._view, values)
        self._charts.add(values)
        trained_s = number_text.number(values.get("t_s")) or 0.0
        self._view.set_text("curve-summary", sentence(self.result, trained_s, self._alone, self._names))

    def restore(self, numbers: Mapping[str, object], rewound: bool) -> None:
        """The trainer goes on with a saved run, or where this one was before, which had these numbers over time."""
        self._charts.restore(numbers, rewound)

    def hover(self, x: float | None) -> None:
        """Show the numbers of that moment in place of the newest ones, as long as the pointer is over a chart."""
        row = None if x is None else self._charts.row_at(x)
        self._hovered = row is not None
        number_text.write_trainer(self._view, self._latest if row is None else {**self._latest, **row})
        self._view.set_attribute("story-time", "data-then", None if row is None else "")

    def tick(self) -> None:
        """Draw what is new. Called twice a second."""
        self._charts.draw()
        self._tables.write()
