"""One update after the other: from the chunks that rollout workers have played, or from one the device plays itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import NamedTuple

from drillsergeant.learn.engine import DeviceLearner, Learner
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.learn.webgpu.matches import Opponents, PlayedChunk
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout
from drillsergeant.memory.ring import Doorbell, RingConsumer
from drillsergeant.runtimes.frame_backoff import FrameBackoff

CHUNK_WAIT_S = 0.05
# Where a device plays, so many workers play for evaluation; the others rest, and leave their cores to it.
EVALUATING = 3


class Learned(NamedTuple):
    """An update: its metrics, from how many decisions, the byte offsets of the chunks at hand, and what was played on
    the device, if it was. Those at hand were then not learned from."""

    metrics: Mapping[str, float]
    decisions: int
    chunk_offsets: Sequence[int]
    played: PlayedChunk | None = None


class Updates:
    """The rings' reading end. `learning`: an update is under way, and holds its chunks and the state it began from."""

    def __init__(self, memory: Memory, layout: Layout, learner: Learner | DeviceLearner, *, lockstep: bool) -> None:
        """`lockstep`: every update is of a chunk of every worker."""
        self._learner, self._lockstep = learner, lockstep
        self._decisions_per_chunk = layout.plan.agents * layout.plan.horizon
        self._device_played = False
        self._rings = [RingConsumer(memory, layout, index) for index in range(layout.plan.workers)]
        self._doorbell = Doorbell(memory, layout)
        self._backoff = FrameBackoff(memory, layout)
        self._held: list[RingConsumer] = []
        self.learning = False

    async def update(self, hyper: Hyper, lesson: int, opponents: Opponents) -> Learned | None:
        """One update, where a device plays with duels against these opponents; None, after a moment, where there is
        nothing to learn from, or none that counts."""
        ticket = self._doorbell.ticket()
        device = self._playing_device()
        rings = self._rings[:EVALUATING] if device is not None else self._fresh_rings()
        chunks = [(ring, chunk.offset) for ring in rings if (chunk := ring.peek()) is not None]
        self._device_played = device is not None
        if device is None and (not chunks or (self._lockstep and len(chunks) < len(self._rings))):
            self._doorbell.wait(ticket, CHUNK_WAIT_S)
            return None
        self._held = [ring for ring, _ in chunks]
        offsets = [offset for _, offset in chunks]
        self.learning = True
        try:
            if device is not None:
                began_s = time.monotonic()
                played = await device.play(hyper, lesson, opponents)
                if rest_s := self._backoff.rest_s(time.monotonic() - began_s):
                    await asyncio.sleep(rest_s)
                return played and Learned(played[0], int(played[0]["decisions"]), offsets, played[1])
            learned = self._learner.learn(offsets, hyper)
            metrics = await learned if isinstance(learned, Awaitable) else learned
            return Learned(metrics, len(chunks) * self._decisions_per_chunk, offsets)
        finally:
            self.learning = False

    def _fresh_rings(self) -> list[RingConsumer]:
        """All rings, without what has waited in some while a device played: that is of a policy long left behind.

        An update that a device is tried with is of one chunk, so that it is done soon.
        """
        if self._device_played:
            for ring in self._rings[EVALUATING:]:
                if ring.peek() is not None:
                    ring.release()
        checks = isinstance(self._learner, AutoLearner) and self._learner.checks and not self._lockstep
        return self._rings[:1] if checks else self._rings

    def _playing_device(self) -> AutoLearner | None:
        """The learner whose device plays, if one does; in lockstep nothing does that depends on a device."""
        learner = self._learner
        return learner if isinstance(learner, AutoLearner) and learner.plays and not self._lockstep else None

    def release(self) -> None:
        """Give the chunks of the update back to whoever waits for room."""
        for ring in self._held:
            ring.release()
        self._held = []
