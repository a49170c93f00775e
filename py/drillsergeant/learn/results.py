"""How well the policy does now, in the drill's own measure: a moving average over episodes, and how sure one can be."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, fields

from drillsergeant.drills.contract import MeanReturn, Objective, SuccessShare
from drillsergeant.learn.engine import Tally

# Episodes after which an episode's weight has fallen to 1/e. About a second and a half of evaluation on two cores.
MEMORY_EPISODES = 500.0
# Returns are counted in shared memory in whole numbers of so many parts of the unit.
PARTS = 4096.0
# Standard deviations to either side of the interval that is shown: 95 of 100 such intervals hold the true rate.
SHOWN_DEVIATIONS = 1.96
WINS_ENOUGH = 0.90  # who wins that often has little to gain
# Of a return, the share of its threshold that is taken for the whole, as 1 is of a rate. For a threshold near 0, this.
SMALLEST_UNIT = 1e-3


@dataclass(frozen=True)
class Estimate:
    """Shares in [0, 1] of the episodes of late. `effective` is how many equally weighted ones they are worth.

    `mean_return` is what an episode earned on average, `return_deviation` the spread of single ones.
    """

    win: float
    loss: float
    draw: float
    effective: float
    mean_return: float = 0.0
    return_deviation: float = 0.0

    def interval(self, deviations: float = SHOWN_DEVIATIONS) -> tuple[float, float]:
        """Where the true win rate lies: Wilson's score interval (https://doi.org/10.1080/01621459.1927.10502953)."""
        square = deviations * deviations
        middle = self.win + square / (2.0 * self.effective)
        spread = self.win * (1.0 - self.win) / self.effective + square / (4.0 * self.effective**2)
        reach, whole = deviations * math.sqrt(spread), 1.0 + square / self.effective
        return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)

    def return_interval(self, deviations: float = SHOWN_DEVIATIONS) -> tuple[float, float]:
        """Where the true mean return lies, of so many episodes that their mean is normal."""
        reach = deviations * self.return_deviation / math.sqrt(self.effective)
        return self.mean_return - reach, self.mean_return + reach


class RecentEpisodes:
    """Takes finished episodes, newest last."""

    def __init__(self) -> None:
        self.restart(0)

    def restart(self, ignored: int) -> None:
        """Forget everything; the next `ignored` episodes belong to another policy and do not count."""
        self._ignored = ignored
        self._sums = [0.0] * len(fields(Tally))  # of its fields, older episodes faded
        self._squares = 0.0  # of the episodes' weights
        self.seen = 0  # episodes counted since

    def add(self, tally: Tally) -> None:
        """Take in episodes that have finished."""
        if self._ignored > 0:
            self._ignored -= tally.episodes
            return
        keep = math.exp(-tally.episodes / MEMORY_EPISODES)
        self._sums = [kept * keep + more for kept, more in zip(self._sums, astuple(tally), strict=True)]
        self._squares = self._squares * keep * keep + tally.episodes
        self.seen += tally.episodes

    def estimate(self) -> Estimate | None:
        """Return what the episodes so far say; None before the first."""
        if not self._squares:
            return None
        episodes, wins, losses, returns, return_squares = self._sums
        # Workers count on while their counters are read one by one: a win may be seen before its episode is.
        win, loss = (min(1.0, max(0.0, each / episodes)) for each in (wins, losses))
        mean = returns / episodes
        deviation = math.sqrt(max(0.0, return_squares / episodes - mean * mean))
        return Estimate(win, loss, max(0.0, 1.0 - win - loss), episodes**2 / self._squares, mean, deviation)


class Score:
    """What an objective is measured in. `unit` is what counts as the whole, 1 of a rate."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.of_returns = isinstance(objective, MeanReturn)
        self.unit = max(abs(objective.threshold), SMALLEST_UNIT) if isinstance(objective, MeanReturn) else 1.0
        self.enough = WINS_ENOUGH  # from here on it is as good as solved
        self.name = "Wins against the scripted player"
        if isinstance(objective, MeanReturn | SuccessShare):
            self.enough = objective.threshold
            self.name = "The mean return" if self.of_returns else "Successes"

    def counted(self, tally: Tally) -> tuple[int, int]:
        """A tally's `returns` and `return_squares` as whole numbers, to be added up."""
        return round(tally.returns / self.unit * PARTS), round(tally.return_squares / self.unit**2 * PARTS)

    def tally(self, episodes: int, wins: int, losses: int, returns: int, squares: int) -> Tally:
        """The tally of added-up numbers, the last two `counted`."""
        return Tally(episodes, wins, losses, returns / PARTS * self.unit, squares / PARTS * self.unit**2)

    def value(self, estimate: Estimate) -> float:
        """The number that is to rise."""
        return estimate.mean_return if self.of_returns else estimate.win

    def interval(self, estimate: Estimate, deviations: float = SHOWN_DEVIATIONS) -> tuple[float, float]:
        """Where its true value lies."""
        return estimate.return_interval(deviations) if self.of_returns else estimate.interval(deviations)

    def text(self, value: float) -> str:
        """The number as one reads it."""
        return f"{value:.4g}" if self.of_returns else f"{value:.0%}"
