"""Evaluation episodes: what the rollout workers have counted since one looked last, and what is still to come."""

from __future__ import annotations

from drillsergeant.learn.engine import Tally, evaluations_of
from drillsergeant.learn.evaluation.results import Score
from drillsergeant.memory.access import Memory, signed, unsigned
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter, read_whole

KEYS = ("episodes", "wins", "losses", "returns", "return_squares")
SIGNED = KEYS.index("returns")


class Evaluations:
    """Reads a few counters a worker and evaluation, so cheaply that every update can."""

    def __init__(self, memory: Memory, layout: Layout, score: Score) -> None:
        self._memory, self._score = memory, score
        self._starts = [layout[f"telemetry.{rollout(index)}"].word for index in range(layout.plan.workers)]
        self._names = tuple(evaluations_of(layout.plan.teams))
        self._counters = [Counter[f"{name}_{key}".upper()] for name in self._names for key in KEYS]
        self._before: list[list[int] | None] = [None] * len(self._starts)
        self.fresh()

    def fresh(self) -> dict[str, Tally]:
        """Return the episodes that were counted since the last call, over all workers, by evaluation.

        A worker that is just counting is left for the next call: its episodes and what they earned are told together.
        """
        more = [0] * len(self._counters)
        for worker, start in enumerate(self._starts):
            now = read_whole(self._memory, start, self._counters)
            if now is None:
                continue
            before = self._before[worker] or now
            more = [total + unsigned(a - b) for total, a, b in zip(more, now, before, strict=True)]
            self._before[worker] = now
        found: dict[str, Tally] = {}
        for number, name in enumerate(self._names):
            sums = [unsigned(each) for each in more[number * len(KEYS) : (number + 1) * len(KEYS)]]
            sums[SIGNED] = signed(sums[SIGNED])
            found[name] = self._score.tally(*sums)
        return found

    def waiting(self) -> int:
        """Return how many matches against the scripted player have begun and are not counted yet."""
        return sum(self._memory.load(start + Counter.SCRIPTED_WAITING) for start in self._starts)
