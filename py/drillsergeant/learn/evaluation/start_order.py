"""Counting evaluation matches in the order in which they began.

Counting them as they end is wrong for a while after every change: of matches that begin together, short ones end first,
and where losing is short and winning long, a policy that has just learned to win reads as one that loses. So a match
counts when all that began before it, or with it, have ended, too. What has been counted by then is every match that
began up to a moment, each once: its share of wins and its mean return are unbiased estimates for the policies that
played it, however long wins and losses last. The price is a delay of one match at most.

Slots play without a pause: where a match ends, the next begins. "With it" means in the same call of `count`, a chunk of
decisions. What bias is left: that moment is set by the oldest match under way, so just before a long match is counted
the newest of those counted are a little too short, by one match in as many as there are slots.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from drillsergeant.learn.engine import NO_EPISODES, Tally


@dataclass
class _Cohort:
    """Matches that began in the same chunk: how many are under way, and what became of the others."""

    under_way: int = 0
    episodes: int = 0
    wins: int = 0
    losses: int = 0
    returns: float = 0.0
    return_squares: float = 0.0

    def tally(self) -> Tally:
        """Those that have ended."""
        return Tally(self.episodes, self.wins, self.losses, self.returns, self.return_squares)


class StartOrder:
    """The matches of some slots against one opponent, counted in the order in which they began."""

    def __init__(self, slots: int) -> None:
        """All slots begin a match."""
        first = _Cohort(slots)
        self._cohorts, self._matches = deque([first]), [first] * slots  # of each slot: the cohort of its match
        self.waiting = slots  # matches that have begun and are not counted yet

    def count(self, log: Sequence[Sequence[Sequence[float]]]) -> Tally:
        """Take what ended: for one moment after the other a row for each of `CHUNK_STATS`, f32 [slots], 0 where no
        match ended.

        Returns the matches that count from now on.
        """
        begun = _Cohort()
        self._cohorts.append(begun)
        for over, won, lost, _, _, earned, squared in log:
            for slot in _marked(over):
                cohort = self._matches[slot]
                cohort.under_way -= 1
                cohort.episodes += 1
                cohort.wins += int(won[slot])
                cohort.losses += int(lost[slot])
                cohort.returns += earned[slot]
                cohort.return_squares += squared[slot]
                self._matches[slot] = begun
                begun.under_way += 1
                self.waiting += 1
        counted = self._complete()
        self.waiting -= counted.episodes
        return counted

    def _complete(self) -> Tally:
        """Hand out the cohorts that are over, up to the first that is not."""
        done = NO_EPISODES
        while not self._cohorts[0].under_way:
            done += self._cohorts.popleft().tally()
        return done


def _marked(row: Sequence[float]) -> list[int]:
    """Where a row is not 0."""
    return [slot for slot, mark in enumerate(row) if mark] if any(row) else []
