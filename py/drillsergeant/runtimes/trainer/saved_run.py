"""A run as far as saving goes: what the trainer has to offer to whoever saves and loads."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from drillsergeant.learn.files.dshq import PolicyFile
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.runtimes.trainer.timeline import TimelineEntry


class Capture(NamedTuple):
    """What a run is made of at one moment; hyperparameters as in `PolicyFile`."""

    state: LearnerState
    hyper: Hyper
    hyper_guarded: Hyper
    hyper_in_use: Hyper
    win_rate: float | None


class Run(Protocol):
    """The trainer, as far as saving goes."""

    @property
    def training(self) -> bool:
        """Whether it learns at the moment."""

    def moment(self) -> TimelineEntry:
        """Where the run is now."""

    def capture(self) -> Capture:
        """What there is to save of it."""

    def resume(self, policy: PolicyFile, text: str) -> None:
        """Go on from there and note `text` about it. Raises ValueError, and changes nothing, if it cannot."""

    def restore_timeline(self, timeline: object) -> None:
        """Put back the snapshots that a trainer before this one left, and of which it told this."""
