"""The snapshots of a run in one thread and the duels against them, as the page's trainer has them."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.learn.engine import Collector
from drillsergeant.learn.league.matchmaking import Matchmaking
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import LIBRARY_SLOTS, Layout
from drillsergeant.memory.snapshots import DuelBook, SnapshotWriter

# The first snapshot, in decisions, and how much further on each next one is taken: those of the page's timeline.
SNAPSHOT_AT, SNAPSHOT_GROWTH = 50_000, 1.3


class League:
    """Plays the chunks of all workers, and takes a snapshot of the weights in "weights.0" now and then."""

    def __init__(self, memory: Memory, layout: Layout, workers: int) -> None:
        self._weights, self._taken = layout["weights.0"].offset, 0
        self._library = SnapshotWriter(memory, layout)
        self.sparring = Matchmaking(self._library, workers)
        self._books = [DuelBook(memory, layout, worker) for worker in range(workers)]

    def collect(self, collectors: Sequence[Collector], slots: Sequence[int]) -> None:
        """Let every worker play a chunk into its slot."""
        for collector, book, slot in zip(collectors, self._books, slots, strict=True):
            if book.follow():
                collector.set_opponent(book.rival)
            tally = collector.collect(self._weights, slot)
            book.count(tally.episodes, tally.wins, tally.losses)

    def updated(self, decisions: int) -> None:
        """Count an update; takes a snapshot where the decisions have grown by a factor since the one before."""
        if decisions >= SNAPSHOT_AT * SNAPSHOT_GROWTH**self._taken:
            self._taken += 1
            self._library.put((self._taken - 1) % LIBRARY_SLOTS, self._taken, self._weights)
        self.sparring.updated()
