"""The run epoch: which play the trainer learns from, and from which seed the matches began.

A trainer that forgets, goes back or goes on from a file leaves its policy behind, while rollout workers are still
playing with it. It publishes the new weights, then raises the epoch; a worker reads the epoch before it takes weights
and writes it into the chunk, so that a chunk of the present epoch was played with the present policy, to the last
step. A run from nothing has its matches begin anew as well, and then equals a fresh run to the bit.
"""

from __future__ import annotations

from enum import IntEnum

from drillsergeant.memory.access import Memory, signed, unsigned
from drillsergeant.memory.layout import Layout

HALF = 1 << 31


class RunWord(IntEnum):
    """Words of region `run`, all written by the trainer."""

    EPOCH = 0
    STARTED = 1  # the epoch in which matches began anew last; 0: as the workers were started
    SEED = 2  # from which they did
    LESSON = 3  # of the drill, at which all matches are played


class RunEpoch:
    """The trainer's end; goes on from what a trainer before this one left."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        self._memory, self._word = memory, layout["run"].word

    def turn(self) -> None:
        """Whatever is being played now is not to be learned from. Call it when the new weights are published."""
        self._memory.store(self._word + RunWord.EPOCH, self._next())

    def begin(self, seed: int) -> None:
        """Nor that, and all matches begin anew, from `seed`."""
        self._memory.store(self._word + RunWord.SEED, signed(seed))
        self._memory.store(self._word + RunWord.STARTED, self._next())
        self.turn()  # last: who reads the new epoch finds the other two

    @property
    def lesson(self) -> int:
        """The lesson at which all matches are played."""
        return self._memory.load(self._word + RunWord.LESSON)

    def set_lesson(self, lesson: int) -> None:
        """All matches are played at this lesson, and begin anew for it. Turn the epoch afterwards."""
        self._memory.store(self._word + RunWord.LESSON, lesson)

    def _next(self) -> int:
        return signed(self._memory.load(self._word + RunWord.EPOCH) + 1)


class RunStart:
    """A rollout worker's end: when its matches are to begin anew."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        self._memory, self._word = memory, layout["run"].word
        self._started = 0

    def due(self, epoch: int) -> int | None:
        """The seed from which the matches are to begin for play of `epoch` (unsigned); None where they go on.

        A start of a later epoch waits until that epoch is read: what is played before it is thrown away.
        """
        started = unsigned(self._memory.load(self._word + RunWord.STARTED))
        if started == self._started or unsigned(epoch - started) >= HALF:
            return None
        self._started = started
        return unsigned(self._memory.load(self._word + RunWord.SEED))

    @property
    def lesson(self) -> int:
        """The lesson at which matches are to be played."""
        return self._memory.load(self._word + RunWord.LESSON)
