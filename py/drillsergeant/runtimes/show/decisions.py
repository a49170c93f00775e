"""Why a player did that: its last decisions, each with what it saw, what it made of that and what it earned."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drillsergeant.drills.contract import Continuous, Head, Outcome, team_of
from drillsergeant.learn.engine import Insight, ShowMatch
from drillsergeant.learn.heads import GAUSSIAN_ENTROPY, spread_of
from drillsergeant.learn.program import DrillFacts

KEPT = 300  # decisions: 20 s of Ball Drill
# What may have ended with a decision: the player's team has won, the other one has, or nobody.
NOTHING, FOR, AGAINST, RESET = "", "for", "against", "reset"


@dataclass
class PastDecision:
    """One decision: the match as it was then, what the player made of it, and, once it is over, what it earned by it,
    term by term, and what ended with it. `clock_s` and `scores` are what the board had."""

    number: int
    state: Mapping[str, float]
    facts: dict[str, object]
    clock_s: float
    scores: Sequence[int]
    version: int  # of the weights of the player's team, where these are the newest ones; else below 0
    terms: list[float] = field(default_factory=list)
    mark: str = NOTHING


class DecisionLog:
    """The last decisions of one player of a match; of nobody until `follow`."""

    def __init__(self, drill: DrillFacts, match: ShowMatch) -> None:
        self._drill, self._match = drill, match
        self._count = 0
        self.follow(None)

    def follow(self, player: int | None) -> None:
        """Begin anew, with another player or with nobody."""
        self.player = player
        self._kept: deque[PastDecision] = deque(maxlen=KEPT)
        self._pending: PastDecision | None = None
        self._told = self._count
        self._sums = [0.0] * len(self._drill.observation)

    def begin(self, state: Mapping[str, float], clock_s: float, scores: Sequence[int], versions: Sequence[int]) -> None:
        """A decision has just been made in this state of the match, at these scores, by these weights of each team."""
        if self.player is None:
            return
        facts = self.facts(clock_s, weighed=True)
        self._count += 1
        version = versions[team_of(self._drill.teams, self.player)]
        self._pending = PastDecision(self._count, dict(state), facts, clock_s, tuple(scores), version)

    def end(self, outcome: Outcome[bool, int], terms: Sequence[float]) -> None:
        """It is over."""
        if self.player is None or self._pending is None:
            return
        decision, self._pending = self._pending, None
        decision.terms = list(terms)
        if outcome.terminated or outcome.truncated:
            own = 1 if team_of(self._drill.teams, self.player) == 0 else -1
            decision.mark = {own: FOR, -own: AGAINST}.get(outcome.winner, RESET)
        if len(self._kept) == KEPT:
            self._add(self._kept[0], -1.0)
        self._kept.append(decision)
        self._add(decision, 1.0)

    def drop(self) -> None:
        """The decision under way comes to nothing: the match begins anew."""
        self._pending = None

    def _add(self, decision: PastDecision, sign: float) -> None:
        seen = decision.facts["observation"]
        assert isinstance(seen, list)
        for entry, value in enumerate(seen):
            self._sums[entry] += sign * value

    @property
    def usual(self) -> list[float]:
        """The mean of what it saw at the decisions that are kept; empty where there is none."""
        return [total / len(self._kept) for total in self._sums] if self._kept else []

    def latest(self, clock_s: float) -> dict[str, object]:
        """What the player made of the last decision."""
        return self._pending.facts if self._pending else self._kept[-1].facts if self._kept else self.facts(clock_s)

    def find(self, number: int) -> PastDecision | None:
        """The decision of this number, if it is kept."""
        return next((decision for decision in self._kept if decision.number == number), None)

    def news(self) -> list[list[object]]:
        """What is not told yet: of each decision number, clock (s), mark and the terms of its reward."""
        found = [each for each in self._kept if each.number > self._told]
        if found:
            self._told = found[-1].number
        return [[each.number, each.facts["clock_s"], each.mark, *each.terms] for each in found]

    def facts(self, clock_s: float, weighed: bool = False) -> dict[str, object]:
        """What the policy of the player makes of the last decision, and chose; entropy in nats. Where it is `weighed`,
        also by how much what it chose would be less likely with each entry as usual (log-probability, nats)."""
        assert self.player is not None, "it follows somebody"
        insight: Insight = self._match.insight(self.player)
        usual = self.usual if weighed else []
        return {
            "clock_s": clock_s,
            "probabilities": [list(chances) for chances in insight.probabilities],
            "value": insight.value,
            "entropy": sum(map(_entropy, self._drill.heads, insight.probabilities)),
            "observation": list(insight.observation),
            "picked": list(self._match.picked(self.player)),
            "influences": self._match.influences(self.player, usual) if usual else [],
        }


def _entropy(head: Head, chances: Sequence[float]) -> float:
    """In nats; of a number, of its density per half range."""
    if isinstance(head, Continuous):
        return math.log(chances[1] / spread_of(head)[1]) + GAUSSIAN_ENTROPY
    return -sum(chance * math.log(chance) for chance in chances if chance > 0)
