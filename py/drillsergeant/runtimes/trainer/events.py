"""What happened in a run that its curves should be marked with, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

EVENTS_KEPT = 64
LONGEST_TEXT = 400  # characters, of an event from a file
KINDS = ("hyper", "guard", "rewind", "learner", "restart", "save", "lesson", "code", "taught")
OWN_GAME, ORIGINAL_GAME = "Your code", "The original"  # of kind "code": what the game is made of from here on


@dataclass(frozen=True)
class Event:
    """One mark at `t_s` seconds and `decisions` decisions of training. `kind` is one of KINDS."""

    id: int
    t_s: float
    decisions: int
    kind: str
    text: str


class RunEvents:
    """The newest of them. Ids are never given twice, so that a page can tell which it has shown."""

    def __init__(self) -> None:
        self.newest: list[Event] = []
        self._next = 1

    def add(self, kind: str, text: str, t_s: float, decisions: int) -> None:
        """Mark this moment."""
        assert kind in KINDS, kind
        self.newest = [*self.newest, Event(self._next, round(t_s, 3), decisions, kind, text)][-EVENTS_KEPT:]
        self._next += 1

    def restore(self, told: Sequence[Mapping[str, object]]) -> None:
        """Mark again what a saved run was marked with; what makes no sense is left out."""
        for each in told[-EVENTS_KEPT:]:
            kind, t_s, decisions = each.get("kind"), each.get("t_s"), each.get("decisions")
            if kind in KINDS and isinstance(t_s, int | float) and isinstance(decisions, int):
                self.add(str(kind), str(each.get("text", ""))[:LONGEST_TEXT], float(t_s), decisions)

    def cut(self, t_s: float) -> None:
        """Forget what came later than `t_s`: the run goes on from there."""
        self.newest = [event for event in self.newest if event.t_s <= t_s]

    def clear(self) -> None:
        """Forget them: another run begins."""
        self.newest = []

    def plain(self) -> list[dict[str, object]]:
        """Return them for a message, oldest first."""
        return [asdict(event) for event in self.newest]
