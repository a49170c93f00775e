"""What cloning asks of a learner's arithmetic; see `imitation.cloning`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, Protocol

MOST_ROWS = 256  # of a minibatch


class DecisionBatch(NamedTuple):
    """B decisions as the network takes them: rows f32 [OBS][B], [HEADS][B], and masks 0 or 1 [MASKS][B] or none."""

    seen: Sequence[array[float]]
    actions: Sequence[array[float]]
    allowed: Sequence[array[float]]

    @property
    def size(self) -> int:
        """B."""
        return len(self.actions[0])


class Imitator(Protocol):
    """The arithmetic of cloning, over whatever a learner computes with."""

    def begin(self, parameters: bytes) -> None:
        """Start from these parameters, f32 [P], with a fresh optimiser."""

    def look(self, batch: DecisionBatch) -> Sequence[array[float]]:
        """What the network makes of a batch of at most MOST_ROWS: rows f32 [R+1+C], of which row R is the value."""

    def step(self, logp: array[float], learning_rate: float, correction1: float, correction2: float) -> bool:
        """One Adam step on the batch that was looked at last; `logp` f32 [B] of its actions. False when poisoned."""

    def parameters(self) -> bytes:
        """As they are now, f32 [P]."""
