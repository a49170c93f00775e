"""A rollout worker: play chunks with the newest weights, write them to this worker's ring, for ever.

Runs while the shared run flag is up. The page steers it through shared memory alone, so a chunk never waits for a
message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from drillsergeant.drills.contract import Player
from drillsergeant.learn.dueling import DuelingCollector
from drillsergeant.learn.engine import Collector
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.ring import RingProducer
from drillsergeant.memory.run_flag import RunFlag
from drillsergeant.memory.snapshots import DuelBook
from drillsergeant.memory.telemetry import Counter, TelemetryWriter
from drillsergeant.memory.weights import WeightsReader
from drillsergeant.runtimes.host import Host

IDLE_WAIT_S = 0.1
RING_WAIT_S = 0.1
BREATHE_EVERY_S = 0.25
# Chunks of training to one of evaluation, which costs a third of it: enough episodes for a point of the curve a second.
# While nothing is known there is one after every chunk: the first matches count when all of them are over.
EVALUATE_EVERY = 3


class Counts(NamedTuple):
    """What a rollout worker counts: a chunk's decisions and evaluation episodes in the measure of `score`."""

    telemetry: TelemetryWriter
    decisions_per_chunk: int
    score: Score


class Rollout:
    """The loop of one rollout worker."""

    def __init__(
        self,
        host: Host,
        run_flag: RunFlag,
        collector: Callable[[int], Collector],
        seed: int,
        weights: WeightsReader,
        ring: RingProducer,
        duels: DuelBook,
        counts: Counts,
    ) -> None:
        """`collector` makes this worker's matches from a seed, the first time from `seed`."""
        self._host, self._run_flag, self._new_collector = host, run_flag, collector
        self.player = DuelingCollector(collector(seed), duels)
        self._weights, self._ring = weights, ring
        self._telemetry, self._decisions_per_chunk, self._score = counts
        self._chunks = 0
        self._known = False  # whether evaluation matches of this run have been counted
        self._epoch: int | None = None  # of the run, in which they began
        self._lesson = 0  # at which matches are played

    async def run(self) -> None:
        """Collect until the worker is ended; lets messages in four times a second."""
        breathed_s = self._host.now_s()
        while True:
            if self._run_flag.up():
                self.step()
            else:
                self._run_flag.wait(IDLE_WAIT_S)
            now_s = self._host.now_s()
            if now_s - breathed_s >= BREATHE_EVERY_S:
                await self._host.yield_to_events()
                breathed_s = self._host.now_s()

    def step(self) -> None:
        """Collect one chunk if the ring has room; otherwise wait a little for the trainer, or help it."""
        chunk_offset = self._ring.reserve(RING_WAIT_S)
        if chunk_offset is None:
            self.player.collector.compute_shares()
            return
        if (seed := self._ring.start_due()) is not None:
            self._begin(seed)
        self._follow_lesson()
        with self._weights.pinned() as weights:
            if weights is None:
                self._weights.wait(IDLE_WAIT_S)
                return
            self.player.collect(weights.offset, chunk_offset)
            self._ring.publish()
            self._telemetry.count(Counter.DECISIONS, self._decisions_per_chunk)
            self._evaluate(weights.offset)

    def _begin(self, seed: int) -> None:
        """All matches begin anew, as those of a worker that was just started."""
        self.player.begin(self._new_collector(seed))
        self._chunks, self._known, self._epoch, self._lesson = 0, False, self._ring.run, 0

    def _follow_lesson(self) -> None:
        """Play at the lesson that the trainer has come to."""
        lesson = self._ring.lesson
        if lesson != self._lesson:
            self.player.collector.set_lesson(lesson)
            self._lesson, self._known = lesson, False

    def _evaluate(self, weights_offset: int) -> None:
        """Evaluate if it is due after a chunk."""
        if self._epoch not in (None, self._ring.run):  # the policy is one from elsewhere
            self.player.collector.restart_evaluations()
            self._known = False
        self._epoch = self._ring.run
        self._chunks += 1
        if self._known and self._chunks % EVALUATE_EVERY:
            return
        collector = self.player.collector
        tallies = collector.evaluate(weights_offset)
        if self._ring.turned():
            return
        self._known |= tallies[Player.SCRIPTED].episodes > 0
        self._telemetry.gauge(Counter.SCRIPTED_WAITING, collector.waiting(Player.SCRIPTED))
        with self._telemetry.edition():
            for evaluation, tally in tallies.items():
                self._telemetry.count(Counter[f"{evaluation}_episodes".upper()], tally.episodes)
                self._telemetry.count(Counter[f"{evaluation}_wins".upper()], tally.wins)
                self._telemetry.count(Counter[f"{evaluation}_losses".upper()], tally.losses)
                returns, squares = self._score.counted(tally)
                self._telemetry.count(Counter[f"{evaluation}_returns".upper()], returns)
                self._telemetry.count(Counter[f"{evaluation}_return_squares".upper()], squares)
