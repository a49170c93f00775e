"""Four players from nothing that differ in their seed alone: how much of a curve is luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from drillsergeant.learn.ppo.limits import MOST_SEED
from drillsergeant.learn.trials.curves import Band, LearningCurve, band, curve_of
from drillsergeant.learn.trials.recipe import TrialRecipe
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import compact, number
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.protocol import messages

SEEDS = 4


@dataclass
class SeedPlayer:
    """What has become of one: its curve, after how many decisions, and why there is none."""

    curve: LearningCurve = field(default_factory=LearningCurve)
    decisions: float = 0.0
    is_over: bool = False
    why: str = ""


class SeedRuns:
    """The players of one press. `edit` is the code of their game, "" for the original."""

    def __init__(
        self, drill: str, edit: str, seed: int, decisions: int, sizes: tuple[int, int], hyper: Mapping[str, float]
    ) -> None:
        """`sizes`: matches at a time, and decisions of each before an update."""
        self.drill, self.edit, self.decisions, self.sizes, self.hyper = drill, edit, decisions, sizes, hyper
        self.seeds = [(seed + place) % (MOST_SEED + 1) for place in range(SEEDS)]
        self.players = [SeedPlayer() for _ in self.seeds]

    def requests(self) -> list[messages.TryPlayer]:
        """What the workers are asked for."""
        matches, horizon = self.sizes
        recipes = [TrialRecipe(seed, self.decisions, matches, horizon, False, self.hyper) for seed in self.seeds]
        return [
            messages.TryPlayer(place, self.drill, self.edit, recipe=asdict(recipe))
            for place, recipe in enumerate(recipes)
        ]

    def hear(self, answer: messages.PlayerTried | messages.Refused, place: int) -> None:
        """A worker tells of a player."""
        player = self.players[place]
        if isinstance(answer, messages.Refused):
            player.why, player.is_over = ended(answer.message), True
            return
        player.curve, player.is_over = curve_of(answer.curve), answer.over
        player.decisions = number(answer.metrics.get("decisions")) or player.decisions

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of any."""
        return all(player.is_over for player in self.players)

    @property
    def curves(self) -> list[LearningCurve]:
        """Those that there are."""
        return [player.curve for player in self.players if player.curve.decisions]

    def band(self, places: Sequence[float]) -> Band:
        """From the lowest to the highest at each of these numbers of decisions."""
        return band(self.curves, places)

    def progress(self) -> float:
        """Which share of all decisions is learned from."""
        shares = (1.0 if each.is_over else min(each.decisions / self.decisions, 1.0) for each in self.players)
        return sum(shares) / SEEDS

    def told(self) -> str:
        """Which players these are."""
        *first, last = map(str, self.seeds)
        return f"seeds {', '.join(first)} and {last}, {self.sizes[0]} matches at a time each"

    def state(self) -> str:
        """How far they have come."""
        done = sum(each.is_over for each in self.players)
        return f"{done} of {SEEDS} are there: {self.told()}; each learns from {compact(self.decisions)} decisions."

    def outcome(self, measure: DrillMeasure, run: LearningCurve) -> str:
        """What came of them, beside a run of the same settings at the same place of its way."""
        whys = [f" Seed {seed}: {each.why}" for seed, each in zip(self.seeds, self.players, strict=True) if each.why]
        refused = whys[0] if whys else ""
        end = min((curve.end for curve in self.curves), default=0.0)
        found = self.band([end])
        low, median, high = found.low[0], found.median[0], found.high[0]
        if low is None or median is None or high is None:
            return f"Nothing came of them that could be measured.{refused}"
        said = (
            f"After {compact(end)} decisions: {measure.noun} from {measure.text(low)} to {measure.text(high)}, "
            f"{measure.text(median)} in the middle; that much is chance ({self.told()})."
        )
        here = run.at(end)
        if here is not None:
            said += f" This run showed {measure.text(here)} there; results lag where it learns fast, and not all alike."
        return said + refused
