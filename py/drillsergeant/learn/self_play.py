"""A run of PPO by self-play: play chunks, learn from them, publish, and now and then keep a snapshot to play against.

`SelfPlayRun` is what every run has in common; the trainer worker, whose chunks come from other workers, is one.
`SingleThreadRun` plays its chunks itself. Needs no NumPy.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.learn.dueling import DuelingCollector
from drillsergeant.learn.engine import CHUNK_STATS, Engine
from drillsergeant.learn.league.matchmaking import Matchmaking
from drillsergeant.learn.league.snapshot_schedule import SnapshotSchedule
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import MOST_DECISIONS, counted
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import LIBRARY_SLOTS, Layout, Plan
from drillsergeant.memory.snapshots import DuelBook, SnapshotWriter
from drillsergeant.memory.weights import weights_digest


class SelfPlayRun:
    """What a run has come to: `decisions` learned from, `updates` made; each update is counted and published."""

    def __init__(self, plan: Plan, publish: Callable[[int], None]) -> None:
        """`publish` hands the learner's parameters to whoever plays, and is told the decisions they come from."""
        self._publish = publish
        self.decisions_per_chunk = plan.agents * plan.horizon
        self.decisions = self.updates = 0

    def restart(self, decisions: int = 0, updates: int = 0) -> None:
        """Count from here: another run begins, or one goes on."""
        self.decisions, self.updates = decisions, updates

    def publish(self) -> None:
        """Hand the parameters as they are now to whoever plays."""
        self._publish(self.decisions)

    def learned(self, decisions: int) -> None:
        """An update from so many is done."""
        self.updates = counted(self.updates)
        self.decisions = counted(self.decisions, decisions, MOST_DECISIONS)
        self.publish()


class SingleThreadRun(SelfPlayRun):
    """A run in one thread: its workers play in turn, and every update waits for a chunk of each.

    Where the plan has duels, snapshots are kept and played against as on the page. Depends on no clock.
    """

    def __init__(self, engine: Engine, layout: Layout, memory: Memory, workers: int, seed: int) -> None:
        """Begin from fresh parameters of `seed`, with the first `workers` of the layout."""
        self._memory, self._layout = memory, layout
        self.learner = engine.learner(seed)
        self.weights_offset = layout["weights.0"].offset
        super().__init__(layout.plan, self._play_by)
        each = range(workers)
        self.collectors = [engine.collector(worker, seed) for worker in each]
        self._players = [
            DuelingCollector(collector, DuelBook(memory, layout, worker))
            for worker, collector in enumerate(self.collectors)
        ]
        self.chunk_offsets = [layout[f"ring.{worker}.chunks"].offset for worker in each]
        self._library, self._schedule, self._kept = SnapshotWriter(memory, layout), SnapshotSchedule(), 0
        self.matchmaking = Matchmaking(self._library, workers)
        self.publish()

    def _play_by(self, decisions: int) -> None:
        """Play by the learner's parameters from here on."""
        self.learner.write_parameters(self.weights_offset)

    def update(self, hyper: Hyper) -> Mapping[str, float]:
        """One chunk of every worker, then one update; returns its metrics."""
        for player, chunk_offset in zip(self._players, self.chunk_offsets, strict=True):
            player.collect(self.weights_offset, chunk_offset)
        metrics = self.learner.learn(self.chunk_offsets, hyper)
        self.learned(len(self.chunk_offsets) * self.decisions_per_chunk)
        if self._layout.plan.duels:
            self._keep_snapshot()
            self.matchmaking.updated()
        return metrics

    def set_lesson(self, lesson: int) -> None:
        """Go on at another lesson of the drill: all matches begin anew."""
        for collector in self.collectors:
            collector.set_lesson(lesson)

    def _keep_snapshot(self) -> None:
        if self._schedule.due(self.decisions):
            self._schedule.taken(self.decisions)
            self._kept += 1
            self._library.put((self._kept - 1) % LIBRARY_SLOTS, self._kept, self.weights_offset)

    def episode_sums(self, reward_terms: Sequence[str]) -> dict[str, float]:
        """What the episodes that ended in the latest chunks came to: sums of CHUNK_STATS and of each reward term."""
        names = [*CHUNK_STATS, *reward_terms]
        rows = [array("f", bytes(WORD_BYTES * len(names))) for _ in self.chunk_offsets]
        for row, chunk_offset in zip(rows, self.chunk_offsets, strict=True):
            self._memory.read(self._layout.chunk_field("stats", chunk_offset).offset, row)
        return {name: sum(row[place] for row in rows) for place, name in enumerate(names)}

    def digest(self) -> str:
        """SHA-256 of the bytes of the current parameters, in hexadecimal."""
        return weights_digest(self._memory, self._layout, self.weights_offset)
