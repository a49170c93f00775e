"""Updates from matches that are played on the device itself: nothing of a chunk ever leaves it.

What comes back from an update is the learner's state and a few sums. The device goes on from the state it has; another
one is sent where something changed it on this side, and where the scales (`ppo.scales`) have moved on by a good part: a
chunk is rescaled as it is played, by what chunks before it came to.
"""

from __future__ import annotations

import asyncio
import struct
import time
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from drillsergeant.learn.engine import worker_seed
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import counted
from drillsergeant.learn.ppo.ppo import LearnerState, UpdateMetrics
from drillsergeant.learn.ppo.scales import Moments, Scales
from drillsergeant.learn.webgpu.learner import ARRAYS, GpuLearner, fitted
from drillsergeant.learn.webgpu.matches import DeviceMatches, NoOpponents, Opponents, PlayedChunk, Setting
from drillsergeant.learn.webgpu.plan import Update
from drillsergeant.learn.webgpu.play_plan import PlayPlan
from drillsergeant.memory.access import WORD_BYTES

IN_FLIGHT = 2  # updates at once: the device has the next one to do while this side reads the last one

# Different orders of the minibatches: the rows in them are new in every update, and to permute a thousand cells takes
# Python as long as the device for an update.
ORDERS = 32
WARMING = 6  # updates: in each, submissions get longer


class PlayedUpdate(NamedTuple):
    """An update: its metrics, the state after it, what was played, and what its observation entries and its returns
    came to, in their own units."""

    metrics: UpdateMetrics
    state: LearnerState
    played: PlayedChunk
    observations: list[Moments]
    returns: Moments


class Flight(NamedTuple):
    """An update that was submitted and has not come back: what was run, in how many dispatches, when, and what was
    played."""

    update: Update
    dispatches: int
    began_s: float
    setting: Setting


class GpuPlayer:
    """The matches of one device.

    While an update is waited for, the next one is on its way: it follows on the state that the device has, so nothing
    has to be sent but the words that steer it. It is dropped where the state turns out to be another one; so there is
    none behind an update that had to be sent a state, which early in a run is often the case twice in a row.
    """

    def __init__(self, learner: GpuLearner, play: PlayPlan, rows_elsewhere: int) -> None:
        """`rows_elsewhere`: of a batch that is not played here, which the minibatches in `Hyper` are for: there are as
        many of them in one that is."""
        self.learner, self.play = learner, play
        plan = learner.plan.plan
        self.decisions = plan.agents * plan.horizon  # of an update
        self._share = self.decisions / rows_elsewhere
        self._matches = DeviceMatches(play, learner.device)
        self._at_once = 1  # decisions in a submission
        self._flights: deque[Flight] = deque()
        self._state: LearnerState | None = None  # what the next one to come back follows on
        self._sizes: tuple[int, int] | None = None  # minibatches and epochs of those in flight
        self._back_s = 0.0  # when the last one came back

    async def warm(self, hyper: Hyper, seed: int) -> float:
        """Do a few updates of nothing, since what runs for the first time takes long, and make the orders of the
        minibatches of those there will be, by their numbers and seed. Raises DeviceFailure.

        Returns the seconds that one takes in the end, where nothing comes between.
        """
        plan = self.learner.plan
        for number in range(ORDERS):
            plan.order(1, self._sized(hyper), seed, number)
            await asyncio.sleep(0)
        took_s = [await self.idle(hyper, seed) for _ in range(WARMING)]
        await self.rest()
        return min(took_s[WARMING // 2 :])

    async def idle(self, hyper: Hyper, seed: int) -> float:
        """An update of nothing, as hard work as any; returns the seconds it takes. Raises DeviceFailure."""
        plan = self.learner.plan
        scales = Scales.unknown(plan.inputs, fresh=True)
        arrays = dict.fromkeys(ARRAYS, bytes(WORD_BYTES * plan.parameters))
        began_s = time.perf_counter()
        await self.update(hyper, 0, scales, lambda: LearnerState(seed, 0, 0, 0, arrays, scales), NoOpponents())
        return time.perf_counter() - began_s

    async def rest(self) -> None:
        """Nothing is left of updates of nothing. Raises DeviceFailure."""
        await self.drop()
        self._matches.forget()

    def interrupt(self) -> None:
        """The next update follows on another state than that of the last one; evaluation begins anew."""
        self._state = None
        self._matches.restart_evaluations()

    async def update(
        self,
        hyper: Hyper,
        lesson: int,
        scales: Scales,
        entered: Callable[[], LearnerState],
        opponents: Opponents,
    ) -> PlayedUpdate:
        """Play a chunk at a lesson and learn from it. Raises DeviceFailure.

        A chunk that was poisoned is dropped, and all matches begin anew after it.

        Args:
            hyper: of the next update that is submitted.
            lesson: number of the lesson.
            scales: as they are now; the device has older ones until they have moved on by a good part.
            entered: the state to follow on, rescaled by them, where that is not what the device has.
            opponents: as they are now.
        """
        hyper = self._sized(hyper)
        sizes = hyper.minibatch_size, hyper.epochs
        state, self._state = self._state, None  # until this has come to something
        goes_on = state is not None and self._goes_on(state, lesson, scales) and sizes == self._sizes
        if state is None or not goes_on:
            await self.drop()
            state, self._sizes = entered(), sizes
        if not self._flights:
            self._submit(hyper, lesson, state, opponents, fresh=not goes_on)
        steps = counted(state.steps, self._flights[0].update.steps)
        following = replace(state, updates=counted(state.updates), steps=steps)
        if goes_on and len(self._flights) < IN_FLIGHT:
            self._submit(hyper, lesson, following, opponents, fresh=False)
        flight = self._flights.popleft()
        words = await self.learner.device.read_back()
        self._measure(flight)
        metrics, after = self.learner.result(words, flight.update, state, 1)
        assert state.scales is not None, "a state to learn from on a device has scales"
        if (after.updates, after.steps) == (following.updates, following.steps):
            self._state = after
        if not metrics.decisions:
            self._matches.forget()
        return PlayedUpdate(metrics, after, *self._sums(words, flight.setting, state.scales))

    def _sized(self, hyper: Hyper) -> Hyper:
        """With minibatches for a batch of this size."""
        return replace(hyper, minibatch_size=max(1, round(hyper.minibatch_size * self._share)))

    def _goes_on(self, state: LearnerState, lesson: int, scales: Scales) -> bool:
        """Whether the matches under way, and what the device rescales by, will do for one more update."""
        goes_on = self._matches.go_on(self._seed_of(state), lesson)
        return goes_on and state.scales is not None and scales.near(state.scales)

    def _seed_of(self, state: LearnerState) -> int:
        return worker_seed(state.seed, self.learner.plan.plan.workers)

    async def drop(self) -> None:
        """Wait for what is in flight, and take nothing from it."""
        self._state = None
        while self._flights:
            self._flights.popleft()
            await self.learner.device.read_back()

    def _submit(self, hyper: Hyper, lesson: int, state: LearnerState, opponents: Opponents, *, fresh: bool) -> None:
        """An update that follows on a state; `fresh`: of which the device has to be sent everything."""
        learner, plan, began_s = self.learner, self.learner.plan, time.perf_counter()
        empty = False
        if fresh:
            assert state.scales is not None, "a state to learn from on a device has scales"
            update, empty = learner.send(1, hyper, state, orders=ORDERS)
            learner.device.write("scales", self.play.scales(state.scales))
        else:
            update = plan.update(1, hyper, state, orders=ORDERS)
            learner.steer(update)
        setting = self._matches.prepare(self._seed_of(state), lesson, opponents, empty=empty)
        played = self._matches.submit(self._at_once)
        dispatches = [self.play.tally, *plan.prepare_played(), *(update.step * update.steps)]
        learner.submit(dispatches)
        self._flights.append(Flight(update, played + len(dispatches), began_s, setting))

    def _measure(self, flight: Flight) -> None:
        """Fit submissions to what an update takes: since it was submitted, or since the one before it came back."""
        now_s = time.perf_counter()
        elapsed_s, self._back_s = now_s - max(flight.began_s, self._back_s), now_s
        self.learner.calibrate(flight.dispatches, elapsed_s)
        self._calibrate(elapsed_s)

    def _calibrate(self, elapsed_s: float) -> None:
        """Fit the next submissions to the target. None of the last ones can have taken longer than its share of the
        whole update."""
        horizon = self.learner.plan.plan.horizon
        each_s = elapsed_s / -(-horizon // self._at_once)
        self._at_once = min(fitted(self._at_once, each_s), horizon)

    def _sums(self, words: bytes, setting: Setting, scales: Scales) -> tuple[PlayedChunk, list[Moments], Moments]:
        size = struct.calcsize(f"<{self.play.played_words}f")
        sums = array("f", words[-size:])
        moments = sums[self.play.tallied_words :]
        plan = self.learner.plan.plan
        rows, spreads = plan.horizon * plan.agents, [*scales.spreads, scales.return_spread]
        *observations, returns = (
            Moments(mean, rows, total * spread, squares * spread * spread)
            for mean, spread, total, squares in zip(
                [*scales.means, scales.returns.mean], spreads, moments[::2], moments[1::2], strict=True
            )
        )
        return PlayedChunk(self.play, setting, sums), observations, returns
