"""Ending a run when it is good enough, and keeping policies on the way."""

from __future__ import annotations

import math
from pathlib import Path

from drillsergeant.callbacks.callback import Metrics, WatchedRun
from drillsergeant.plain import real_number, whole_number


class EarlyStop:
    """Ends a run once a metric has come up to a value, or has not risen for `patience` updates.

    `EarlyStop(win_rate=0.9)`, `EarlyStop("mean_return", patience=50)`. What is not known yet counts for nothing.
    """

    def __init__(self, metric: str = "", patience: int = 0, **reached: float) -> None:
        """Raises ValueError where nothing would ever end the run."""
        patience = whole_number("patience", patience)
        values = {name: real_number(name, value) for name, value in reached.items()}
        if len(reached) + bool(metric) != 1 or (metric and patience < 1):
            raise ValueError(
                f"EarlyStop({metric!r}, patience={patience!r}, {reached}) never stops: write EarlyStop(win_rate=0.9), "
                'or EarlyStop("win_rate", patience=50)'
            )
        (self.metric, self.value), *_ = [*values.items(), (metric, math.inf)]
        self.patience, self._best, self._since = patience, -math.inf, 0

    def __call__(self, run: WatchedRun, metrics: Metrics) -> bool:
        """False where the run is to end. Raises ValueError for a metric that there is not."""
        if self.metric not in metrics:
            raise ValueError(f"EarlyStop waits for {self.metric!r}; the metrics are {', '.join(metrics)}")
        value = metrics[self.metric]
        if math.isnan(value):
            return True
        self._since = 0 if value > self._best else self._since + 1
        self._best = max(self._best, value)
        return value < self.value and not 0 < self.patience <= self._since


class Checkpoints:
    """Saves the policy in `folder` every so many decisions, as ball-000400000.dshq; keeps the `keep` latest ones.

    `files` are those there are, the latest last.
    """

    def __init__(self, folder: str | Path, every: int, keep: int | None = None) -> None:
        """Raises ValueError for an `every` or a `keep` below 1."""
        self.folder, self.every = Path(folder), whole_number("every", every, least=1)
        self.keep = None if keep is None else whole_number("keep", keep, least=1)
        self.files: list[Path] = []
        self._next = self.every

    def __call__(self, run: WatchedRun, metrics: Metrics) -> None:
        """Save, where it is time."""
        if run.decisions < self._next:
            return
        self._next = (run.decisions // self.every + 1) * self.every
        self.folder.mkdir(parents=True, exist_ok=True)
        self.files.append(self.folder / f"{run.drill.name}-{run.decisions:09d}.dshq")
        run.policy.save(self.files[-1])
        while self.keep is not None and len(self.files) > self.keep:
            self.files.pop(0).unlink(missing_ok=True)
