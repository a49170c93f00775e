"""What a drill is measured in, in the page's words: wins, successes, or what an episode earns on average."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drillsergeant.drills.contract import MeanReturn, Objective, SuccessShare
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.number_text import compact, number, percent
from drillsergeant.runtimes.page.training import ticks

LARGEST_PLAIN = 1e4  # of a return; what is larger is told in thousands


class DrillMeasure:
    """Of one drill. `alone`: nobody plays against the learner; `threshold`: from where on it counts as solved, None for
    a share of wins."""

    def __init__(self, objective: Objective | None = None, alone: bool = False) -> None:
        """Of an `objective`, winning where there is none."""
        self.alone, self.of_returns = alone, isinstance(objective, MeanReturn)
        self.threshold = objective.threshold if isinstance(objective, MeanReturn | SuccessShare) else None
        self.of_wins = self.threshold is None
        rate = "mean_return" if self.of_returns else "win_rate"
        low, high = ("return_low", "return_high") if self.of_returns else ("win_low", "win_high")
        # The trainer's numbers: of late, the edges of their interval, against chance, against its own past; who plays
        # alone has neither.
        self.names = (rate, low, high, *(("", "") if alone else (f"{rate}_random", f"{rate}_pool")))
        self.noun = "mean return" if self.of_returns else "wins" if self.of_wins else "successes"

    @classmethod
    def of(cls, game: DrillFacts) -> DrillMeasure:
        """The measure of a drill."""
        return cls(game.objective, len(game.teams) == 1)

    # In words.

    @property
    def legend(self) -> str:
        """What the line of the large chart is."""
        return self.noun if self.alone else f"{self.noun} vs the bot"

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The columns of the table of results: the trainer's number, and the head."""
        if self.of_returns:
            heads: tuple[str, ...] = ("return", "from", "to")
            return tuple(zip(self.names, (*heads, "chance"), strict=False))
        heads = ("wins", "draws", "losses") if self.of_wins else ("successes", "neither", "failures")
        return tuple(zip(("win_rate", "draw_rate", "loss_rate", self.names[3]), (*heads, "chance"), strict=True))

    @property
    def others(self) -> Mapping[str, str]:
        """What matches came to that were not won, by the trainer's number; of returns there is no such thing."""
        if self.of_returns:
            return {}
        whom = ("", "") if self.alone else (" with the bot", " to the bot")
        return {name: head + by for (name, head), by in zip(self.columns[1:3], whom, strict=True)}

    def text(self, value: float) -> str:
        """The number as one reads it."""
        if not self.of_returns:
            return percent(value)
        return (compact(value) if abs(value) >= LARGEST_PLAIN else f"{value:.4g}").replace("-", "\u2212")

    def told(self, share: object, mean_return: object) -> str:
        """How good a policy is that has this share of wins, and this mean return: "93 % wins", "mean return 480"; ""
        where that is not known."""
        value = number(mean_return if self.of_returns else share)
        if value is None:
            return ""
        return f"{self.noun} {self.text(value)}" if self.of_returns else f"{self.text(value)} {self.noun}"

    def headline(self, values: Mapping[str, object]) -> str:
        """The trainer's newest number by itself: "Wins 93 % against the bot"; "" before there is one."""
        value = number(values.get(self.names[0]))
        against = "" if self.alone else " against the bot"
        return "" if value is None else f"{self.noun.capitalize()} {self.text(value)}{against}"

    def interval(self, values: Mapping[str, object]) -> str:
        """How far off the newest number may be: "± 3"; "" where that is not known."""
        low, high = (number(values.get(name)) for name in self.names[1:3])
        if low is None or high is None:
            return ""
        half = (high - low) / 2.0
        return f"± {self.text(float(f'{half:.2g}')) if self.of_returns else f'{100 * half:.0f}'}"

    # In numbers.

    def progress(self, value: float, earlier: Iterable[float | None]) -> float | None:
        """How much of the way it has come to what counts as solved, 1 for all of it; None for wins, which have no such
        mark. A return sets out from the lowest among `earlier` ones."""
        if self.threshold is None or value >= self.threshold:
            return None if self.threshold is None else 1.0
        start = min([value, *(each for each in earlier if each is not None)]) if self.of_returns else 0.0
        return (value - start) / (self.threshold - start)

    @property
    def factor(self) -> float:
        """What a number is multiplied with before it is drawn."""
        return 1.0 if self.of_returns else 100.0

    @property
    def axis(self) -> str:
        """How the chart's upright axis is written."""
        return ticks.PLAIN if self.of_returns else ticks.PERCENT

    def span(self, lines: Iterable[list[float | None]]) -> tuple[float, float]:
        """The lowest and highest value that is drawn, of lines as they are drawn; what counts as solved is in sight."""
        return ticks.value_range([*lines, [self.threshold]]) if self.of_returns else (0.0, 100.0)
