"""The trainer's end of the duels: who of the library is played by which rollout worker, and what the results say."""

from __future__ import annotations

import random
from collections.abc import Mapping

from drillsergeant.learn.engine import NO_EPISODES, Tally
from drillsergeant.learn.league.elo import NOW, SCRIPTED, Ratings
from drillsergeant.learn.league.opponents import OpponentPool, Record, plain
from drillsergeant.memory.snapshots import NO_CHOICE, DuelTally, SnapshotWriter

# Updates that a worker plays one opponent for. An update is a second of match time, a match 20 seconds at most, and
# with a new opponent all of a worker's duels start anew: what is under way then is never counted.
HOLD_UPDATES = 48
RIVALS = 4  # opponents of a device that plays, at a time


class Matchmaking:
    """Chooses opponents and keeps the results. One per run: a run that starts over starts a new one."""

    def __init__(self, library: SnapshotWriter, workers: int) -> None:
        self._library, self._workers = library, workers
        self._random = random.Random(0)
        self._pool, self._ratings = OpponentPool(), Ratings()
        self._scripted = Record()
        self._updates = 0
        # Nobody is weaker at first, and there is no snapshot yet.
        self.rivals = [SCRIPTED] * RIVALS
        self._device_random = random.Random(1)
        self._device_tallies: dict[int, Tally] = {}
        for worker in range(workers):
            library.choose(worker, NO_CHOICE)

    def updated(self) -> None:
        """Count one update; lets one worker after the other play somebody else."""
        every = max(1, HOLD_UPDATES // self._workers)
        if self._updates % every == 0:
            self._rotate(self._updates // every % self._workers)
        every = HOLD_UPDATES // RIVALS
        if self._updates % every == every - 1:
            self._rotate_rival(self._updates // every % RIVALS)
        self._updates += 1

    def _rotate(self, worker: int) -> None:
        slots = self._observe()
        if slots:
            # random() is promised to give the same numbers in every Python version; choices() is not.
            self._library.choose(worker, slots[self._pool.draw(list(slots), self._random.random())])

    def _rotate_rival(self, number: int) -> None:
        """One of a device's opponents: a snapshot, or the scripted player as long as there is something to learn."""
        candidates = [SCRIPTED, *self._observe()]
        beside = {SCRIPTED: self._scripted}
        self.rivals[number] = self._pool.draw(candidates, self._device_random.random(), beside)

    def _observe(self) -> dict[int, int]:
        """Take in what is counted; the slot of every snapshot by id."""
        tallies, beside = self._library.tallies(), self._device_tallies
        self._device_tallies = {each.ident: beside.get(each.ident, NO_EPISODES) for each in tallies.values()}
        counted = []
        for ident, *counts in tallies.values():
            more = self._device_tallies[ident]
            sums = map(sum, zip(counts, (more.episodes, more.wins, more.losses), strict=True))
            counted.append(DuelTally(ident, *sums))
        self._pool.observe(counted)
        return {tally.ident: slot for slot, tally in tallies.items()}

    def parameters(self, ident: int) -> bytes | None:
        """The f32 [P] of a snapshot; None where it is gone."""
        slots = {found: slot for slot, found in enumerate(self._library.ids())}
        return self._library.parameters(slots[ident]) if ident in slots else None

    def dueled(self, duels: Mapping[int, Tally]) -> None:
        """Take in a device's finished duels, by opponent."""
        for ident, tally in duels.items():
            if ident > NOW:
                self._device_tallies[ident] = self._device_tallies.get(ident, NO_EPISODES) + tally

    def played_scripted(self, tally: Tally) -> None:
        """Take in finished evaluation episodes against the scripted player, by which all ratings are anchored."""
        self._scripted = self._scripted.after(tally.episodes, tally.wins, tally.losses)

    def values(self) -> dict[str, object]:
        """The numbers for the page; those that nothing is known of yet are left out."""
        self._observe()
        records = self._pool.records
        self._ratings.fit({SCRIPTED: self._scripted, **records})
        values: dict[str, object] = {"pool": plain(records, self._ratings.values)}
        if self._ratings.known:
            values["rating"] = round(self._ratings.values[NOW])
        if (now := self._pool.total().estimate()) is not None:
            low, high = now.interval()
            rates = {"win_rate_pool": now.win, "loss_rate_pool": now.loss, "draw_rate_pool": now.draw}
            values |= {**rates, "win_low_pool": low, "win_high_pool": high}
        return values

    @property
    def results(self) -> dict[int, Mapping[int, Record]]:
        """What came of the games of NOW, and of each snapshot until it was taken, by id and by opponent's id."""
        return {NOW: {SCRIPTED: self._scripted, **self._pool.records}, **self._ratings.frozen}

    def restore(self, ratings: Mapping[int, float], results: Mapping[int, Mapping[int, Record]]) -> None:
        """Go on with what a saved run knew of the snapshots that are in the library now; both by id, as above."""
        now = results.get(NOW, {})
        self._scripted = now.get(SCRIPTED, Record())
        self._pool.records = {ident: record for ident, record in now.items() if ident > NOW}
        self._ratings.restore(ratings, results)

    def go_back(self, ident: int) -> None:
        """The policy is that of snapshot `ident` again, or one that nothing is known of: it has the results of that."""
        results = self._ratings.frozen.get(ident, {})
        self._scripted = results.get(SCRIPTED, Record())
        self._pool.forget()
        self._pool.records |= {other: results[other] for other in self._pool.records if other in results}
        self._ratings.settle(results)

    @property
    def ratings(self) -> dict[int, float]:
        """Rating of every snapshot in the library, by id, as of the latest `values`."""
        return {ident: value for ident, value in self._ratings.values.items() if ident > NOW}
