"""What a run has come to so far, update by update; of a long one as many rows as a curve can show."""

from __future__ import annotations

MOST_ROWS = 2000


class MetricHistory:
    """Rows of metrics. Where there are too many, every other one goes, and as many are left out from then on."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self._every, self._held = 1, 0

    def add(self, metrics: dict[str, float]) -> None:
        """Keep a row: the latest one is always there."""
        if self._held:
            self.rows.pop()
        self.rows.append(metrics)
        self._held = (self._held + 1) % self._every
        if len(self.rows) > MOST_ROWS:
            self.rows = self.rows[::2]
            self._every *= 2
