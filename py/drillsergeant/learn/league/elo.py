"""Ratings on Elo's scale for everybody on the timeline, from few games as from many.

A. E. Elo, "The Rating of Chessplayers", 1978, with the logistic curve in use since: who is 400 points ahead takes 10/11
of the score; a draw is half a win. All ratings are fitted together to all results (the model of R. A. Bradley and
M. E. Terry, Biometrika 39, 1952) by Newton steps on one rating at a time. As in R. Coulom's "Bayesian Elo rating",
2005, everybody has also drawn a little with somebody known, here with the scripted player, whose rating never moves:
so nobody's is infinite, and one that nothing is known of is that player's.

A snapshot never plays again once it is frozen; only the policy of the moment, NOW, does. So a snapshot keeps the
results NOW had when it was taken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from drillsergeant.learn.league.opponents import Record

NOW, SCRIPTED = 0, -1  # beside the ids of snapshots, which are positive
ANCHOR = 1000.0
POINTS = 400.0 / math.log(10.0)  # rating points to one natural unit of log-odds
DRAWN_GAMES = 2.0
STEP_MAX = 200.0  # Newton's steps on a saturated curve overshoot
SWEEPS = 3  # at each fit; ratings start where the fit before left them
SETTLING_STEPS = 40  # of one rating from anywhere to where its games put it


def expected(own: float, other: float) -> float:
    """The share of the score that a player rated `own` takes from one rated `other`."""
    return 1.0 / (1.0 + math.exp(min((other - own) / POINTS, 700.0)))


class Ratings:
    """Everybody's rating."""

    def __init__(self) -> None:
        self.values: dict[int, float] = {NOW: ANCHOR, SCRIPTED: ANCHOR}
        self._frozen: dict[int, dict[int, Record]] = {}
        self._scored = False

    def fit(self, records: Mapping[int, Record]) -> None:
        """Take in NOW's record against every snapshot there is, and SCRIPTED, and move the ratings towards them all.

        A snapshot seen for the first time has just been taken: it is as good as NOW is, by the same results.
        """
        snapshots = [ident for ident in records if ident > NOW]
        for ident in snapshots:
            if ident not in self._frozen:
                self._frozen[ident] = {other: record for other, record in records.items() if other != ident}
                self.values[ident] = self.values[NOW]
        kept = {NOW, SCRIPTED, *snapshots}
        self.values = {ident: self.values[ident] for ident in sorted(kept)}
        self._frozen = {ident: self._frozen[ident] for ident in snapshots}
        scripted = records.get(SCRIPTED)
        self._scored = scripted is not None and scripted.wins > 0
        games = self._games(records)
        for _ in range(SWEEPS):
            for ident in (NOW, *snapshots):
                self._move(ident, games[ident])

    @property
    def frozen(self) -> Mapping[int, Mapping[int, Record]]:
        """The results that NOW had when each snapshot was taken, by its id."""
        return self._frozen

    def restore(self, ratings: Mapping[int, float], results: Mapping[int, Mapping[int, Record]]) -> None:
        """Go on with snapshots that have these ratings, and with everybody's results, by id, NOW's among them."""
        self.values = {NOW: ANCHOR, SCRIPTED: ANCHOR, **ratings}
        self._frozen = {ident: dict(results.get(ident, {})) for ident in ratings}
        self.settle(results.get(NOW, {}))

    def settle(self, records: Mapping[int, Record]) -> None:
        """NOW is another policy, with these records: let its rating alone find where they put it."""
        games = self._games(records)
        for _ in range(SETTLING_STEPS):
            self._move(NOW, games[NOW])

    @property
    def known(self) -> bool:
        """Whether NOW has won anything against the scripted player: until then all that is known is "far below"."""
        return self._scored

    def _games(self, records: Mapping[int, Record]) -> dict[int, list[tuple[int, float, float]]]:
        """For everybody: opponent, games, score. Who has gone from the timeline counts no more."""
        games: dict[int, list[tuple[int, float, float]]] = {ident: [] for ident in self.values}
        for own, theirs in ((NOW, records), *self._frozen.items()):
            for other, record in theirs.items():
                if record.games and other in games:
                    games[own].append((other, record.games, record.score))
                    games[other].append((own, record.games, record.games - record.score))
        return games

    def _move(self, ident: int, games: list[tuple[int, float, float]]) -> None:
        own = self.values[ident]
        surplus = curvature = 0.0
        for other, count, score in [*games, (SCRIPTED, DRAWN_GAMES, DRAWN_GAMES / 2.0)]:
            share = expected(own, self.values[other])
            surplus += score - count * share
            curvature += count * share * (1.0 - share)
        step = POINTS * surplus / max(curvature, 1e-9)
        self.values[ident] = own + max(-STEP_MAX, min(STEP_MAX, step))
