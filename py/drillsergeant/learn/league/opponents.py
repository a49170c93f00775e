"""The pool of frozen opponents: what is known of each, who is played next, and how the policy fares against all.

Opponents are drawn as in prioritised fictitious self-play (O. Vinyals et al., "Grandmaster level in StarCraft II using
multi-agent reinforcement learning", Nature 575, 2019, Methods): with a weight (1 - p)^2, p being the share of the
score that the learning policy takes from the opponent. Against whom there is nothing left to learn is played little,
yet never nothing, so that what was learned against it is not forgotten.

Pure: no memory, no clock; random numbers are handed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.learn.evaluation.results import Estimate
from drillsergeant.memory.snapshots import DuelTally

FLOOR = 0.05  # the least weight of an opponent; the most is 1
KNOWN_GAMES = 16.0  # with fewer games an opponent is taken for one that always wins, and so soon tried
# The policy changes while it plays: what is known of an opponent is worth no more than this many games.
MEMORY_GAMES = 400.0


@dataclass(frozen=True)
class Record:
    """Recent games of the learning policy against one opponent; older ones count for less, so numbers are not whole."""

    games: float = 0.0
    wins: float = 0.0
    losses: float = 0.0

    @property
    def score(self) -> float:
        """Wins and half of what nobody won."""
        return self.wins + 0.5 * (self.games - self.wins - self.losses)

    def estimate(self) -> Estimate | None:
        """The shares of wins and losses; None without games."""
        if self.games <= 0.0:
            return None
        win, loss = self.wins / self.games, self.losses / self.games
        return Estimate(win, loss, max(0.0, 1.0 - win - loss), self.games)

    def after(self, games: int, wins: int, losses: int) -> Record:
        """Return the record with newer games added, the older ones faded to make room."""
        kept = min(1.0, max(0.0, MEMORY_GAMES - games) / self.games) if self.games else 0.0
        return Record(self.games * kept + games, self.wins * kept + wins, self.losses * kept + losses)


class OpponentPool:
    """What is known of every opponent, by snapshot id."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}
        self._seen: dict[int, tuple[int, int, int]] = {}

    def observe(self, tallies: Iterable[DuelTally]) -> None:
        """Take in counts as they stand now; opponents that are not among them have gone and are forgotten.

        A count that fell has been started again, and counts whole.
        """
        records: dict[int, Record] = {}
        seen: dict[int, tuple[int, int, int]] = {}
        for tally in tallies:
            now = seen[tally.ident] = (tally.episodes, tally.wins, tally.losses)
            before = self._seen.get(tally.ident, (0, 0, 0))
            if any(new < old for new, old in zip(now, before, strict=True)):
                before = (0, 0, 0)
            games, wins, losses = (new - old for new, old in zip(now, before, strict=True))
            records[tally.ident] = self.records.get(tally.ident, Record()).after(games, wins, losses)
        self.records, self._seen = records, seen

    @staticmethod
    def _weight(record: Record) -> float:
        """How much there is to learn from an opponent of this record, FLOOR to 1."""
        if record.games < KNOWN_GAMES:
            return 1.0
        lost_share = 1.0 - record.score / record.games
        return max(FLOOR, lost_share * lost_share)

    def draw(self, idents: Sequence[int], uniform: float, beside: Mapping[int, Record] | None = None) -> int:
        """One of `idents` (not empty), by weight; `uniform` in [0, 1). `beside`: records of some that are not of the
        pool."""
        records = {**self.records, **(beside or {})}
        weights = [self._weight(records.get(ident, Record())) for ident in idents]
        left = uniform * sum(weights)
        for ident, weight in zip(idents, weights, strict=True):
            left -= weight
            if left < 0.0:
                return ident
        return idents[-1]

    def forget(self) -> None:
        """The policy is another one now: what it did before says nothing of it."""
        self.records = dict.fromkeys(self.records, Record())

    def total(self) -> Record:
        """The records of all opponents added up."""
        games, wins, losses = (
            math.fsum(getattr(record, name) for record in self.records.values()) for name in ("games", "wins", "losses")
        )
        return Record(games, wins, losses)


def plain(records: Mapping[int, Record], ratings: Mapping[int, float]) -> list[dict[str, float]]:
    """The records for a message, in order of id."""
    return [
        {
            "id": ident,
            "games": round(record.games, 1),
            "wins": round(record.wins, 1),
            "losses": round(record.losses, 1),
            "rating": round(ratings[ident]),
        }
        for ident, record in sorted(records.items())
    ]
