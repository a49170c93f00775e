"""A rollout worker's matches together with its duels against snapshots of the run."""

from __future__ import annotations

from drillsergeant.learn.engine import Collector
from drillsergeant.memory.snapshots import DuelBook


class DuelingCollector:
    """A worker's matches with their duels: against whom the trainer has chosen, and what came of them."""

    def __init__(self, collector: Collector, duels: DuelBook) -> None:
        self.collector, self.duels = collector, duels

    def begin(self, collector: Collector) -> None:
        """Go on with other matches, against the same opponent."""
        self.collector = collector
        if self.duels.rival is not None:
            collector.set_opponent(self.duels.rival)

    def collect(self, weights_offset: int, chunk_offset: int) -> None:
        """Play one chunk with the f32 [P] at `weights_offset`, into the ring at `chunk_offset`."""
        if self.duels.follow():
            self.collector.set_opponent(self.duels.rival)
        tally = self.collector.collect(weights_offset, chunk_offset)
        self.duels.count(tally.episodes, tally.wins, tally.losses)
