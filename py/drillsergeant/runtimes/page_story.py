"""The story of training: its numbers, charts, tables and milestones, all from what the trainer tells."""

from __future__ import annotations

from collections.abc import Mapping

from drillsergeant.runtimes import page_numbers, page_status
from drillsergeant.runtimes.page_charts import Charts
from drillsergeant.runtimes.page_curve import Result, results, sentence
from drillsergeant.runtimes.page_tables import Tables
from drillsergeant.runtimes.page_view import View


class Story:
    """Everything on the page that follows the trainer's numbers."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._charts = Charts(view)
        self._tables = Tables(view, self._charts)
        self.points: list[Result] = []

    def add(self, values: Mapping[str, object]) -> None:
        """Take in what the trainer tells."""
        self.points = results(values.get("curve"))
        page_numbers.write_trainer(self._view, values)
        page_status.show_road(self._view, values)
        self._charts.add(values)
        self._view.set_text("curve-summary", sentence(self.points))

    def tick(self) -> None:
        """Draw what is new. Called twice a second."""
        self._charts.draw()
        self._tables.write()
