"""Updates from matches that are played on the device itself: nothing of a chunk ever leaves it.

What goes there for an update is the learner's state, and what comes back is the next one and a few sums. So scales
(`ppo.scales`) follow one update behind: a chunk is rescaled as it is played, by what the chunks before it came to.
"""

from __future__ import annotations

import struct
import time
from array import array
from typing import NamedTuple

from drillsergeant.drills.contract import LESSON_SHIFT
from drillsergeant.learn.engine import worker_seed
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState, UpdateMetrics
from drillsergeant.learn.ppo.scales import Moments, Scales
from drillsergeant.learn.webgpu.learner import SUBMIT_TARGET_S, GpuLearner
from drillsergeant.learn.webgpu.play_plan import PlayPlan


class PlayedUpdate(NamedTuple):
    """An update: its metrics, the state after it, the chunk's statistics as in its field "stats", and what its
    observation entries and its returns came to, in their own units."""

    metrics: UpdateMetrics
    state: LearnerState
    stats: array[float]
    observations: list[Moments]
    returns: Moments


class GpuPlayer:
    """The matches of one device."""

    def __init__(self, learner: GpuLearner, play: PlayPlan) -> None:
        self.learner, self.play = learner, play
        self._start: tuple[int, int] | None = None  # seed and lesson of the matches under way
        self._at_once = 1  # decisions in a submission

    async def update(self, hyper: Hyper, state: LearnerState, lesson: int) -> PlayedUpdate:
        """Play a chunk at a lesson and learn from it, from a rescaled state. Raises DeviceFailure.

        A chunk that was poisoned is dropped, and all matches begin anew after it.
        """
        assert state.scales is not None, "a state to learn from on a device has scales"
        learner, plan = self.learner, self.learner.plan
        began_s = time.perf_counter()
        update, empty = learner.send(1, hyper, state)
        learner.device.write("scales", self.play.scales(state.scales))
        start = (worker_seed(state.seed, plan.plan.workers), lesson)
        anew, self._start = empty or start != self._start, None  # until it has come to something
        self._submit_play(*start, anew=anew)
        words = await learner.run([self.play.tally, *plan.prepare_played(), *(update.step * update.steps)])
        metrics, after = learner.result(words, update, state, 1)
        if metrics.decisions:
            self._start = start
        self._calibrate(time.perf_counter() - began_s)
        return PlayedUpdate(metrics, after, *self._sums(words, state.scales))

    def _submit_play(self, seed: int, lesson: int, *, anew: bool) -> None:
        """A chunk in submissions of bounded length."""
        horizon, device = self.learner.plan.plan.horizon, self.learner.device
        before = [self.play.begin, self.play.pack] if anew else [self.play.pack]
        for begins in range(0, horizon, self._at_once):
            ends = min(horizon, begins + self._at_once)
            numbers = self.play.knobs(seed=seed, episode=lesson << LESSON_SHIFT, begins=begins, ends=ends)
            device.write("play_knobs", numbers)
            device.submit([*before, self.play.play], last=False)
            before = []

    def _calibrate(self, elapsed_s: float) -> None:
        """Fit the next submissions to the target, at most twice as long as the last ones. None of them can have taken
        longer than its share of the whole update."""
        horizon = self.learner.plan.plan.horizon
        each_s = elapsed_s / -(-horizon // self._at_once)
        fitting = int(self._at_once * SUBMIT_TARGET_S / max(each_s, 1e-6))
        self._at_once = max(1, min(fitting, 2 * self._at_once, horizon))

    def _sums(self, words: bytes, scales: Scales) -> tuple[array[float], list[Moments], Moments]:
        size = struct.calcsize(f"<{self.play.played_words}f")
        sums = array("f", words[-size:])
        stats, moments = sums[: self.play.ended_rows], sums[self.play.ended_rows :]
        plan = self.learner.plan.plan
        rows, spreads = plan.horizon * plan.agents, [*scales.spreads, scales.return_spread]
        *observations, returns = (
            Moments(mean, rows, total * spread, squares * spread * spread)
            for mean, spread, total, squares in zip(
                [*scales.means, scales.returns.mean], spreads, moments[::2], moments[1::2], strict=True
            )
        )
        return stats, observations, returns
