"""One match on screen: whose policy plays which side, tick by tick, and what the drawing remembers of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.protocol.messages import NEWEST, OTHERS

NO_POLICY = -1
Fetch: TypeAlias = Callable[[int], int | None]


@dataclass
class MatchInstant:
    """What the drawing needs beside the state: who just scored and how long ago, how far into the next tick it is."""

    since_goal_s: float = 1e9
    scored_by: int | None = None
    ahead: float = 0.0
    scores: list[int] = field(default_factory=lambda: [0, 0])


class ScreenMatch:
    """A match, its players, and its last two states. `waiting`: it is over, and stands at its next kick-off.
    `chosen` is the side whose player is looked into."""

    def __init__(self, drill: DrillFacts, match: ShowMatch, seed: int) -> None:
        self._drill, self.match = drill, match
        self.players = [NEWEST] * drill.sides
        self.chosen: int | None = None
        self.versions = [0] * drill.sides  # of the newest weights each side holds; 0 none yet, NO_POLICY: a snapshot
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start a new match from `seed` with the policies in hand."""
        self.match.reset(seed)
        self.ticks, self.clock_s, self.waiting = 0, 0.0, False
        self.moment = MatchInstant()
        self.look_again()

    def look_again(self) -> None:
        """Take the match's state as it is now: it was put there, it did not travel."""
        self.before = self.after = dict(self.match.state())

    def seat(self, players: Sequence[int], fetch: Fetch) -> None:
        """Let `players` play from the next decision on; every snapshot among them must be there to `fetch`.

        The score is of one contest: it begins anew when others play.
        """
        before = [*self.players]
        for side, player in enumerate(players[: self._drill.sides]):
            if player > NEWEST and self.players[side] != player:
                weights_offset = fetch(player)
                assert weights_offset is not None, f"snapshot {player} is gone"
                self.match.adopt(weights_offset, side)
                self.versions[side] = NO_POLICY
            self.players[side] = player
        if self.players != before:
            self.moment.scores = [0] * len(self.moment.scores)

    def outdated(self, version: int) -> list[int]:
        """Return the sides that should hold the newest weights and hold others than `version`."""
        return [side for side, player in enumerate(self.players) if player <= NEWEST and self.versions[side] != version]

    def adopt(self, weights_offset: int, version: int, sides: Sequence[int]) -> None:
        """Give `sides` the newest weights."""
        for side in sides:
            self.match.adopt(weights_offset, side)
            self.versions[side] = version

    @property
    def decides(self) -> bool:
        """Whether the next tick begins with a decision."""
        return self.ticks % self._drill.action_repeat == 0

    def advance(self, visitor: int) -> bool:
        """Play one physics tick, with the action `visitor` where a visitor plays; returns whether the match ended."""
        if self.decides:
            others = {side: OTHERS[who] for side, who in enumerate(self.players) if who in OTHERS}
            self.match.decide(others, visitor)
        self.before = self.after
        self.match.tick()
        self.ticks += 1
        self.clock_s += 1.0 / self._drill.tick_hz
        self.after = dict(self.match.state())
        return self.decides and self._judge()

    def _judge(self) -> bool:
        result = self.match.finish()
        if result.winner:
            side = 0 if result.winner > 0 else 1
            self.moment.scores[side] += 1
            self.moment.scored_by, self.moment.since_goal_s = side, 0.0
        over = result.terminated or result.truncated
        if over:
            self.look_again()
        return over
