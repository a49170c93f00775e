"""The learner that moves between a device and kernels: whatever the device does, every update counts exactly once.

The device here computes with kernels in a memory of its own, so that everything can be compared in every bit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from drillsergeant.learn import fallback, gpu_watch
from drillsergeant.learn.fallback import FallbackLearner
from drillsergeant.learn.gpu_learner import ARRAYS, CONTROL, STATE_POISONED, Check, DeviceFailure, Finding, GpuLearner
from drillsergeant.learn.gpu_plan import KNOBS, Dispatch, GpuPlan, Sizes
from drillsergeant.learn.gpu_watch import Watch
from drillsergeant.learn.hyper import Hyper
from drillsergeant.learn.kernel_engine import KernelLearner
from drillsergeant.learn.ppo import LearnerState

from tests.kernels.engines import Pair, pair

HYPER = Hyper(minibatch=64)


class KernelDevice:
    """`GpuDevice` on kernels. `faults` are raised, or called on what is read back, one a readback."""

    description = "a device of kernels"

    def __init__(self, plan: GpuPlan, faults: list[object]) -> None:
        both = pair("chase", 5, 3, 2)
        self._memory, self._learner = both.kernel_memory, both.kernel.learner(99)
        self._slots = [both.layout[f"ring.{worker}.chunks"].offset for worker in range(2)]
        self._plan, self._faults = plan, faults
        self._sizes: Sizes | None = None
        self.updates, self.closed = 0, False

    def fit(self, sizes: Sizes) -> bool:
        new = self._sizes is None or not self._sizes.covers(sizes)
        self._sizes = sizes
        return new

    def write(self, buffer: str, data: bytes) -> None:
        if buffer == "state":
            third = len(data) // 3
            arrays = {name: data[k * third : (k + 1) * third] for k, name in enumerate(ARRAYS)}
            self._learner.restore(LearnerState(self.seed, self.updates, self._learner.state().steps, 0, arrays))
        elif buffer == "knobs":
            self._number, self._chunks = KNOBS.unpack(data)[7:9]

    def place(self, source: Callable[[int, int], bytes]) -> None:
        self._source = source

    def write_shared(self, buffer: str, offset_bytes: int, source_bytes: int, size_bytes: int) -> None:
        slot = self._slots[offset_bytes // size_bytes]
        self._memory.write(slot, self._source(source_bytes, size_bytes))

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        self._last = last

    async def read_back(self) -> bytes:
        await asyncio.sleep(0)
        assert self._last
        before = self._learner.state()
        self._learner.restore(LearnerState(self.seed, self._number - 1, self.steps_before, 0, before.arrays))
        metrics = self._learner.learn(self._slots[: self._chunks], HYPER)
        self.updates += 1
        after = self._learner.state()
        steps = int(metrics["steps"])
        words = [self._number, 0, steps + int(metrics["dropped"]), steps, int(metrics["dropped"]), 1, 30]
        content = CONTROL.pack(*words, 0, 0, 0, 0, *([0.0] * 5)) + b"".join(after.arrays[name] for name in ARRAYS)
        fault = self._faults.pop(0) if self._faults else None
        if isinstance(fault, Exception):
            raise fault
        return fault(content) if callable(fault) else content

    steps_before, seed = 0, 3  # of the learner's state, which a device is not told

    def close(self) -> None:
        self.closed = True


class Rig:
    """A fallback learner, the kernel learner that does the same without any device, and chunks for both."""

    def __init__(
        self, faults: Sequence[object] = (), mode: str = "webgpu", check: Check | None = None
    ) -> None:
        self.both: Pair = pair("chase", 5, 3, 2)
        alone = pair("chase", 5, 3, 2)
        layout = self.both.layout
        self.alone, self.alone_memory = alone.kernel.learner(3), alone.kernel_memory
        self.slots = [layout[f"ring.{worker}.chunks"].offset for worker in range(2)]
        self.weights = layout["weights.0"].offset
        self.collectors = [self.both.kernel.collector(worker, 3) for worker in range(2)]
        self.plan = GpuPlan(self.both.program, layout)
        self.faults = list(faults)
        self.devices: list[KernelDevice] = []
        self.refusals: list[Exception] = []
        local = self.both.kernel.learner(3)
        assert isinstance(local, KernelLearner)
        self.local = local
        self.loads: list[Check | Exception] = [check] if check else []
        self.watch = Watch(self.load, on=check is not None)
        self.learner = FallbackLearner(local, self.plan, self.open, self.watch, mode)

    async def load(self) -> Check:
        found = self.loads.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def open(self, software: bool) -> KernelDevice:
        if self.refusals:
            raise self.refusals.pop(0)
        device = KernelDevice(self.plan, self.faults)
        device.place(self.chunk)
        self.devices.append(device)
        return device

    def chunk(self, offset: int, size: int) -> bytes:
        content = bytearray(size)
        self.both.kernel_memory.read(offset, content)
        return bytes(content)

    async def update(self) -> Mapping[str, float]:
        """One update on both, from the same chunks; the states must be the same afterwards."""
        self.learner.write_parameters(self.weights)
        for collector, slot in zip(self.collectors, self.slots, strict=True):
            collector.collect(self.weights, slot)
            self.alone_memory.write(slot, self.chunk(slot, self.both.layout.chunk_bytes))
        for device in self.devices:
            device.steps_before, device.seed = self.alone.state().steps, self.alone.state().seed
        self.alone.learn(self.slots, HYPER)
        metrics = await self.learner.learn(self.slots, HYPER)
        assert self.local.state() == self.alone.state()
        return metrics


def play(rig: Rig, updates: int) -> list[str]:
    """What each update ran on."""

    async def run() -> list[str]:
        names = []
        for _ in range(updates):
            await rig.update()
            names.append(rig.learner.name)
            for _ in range(4):
                await asyncio.sleep(0)  # as the trainer does between updates
        return names

    return asyncio.run(run())


def lost() -> DeviceFailure:
    return DeviceFailure("gone", lost=True)


def void() -> DeviceFailure:
    return DeviceFailure("refused", lost=False)


def test_the_first_update_is_checked_and_the_rest_are_the_device_s() -> None:
    rig = Rig()
    assert play(rig, 5) == ["wasm", *["webgpu"] * 4]
    assert "a device of kernels" in rig.learner.why


def wrong_number(content: bytes) -> bytes:
    return bytes([content[0] ^ 1]) + content[1:]


def few_steps(content: bytes) -> bytes:
    return content[:8] + bytes(4) + content[12:]


def poisoned_flag(content: bytes) -> bytes:
    return content[:4] + bytes([STATE_POISONED]) + content[5:]


def poisoned_weights(content: bytes) -> bytes:
    return content[: CONTROL.size] + np.float32(np.nan).tobytes() + content[CONTROL.size + 4 :]


@pytest.mark.parametrize("fault", [wrong_number, few_steps, poisoned_flag, poisoned_weights, void()])
def test_a_void_update_is_done_again_on_kernels(fault: object) -> None:
    rig = Rig([None, None, fault])
    assert play(rig, 5) == ["wasm", "webgpu", "wasm", "webgpu", "webgpu"]
    assert (rig.learner.voids, rig.learner.losses) == (1, 0)


def test_a_device_with_three_void_updates_in_a_row_is_given_up() -> None:
    rig = Rig([None, None, void(), void(), void()])
    assert play(rig, 7) == ["wasm", "webgpu", *["wasm"] * 5]
    assert rig.devices[0].closed
    assert len(rig.devices) == 1


def test_a_device_that_is_wrong_at_once_is_never_used() -> None:
    def shifted(content: bytes) -> bytes:
        numbers = np.frombuffer(content[CONTROL.size :], np.float32) + np.float32(0.01)
        return content[: CONTROL.size] + numbers.tobytes()

    rig = Rig([shifted])
    assert play(rig, 4) == ["wasm"] * 4
    assert "an update differs by 0.01" in rig.learner.why
    assert rig.devices[0].closed


@pytest.mark.parametrize("failure", [lost(), RuntimeError("whatever a browser throws")])
def test_a_lost_device_costs_nothing_and_another_takes_over(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fallback, "RETRIES_S", (0.0, 0.0, 0.0))
    rig = Rig([None, None, failure])
    rig.refusals = []
    names = play(rig, 9)
    assert names[:3] == ["wasm", "webgpu", "wasm"]
    assert names[-1] == "webgpu"
    assert rig.learner.losses == 1
    assert rig.devices[0].closed
    assert len(rig.devices) == 2


def test_while_no_device_is_to_be_had_the_kernels_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "RETRIES_S", (0.0, 0.0, 0.0, 0.0))
    rig = Rig()
    rig.refusals = [lost(), lost(), lost()]
    names = play(rig, 20)
    assert names[0] == "wasm"
    assert names[-1] == "webgpu"


def test_nobody_asks_again_where_there_will_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "RETRIES_S", (0.0, 0.0, 0.0, 0.0))
    rig = Rig(mode="auto")
    rig.refusals = [DeviceFailure("no WebGPU", lost=True, final=True)]
    assert play(rig, 10) == ["wasm"] * 10
    assert "no WebGPU" in rig.learner.why
    assert rig.devices == []


@pytest.mark.parametrize(("device_s", "chosen"), [(1e-9, "webgpu"), (1.0, "wasm")])
def test_the_faster_one_is_chosen(device_s: float, chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(mode="auto")
    rate = fallback._per_decision

    def told(began_s: float, metrics: Mapping[str, float]) -> float:
        return device_s if metrics["value_loss"] == 0.0 else rate(began_s, metrics)  # only the fake's losses are zero

    monkeypatch.setattr(fallback, "_per_decision", told)
    assert play(rig, 12)[-1] == chosen


def test_the_choice_can_be_changed_in_the_middle() -> None:
    rig = Rig()

    async def run() -> list[str]:
        names = []
        for mode in ("webgpu", "webgpu", "wasm", "wasm", "webgpu", "webgpu", "webgpu"):
            rig.learner.choose(mode)
            await rig.update()
            names.append(rig.learner.name)
        return names

    assert asyncio.run(run()).count("wasm") >= 2
    with pytest.raises(ValueError, match="learner 'fpga' must be one of auto, wasm, webgpu"):
        rig.learner.choose("fpga")


def test_a_reset_and_given_parameters_reach_the_device() -> None:
    rig = Rig()

    async def run() -> None:
        for action in ("", "", "reset", "", "read", "", ""):
            if action == "reset":
                rig.learner.reset(11)
                rig.alone.reset(11)
            if action == "read":
                rig.learner.write_parameters(rig.weights)
                rig.alone.write_parameters(rig.weights)
                rig.learner.read_parameters(rig.weights)
                rig.alone.read_parameters(rig.weights)
            await rig.update()

    asyncio.run(run())
    assert rig.learner.name == "webgpu"


class Checked:
    """A check that finds what it is told."""

    def __init__(self, share: float) -> None:
        self.share, self.checks = share, 0

    async def check(
        self, gpu: GpuLearner, slots: Sequence[int], hyper: Hyper, state: LearnerState
    ) -> list[Finding]:
        gpu.begin(slots, hyper, state)
        self.checks += 1
        return [Finding("loss", 0.1, 0.1, 1.0), Finding("forward1", 0.0, 2.0 * self.share, 2.0)]


def test_kernels_within_their_bounds_are_told_and_learning_goes_on() -> None:
    check = Checked(0.3)
    rig = Rig(check=check)
    assert play(rig, 6) == ["wasm", *["webgpu"] * 5]
    assert check.checks == 1
    told = rig.watch.told()
    assert told["rows"] == [["loss", 0.1, 0.1, 1.0, 0.1], ["forward1", 0.0, 0.6, 2.0, 0.3]]
    assert (told["on"], told["checks"], told["trouble"]) == (True, 1, "")


def test_a_kernel_beyond_its_bound_ends_learning_on_the_device_by_name() -> None:
    rig = Rig(check=Checked(2.5))
    assert play(rig, 6) == ["wasm", "webgpu", "webgpu", "wasm", "wasm", "wasm"]
    words = "the kernel forward1 is off by 2.5 times its bound (5, at most 2 allowed)"
    assert words in rig.learner.why
    assert rig.watch.told()["trouble"] == words
    assert rig.devices[0].closed


def test_a_result_that_is_no_number_is_beyond_every_bound() -> None:
    rig = Rig(check=Checked(float("inf")))
    assert play(rig, 6)[-1] == "wasm"
    assert "the kernel forward1 is off by inf times its bound" in rig.learner.why


def test_validation_is_turned_on_and_off_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_watch, "EVERY", 2)
    rig, check = Rig(), Checked(0.3)
    rig.loads = [check]
    assert play(rig, 6)[-1] == "webgpu"
    assert (check.checks, len(rig.loads)) == (0, 1), "nothing is loaded while nobody watches"
    rig.watch.turn(True)
    assert play(rig, 5) == ["webgpu"] * 5
    assert check.checks == rig.watch.told()["checks"] == 2
    rig.watch.turn(False)
    play(rig, 4)
    assert check.checks == 2
    rig.watch.turn(True)
    play(rig, 1)
    assert check.checks == 3, "the first update after the switch is compared"


def test_what_compares_may_fail_to_load_and_be_tried_again() -> None:
    rig, check = Rig(), Checked(0.3)
    rig.loads = [RuntimeError("numpy: no connection"), check]
    rig.watch.turn(True)
    assert play(rig, 4)[-1] == "webgpu"
    told = rig.watch.told()
    assert (told["on"], told["trouble"]) == (False, "what compares could not be loaded: numpy: no connection")
    rig.watch.turn(True)
    play(rig, 3)
    assert (check.checks, rig.watch.told()["trouble"]) == (1, "")


def test_without_a_device_nothing_is_loaded_or_compared() -> None:
    rig = Rig(mode="wasm", check=Checked(0.3))
    play(rig, 4)
    assert len(rig.loads) == 1
    assert rig.watch.told()["rows"] == []


def test_a_device_lost_while_it_is_checked_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "RETRIES_S", (0.0, 0.0))
    monkeypatch.setattr(gpu_watch, "EVERY", 2)

    class Losing(Checked):
        async def check(
            self, gpu: GpuLearner, slots: Sequence[int], hyper: Hyper, state: LearnerState
        ) -> list[Finding]:
            self.checks += 1
            if self.checks == 1:
                raise lost()
            return [Finding("loss", 0.1, 0.1, 1.0)]

    rig = Rig(check=Losing(0.0))
    assert play(rig, 12)[-1] == "webgpu"
    assert rig.learner.losses == 1
    assert rig.watch.told()["checks"] >= 1
