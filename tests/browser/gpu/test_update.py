"""Whole updates on the browser's compute device agree with the kernel learner on the same chunks."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TypeVar

import numpy as np
import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.validation import Validator

from build.promises.records import tally, tell
from tests.rigs.engines import F32, SMALL_HIDDEN, UPDATED, pair
from tests.rigs.graphics.at_length import cases
from tests.rigs.graphics.compared import PARAMETER_BOUND, Compared, assert_close
from tests.rigs.graphics.gpu_stand import Stand, StandDevice

# Adam divides by the root of the squares, so a gradient's rounding can move a parameter by more than its own size;
# learning rate 3e-3, a few dozen steps. Seen: 2e-7 on SwiftShader.
MOMENT_BOUND = 1e-6
Result = TypeVar("Result")
MIXED = ("mixed", 12, 4, 2)  # of every kind of action, with masks and matches that are cut
SHAPES = [(*shape, subgroups) for shape in (*UPDATED, MIXED) for subgroups in (False, True)]
SAMPLE = [("ball", 16, 4, 2, False), ("chase", 150, 2, 1, False), (*MIXED, False), (*MIXED, True)]
OTHERS = [shape for shape in SHAPES if shape not in SAMPLE]


@pytest.mark.parametrize(("name", "matches", "horizon", "workers", "subgroups"), cases(SAMPLE, OTHERS))
def test_updates_agree_with_the_kernel_learner(
    stand: Stand, name: str, matches: int, horizon: int, workers: int, subgroups: bool
) -> None:
    agree(Compared(stand, pair(name, matches, horizon, workers), subgroups=subgroups))


@pytest.mark.parametrize("hidden", cases([(32, 48, 16)], [(8,), (64, 64), (256,)]), ids=str)
def test_networks_of_any_shape_agree_with_the_kernel_learner(stand: Stand, hidden: tuple[int, ...]) -> None:
    agree(Compared(stand, pair("mixed", 12, 4, 2, hidden=hidden)))


def agree(compared: Compared) -> None:
    """Four updates on both."""
    hyper = Hyper(minibatch_size=64)
    for _ in range(4):
        before = compared.state.arrays["parameters"]
        compared.collect()
        kernel, gpu = compared.learn(hyper)
        assert compared.state.arrays["parameters"] != before
        assert_close(kernel, gpu)
        errors = compared.errors()
        assert errors["parameters"] < PARAMETER_BOUND
        assert errors["first_moment"] < MOMENT_BOUND
        assert errors["second_moment"] < MOMENT_BOUND


def test_hyperparameters_reach_the_shaders(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 8, 4))
    hyper = Hyper(minibatch_size=64)
    changes: list[dict[str, float]] = [
        {"clip_coef": 0.05}, {"entropy_coef": 0.2}, {"value_coef": 2.0}, {"gamma": 0.5}, {"gae_lambda": 0.3},
        {"epochs": 3}, {"minibatch_size": 256}, {"max_grad_norm": 0.01}, {"learning_rate": 0.01},
    ]  # fmt: skip
    for change in changes:
        compared.collect()
        assert_close(*compared.learn(hyper.changed(**change)))
        assert compared.errors()["parameters"] < PARAMETER_BOUND, change


def test_submissions_grow_to_the_target_and_cover_the_update(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 8, 4))
    hyper = Hyper(minibatch_size=64)
    for _ in range(3):
        compared.device.submissions.clear()
        compared.collect()
        _, metrics = compared.learn(hyper)
        assert sum(compared.device.submissions) == 4 + 12 * metrics.steps


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


# Of shapes whose pipelines the tests above have compiled: compiling is nearly all that such a test costs.
VALIDATED = [
    ("ball", 16, 4, 2, SMALL_HIDDEN),
    ("chase", 150, 2, 1, SMALL_HIDDEN),
    ("mixed", 12, 4, 2, SMALL_HIDDEN),
    ("mixed", 12, 4, 2, (32, 48, 16)),
]


@pytest.mark.parametrize(("name", "matches", "horizon", "workers", "hidden"), VALIDATED)
def test_validation_finds_every_kernel_within_its_bound_and_a_broken_one_beyond(
    stand: Stand, name: str, matches: int, horizon: int, workers: int, hidden: tuple[int, ...]
) -> None:
    compared, layers = Compared(stand, pair(name, matches, horizon, workers, hidden=hidden)), len(hidden)
    device = compared.device
    device.__class__ = Broken
    assert isinstance(device, Broken)
    both, hyper = compared.both, Hyper(minibatch_size=64)
    compared.collect()
    compared.learn(hyper)
    validator = Validator(compared.gpu.plan, both.layout, both.kernel_memory)
    findings = run(validator.check(compared.gpu, compared.batch, hyper, compared.state))
    assert {finding.kernel for finding in findings} == {
        *(f"{kind}{layer}" for layer in range(layers + 1) for kind in ("forward", "weights")), "estimate", "scale",
        "loss", *(f"backward{layer}" for layer in range(layers)), "adam",
    }  # fmt: skip
    worst = max(findings, key=lambda finding: finding.share)
    assert worst.share < 1.0, findings
    tally(17, "kernels", len(findings))
    tell(17, "the worst", f"{worst.share:.0%}")
    for buffer, kernel in (("hidden1", "forward1"), ("gradient", "weights0"), ("upstream0", "backward0")):
        device.buffer = buffer
        findings = run(validator.check(compared.gpu, compared.batch, hyper, compared.state))
        assert {finding.kernel: finding.share for finding in findings}[kernel] > 1.0, (buffer, findings)


def run(promise: Coroutine[object, object, Result]) -> Result:
    """The result of something that never really waits."""
    try:
        promise.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    raise AssertionError("it waits")
