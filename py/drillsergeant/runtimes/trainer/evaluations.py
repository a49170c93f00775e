"""Evaluation episodes: what the rollout workers have counted since one looked last, and what is still to come."""

from __future__ import annotations

from drillsergeant.learn.engine import Tally, evaluations_of
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.access import Memory, signed, unsigned
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter

KEYS = ("episodes", "wins", "losses", "returns", "return_squares")
SIGNED = KEYS.index("returns")


class Evaluations:
    """Reads a few counters a worker and evaluation, so cheaply that every update can."""

    def __init__(self, memory: Memory, layout: Layout, score: Score) -> None:
        self._memory, self._score = memory, score
        starts = [layout[f"telemetry.{rollout(index)}"].word for index in range(layout.plan.workers)]
        names = tuple(evaluations_of(layout.plan.teams))
        self._words = {
            name: [[start + Counter[f"{name}_{key}".upper()] for start in starts] for key in KEYS] for name in names
        }
        self._waiting = [start + Counter.SCRIPTED_WAITING for start in starts]
        self._before = {name: [0] * len(KEYS) for name in names}
        self.fresh()

    def fresh(self) -> dict[str, Tally]:
        """Return the episodes that were counted since the last call, over all workers, by evaluation."""
        found: dict[str, Tally] = {}
        for name, rows in self._words.items():
            now = [sum(unsigned(self._memory.load(word)) for word in words) for words in rows]
            more = [unsigned(a - b) for a, b in zip(now, self._before[name], strict=True)]
            more[SIGNED] = signed(more[SIGNED])
            found[name] = self._score.tally(*more)
            self._before[name] = now
        return found

    def waiting(self) -> int:
        """Return how many matches against the scripted player have begun and are not counted yet."""
        return sum(self._memory.load(word) for word in self._waiting)
