"""A run that something else took the place of, whole: it can be had back in hand, to the last bit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.ppo.ppo import LearnerState


@dataclass
class LeftRun:
    """All of a run: what a file of it would hold, the state of each version on its timeline with its optimiser, which
    files do not hold, and the name that it is saved under, "" where it is not."""

    policy: PolicyFile
    states: Sequence[LearnerState]
    name: str = ""

    @property
    def size_bytes(self) -> int:
        """Of the arrays, which are nearly all of it."""
        return sum(len(each) for state in (self.policy.state, *self.states) for each in state.arrays.values())


class LeavingRun:
    """`undo_list.TrainerAct`: the run `left` is no longer in hand. `exchange` puts the run that it is given in hand,
    and returns the one that was."""

    def __init__(self, label: str, left: LeftRun, exchange: Callable[[LeftRun], Awaitable[LeftRun]]) -> None:
        self.label, self.left, self._exchange = label, left, exchange
        self._back = False  # it was taken back

    @property
    def size_bytes(self) -> int:
        """Of the run that is not in hand."""
        return self.left.size_bytes

    async def turn(self) -> str:
        """Exchange the two runs."""
        name = self.left.name
        self.left = await self._exchange(self.left)
        self._back = not self._back
        done = f"Taken back: {self.label}" if self._back else f"Done again: {self.label}"
        which = f"the run “{name}”" if name else "the run there was"
        kept = f" The other one is saved as “{self.left.name}”." if self.left.name else ""
        return f"{done}. In hand is {which}, to the last bit.{kept}"

    async def lapse(self) -> None:
        """What was learned is still saved, where it was; only this goes."""
