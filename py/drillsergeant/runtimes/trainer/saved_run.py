"""A run as far as saving goes: what the trainer has to offer to whoever saves and loads, and in which game it was
trained: in the original, or in a reader's own code of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from drillsergeant.learn.files.dshq import PolicyFile, read_summary
from drillsergeant.learn.files.history_tensors import Numbers
from drillsergeant.learn.files.schema import Schema
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
    history: Numbers
    events: Sequence[Mapping[str, object]]


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


class OtherGame(ValueError):
    """A run was trained in another game than is played now. `edit`: the code of its game, "" for the original."""

    def __init__(self, name: str, edit: str, playing: str) -> None:
        now = "code of your own is played now" if playing else "the original is played now"
        then = "in the original game" if not edit else "with other code" if playing else "with code of its own"
        super().__init__(f"{name!r} was trained {then}, and {now}")
        self.edit = edit


def in_other_game(name: str, content: bytes, schema: Schema, playing: str, anyway: bool) -> bool:
    """Whether the run in a file's `content` was trained in another game of `schema`'s drill than in `playing`, the code
    of the game now. Raises OtherGame unless it is to go on `anyway`, and PolicyFileError for what is no run."""
    summary = read_summary(content)
    other = summary.drill == schema.drill and summary.edit != playing
    if other and not anyway:
        raise OtherGame(name, summary.edit, playing)
    return other
