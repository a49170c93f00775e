"""Reductions equal the ordered NumPy sums in every bit; the bit test finds poison wherever it lies."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.kernels.dense.reduce import add_poisoned, add_sum
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory, NativeModule
from drillsergeant.learn.formulas.linear import lane_sum
from drillsergeant.learn.formulas.poison import SANE_BITS, poisoned

from tests.rigs.kernels.dense_cases import CANARY, F32, U32, random_f32

COUNTS = [*range(1, 18), 63, 64, 1000, 6025]
BASE = 256


@pytest.fixture(scope="module")
def linked() -> tuple[NativeMemory, NativeModule]:
    memory = NativeMemory(65536)
    module = Module(memory.imported)
    add_sum(module, "sum", export=True)
    add_sum(module, "squares", squares=True, export=True)
    add_poisoned(module, "poisoned", SANE_BITS, export=True)
    return memory, memory.link(module.encode())


@pytest.mark.parametrize("count", COUNTS)
def test_sums_equal_the_ordered_reference_in_every_bit(linked: tuple[NativeMemory, NativeModule], count: int) -> None:
    memory, module = linked
    memory.array(BASE, count + 4, U32)[:] = CANARY  # NaN behind the last value must not reach the sum
    x = random_f32(np.random.default_rng(count), count)
    memory.array(BASE, count, F32)[:] = x
    assert module.function("sum")(count, BASE) == float(lane_sum(x))
    assert module.function("squares")(count, BASE) == float(lane_sum(x * x))


def test_sums_of_nothing_are_zero(linked: tuple[NativeMemory, NativeModule]) -> None:
    _, module = linked
    assert module.function("sum")(0, BASE) == 0.0
    assert module.function("squares")(0, BASE) == 0.0


@pytest.mark.parametrize("poison", [np.nan, -np.nan, np.inf, -np.inf, 1e18, -2e18, 3e38])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 11])
def test_poison_is_found_in_every_place(linked: tuple[NativeMemory, NativeModule], count: int, poison: float) -> None:
    memory, module = linked
    for place in range(count):
        memory.array(BASE, count + 4, F32)[:] = 9e17
        memory.array(BASE, count, F32)[place] = poison
        assert poisoned(memory.array(BASE, count, F32))
        assert module.function("poisoned")(count, BASE) == 1, place


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 8, 11])
def test_sane_numbers_and_poison_behind_the_last_one_pass(
    linked: tuple[NativeMemory, NativeModule], count: int
) -> None:
    memory, module = linked
    memory.array(BASE, count + 4, U32)[:] = CANARY
    memory.array(BASE, count, F32)[:] = np.resize(np.array([0.0, -0.0, 1e-45, -9e17], F32), count)
    assert module.function("poisoned")(count, BASE) == 0
