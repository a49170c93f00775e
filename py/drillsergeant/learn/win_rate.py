"""How often the policy wins now: a moving average over finished episodes, and how sure one can be of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Episodes after which an episode's weight has fallen to 1/e. About a second and a half of evaluation on two cores.
MEMORY_EPISODES = 500.0
# Standard deviations to either side of the interval that is shown: 95 of 100 such intervals hold the true rate.
SHOWN_DEVIATIONS = 1.96


@dataclass(frozen=True)
class Estimate:
    """Shares in [0, 1] of the episodes of late. `effective` is how many equally weighted ones they are worth."""

    win: float
    loss: float
    draw: float
    effective: float

    def interval(self, deviations: float = SHOWN_DEVIATIONS) -> tuple[float, float]:
        """Where the true win rate lies: Wilson's score interval (https://doi.org/10.1080/01621459.1927.10502953)."""
        square = deviations * deviations
        middle = self.win + square / (2.0 * self.effective)
        spread = self.win * (1.0 - self.win) / self.effective + square / (4.0 * self.effective**2)
        reach, whole = deviations * math.sqrt(spread), 1.0 + square / self.effective
        return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


class WinRate:
    """Takes finished episodes, newest last."""

    def __init__(self) -> None:
        self.restart(0)

    def restart(self, ignored: int) -> None:
        """Forget everything; the next `ignored` episodes belong to another policy and do not count."""
        self._ignored = ignored
        self._episodes = self._wins = self._losses = 0.0
        self._squares = 0.0  # of the episodes' weights
        self.seen = 0  # episodes counted since

    def add(self, episodes: int, wins: int, losses: int) -> None:
        """Take in episodes that have finished."""
        if self._ignored > 0:
            self._ignored -= episodes
            return
        keep = math.exp(-episodes / MEMORY_EPISODES)
        self._episodes = self._episodes * keep + episodes
        self._wins = self._wins * keep + wins
        self._losses = self._losses * keep + losses
        self._squares = self._squares * keep * keep + episodes
        self.seen += episodes

    def estimate(self) -> Estimate | None:
        """Return what the episodes so far say; None before the first."""
        if not self._squares:
            return None
        # Workers count on while their counters are read one by one: a win may be seen before its episode is.
        win, loss = (min(1.0, max(0.0, each / self._episodes)) for each in (self._wins, self._losses))
        return Estimate(win, loss, max(0.0, 1.0 - win - loss), self._episodes**2 / self._squares)
