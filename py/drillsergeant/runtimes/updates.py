"""One update after the other: from the chunks that rollout workers have played, or from one the device plays itself."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import NamedTuple

from drillsergeant.learn.engine import DeviceLearner, Learner
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout
from drillsergeant.memory.ring import Doorbell, RingConsumer

CHUNK_WAIT_S = 0.05


class Learned(NamedTuple):
    """An update: its metrics, from how many `chunks`, the byte offsets of those at hand, and the statistics of one that
    was played on the device. Those at hand were then not learned from."""

    metrics: Mapping[str, float]
    chunks: int
    chunk_offsets: Sequence[int]
    stats: Sequence[float] | None = None


class Updates:
    """The rings' reading end. `learning`: an update is under way, and holds its chunks and the state it began from."""

    def __init__(self, memory: Memory, layout: Layout, learner: Learner | DeviceLearner, *, lockstep: bool) -> None:
        """`lockstep`: every update is of a chunk of every worker."""
        self._learner, self._lockstep = learner, lockstep
        self._rings = [RingConsumer(memory, layout, index) for index in range(layout.plan.workers)]
        self._doorbell = Doorbell(memory, layout)
        self._held: list[RingConsumer] = []
        self.learning = False

    async def update(self, hyper: Hyper, lesson: int) -> Learned | None:
        """One update; None, after a moment, where there is nothing to learn from, or none that counts."""
        ticket = self._doorbell.ticket()
        chunks = [(ring, chunk.offset) for ring in self._rings if (chunk := ring.peek()) is not None]
        device = self._playing_device()
        if device is None and (not chunks or (self._lockstep and len(chunks) < len(self._rings))):
            self._doorbell.wait(ticket, CHUNK_WAIT_S)
            return None
        self._held = [ring for ring, _ in chunks]
        offsets = [offset for _, offset in chunks]
        self.learning = True
        try:
            if device is not None:
                played = await device.play(hyper, lesson)
                return played and Learned(played[0], 1, offsets, played[1])
            learned = self._learner.learn(offsets, hyper)
            metrics = await learned if isinstance(learned, Awaitable) else learned
            return Learned(metrics, len(chunks), offsets)
        finally:
            self.learning = False

    def _playing_device(self) -> AutoLearner | None:
        """The learner whose device plays, if one does; in lockstep nothing does that depends on a device."""
        learner = self._learner
        return learner if isinstance(learner, AutoLearner) and learner.plays and not self._lockstep else None

    def release(self) -> None:
        """Give the chunks of the update back to whoever waits for room."""
        for ring in self._held:
            ring.release()
        self._held = []
