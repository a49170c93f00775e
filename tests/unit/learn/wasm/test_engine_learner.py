"""The kernel learner has the bits of the NumPy learner after whole updates, refuses poison, and learns the probes."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.probes import PROBES, Probe
from drillsergeant.learn.engine import Learner
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.ppo.arithmetic import Arithmetic
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.wasm.arithmetic import SET, KernelArithmetic
from drillsergeant.learn.wasm.calls import Calls

from tests.rigs.engines import F32, SMALL_HIDDEN, UPDATED, Pair, pair
from tests.rigs.length import AT_LENGTH, few
from tests.rigs.probe_answers import probe_error

HYPER = Hyper(minibatch_size=64)
SHAPES: tuple[tuple[int, ...], ...] = ((8,), (64, 64), (32, 48, 16), (256,), (9, 33))
EACH_SHAPE = [(*played, shape) for played in (("ball", 5), ("mixed", 8)) for shape in SHAPES]
POISON = (np.nan, -np.nan, np.inf, -np.inf, 1e18, -3e38)


class Training:
    """Lockstep training on both engines: every worker's chunk, then an update from all of them."""

    def __init__(self, both: Pair, seed: int) -> None:
        self.both = both
        self.weights = both.layout["weights.0"].offset
        workers = range(both.layout.plan.workers)
        self.chunk_offsets = [both.layout[f"ring.{worker}.chunks"].offset for worker in workers]
        engines = (both.kernel, both.numpy)
        self.learners: list[Learner] = [engine.learner(seed) for engine in engines]
        self.collectors = [[engine.collector(worker, seed) for worker in workers] for engine in engines]
        self.publish()

    def publish(self) -> None:
        for learner in self.learners:
            learner.write_parameters(self.weights)

    def collect(self) -> None:
        for collectors in self.collectors:
            for collector, chunk_offset in zip(collectors, self.chunk_offsets, strict=True):
                collector.collect(self.weights, chunk_offset)

    def learn(self, hyper: Hyper) -> list[dict[str, float]]:
        """One update on both; returns their metrics, those of the kernels first."""
        metrics = [dict(learner.learn(self.chunk_offsets, hyper)) for learner in self.learners]
        self.publish()
        return metrics

    def parameters(self) -> np.ndarray:
        """Those of the kernel learner, as published: f32 [P]."""
        return self.both.kernel_memory.array(self.weights, self.both.layout.plan.parameter_count, F32).copy()


@pytest.mark.parametrize(
    ("name", "matches", "horizon", "workers"),
    [
        *UPDATED,
        ("probe-mask", 5, 2, 1),
        ("mixed", 12, 8, 2),
        ("pendulum", 6, 4, 1),
    ],
)
def test_parameters_after_updates_equal_the_reference_in_every_bit(
    name: str, matches: int, horizon: int, workers: int
) -> None:
    training = Training(pair(name, matches, horizon, workers), seed=3)
    assert training.both.same_parameters(training.weights), "fresh parameters differ"
    for _ in range(4):
        before = training.parameters()
        training.collect()
        kernel, numpy = training.learn(HYPER)
        assert kernel == numpy
        assert kernel["steps"] > 0
        assert training.both.same_parameters(training.weights)
        assert (training.parameters() != before).any()


@pytest.mark.parametrize(
    ("name", "matches", "hidden"), EACH_SHAPE if AT_LENGTH else [EACH_SHAPE[k] for k in (0, 6, 2, 8, 4)], ids=str
)
def test_networks_of_any_shape_equal_the_reference_in_every_bit(
    name: str, matches: int, hidden: tuple[int, ...]
) -> None:
    training = Training(pair(name, matches, 3, hidden=hidden), seed=4)
    assert training.both.same_parameters(training.weights), "fresh parameters differ"
    for _ in range(3):  # the first begins with parameters as drawn, later ones rescale them
        training.collect()
        assert training.both.differing(training.chunk_offsets[0]) == []
        kernel, numpy = training.learn(HYPER)
        assert kernel == numpy and kernel["steps"] > 0
        assert training.both.same_parameters(training.weights)


def test_hyperparameters_reach_the_kernels() -> None:
    training = Training(pair("chase", 8, 4), seed=1)
    for change in (
        {"clip_coef": 0.05},
        {"entropy_coef": 0.2},
        {"value_coef": 2.0},
        {"gamma": 0.5},
        {"gae_lambda": 0.3},
        {"epochs": 3},
    ):
        training.collect()
        kernel, numpy = training.learn(HYPER.changed(**change))
        assert kernel == numpy, change
        assert training.both.same_parameters(training.weights), change


@pytest.mark.parametrize("field", ["obs", "reward", "value", "logp"])
def test_a_poisoned_chunk_is_dropped_and_counted(field: str) -> None:
    training = Training(pair("chase", 5, 2), seed=2)
    region = training.both.layout.chunk_field(field, training.chunk_offsets[0])
    for place, poison in enumerate(POISON):
        training.collect()
        before = training.parameters()
        for memory in training.both.memories:
            memory.array(region.offset, region.shape, F32)[-1, ..., place % 5] = poison
        kernel, numpy = training.learn(HYPER)
        assert kernel == numpy
        assert (kernel["dropped"], kernel["steps"]) == (1, 0)
        np.testing.assert_array_equal(training.parameters(), before)


def test_poison_in_the_padding_of_a_chunk_is_nobodys() -> None:
    training = Training(pair("chase", 5, 2), seed=2)
    training.collect()
    for field in ("obs", "reward", "value", "logp"):
        region = training.both.layout.chunk_field(field, training.chunk_offsets[0])
        training.both.kernel_memory.array(region.offset, region.shape, F32)[..., 5:] = np.nan
    kernel, numpy = training.learn(HYPER)
    assert kernel == numpy
    assert kernel["steps"] > 0


def arithmetic_of(both: Pair, seed: int) -> KernelArithmetic:
    calls = Calls(both.program, both.kernel_memory.link(both.program.binary))
    return KernelArithmetic(both.program, calls, both.layout, both.kernel_memory, seed)


def prepared(both: Pair) -> tuple[KernelArithmetic, int]:
    """Arithmetic with one chunk collected by its own policy, and that chunk's byte offset."""
    arithmetic, chunk_offset = arithmetic_of(both, 4), both.layout["ring.0.chunks"].offset
    both.kernel.collector(0, 4).collect(arithmetic._places.plain, chunk_offset)
    return arithmetic, chunk_offset


@pytest.mark.parametrize("where", SET)
@pytest.mark.parametrize("poison", [np.nan, np.inf, 1e19, -3e38])
def test_an_adam_step_with_a_poisoned_result_changes_nothing(where: str, poison: float) -> None:
    both = pair("chase", 5, 2)
    arithmetic = arithmetic_of(both, 4)
    place = arithmetic._current.base + SET.index(where) * arithmetic._current.stride
    both.kernel_memory.array(place, both.layout.plan.parameter_count, F32)[5] = poison
    before = arithmetic.rescaled()
    assert not arithmetic.adam(0.01, 1.0, 1.0, 1.0)
    assert arithmetic.rescaled() == before


def test_a_poisoned_gradient_has_no_norm() -> None:
    both = pair("chase", 5, 2)
    arithmetic = arithmetic_of(both, 4)
    place = arithmetic._places.gradient
    gradient = both.kernel_memory.array(place, both.layout.plan.parameter_count, F32)
    for poison in POISON:
        gradient[:] = 0.5
        assert arithmetic.squared_norm() == pytest.approx(0.25 * len(gradient))
        gradient[-1] = poison
        assert arithmetic.squared_norm() is None


def test_a_state_is_restored_exactly_and_a_wrong_one_refused() -> None:
    both = pair("chase", 5, 2)
    arithmetic: Arithmetic[int] = arithmetic_of(both, 4)
    arithmetic.adam(0.01, 1.0, 1.0, 1.0)
    saved = arithmetic.state()
    arithmetic.adam(0.01, 1.0, 1.0, 1.0)
    arithmetic.restore(saved)
    assert arithmetic.state() == saved
    with pytest.raises(ValueError, match="first_moment of the state to restore has 12 bytes"):
        arithmetic.restore({**saved, "first_moment": bytes(12)})
    with pytest.raises(ValueError, match="second_moment of the state to restore hold NaN"):
        arithmetic.restore(
            {**saved, "second_moment": np.full(len(saved["second_moment"]) // 4, np.nan, np.float32).tobytes()}
        )
    assert arithmetic.state() == saved


def test_more_chunks_than_workers_are_refused() -> None:
    both = pair("chase", 5, 2)
    arithmetic, chunk_offset = prepared(both)
    with pytest.raises(ValueError, match="2 chunks in one update, the plan has room for 1"):
        arithmetic.prepare([chunk_offset, chunk_offset], 0.99, 0.95)


def worst_error(probe: Probe, seed: int, updates: int = 60) -> float:
    """Largest error of what the kernel engine learned, see `probe_error`."""
    hyper = Hyper(learning_rate=1e-2, entropy_coef=0.0, epochs=2, minibatch_size=512, gamma=0.7)
    both = pair(probe.name, 256, 2)
    weights, chunk_offset = both.layout["weights.0"].offset, both.layout["ring.0.chunks"].offset
    learner, collector = both.kernel.learner(seed), both.kernel.collector(0, seed)
    for _ in range(updates):
        learner.write_parameters(weights)
        collector.collect(weights, chunk_offset)
        learner.learn([chunk_offset], hyper)
    learner.write_parameters(weights)
    parameters = both.kernel_memory.array(weights, both.layout.plan.parameter_count, F32)
    return probe_error(probe, Network.for_heads(1, probe.heads, SMALL_HIDDEN), parameters, hyper.gamma)


@pytest.mark.parametrize("seed", few(range(3), 1))
@pytest.mark.parametrize("name", [probe.name for probe in PROBES])
def test_the_kernel_learner_solves_a_probe_within_a_tenth(name: str, seed: int) -> None:
    probe = make(name)
    assert isinstance(probe, Probe)
    assert worst_error(probe, seed) < 0.1
