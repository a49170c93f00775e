"""What lingers on screen for a moment: a match that was won, as it ended, and a ball that was dropped elsewhere.

The simulation has gone on by then: a match that is over stands at its next kick-off, which waits while it is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.drawing.beat import Whistle, Word, hop_m, rolled_on, scorer_of
from drillsergeant.drawing.place import Point
from drillsergeant.drills.contract import Scene

WIN_S, DROP_S = 1.1, 0.8  # of show time
FASTEST = 2.0  # times real time: where the match is played faster, nothing lingers


@dataclass
class WinBeat:
    """A match that `team` has won, as it ended, and for how long that is shown already, s."""

    scene: Scene
    ended: Mapping[str, float]
    team: int
    text: str
    since_s: float = 0.0

    @property
    def over(self) -> bool:
        """Whether the next kick-off has waited long enough."""
        return self.since_s >= WIN_S

    @property
    def state(self) -> Mapping[str, float]:
        """Where everything stands by now."""
        return rolled_on(self.scene, self.ended, self.team, self.since_s)

    @property
    def hop(self) -> tuple[int, float] | None:
        """Who hops for joy, and how high it is, m."""
        scorer, high_m = scorer_of(self.scene, self.ended, self.team), hop_m(self.since_s)
        return None if scorer is None or high_m <= 0 else (scorer, high_m)

    @property
    def word(self) -> Word:
        """What is written over the field."""
        return Word(self.text, self.team, min(1.0, self.since_s / WIN_S))


@dataclass
class DropBeat:
    """A ball that was taken from `place`, m, and for how long that is shown already, s."""

    place: Point
    since_s: float = 0.0

    @property
    def over(self) -> bool:
        """Whether it has faded."""
        return self.since_s >= DROP_S

    @property
    def whistle(self) -> Whistle:
        """The mark of it."""
        return Whistle(self.place, min(1.0, self.since_s / DROP_S))
