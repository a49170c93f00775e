"""The trainer's learner in a browser: on a GPU where one is there and faster, on kernels otherwise and at any time.

The kernel learner always holds the state of the last update that counts, so there is never more to lose than the update
in hand, and that one is done again from the same chunks. A device comes and goes between updates; nobody waits for it.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, count

from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.wasm.engine import KernelLearner, PreparedBatch
from drillsergeant.learn.webgpu.learner import DeviceFailure, GpuLearner
from drillsergeant.learn.webgpu.matches import Opponents, PlayedChunk
from drillsergeant.learn.webgpu.plan import GpuPlan
from drillsergeant.learn.webgpu.playing import Opener, Pace, Playing
from drillsergeant.learn.webgpu.trial import Trial
from drillsergeant.learn.webgpu.watch import Watch
from drillsergeant.tasks import Tasks

MODES = ("auto", "wasm", "webgpu")
# Seconds after a loss at which to ask for a device again, and on and on at the last of them: a browser that has lost
# two refuses for two minutes.
RETRIES_S = (0.0, 5.0, 30.0, 125.0, 250.0)
VOIDS_MAX = 3  # updates in a row that did not count: such a device is not trusted any more
TRIED_ELSEWHERE = 4  # of them before the device may play: so long the pace of workers' play is taken
TRIAL_UPDATES = 10  # the first few are slow: pipelines are still being compiled and clocks raised


class AutoLearner:
    """`engine.DeviceLearner` over a kernel learner and a source of devices.

    `name` is what the last update ran on, `why` a sentence for the page about that, `mode` what was asked for.
    """

    def __init__(
        self,
        local: KernelLearner,
        plan: GpuPlan,
        opener: Opener,
        watch: Watch,
        mode: str = "auto",
        played: Sequence[GpuPlan] = (),
        *,
        must_play: bool = False,
        tasks: Tasks | None = None,
    ) -> None:
        """`plan`: of learning from workers' play. `played`, `must_play`: of play on a device, see `Playing`. `tasks`:
        what goes on beside learning."""
        self.name, self.why = "wasm", "asking the browser for a GPU"
        self._local, self._plan, self._opener, self.watch = local, plan, opener, watch
        self._gpu: GpuLearner | None = None
        self.played_here = True  # the game that the plans play is the one that is played
        self._tasks = tasks or Tasks()
        self._playing = Playing(played, opener, self._tasks, plan.plan, must=must_play)
        self._next_hyper: Callable[[], Hyper] = Hyper
        self._opening: asyncio.Task[None] | None = None
        self._trial: asyncio.Task[None] | None = None
        self.losses = self.voids = 0
        self._voids_running = 0
        self.choose(mode)

    @property
    def device_possible(self) -> bool:
        """Whether a device learns, or may yet: one is asked for, and none has turned out not to be there."""
        return self.mode != "wasm" and not self._hopeless

    def choose(self, mode: str) -> None:
        """Learn on this from the next update on: "auto", "wasm" or "webgpu". Raises ValueError for anything else."""
        if mode not in MODES:
            raise ValueError(f"learner {mode!r} must be one of {', '.join(MODES)}")
        self.mode = mode
        self._restart_trial()
        self._hopeless = False
        if mode == "wasm":
            self.why = "chosen"

    def _restart_trial(self) -> None:
        self._tried = 0
        self._local_s = self._device_s = float("inf")  # seconds a decision
        self._settled = False  # on the kernels
        self._elsewhere, self._elsewhere_s = Pace(), float("inf")  # with workers' play
        self._playing.restart()

    def rest(self) -> None:
        """Nobody trains for a while."""
        self._elsewhere = self._playing.pace = Pace()

    def warm(self, next_hyper: Callable[[], Hyper]) -> None:
        """Ask for a device before there is anything to learn from: it takes a second or two to compile its shaders.
        `next_hyper` tells the numbers of the updates there will be."""
        self._next_hyper = next_hyper
        if self.mode != "wasm" and not self._settled:
            self._look_for_device()

    def rouse(self) -> None:
        """Training is about to begin: a device that would play has its clocks up by then."""
        self._playing.rouse()

    def write_parameters(self, weights_offset: int) -> None:
        """Copy the current parameters to `weights_offset`."""
        self._local.write_parameters(weights_offset)

    def read_parameters(self, weights_offset: int) -> None:
        """Continue from the parameters at `weights_offset` with a fresh optimiser."""
        self._playing.interrupt()
        self._local.read_parameters(weights_offset)

    def reset(self, seed: int) -> None:
        """Start over with new parameters."""
        self._playing.interrupt()
        self._local.reset(seed)

    def close(self) -> None:
        """Give the device back and ask for no other; nothing is learned after this."""
        self._tasks.cancel()  # first: it could open a device when the one there is has been closed
        self._give_back()

    def _give_back(self) -> None:
        if self._gpu is not None:
            self._gpu.device.close()
        self._gpu = None
        self._playing.close()

    def state(self) -> LearnerState:
        """Return everything needed to go on elsewhere exactly where this learner stands, wherever it learns."""
        return self._local.state()

    def restore(self, state: LearnerState) -> None:
        """Go on from a state, on a device too."""
        self._playing.interrupt()
        self._local.restore(state)

    async def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        """Update from these chunks; returns the metrics of the update."""
        self._next_hyper = lambda: hyper
        if self.mode != "wasm" and not self._settled:
            self._look_for_device()
        batch = self._local.prepare(chunk_offsets, hyper)
        metrics = await self._learn(batch, hyper)
        self._elsewhere.updated(int(metrics["decisions"]))
        if math.isfinite(self._elsewhere.seconds):  # else it rested
            self._elsewhere_s = self._elsewhere.seconds
        return metrics

    async def _learn(self, batch: PreparedBatch | None, hyper: Hyper) -> Mapping[str, float]:
        if self.mode != "wasm" and not self._settled and self._gpu is not None and batch is not None:
            if not self._tried:
                return self._try(self._gpu, batch, hyper)
            metrics = await self._on_device(self._gpu, batch, hyper)
            if metrics is not None:
                return metrics
        return self._on_kernels(batch, hyper)

    def _try(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper) -> Mapping[str, float]:
        """Update on the kernels, and find out beside it whether the device comes to the same."""
        if goes_on(self._trial):
            return self._on_kernels(batch, hyper)
        try:
            trial = Trial(gpu, batch, hyper, self._local.rescaled())
        except Exception as failure:  # as in `_on_device`
            self._failed(gpu, failure)
            return self._on_kernels(batch, hyper)
        metrics = self._on_kernels(batch, hyper)
        self._trial = self._tasks.begin(self._compare(trial, self._local.rescaled()))
        return metrics

    async def _compare(self, trial: Trial, expected: LearnerState) -> None:
        try:
            fault = await trial.fault(expected)
        except Exception as failure:  # as in `_on_device`
            self._failed(trial.gpu, failure)
            return
        if fault:
            self._failed(trial.gpu, DeviceFailure(fault, lost=False))
            self._settle(trial.gpu)
        elif trial.gpu is self._gpu:
            self._tried = 1

    @property
    def checks(self) -> bool:
        """Whether the next update of workers' play is one that a device is tried with: best a short one."""
        return self._gpu is not None and not self._tried and not self._settled and self.mode != "wasm"

    @property
    def plays(self) -> bool:
        """Whether the next update can be one of play on a device: once an update there has been found right, and, where
        the faster way is taken and is not known yet, a few have told the pace of workers' play. Not those that are
        compared kernel by kernel, whose chunk has to be at hand."""
        at_once = self._playing.must or self._playing.surely_faster
        found = self._settled or self._tried > (0 if at_once else TRIED_ELSEWHERE)
        ready = self._playing.player is not None and found and self.played_here
        return ready and self.mode != "wasm" and self._local.scales_known and not self.watch.due

    async def play(
        self, hyper: Hyper, lesson: int, opponents: Opponents
    ) -> tuple[Mapping[str, float], PlayedChunk] | None:
        """Play a chunk on the device and update from it, where it `plays`: metrics and what was played, or nothing if
        the update does not count."""
        await self._playing.end_rousing()
        player = self._playing.next_player()
        try:
            played = await player.update(hyper, lesson, self._local.scales, self._local.entered, opponents)
            if not self._local.finish(played.state):
                raise DeviceFailure("the update left numbers above 1e18 in the weights", lost=False)
        except Exception as failure:  # as in `_on_device`
            self._failed(player.learner, failure)
            return None
        metrics = asdict(played.metrics)
        if played.metrics.decisions:
            self._local.measured(played.observations, played.returns)
        self.watch.passed()
        self.name, self._voids_running = "webgpu", 0
        self._playing.updated(player, self._elsewhere_s)
        self.why = f"{player.learner.device.description}: plays and learns{self._paces()}"
        return {**metrics, **self._counts()}, played.played

    def _paces(self) -> str:
        """What is known of how fast a device plays, and others."""
        paces = (self._playing.told_s, self._elsewhere_s)
        here, elsewhere = (f"{1e-6 / each:.3g} M decisions/s" if math.isfinite(each) else "" for each in paces)
        return f" {here}" * bool(here) + f"; from workers' play {elsewhere} were learned" * bool(here and elsewhere)

    def _on_kernels(self, batch: PreparedBatch | None, hyper: Hyper) -> Mapping[str, float]:
        self.name = "wasm"
        self._playing.interrupt()
        began_s = time.perf_counter()
        metrics = self._local.go_on(batch, hyper)
        self._local_s = min(self._local_s, _per_decision(began_s, metrics))
        return {**metrics, **self._counts()}

    async def _on_device(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper) -> Mapping[str, float] | None:
        """The update there, if it counts."""
        began_s = time.perf_counter()
        self._playing.interrupt()
        try:
            metrics, after = await gpu.learn(batch, hyper, self._local.rescaled())
            if not self._local.finish(after):
                raise DeviceFailure("the update left numbers above 1e18 in the weights", lost=False)
        except Exception as failure:  # whatever a browser does with its GPU, training goes on
            self._failed(gpu, failure)
            return None
        spent_s = _per_decision(began_s, asdict(metrics))
        self._tried += 1
        self.name, self._voids_running = "webgpu", 0
        self._device_s = min(self._device_s, spent_s)
        self._decide(gpu)
        await self._validate(gpu, batch, hyper, after)
        return {**asdict(metrics), **self._counts()}

    async def _validate(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> None:
        """Compare kernel by kernel if it is time; one that is beyond its bound ends learning on the device."""
        try:
            found = await self.watch.look(gpu, batch, hyper, state)
        except Exception as failure:  # as above
            self._failed(gpu, failure)
            return
        if found:
            self._failed(gpu, DeviceFailure(f"{gpu.device.description}: {found}", lost=False))
            self._settle(gpu)

    def _decide(self, gpu: GpuLearner) -> None:
        rates = [f"{1e-6 / each:.3g} M decisions/s" for each in (self._device_s, self._local_s)]
        self.why = f"{gpu.device.description}: {rates[0]}, the CPU {rates[1]}"
        if self.mode == "auto" and self._tried == TRIAL_UPDATES and self._local_s < self._device_s:
            self._settle(gpu)

    def _settle(self, gpu: GpuLearner) -> None:
        """Stay with the kernels until told otherwise."""
        if self._gpu is gpu:  # not one that was lost, and closed, meanwhile
            gpu.device.close()
        self._gpu, self._settled = None, True

    def _failed(self, gpu: GpuLearner, failure: Exception) -> None:
        """Go on without the device, or only without this update of it."""
        lost = not isinstance(failure, DeviceFailure | ValueError) or getattr(failure, "lost", False)
        self._playing.interrupt()
        self.why = f"learning on the CPU: {failure}"
        self.losses += lost
        self.voids += not lost
        self._voids_running += 1
        plays = self._playing.player is not None and self._playing.player.learner is gpu
        if lost and (plays or self._gpu is gpu):  # one is seldom lost alone
            self._give_back()
            self._restart_trial()
        elif self._voids_running >= VOIDS_MAX and plays:
            self._playing.give_up()
        elif self._voids_running >= VOIDS_MAX:
            self._settle(gpu)

    def _look_for_device(self) -> None:
        """Ask for one where there is none; nobody waits for it."""
        if goes_on(self._opening):
            return
        if self._gpu is None and not self._hopeless:
            self._opening = self._tasks.begin(self._keep_asking())
        elif self._gpu is not None and self._playing.missing:
            self._opening = self._tasks.begin(self._playing.open(*self._following))

    async def _keep_asking(self) -> None:
        """Get a device, now or later; the next update after that uses it. Ends where there will be none."""
        waited_s = 0.0
        for at_s in chain(RETRIES_S, count(2 * RETRIES_S[-1], RETRIES_S[-1])):
            if at_s > waited_s:
                await asyncio.sleep(at_s - waited_s)
            waited_s = at_s
            # Beside, since each compiles for a second or two.
            playing = self._tasks.begin(self._playing.open(*self._following))
            found = await self._open()
            await playing
            if found:
                break
            self._playing.close()
            if self._hopeless:
                break

    @property
    def _following(self) -> tuple[Hyper, int]:
        """What the next updates will be like: their numbers, and the seed of their minibatches."""
        return self._next_hyper(), self._local.seed

    async def _open(self) -> bool:
        try:
            device = await self._opener(self._plan, self.mode == "webgpu")
        except Exception as failure:  # as above
            self.why = f"learning on the CPU: {failure}"
            self._hopeless = getattr(failure, "final", False)
            return False
        self._gpu = GpuLearner(self._plan, device)
        self._voids_running = 0
        return True

    def _counts(self) -> dict[str, float]:
        return {"gpu_losses": self.losses, "gpu_voids": self.voids}


def _per_decision(began_s: float, metrics: Mapping[str, float]) -> float:
    decisions = metrics["decisions"]
    return (time.perf_counter() - began_s) / decisions if decisions else float("inf")


def goes_on(task: asyncio.Task[None] | None) -> bool:
    """Whether it was begun and has not ended."""
    return task is not None and not task.done()
