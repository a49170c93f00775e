"""Evaluation episodes: what the rollout workers have counted since one looked last, and what is still to come."""

from __future__ import annotations

from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import EVALUATION_OPPONENTS, Tally
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.access import Memory, signed, unsigned
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter

KEYS = ("episodes", "wins", "losses", "returns", "return_squares")
SIGNED = KEYS.index("returns")


class Evaluations:
    """Reads a few counters a worker and opponent, so cheaply that every update can."""

    def __init__(self, memory: Memory, layout: Layout, score: Score) -> None:
        self._memory, self._score = memory, score
        starts = [layout[f"telemetry.{rollout(index)}"].word for index in range(layout.plan.workers)]
        self._words = {
            opponent: [[start + Counter[f"{opponent}_{key}".upper()] for start in starts] for key in KEYS]
            for opponent in EVALUATION_OPPONENTS
        }
        self._waiting = [start + Counter.SCRIPTED_WAITING for start in starts]
        self._before = {opponent: [0] * len(KEYS) for opponent in EVALUATION_OPPONENTS}
        self.fresh()

    def fresh(self) -> dict[Player, Tally]:
        """Return the episodes that were counted since the last call, over all workers, by opponent."""
        found: dict[Player, Tally] = {}
        for opponent, rows in self._words.items():
            now = [sum(unsigned(self._memory.load(word)) for word in words) for words in rows]
            more = [unsigned(a - b) for a, b in zip(now, self._before[opponent], strict=True)]
            more[SIGNED] = signed(more[SIGNED])
            found[opponent] = self._score.tally(*more)
            self._before[opponent] = now
        return found

    def waiting(self) -> int:
        """Return how many matches against the scripted player have begun and are not counted yet."""
        return sum(self._memory.load(word) for word in self._waiting)
