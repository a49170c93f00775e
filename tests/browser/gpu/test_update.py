"""Whole updates on the browser's compute device agree with the kernel learner on the same chunks."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from typing import TypeVar

import numpy as np
import pytest
from drillsergeant.learn.compile.shader_kernels import generated
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState, UpdateMetrics
from drillsergeant.learn.validation import Validator
from drillsergeant.learn.wasm.engine import KernelLearner
from drillsergeant.learn.webgpu.learner import GpuLearner
from drillsergeant.learn.webgpu.plan import GpuPlan

from tests.rigs.engines import F32, Pair, pair
from tests.rigs.gpu_stand import Stand, StandDevice

# Adam divides by the root of the squares, so a gradient's rounding can move a parameter by more than its own size;
# learning rate 3e-3, a few dozen steps. Seen: 2e-7 on SwiftShader.
PARAMETER_BOUND = 2e-5
MOMENT_BOUND = 1e-6
Result = TypeVar("Result")


class Compared:
    """Both learners over the same memory; the chunks are played with the kernel learner's parameters."""

    def __init__(self, stand: Stand, both: Pair, *, subgroups: bool = False) -> None:
        self.both = both
        plan = both.layout.plan
        self.weights = both.layout["weights.0"].offset
        self.slots = [both.layout[f"ring.{worker}.chunks"].offset for worker in range(plan.workers)]
        self.collectors = [both.kernel.collector(worker, 3) for worker in range(plan.workers)]
        self.kernel = both.kernel.learner(3)
        assert isinstance(self.kernel, KernelLearner)
        tables = GpuPlan(both.program, both.layout)
        text = generated(plan.action_count)
        self.device = StandDevice(stand, tables, text, both.kernel_memory, subgroups=subgroups)
        self.gpu = GpuLearner(tables, self.device)
        self.state: LearnerState = self.kernel.state()

    def collect(self) -> None:
        self.kernel.write_parameters(self.weights)
        for collector, slot in zip(self.collectors, self.slots, strict=True):
            collector.collect(self.weights, slot)

    def learn(self, hyper: Hyper) -> tuple[dict[str, float], UpdateMetrics]:
        metrics = dict(self.kernel.learn(self.slots, hyper))
        update = self.gpu.learn(self.slots, hyper, self.state)
        try:
            update.send(None)
        except StopIteration as done:
            on_gpu, self.state = done.value
        return metrics, on_gpu

    def errors(self) -> dict[str, float]:
        """Largest difference of each array of the state."""
        expected = self.kernel.state()
        assert (self.state.updates, self.state.steps) == (expected.updates, expected.steps)
        return {
            name: float(np.abs(np.frombuffer(self.state.arrays[name], F32) - np.frombuffer(array, F32)).max())
            for name, array in expected.arrays.items()
        }


@pytest.mark.parametrize("subgroups", [False, True])
@pytest.mark.parametrize(
    ("name", "matches", "horizon", "workers"),
    [("ball", 16, 4, 2), ("short", 3, 8, 1), ("chase", 5, 4, 3), ("chase", 150, 2, 1), ("probe-both", 7, 2, 2)],
)
def test_updates_agree_with_the_kernel_learner(
    stand: Stand, name: str, matches: int, horizon: int, workers: int, subgroups: bool
) -> None:
    compared = Compared(stand, pair(name, matches, horizon, workers), subgroups=subgroups)
    hyper = Hyper(minibatch=64)
    for _ in range(4):
        before = compared.state.arrays["parameters"]
        compared.collect()
        kernel, gpu = compared.learn(hyper)
        assert compared.state.arrays["parameters"] != before
        assert_close(kernel, gpu)
        errors = compared.errors()
        assert errors["parameters"] < PARAMETER_BOUND
        assert errors["mean"] < MOMENT_BOUND
        assert errors["square"] < MOMENT_BOUND


def test_hyperparameters_reach_the_shaders(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 8, 4))
    hyper = Hyper(minibatch=64)
    changes: list[dict[str, float]] = [
        {"clip": 0.05}, {"entropy": 0.2}, {"value_coef": 2.0}, {"gamma": 0.5}, {"lam": 0.3},
        {"epochs": 3}, {"minibatch": 256}, {"max_grad_norm": 0.01}, {"learning_rate": 0.01},
    ]  # fmt: skip
    for change in changes:
        compared.collect()
        assert_close(*compared.learn(hyper.changed(**change)))
        assert compared.errors()["parameters"] < PARAMETER_BOUND, change


def test_submissions_grow_to_the_target_and_cover_the_update(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 8, 4))
    hyper = Hyper(minibatch=64)
    for _ in range(3):
        compared.device.submissions.clear()
        compared.collect()
        _, metrics = compared.learn(hyper)
        assert sum(compared.device.submissions) == 4 + 12 * metrics.steps


def assert_close(kernel: dict[str, float], gpu: UpdateMetrics) -> None:
    """Sums of the same rows in another order."""
    for name, value in asdict(gpu).items():
        assert value == pytest.approx(kernel[name], rel=1e-3, abs=2e-6), name


class Broken(StandDevice):
    """Gives back one buffer with its first number moved a little."""

    buffer = ""

    async def read(self, buffers: Sequence[str]) -> dict[str, bytes]:
        found = await super().read(buffers)
        if self.buffer in found:
            numbers = np.frombuffer(found[self.buffer], F32).copy()
            numbers[0] = numbers[0] * np.float32(1.05) + np.float32(0.05)
            found[self.buffer] = numbers.tobytes()
        return found


@pytest.mark.parametrize(("name", "matches", "horizon", "workers"), [("ball", 16, 4, 2), ("chase", 150, 2, 1)])
def test_validation_finds_every_kernel_within_its_bound_and_a_broken_one_beyond(
    stand: Stand, name: str, matches: int, horizon: int, workers: int
) -> None:
    compared = Compared(stand, pair(name, matches, horizon, workers))
    compared.device.__class__ = Broken
    both, hyper = compared.both, Hyper(minibatch=64)
    compared.collect()
    compared.learn(hyper)
    validator = Validator(compared.gpu.plan, both.layout, both.kernel_memory)
    findings = run(validator.check(compared.gpu, compared.slots, hyper, compared.state))
    assert {finding.kernel for finding in findings} == {
        *(f"forward{layer}" for layer in range(3)), "estimate", "scale", "loss", "backward0", "backward1",
        *(f"weights{layer}" for layer in range(3)), "adam",
    }  # fmt: skip
    assert max(findings, key=lambda finding: finding.share).share < 1.0, findings
    for buffer, kernel in (("hidden1", "forward1"), ("gradient", "weights0"), ("upstream0", "backward0")):
        compared.device.buffer = buffer
        findings = run(validator.check(compared.gpu, compared.slots, hyper, compared.state))
        assert {finding.kernel: finding.share for finding in findings}[kernel] > 1.0, (buffer, findings)


def run(promise: Coroutine[object, object, Result]) -> Result:
    """The result of something that never really waits."""
    try:
        promise.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")
