"""The real kernels, those of every drill and of the learner, against the NumPy functions they were traced from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from drillsergeant import elementary
from drillsergeant.drills import OWN, make
from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Groups, Kernel
from drillsergeant.kernels.wasm.compile import compile_kernels
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.compile.learner_functions import learner_kernels
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.engines import drill_named
from tests.rigs.kernels.agreement import Compiled, assert_agreement, assert_same, samples
from tests.rigs.kernels.drill_kernels import kernels_of, plausible, random_actions, started
from tests.rigs.kernels.kernel_calls import KernelArrays, call_kernel
from tests.rigs.length import AT_LENGTH
from tests.rigs.mixed_drill import MixedDrill

Arrays = Sequence[Array]
Results = Mapping[str, Sequence[Array]]
CompiledOf = Callable[[str], dict[str, Compiled]]
COUNT = 203
HEADS = (Discrete("move", tuple("abcd")), Discrete("turn", tuple("abc")))
MIXED = DrillKernels(MixedDrill())
MIXED_LOSS = "loss of numbers and masks"
LEARNER = {kernel.name: kernel for kernel in learner_kernels(HEADS)} | {
    MIXED_LOSS: next(each for each in learner_kernels(MIXED.drill.heads, MIXED.masks) if each.name == "loss")
}


@pytest.fixture(scope="module")
def compiled_of() -> CompiledOf:
    """The kernels of a drill by its name, and of "learner": compiled once for all tests here."""

    @cache
    def compiled(name: str) -> dict[str, Compiled]:
        kernels = LEARNER if name == "learner" else kernels_of(drill_named(name))
        return {kernel: Compiled(each) for kernel, each in kernels.items()}

    return compiled


# Of squads the smaller one, which has the same code.
@pytest.mark.parametrize("name", [*(name for name in OWN if AT_LENGTH or name != "squad"), "mixed"])
def test_every_kernel_of_every_drill_has_numpys_bits_along_a_played_match(name: str, compiled_of: CompiledOf) -> None:
    drill, rng = drill_named(name), np.random.default_rng(1)
    compiled = compiled_of(name)
    kernels = {each: of.kernel for each, of in compiled.items()}
    assert_agreement(compiled["reset"], {"slot": [np.arange(COUNT, dtype=np.uint32)]}, {"seed": 5, "first": 3 << 28})
    after = started(kernels, COUNT, seed=5)
    for decision in range(6):
        before, action = after, random_actions(drill, COUNT, rng)
        if decision % 2 and "scripted_0" in kernels:
            action["action_0"] = kernels["scripted_0"].reference({"state": before})["action"]
        after = kernels["tick"].reference({"state": before, **action})["state"]
        known = {"state": before, **action, "before": before, "after": after}
        for kernel in kernels.values():
            if "slot" in kernel.inputs or kernel.name == "sample":
                continue
            inputs = {group: known.get(group) or plausible(kernel, group, COUNT, rng) for group in kernel.inputs}
            assert_agreement(compiled[kernel.name], inputs)


def test_very_many_match_ticks_of_ball_drill_are_bit_identical() -> None:
    """1024 matches of random and scripted play, in memory throughout; compared every decision."""
    drill, rng, count = make("ball"), np.random.default_rng(2), 1024
    kernels = kernels_of(drill)
    memory = NativeMemory(1 << 20)
    module = memory.link(compile_kernels(list(kernels.values()), memory.imported))
    bench = KernelArrays(memory)
    state = bench.rows(kernels["tick"].types_in("state"), count)
    action = {f"action_{player}": bench.rows(("i32",) * len(drill.heads), count) for player in range(2)}
    expected = started(kernels, count, seed=9)
    state.write(expected)
    ticks = 0
    while ticks * count < (1_000_000 if AT_LENGTH else 200_000):
        actions = random_actions(drill, count, rng)
        scripted = kernels["scripted_1"].reference({"state": expected})["action"]
        both = zip(scripted, actions["action_1"], strict=True)
        actions["action_1"] = [np.where(np.arange(count) % 2 == 0, one, other) for one, other in both]
        for group, rows in action.items():
            rows.write(actions[group])
        call_kernel(module, kernels["tick"], {"state": state, **action}, {"state": state})
        expected = kernels["tick"].reference({"state": expected, **actions})["state"]
        assert_same("tick", "WASM", {"state": expected}, {"state": state.read()})
        ticks += drill.action_repeat


@settings(max_examples=25 if AT_LENGTH else 12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 9), name=st.sampled_from(["ball", "sumo", "chase"]))
def test_any_state_ticks_and_looks_the_same(compiled_of: CompiledOf, seed: int, count: int, name: str) -> None:
    """States no match reaches, bodies inside one another, denormals and zeros of both signs in every field.

    Numbers stay within 1, so that no heading is so long that its correction diverges to infinity.
    """
    drill, rng = make(name), np.random.default_rng(seed)
    kernels = compiled_of(name)
    state = plausible(kernels["tick"].kernel, "state", count, rng, size=1.0)
    assert_agreement(kernels["tick"], {"state": state, **random_actions(drill, count, rng)})
    for player in range(sum(drill.teams)):
        assert_agreement(kernels[f"observe_{player}"], {"state": state})
        assert_agreement(kernels[f"scripted_{player}"], {"state": state})


def decided(count: int, rng: np.random.Generator) -> dict[str, list[Array]]:
    """Actions of the mixed drill and which choices there were: words with any masks, but the first choice of each."""
    any_words = [rng.integers(0, 2**31, count).astype(np.int32) for _ in MIXED.words]
    any_words[0] |= np.int32(0b1001)
    return {"action": random_actions(MIXED.drill, count, rng)["action_0"], "allowed": any_words}


@pytest.mark.parametrize("name", LEARNER)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 400])
def test_learner_kernel_has_numpys_bits(name: str, count: int, compiled_of: CompiledOf) -> None:
    compiled, rng = compiled_of("learner")[name], np.random.default_rng(count)
    kernel = compiled.kernel
    inputs = {group: plausible(kernel, group, count, rng) for group in kernel.inputs}
    if name == MIXED_LOSS:
        inputs |= decided(count, rng)
    scalars = {name: 0.25 if DType(dtype) is DType.F32 else 77 for name, dtype in kernel.scalars.items()}
    assert_agreement(compiled, inputs, scalars)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 7, 1000])
def test_sampling_has_numpys_bits(count: int, compiled_of: CompiledOf) -> None:
    rng = np.random.default_rng(count)
    words = {"allowed": decided(count, rng)["allowed"]}
    for name, masks in (("ball", {}), ("mixed", words)):
        compiled = compiled_of(name)["sample"]
        head = plausible(compiled.kernel, "head", count, rng)
        assert_agreement(compiled, {"head": head, "draw": [rng.random(count, np.float32)], **masks})


def all_elementary(x: Arrays, seed: Arrays) -> Results:
    sine, cosine = elementary.sin_cos(x[0])
    bits = elementary.hash_u32(seed[0], seed[1], 7)
    curves = [elementary.exp(x[0]), elementary.log(x[0]), elementary.tanh(x[0]), sine, cosine]
    return {"y": [*curves, elementary.uniform(bits)], "bits": [bits]}


def test_elementary_functions_have_numpys_bits_for_any_finite_number() -> None:
    inputs: Groups = {"x": ("f32",), "seed": ("u32", "u32")}
    kernel = Kernel("elementary", all_elementary, inputs, {"y": ("f32",) * 6, "bits": ("u32",)})
    compiled = Compiled(kernel)
    rng = np.random.default_rng(3)
    for count in (*range(1, 8), 6000):
        assert_agreement(
            compiled, {name: [samples(dtype, count, rng) for dtype in kernel.types_in(name)] for name in inputs}
        )
