"""NaN, infinity and numbers no training makes are caught in the update they appear in, on the device as on the kernels.

Each is put in one place at a time: into what was observed, recorded and earned, into weights and moments, and into the
gradient between the dispatches that make and judge it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.learn.webgpu.learner import DeviceFailure
from drillsergeant.learn.webgpu.pipelines import Dispatch

from build.promises.records import tally
from tests.rigs.engines import F32, pair
from tests.rigs.graphics.compared import PARAMETER_BOUND, Compared, assert_close
from tests.rigs.graphics.gpu_stand import Stand, StandDevice

HYPER = Hyper(minibatch_size=64)
POISON = (np.nan, -np.nan, np.inf, -np.inf, 1e18, -3e38)


def test_poison_in_a_chunk_drops_the_update_and_is_counted(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 5, 4, 2))
    for field, value in product(("obs", "logp", "reward", "value"), POISON):
        compared.collect()
        place = compared.both.layout.chunk_field(field, compared.chunk_offsets[1])
        array = compared.both.kernel_memory.array(place.offset, place.shape, F32)
        where = (*(length - 1 for length in place.shape[:-1]), compared.both.layout.plan.agents - 1)
        array[where] = value
        before = compared.state
        kernel, gpu = compared.learn(HYPER)
        assert (kernel["dropped"], kernel["steps"]) == (gpu.dropped, gpu.steps) == (1, 0), (field, value)
        assert compared.state.arrays == compared.kernel.rescaled().arrays
        assert (compared.state.updates, compared.state.dropped) == (before.updates + 1, before.dropped + 1)
        tally(16, "injections", 2)  # on the device and on the kernels
    compared.collect()
    _, gpu = compared.learn(HYPER)
    assert gpu.steps > 0, "the update after a poisoned one is an ordinary one"


def test_poison_in_the_weights_or_moments_makes_the_update_void(stand: Stand) -> None:
    compared = Compared(stand, pair("chase", 5, 4))
    for array, value in product(("parameters", "first_moment", "second_moment"), (np.nan, np.inf, -np.inf)):
        compared.collect()
        good = compared.kernel.state()

        def spoilt(state: LearnerState, array: str = array, value: float = value) -> LearnerState:
            numbers = np.frombuffer(state.arrays[array], F32).copy()
            numbers[len(numbers) // 2] = value
            return replace(state, arrays={**state.arrays, array: numbers.tobytes()})

        try:
            _, metrics = compared.learn(HYPER, spoilt)
            assert metrics.steps == 0, "poisoned weights were used"
        except DeviceFailure as failure:
            assert not failure.lost
        tally(16, "injections", 1)
        compared.kernel.restore(good)
        compared.collect()
        assert_close(*compared.learn(HYPER))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_poison_in_the_weights_stops_the_kernels_too(value: float) -> None:
    both = pair("chase", 5, 3)
    learner, slot = both.kernel.learner(3), both.layout["ring.0.chunks"].offset
    learner.write_parameters(both.layout["weights.0"].offset)
    both.kernel.collector(0, 3).collect(both.layout["weights.0"].offset, slot)
    place = learner._arithmetic._places.plain
    weights = both.kernel_memory.array(place, both.layout.plan.parameter_count, F32)
    weights[7] = value
    before = weights.copy()
    metrics = learner.learn([slot], HYPER)
    assert metrics["steps"] == 0
    assert metrics["dropped"] >= 1
    np.testing.assert_array_equal(weights, before)
    tally(16, "injections", 1)


class Poisoning(StandDevice):
    """Puts a number into the gradient of an update's first step, when it is complete and not judged yet."""

    value, place = np.float32(0.0), 0
    armed = False

    def submit(self, dispatches: Sequence[Dispatch], *, last: bool) -> None:
        made = [number for number, each in enumerate(dispatches) if each.pipeline == "gather"]
        if not (self.armed and made):
            super().submit(dispatches, last=last)
            return
        self.armed = False
        super().submit(dispatches[: made[0] + 1], last=False)
        self.stand.write("gradient", self.value.tobytes(), 4 * self.place)
        super().submit(dispatches[made[0] + 1 :], last=last)


def poison_kernels_once(compared: Compared, place: int, value: float) -> None:
    """The same on the kernels: the next gradient they make has this number in it."""
    arithmetic = compared.kernel._arithmetic
    honest = arithmetic.gradient
    gradient = compared.both.kernel_memory.array(
        arithmetic._places.gradient, compared.both.layout.plan.parameter_count, F32
    )

    def poisoned(*arguments: object) -> list[float]:
        sums = honest(*arguments)  # type: ignore[arg-type]
        gradient[place] = value
        arithmetic.gradient = honest  # type: ignore[method-assign]
        return sums

    arithmetic.gradient = poisoned  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("subgroups", [False, True])
def test_poison_in_the_gradient_alone_drops_that_step_and_no_other(stand: Stand, subgroups: bool) -> None:
    compared = Compared(stand, pair("chase", 8, 16, 2), subgroups=subgroups)
    device = compared.device
    device.__class__ = Poisoning
    assert isinstance(device, Poisoning)
    last = compared.both.layout.plan.parameter_count - 1
    for place, value in zip((0, last, 17, last, 3, 64), POISON, strict=True):
        compared.collect()
        device.value, device.place, device.armed = np.float32(value), place, True
        poison_kernels_once(compared, place, value)
        before = compared.state
        kernel, gpu = compared.learn(HYPER)
        assert not device.armed
        assert kernel["dropped"] == gpu.dropped == 1, value
        assert gpu.steps == kernel["steps"] > 0
        assert_close(kernel, gpu)
        assert compared.state.dropped == before.dropped + 1
        assert compared.errors()["parameters"] < PARAMETER_BOUND, "the other steps count, on both"
        assert np.isfinite(np.frombuffer(compared.state.arrays["parameters"], F32)).all()
        tally(16, "injections", 2)
    compared.collect()
    kernel, gpu = compared.learn(HYPER)
    assert gpu.dropped == kernel["dropped"] == 0, "the update after a poisoned one is an ordinary one"
