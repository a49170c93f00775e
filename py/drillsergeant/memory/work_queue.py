"""Handing out parts of a job to whoever has time, and collecting what they came to, over shared memory.

The trainer opens a job of some shares and takes shares itself; a rollout worker whose ring is full takes others. Who
computes what is a matter of luck, so a share's result must not depend on it; the trainer adds results in the order of
the shares. Nobody is waited for without end: a share whose taker has gone silent is computed again by the trainer.

Everyone writes results to a place of their own, marked with the number of the job, so a late result of an earlier job
is never taken for one of the present.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from drillsergeant.memory.access import WORD_BYTES, Memory, signed
from drillsergeant.memory.layout import SHARES_MAX, Layout, rollout

SILENCE_S = 1.0
BELL_WAIT_S = 0.05
_SHARE_BITS = 8
_SHARE_MASK = (1 << _SHARE_BITS) - 1
_JOB_MASK = 0x7FFF


class JobWord(IntEnum):
    """Words of region `shares.job`, written before the job is opened and constant until it is finished."""

    NUMBER = 0
    ARGUMENTS = 1  # and the words behind it: what the job's shares have in common


ARGUMENTS_MAX = 8


@dataclass(frozen=True)
class Share:
    """One part of a job, the taker's own. `result` is where its f32 [P] belong, in bytes."""

    job: int
    number: int
    arguments: tuple[int, ...]
    result: int


class _Tickets:
    """The cell from which shares are drawn: job, number of shares, next share, in one word."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        self._memory = memory
        self._word = layout["shares.ticket"].word

    def open(self, job: int, count: int) -> None:
        # The job is in the word, too: drawing a ticket of one job fails once another is open.
        self._memory.store(self._word, (job & _JOB_MASK) << 2 * _SHARE_BITS | count << _SHARE_BITS)

    def draw(self) -> int | None:
        """The next share's number, None where all have been taken."""
        while True:
            seen = self._memory.load(self._word)
            share, count = seen & _SHARE_MASK, seen >> _SHARE_BITS & _SHARE_MASK
            if share >= count:
                return None
            if self._memory.compare_exchange(self._word, seen, seen + 1) == seen:
                return share


class ShareTaker:
    """A rollout worker's end."""

    def __init__(self, memory: Memory, layout: Layout, worker: int) -> None:
        """Take shares as rollout worker `worker`."""
        self._memory, self._tickets = memory, _Tickets(memory, layout)
        self._job = layout["shares.job"].word
        self._bell = layout["shares.bell"].word
        self._done = layout[f"shares.{rollout(worker)}.done"].word
        self._results, self._stride = _results(layout, worker)

    def take(self) -> Share | None:
        """A share that nobody has taken yet, None where there is none; never waits."""
        number = self._tickets.draw()
        if number is None:
            return None
        # The number first: who reads a newer one reads its arguments too, as they are written before it; who reads an
        # older one marks a result that nobody will look for.
        words = [self._memory.load(self._job + word) for word in range(JobWord.ARGUMENTS + ARGUMENTS_MAX)]
        result = self._results + number * self._stride
        return Share(words[JobWord.NUMBER], number, tuple(words[JobWord.ARGUMENTS :]), result)

    def finish(self, share: Share) -> None:
        """Hand in the share, its result written."""
        self._memory.store(self._done + share.number, share.job)  # behind the result: who sees this sees all of it
        self._memory.add(self._bell, 1)
        self._memory.notify(self._bell)


class ShareBoard:
    """The trainer's end. One at a time; a replacement closes what an earlier one left open."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Close the job of an earlier trainer, if any."""
        self._memory, self._tickets = memory, _Tickets(memory, layout)
        self._job = layout["shares.job"].word
        self._bell = layout["shares.bell"].word
        workers = range(layout.plan.workers)
        self._done = [layout[f"shares.{rollout(worker)}.done"].word for worker in workers]
        self._results = [_results(layout, worker) for worker in workers]
        self._waiters = [layout[f"ring.{worker}.consumer"].word for worker in workers]
        self._number = memory.load(self._job + JobWord.NUMBER)
        self._tickets.open(self._number, 0)

    def open(self, count: int, arguments: Sequence[int]) -> None:
        """Open a job of `count` shares and wake the workers who wait for room in their rings."""
        if not 0 < count <= SHARES_MAX or len(arguments) > ARGUMENTS_MAX:
            raise ValueError(
                f"a job of {count} shares and {len(arguments)} arguments; at most {SHARES_MAX} and {ARGUMENTS_MAX}"
            )
        self._number = signed(self._number + 1) or 1  # 0 is what zeroed memory says is done
        for place, argument in enumerate(arguments):
            self._memory.store(self._job + JobWord.ARGUMENTS + place, argument)
        self._memory.store(self._job + JobWord.NUMBER, self._number)
        self._tickets.open(self._number, count)  # the job first, the tickets last
        for word in self._waiters:  # they sleep on their ring's tail, which does not change
            self._memory.notify(word)

    def take(self) -> int | None:
        """The number of a share for the trainer itself, None where all have been taken."""
        return self._tickets.draw()

    def collect(self, missing: set[int]) -> dict[int, int]:
        """Wait for the shares `missing`, which rollout workers have taken; returns where each one's result lies.

        A share that is still missing after SILENCE_S without news is left out: its taker is dead or stuck.
        """
        found: dict[int, int] = {}
        heard_s = time.monotonic()
        while True:
            ticket = self._memory.load(self._bell)  # before looking: what is handed in meanwhile ends the wait at once
            news = {share: place for share in missing - found.keys() if (place := self._place(share)) is not None}
            found |= news
            if len(found) == len(missing):
                return found
            now_s = time.monotonic()
            heard_s = now_s if news else heard_s
            if now_s - heard_s > SILENCE_S:
                return found
            self._memory.wait(self._bell, ticket, BELL_WAIT_S)

    def _place(self, share: int) -> int | None:
        for done, (results, stride) in zip(self._done, self._results, strict=True):
            if self._memory.load(done + share) == self._number:
                return results + share * stride
        return None


def _results(layout: Layout, worker: int) -> tuple[int, int]:
    """Where a worker's results begin, and the bytes from one share's to the next."""
    region = layout[f"shares.{rollout(worker)}.gradients"]
    return region.offset, region.shape[1] * WORD_BYTES
