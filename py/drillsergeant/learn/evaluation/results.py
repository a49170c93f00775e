"""How well the policy does now, in the drill's own measure: a moving average over episodes, and how sure one can be.

Episodes come in the order in which they began (`start_order`), so no kind of them comes first. The average still
lags: its older part was played by older policies. Where newer episodes surely contradict it, that part is dropped, as
in adaptive windowing (A. Bifet, R. Gavalda, https://doi.org/10.1137/1.9781611972771.42), so that a policy that has
learned reads as what it is once the matches that it began are over, however long they last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from drillsergeant.drills.contract import MeanReturn, Objective, Player, SuccessShare
from drillsergeant.learn.engine import NO_EPISODES, SCRIPTED_AWAY, Tally, evaluations_of

# Episodes after which an episode's weight has fallen to 1/e. About a second and a half of evaluation on two cores.
MEMORY_EPISODES = 500.0
# Returns are counted in shared memory in whole numbers of so many parts of the unit.
PARTS = 4096.0
# Standard deviations to either side of the interval that is shown: 95 of 100 such intervals hold the true rate.
SHOWN_DEVIATIONS = 1.96
WINS_ENOUGH = 0.90  # who wins that often has little to gain
# Of a return, the share of its threshold that is taken for the whole, as 1 is of a rate. For a threshold near 0, this.
SMALLEST_UNIT = 1e-3
# So many of the newest episodes at a time are held against the average. It is dropped where intervals of so many
# deviations lie apart: less than once in a million times with a steady policy.
NEWEST_EPISODES = 64
CONTRADICTING_DEVIATIONS = 4.0
# Returns contradict each other in lots of at least so many, and their spread is taken for at least so much of the unit:
# that of a few, or of equal ones, does not tell how far off the next may be.
LEAST_LOT = 32
LEAST_SPREAD = 0.01


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

    def balanced(self, other: Estimate) -> Estimate:
        """As if this and another part of a policy were played as often as each other; returns stay this one's."""
        win, loss, draw = (self.win + other.win, self.loss + other.loss, self.draw + other.draw)
        effective = 4.0 / (1.0 / self.effective + 1.0 / other.effective)
        return replace(self, win=win / 2.0, loss=loss / 2.0, draw=draw / 2.0, effective=effective)


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

    def contradict(self, one: Estimate, other: Estimate) -> bool:
        """Whether the true values are surely not the same."""
        if self.of_returns:
            if min(one.effective, other.effective) < LEAST_LOT:
                return False
            spread = max(one.return_deviation, other.return_deviation, LEAST_SPREAD * self.unit)
            one, other = replace(one, return_deviation=spread), replace(other, return_deviation=spread)
        (low, high), (least, most) = (self.interval(each, CONTRADICTING_DEVIATIONS) for each in (one, other))
        return high < least or most < low

    def text(self, value: float) -> str:
        """The number as one reads it."""
        return f"{value:.4g}" if self.of_returns else f"{value:.0%}"


@dataclass(frozen=True)
class _Average:
    """Sums over episodes, of which older ones count for less. `squares` is the sum of the squares of their weights."""

    sums: tuple[float, ...] = astuple(NO_EPISODES)
    squares: float = 0.0

    def plus(self, newer: _Average, keep: float = 1.0) -> _Average:
        """Return both together, with so much of this one's weights."""
        sums = tuple(old * keep + new for old, new in zip(self.sums, newer.sums, strict=True))
        return _Average(sums, self.squares * keep * keep + newer.squares)

    def followed_by(self, newer: _Average) -> _Average:
        """Return both together, this one faded by as many episodes as are added."""
        return self.plus(newer, math.exp(-newer.sums[0] / MEMORY_EPISODES))

    def estimate(self) -> Estimate | None:
        """Return what they say; None of no episodes."""
        if not self.squares:
            return None
        episodes, wins, losses, returns, return_squares = self.sums
        win, loss = wins / episodes, losses / episodes
        mean = returns / episodes
        deviation = math.sqrt(max(0.0, return_squares / episodes - mean * mean))
        return Estimate(win, loss, max(0.0, 1.0 - win - loss), episodes**2 / self.squares, mean, deviation)


class RecentEpisodes:
    """Takes counted episodes, newest last. `waiting`: those that have begun and are not counted yet, where known."""

    def __init__(self, score: Score) -> None:
        """`score`: what newer episodes have to contradict to have older ones dropped."""
        self._score = score
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        self._older, self._newest = _Average(), _Average()
        self.seen = self.waiting = 0  # episodes counted since, and still to come

    def add(self, tally: Tally) -> None:
        """Take in episodes that are counted from now on."""
        added = _Average(astuple(tally), tally.episodes)
        self.seen += tally.episodes
        if self._contradict(self._newest, added):
            self._older, self._newest = _Average(), added
            return
        self._newest = self._newest.plus(added)
        if self._newest.sums[0] < NEWEST_EPISODES:
            return
        whole = self._newest if self._contradict(self._older, self._newest) else self._older.followed_by(self._newest)
        self._older, self._newest = whole, _Average()

    def estimate(self) -> Estimate | None:
        """Return what the episodes so far say; None before the first."""
        return self._older.followed_by(self._newest).estimate()

    def _contradict(self, one: _Average, other: _Average) -> bool:
        """Whether the true scores of both are surely not the same."""
        first, second = one.estimate(), other.estimate()
        return first is not None and second is not None and self._score.contradict(first, second)


class BothTeams(RecentEpisodes):
    """Episodes of a policy as team 0, told together with those as team 1: the mean of both, whoever plays more."""

    def __init__(self, score: Score, away: RecentEpisodes) -> None:
        """`away`: the episodes as team 1, counted by themselves."""
        super().__init__(score)
        self._away = away

    def of_teams(self) -> tuple[Estimate | None, Estimate | None]:
        """What the episodes as team 0 and those as team 1 say."""
        return super().estimate(), self._away.estimate()

    def estimate(self) -> Estimate | None:
        """Return what both say together; None before either has ended."""
        home, away = self.of_teams()
        return None if home is None or away is None else home.balanced(away)


def recent_of(teams: Sequence[int], score: Score) -> dict[str, RecentEpisodes]:
    """Episodes of every evaluation of a drill, by name; what is against the scripted player tells of both teams."""
    found = {name: RecentEpisodes(score) for name in evaluations_of(teams)}
    if SCRIPTED_AWAY in found:
        found[Player.SCRIPTED] = BothTeams(score, found[SCRIPTED_AWAY])
    return found
