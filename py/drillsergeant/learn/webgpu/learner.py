"""PPO updates on a compute device: what is sent, what must come back before an update counts.

The device may vanish at any moment, and a lost one goes on taking commands as if nothing had happened. So the learner's
state lives on this side: an update takes a state and gives the next one, from a single readback that carries the
update's own number. Whatever is wrong raises DeviceFailure, and the state given is as good as before.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from drillsergeant.learn.ppo.arithmetic import METRICS
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.limits import counted
from drillsergeant.learn.ppo.ppo import LearnerState, UpdateMetrics
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.pipelines import Dispatch
from drillsergeant.learn.webgpu.plan import CONTROL_WORDS, GpuPlan, Sizes, Update
from drillsergeant.memory.access import WORD_BYTES

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ARRAYS = ("parameters", "first_moment", "second_moment")
CONTROL = struct.Struct(f"<7I4f{len(METRICS)}f")
BATCH_POISONED, STATE_POISONED = 1, 2  # as in common.wgsl
# Whatever else is drawn on the device waits for the submission it works on: half a frame at most.
SUBMIT_TARGET_S = 0.008
FIRST_SUBMIT, LARGEST_SUBMIT = 16, 1024  # dispatches


class DeviceFailure(Exception):
    """An update that does not count, or no device. `lost`: the device is gone; `final`: no other will come."""

    def __init__(self, why: str, *, lost: bool, final: bool = False) -> None:
        super().__init__(why)
        self.lost, self.final = lost, final


class Finding(NamedTuple):
    """How far one kernel's results are from the reference's, in the results' own unit.

    `usual` is the median error, `worst` the one that is the largest share of its place's bound, `bound` that bound.
    """

    kernel: str
    usual: float
    worst: float
    bound: float

    @property
    def share(self) -> float:
        """`worst` as a share of `bound`: above 1 the kernel computes something else. NaN is infinitely far off."""
        return self.worst / self.bound


class Check(Protocol):
    """Compares a device's kernels, one by one, with the reference: `validation.Validator`."""

    async def check(self, gpu: GpuLearner, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> list[Finding]:
        """Do the first step of the update from `state`; the device must be sent its state again."""


class GpuDevice(Protocol):
    """A device with a plan's pipelines, and buffers for a plan's sizes. Everything may raise DeviceFailure."""

    description: str

    def fit(self, sizes: Sizes) -> bool:
        """Make room; True when the buffers are new, and empty."""

    def write(self, buffer: str, data: ReadableBuffer) -> None:
        """Copy `data` to the start of a buffer."""

    def write_shared(self, buffer: str, offset_bytes: int, source_bytes: int, size_bytes: int) -> None:
        """Copy from byte `source_bytes` of shared memory to a buffer."""

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        """Run these in order; after the last ones, `GpuPlan.readback_bytes` are made ready to be read.

        These may be made ready twice before they are read.
        """

    async def read_back(self) -> bytes:
        """The bytes of these buffers as they were made ready, the earliest first.

        Raises DeviceFailure for a device that is lost, did not answer in time, or complained since the last readback.
        """

    async def read(self, buffers: Sequence[str]) -> dict[str, bytes]:
        """The bytes of any buffers, by name; for checking, not for learning."""

    def close(self) -> None:
        """Give everything back."""


def fitted(size: int, elapsed_s: float) -> int:
    """How much the next submission is of, where one of `size` took so long: what fits the target, but at most twice as
    much and no less than half, since one that is slow may be the first after a pause."""
    fitting = int(size * SUBMIT_TARGET_S / max(elapsed_s, 1e-6))
    return max(1, size // 2, min(fitting, 2 * size))


class GpuLearner:
    """Updates on one device. It keeps nothing but what makes the next update cheaper."""

    def __init__(self, plan: GpuPlan, device: GpuDevice) -> None:
        self.plan, self.device = plan, device
        self._per_submit = FIRST_SUBMIT

    async def learn(
        self, batch: PreparedBatch, hyper: Hyper, state: LearnerState
    ) -> tuple[UpdateMetrics, LearnerState]:
        """One update from a batch and a state that is rescaled as it is: its metrics, and the state after it."""
        update = self.begin(batch, hyper, state)
        words = await self.run([*update.prepare, *(update.step * update.steps)])
        return self.result(words, update, state, batch.shape.chunks)

    def begin(self, batch: PreparedBatch, hyper: Hyper, state: LearnerState) -> Update:
        """Send everything an update needs; returns what to run."""
        update, _ = self.send(batch.shape.chunks, hyper, state)
        size, obs = self.plan.layout.chunk_bytes, self.plan.layout.chunk["obs"]
        for number, (chunk, observations) in enumerate(zip(batch.chunks, batch.observations, strict=True)):
            self.device.write_shared("batch", number * size, chunk, size)
            self.device.write_shared("batch", number * size + obs.offset, observations, obs.end - obs.offset)
        return update

    def send(self, chunks: int, hyper: Hyper, state: LearnerState, *, orders: int = 0) -> tuple[Update, bool]:
        """Send what an update of so many chunks needs beside them: what to run, and whether all buffers are new.

        `orders`: as for `GpuPlan.update`.
        """
        update = self.plan.update(chunks, hyper, state, orders=orders)
        empty = self.device.fit(update.sizes)
        self.device.write("state", b"".join(state.arrays[name] for name in ARRAYS))
        self.steer(update)
        return update, empty

    def steer(self, update: Update) -> None:
        """Send the words of an update, of whose state the device has the arrays."""
        self.device.write("knobs", update.knobs)
        self.device.write("control", bytes(CONTROL_WORDS * WORD_BYTES))
        self.device.write("schedule", update.schedule)

    async def run(self, dispatches: Sequence[Dispatch]) -> bytes:
        """What is read back after these."""
        began_s = time.perf_counter()
        self.submit(dispatches)
        words = await self.device.read_back()
        self.calibrate(len(dispatches), time.perf_counter() - began_s)
        return words

    def submit(self, dispatches: Sequence[Dispatch]) -> None:
        """Run these, in submissions of bounded length, and make ready what is read back."""
        for begin in range(0, len(dispatches), self._per_submit):
            end = begin + self._per_submit
            self.device.submit(dispatches[begin:end], last=end >= len(dispatches))

    def calibrate(self, dispatches: int, elapsed_s: float) -> None:
        """Fit the next submissions to the target, by what so many dispatches took."""
        each_s = elapsed_s * self._per_submit / dispatches
        self._per_submit = min(fitted(self._per_submit, each_s), LARGEST_SUBMIT)

    def result(
        self, words: bytes, update: Update, state: LearnerState, chunks: int
    ) -> tuple[UpdateMetrics, LearnerState]:
        """Metrics of an update from `state`, and the state after it. Raises DeviceFailure where it does not count."""
        found, flags, step, applied, dropped, _, rows, _, _, _, norms, *sums = CONTROL.unpack_from(words)
        number = counted(state.updates)
        if (found, step) != (number & 0xFFFF_FFFF, update.steps):
            raise DeviceFailure(
                f"the readback is of update {found} after {step} steps, expected {number} after {update.steps}: "
                "the device dropped commands",
                lost=False,
            )
        if flags & STATE_POISONED:
            raise DeviceFailure(f"update {number} left NaN, infinity or numbers above 1e18 in the weights", lost=False)
        metrics = UpdateMetrics(steps=applied, dropped=dropped)
        arrays = state.arrays
        if flags & BATCH_POISONED:
            metrics.dropped, dropped = 1, 1
        else:
            metrics.decisions = chunks * self.plan.plan.horizon * self.plan.plan.agents
            for name, total in zip(METRICS, sums, strict=True):
                setattr(metrics, name, total / max(rows, 1))
            metrics.gradient_norm = norms / max(applied, 1)
            start, size = CONTROL.size, len(arrays[ARRAYS[0]])
            arrays = {name: words[start + k * size : start + (k + 1) * size] for k, name in enumerate(ARRAYS)}
        steps, lost = counted(state.steps, applied), counted(state.dropped, dropped)
        return metrics, LearnerState(state.seed, number, steps, lost, arrays, state.scales)
