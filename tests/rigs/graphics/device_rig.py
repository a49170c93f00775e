"""A device that computes with kernels in a memory of its own, and a learner that moves between it and kernels.

Everything can so be compared in every bit, whatever the device is made to do wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.learn.ppo.arithmetic import BatchShape
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.wasm.engine import PreparedBatch
from drillsergeant.learn.webgpu.auto_learner import AutoLearner
from drillsergeant.learn.webgpu.learner import ARRAYS, CONTROL, Check, DeviceFailure, GpuDevice
from drillsergeant.learn.webgpu.pipelines import Dispatch
from drillsergeant.learn.webgpu.plan import KNOBS, GpuPlan, Sizes
from drillsergeant.learn.webgpu.watch import Watch

from tests.rigs.engines import Pair, pair

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

HYPER = Hyper(minibatch_size=64)


class KernelDevice:
    """`GpuDevice` on kernels. `faults` are raised, or called on what is read back, one a readback."""

    description = "a device of kernels"

    def __init__(self, plan: GpuPlan, faults: list[object], answers: asyncio.Event) -> None:
        both = pair("chase", 5, 3, 2)
        self._memory, self._learner = both.kernel_memory, both.kernel.learner(99)
        self._chunk_offsets = [both.layout[f"ring.{worker}.chunks"].offset for worker in range(2)]
        self._plan, self._faults = plan, faults
        self._sizes: Sizes | None = None
        self.updates, self.closed, self._answers = 0, False, answers

    def fit(self, sizes: Sizes) -> bool:
        new = self._sizes is None or not self._sizes.covers(sizes)
        self._sizes = sizes
        return new

    def write(self, buffer: str, data: ReadableBuffer) -> None:
        content = bytes(data)
        if buffer == "state":
            third = len(content) // 3
            arrays = {name: content[k * third : (k + 1) * third] for k, name in enumerate(ARRAYS)}
            self._learner._arithmetic.restore_rescaled(arrays)
        elif buffer == "knobs":
            *self._returns, self._number, self._chunks = KNOBS.unpack(content)[7:11]

    def place(self, source: Callable[[int, int], bytes]) -> None:
        self._source = source

    def write_shared(self, buffer: str, offset_bytes: int, source_bytes: int, size_bytes: int) -> None:
        number, place = divmod(offset_bytes, self._plan.layout.chunk_bytes)
        self._memory.write(self._chunk_offsets[number] + place, self._source(source_bytes, size_bytes))

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        self._last, self._began = last, (self.seed, self.steps_before)

    async def read_back(self) -> bytes:
        await asyncio.sleep(0)
        await self._answers.wait()
        assert self._last
        ppo = self._learner._ppo
        (ppo.seed, ppo.steps), ppo.updates = self._began, self._number - 1
        metrics = self._learner.go_on(self._batch(), HYPER)
        self.updates += 1
        after = self._learner.rescaled()
        steps = int(metrics["steps"])
        words = [self._number, 0, steps + int(metrics["dropped"]), steps, int(metrics["dropped"]), 1, 30]
        content = CONTROL.pack(*words, 0, 0, 0, 0, *([0.0] * 5)) + b"".join(after.arrays[name] for name in ARRAYS)
        fault = self._faults.pop(0) if self._faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault(content) if callable(fault) else content

    def _batch(self) -> PreparedBatch:
        """What was sent, whose observations are rescaled and whose returns are not."""
        arithmetic, chunks = self._learner._arithmetic, self._chunk_offsets[: self._chunks]
        for chunk, target in zip(chunks, arithmetic.observations, strict=False):
            obs = self._plan.layout.chunk_field("obs", chunk)
            content = bytearray(obs.end - obs.offset)
            self._memory.read(obs.offset, content)
            self._memory.write(target, content)
        arithmetic._take(chunks)
        arithmetic._estimate(len(chunks), HYPER.gamma, HYPER.gae_lambda)
        mean, factor = self._returns
        for returns in arithmetic._places.returns[: len(chunks)]:
            rows: Array = self._memory.array(
                returns, (self._plan.plan.horizon, self._plan.plan.lanes), np.dtype(np.float32)
            )
            rows[:] = (rows - np.float32(mean)) * np.float32(factor)
        plan = self._plan.plan
        return PreparedBatch(BatchShape(len(chunks), plan.horizon, plan.agents), chunks, arithmetic.observations)

    async def read(self, buffers: Sequence[str]) -> dict[str, bytes]:
        raise AssertionError(f"nothing is compared kernel by kernel here: {buffers}")

    steps_before, seed = 0, 3  # of the learner's state, which a device is not told

    def close(self) -> None:
        self.closed = True


class Rig:
    """A fallback learner, the kernel learner that does the same without any device, and chunks for both."""

    def __init__(self, faults: Sequence[object] = (), mode: str = "webgpu", check: Check | None = None) -> None:
        self.both: Pair = pair("chase", 5, 3, 2)
        alone = pair("chase", 5, 3, 2)
        layout = self.both.layout
        self.alone, self.alone_memory = alone.kernel.learner(3), alone.kernel_memory
        self.chunk_offsets = [layout[f"ring.{worker}.chunks"].offset for worker in range(2)]
        self.weights = layout["weights.0"].offset
        self.collectors = [self.both.kernel.collector(worker, 3) for worker in range(2)]
        self.plan = GpuPlan(self.both.program, layout)
        self.faults = list(faults)
        self.devices: list[KernelDevice] = []
        self.refusals: list[Exception] = []
        self.comes, self.answers = asyncio.Event(), asyncio.Event()  # a device; and what is read back from it
        self.comes.set()
        self.answers.set()
        local = self.both.kernel.learner(3)
        self.local = local
        self.loads: list[Check | Exception] = [check] if check else []
        self.watch = Watch(self.load, on=check is not None)
        self.learner = AutoLearner(local, self.plan, self.open, self.watch, mode)

    async def load(self) -> Check:
        found = self.loads.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def open(self, plan: GpuPlan, software: bool) -> GpuDevice:
        await self.comes.wait()
        if self.refusals:
            raise self.refusals.pop(0)
        device = KernelDevice(self.plan, self.faults, self.answers)
        device.place(self.chunk)
        self.devices.append(device)
        return device

    def chunk(self, offset: int, size: int) -> bytes:
        content = bytearray(size)
        self.both.kernel_memory.read(offset, content)
        return bytes(content)

    async def update(self) -> Mapping[str, float]:
        """One update on both, from the same chunks; the states must be the same afterwards."""
        self.learner.warm(Hyper)
        await breathe()
        self.learner.write_parameters(self.weights)
        for collector, chunk_offset in zip(self.collectors, self.chunk_offsets, strict=True):
            collector.collect(self.weights, chunk_offset)
            self.alone_memory.write(chunk_offset, self.chunk(chunk_offset, self.both.layout.chunk_bytes))
        for device in self.devices:
            device.steps_before, device.seed = self.alone.state().steps, self.alone.state().seed
        self.alone.learn(self.chunk_offsets, HYPER)
        metrics = await self.learner.learn(self.chunk_offsets, HYPER)
        assert self.local.state() == self.alone.state()
        return metrics


async def breathe() -> None:
    """Let whatever goes on beside go on, as the trainer does between updates."""
    for _ in range(6):
        await asyncio.sleep(0)


def play(rig: Rig, updates: int) -> list[str]:
    """What each update ran on."""

    async def run() -> list[str]:
        names = []
        for _ in range(updates):
            await rig.update()
            names.append(rig.learner.name)
        return names

    return asyncio.run(run())


def lost() -> DeviceFailure:
    return DeviceFailure("gone", lost=True)


def void() -> DeviceFailure:
    return DeviceFailure("refused", lost=False)
