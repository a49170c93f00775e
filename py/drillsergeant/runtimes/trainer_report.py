"""The trainer's numbers for the page: the last update, rates, reward terms, results against frozen opponents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.learn.engine import EVALUATION_OPPONENTS
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout, rollout
from drillsergeant.memory.telemetry import Counter, Word, read_telemetry
from drillsergeant.runtimes.curve import Curve
from drillsergeant.runtimes.rates import Rates
from drillsergeant.runtimes.reward_terms import RewardTerms

CURVE_POINTS_SENT = 400


class TrainerReport:
    """Collects while a run goes on; `restart` begins the numbers of a new run."""

    def __init__(self, memory: Memory, layout: Layout, reward_terms: Sequence[str]) -> None:
        self._memory, self._layout = memory, layout
        self._roles = [rollout(index) for index in range(layout.plan.workers)]
        self._rewards = RewardTerms(memory, layout, reward_terms)
        self.restart()

    def restart(self) -> None:
        """Forget everything; evaluation episodes finished so far count for the run before."""
        self._curves = {name: Curve() for name in EVALUATION_OPPONENTS}
        self._base = self._totals()
        self._rates = Rates()
        self._latest: dict[str, object] = {}
        self._rewards.clear()

    def restart_rates(self) -> None:
        """Forget the rates: time has passed in which nothing was meant to happen."""
        self._rates = Rates()

    def learned(self, metrics: Mapping[str, object], chunk_offsets: Sequence[int]) -> None:
        """Take in one update, before its chunks are released."""
        self._latest = dict(metrics)
        for offset in chunk_offsets:
            self._rewards.add(offset)

    def note(self, name: str, value: object) -> None:
        """Report ``value`` until the next update."""
        self._latest[name] = value

    def rate(self, now_s: float, decisions: int, updates: int) -> None:
        """Take the counters of a running training as they stand."""
        played = sum(int(block[Counter.DECISIONS]) for block in self._blocks())
        counters = {"trained_decisions": decisions, "rollout_decisions": played, "updates": updates}
        self._rates.add(now_s, counters)

    def values(self, t_s: float, decisions: int) -> dict[str, object]:
        """Return the numbers as they stand after ``t_s`` seconds of training on ``decisions`` decisions."""
        totals = self._totals()
        for name, curve in self._curves.items():
            since = {key: value - self._base[name][key] for key, value in totals[name].items()}
            curve.update(t_s, decisions, since)
        values: dict[str, object] = {
            **self._latest,
            **self._rates.summary(),
            **self._rewards.means(),
            "curve": [point.plain() for point in self._curves["scripted"].points[-CURVE_POINTS_SENT:]],
        }
        for name, curve in self._curves.items():
            if curve.points:
                last, suffix = curve.points[-1], "" if name == "scripted" else f"_{name}"
                rates = {"win_rate": last.win, "loss_rate": last.loss, "draw_rate": last.draw}
                values |= {key + suffix: rate for key, rate in rates.items()}
        return values

    def _blocks(self) -> list[dict[Word, float]]:
        return [read_telemetry(self._memory, self._layout, role) for role in self._roles]

    def _totals(self) -> dict[str, dict[str, int]]:
        """Evaluation episodes finished since the page opened, over all workers, by opponent."""
        blocks = self._blocks()
        return {
            opponent: {
                key: sum(int(block[Counter[f"{opponent}_{key}".upper()]]) for block in blocks)
                for key in ("episodes", "wins", "losses")
            }
            for opponent in EVALUATION_OPPONENTS
        }
