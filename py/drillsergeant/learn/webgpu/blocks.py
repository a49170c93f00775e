"""Which matches a device plays side by side, and against whom: in blocks, whose episodes are counted apart.

First the matches of the policy against itself, which alone tell what a chunk was like. Then its duels, in a block for
each of RIVALS opponents at a time, since these change while matches go on. Then those that only tell how good it is,
as `engine.evaluations_of` has them for rollout workers; there is no log of them, so they are counted as they end.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import SCRIPTED_AWAY, evaluations_of
from drillsergeant.learn.league.elo import NOW, SCRIPTED
from drillsergeant.learn.league.matchmaking import RIVALS
from drillsergeant.memory.layout import Plan

# Of each evaluation one match to so many of self-play, and the most and the fewest of them: enough for a point of the
# curve every few updates. Against a random player less is to be learned.
EVALUATED: Mapping[str, tuple[int, int]] = {
    Player.SCRIPTED: (8, 256),
    Player.RANDOM: (32, 64),
    SCRIPTED_AWAY: (16, 128),
}
FEWEST = 8
# Whose packed parameters a team plays by, and what else shaders/play.wgsl knows of a match.
OWN, RANDOM, SCRIPTED_WORD, AWAY = 0, RIVALS + 1, 0xFF, 0x100


class MatchBlock(NamedTuple):
    """`matches` of them from match `first` on."""

    first: int
    matches: int


class Blocks:
    """All matches of a device that plays by a layout's plan."""

    def __init__(self, plan: Plan, *, evaluates: bool = True) -> None:
        """`evaluates`: whether there are matches that are not learned from."""
        self._ends = 0
        self.self_play = self._next(plan.self_play)
        each = plan.duels // RIVALS
        self.duels = [self._next(each) for _ in range(RIVALS if each else 0)]
        self._looks = evaluations_of(plan.teams) if evaluates else {}
        self.evaluations = {name: self._next(self._evaluated(*EVALUATED[name])) for name in self._looks}
        self.matches = self._ends

    def _evaluated(self, share: int, most: int) -> int:
        return max(FEWEST, min(most, self.self_play.matches // share))

    def _next(self, matches: int) -> MatchBlock:
        block = MatchBlock(self._ends, matches)
        self._ends += matches
        return block

    @property
    def all(self) -> tuple[MatchBlock, ...]:
        """In order."""
        return (self.self_play, *self.duels, *self.evaluations.values())

    def opponents(self, rivals: Sequence[int]) -> array[int]:
        """A word a match, for duels against these, an id a block: NOW, SCRIPTED, or any whose parameters are
        packed."""
        words = array("I", [OWN]) * self.self_play.matches
        for number, (rival, block) in enumerate(zip(rivals, self.duels, strict=True)):
            words.extend([{NOW: OWN, SCRIPTED: SCRIPTED_WORD}.get(rival, 1 + number)] * block.matches)
        for look, block in zip(self._looks.values(), self.evaluations.values(), strict=True):
            who = SCRIPTED_WORD if look.opponent == Player.SCRIPTED else RANDOM
            words.extend([who | (AWAY if look.team else 0)] * block.matches)
        return words

    def team(self, evaluation: str) -> int:
        """Whom the policy plays as."""
        return self._looks[evaluation].team
