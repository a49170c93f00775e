"""Loops, memory and locals of emitted kernels: every count, every stride, in place, repeated, several in a module."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from drillsergeant.elementary import Array, hash_u32, tanh, uniform
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm import emit
from drillsergeant.kernels.wasm.compile import add_kernels, compile_kernels
from drillsergeant.kernels.wasm.module import MemoryImport, Module
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory

from tests.rigs.kernels.agreement import Compiled, assert_agreement, samples

Arrays = Sequence[Array]
Results = Mapping[str, Sequence[Array]]


def mixed(state: Arrays, flags: Arrays, gain: Array, salt: Array) -> Results:
    """Everything at once: all four types, shared subexpressions, scalars, constants, choices, bits."""
    x, y, seed = state
    bits = hash_u32(seed, 7, salt) ^ x.view(np.uint32)
    near = (np.abs(x) < 2.0) | flags[0]
    pull = np.where(near, tanh(x * gain), np.minimum(x, y) / 3.0)
    return {
        "state": [x - pull, np.sqrt(np.abs(y)) + uniform(bits), bits],
        "flags": [near & ~flags[0]],
        "count": [np.minimum(np.maximum(pull, -1e6), 1e6).astype(np.int32) - flags[0].astype(np.int32)],
    }


MIXED = Kernel(
    "mixed",
    mixed,
    {"state": ("f32", "f32", "u32"), "flags": ("mask",)},
    {"state": ("f32", "f32", "u32"), "flags": ("mask",), "count": ("i32",)},
    {"gain": "f32", "salt": "u32"},
)


def orbit(state: Arrays, push: Arrays, drag: Array) -> Results:
    """Two fields that need each other's old value, one that stays, one that counts; a part that never changes."""
    x, v, mass, ticks = state
    force = np.minimum(np.maximum(push[0], -1.0), 1.0) * (1.0 - drag) / (np.abs(mass) + 1.0)
    return {"state": [x + v * 0.1, v * drag - x * 0.1 + force, mass, ticks + 1]}


ORBIT_STATE = ("f32", "f32", "f32", "u32")


def orbit_kernel(repeat: int) -> Kernel:
    return Kernel(
        "orbit", orbit, {"push": ("f32",), "state": ORBIT_STATE}, {"state": ORBIT_STATE}, {"drag": "f32"}, repeat
    )


def inputs_of(kernel: Kernel, count: int, seed: int = 0) -> dict[str, list[Array]]:
    rng = np.random.default_rng(seed)
    return {group: [samples(dtype, count, rng) for dtype in kernel.types_in(group)] for group in kernel.inputs}


@pytest.mark.parametrize("count", [*range(1, 10), 63, 64, 500])
def test_any_count_gives_numpys_bits_and_leaves_what_lies_beyond_the_padding(count: int) -> None:
    assert_agreement(MIXED, inputs_of(MIXED, count, count), {"gain": 0.3, "salt": 4000000000})


@pytest.mark.parametrize("repeat", [2, 3, 8])
@pytest.mark.parametrize("count", [1, 4, 7, 32])
def test_repeating_in_the_kernel_is_repeating_outside(count: int, repeat: int) -> None:
    assert_agreement(orbit_kernel(repeat), inputs_of(orbit_kernel(repeat), count), {"drag": 0.98})


@pytest.mark.parametrize("count", [0, -1, -5])
def test_no_lanes_write_nothing(count: int) -> None:
    memory = NativeMemory(1 << 16)
    before = bytes(memory.buffer)
    call = memory.link(compile_kernels([MIXED], memory.imported)).function("mixed")
    call(count, 0, 16, 64, 16, 128, 16, 256, 16, 512, 16, 0.5, 1)
    assert bytes(memory.buffer) == before


def test_arrays_of_a_group_may_lie_in_any_order_and_on_any_word() -> None:
    kernel = Kernel("copy", lambda x: {"y": [x[1], x[0]]}, {"x": ("i32", "i32")}, {"y": ("i32", "i32")})
    memory = NativeMemory(1 << 16)
    words = memory.array(0, 64, np.dtype(np.int32))
    words[:] = np.arange(64)
    call = memory.link(compile_kernels([kernel], memory.imported)).function("copy")
    call(4, 4 * 20, -4 * 9, 4 * 33, 4 * 7)  # x[0] at word 20, x[1] at 11; y[0] at 33, y[1] at 40
    assert words[33:37].tolist() == [11, 12, 13, 14]
    assert words[40:44].tolist() == [20, 21, 22, 23]


def test_in_place_is_safe_for_a_full_exchange() -> None:
    def turn(state: Arrays) -> Results:
        a, b, c = state
        return {"state": [b + c, c + a, a + b]}

    kernel = Kernel("turn", turn, {"state": ("f32",) * 3}, {"state": ("f32",) * 3})
    assert_agreement(kernel, inputs_of(kernel, 9))


def test_two_input_groups_may_both_be_written_over() -> None:
    """An output group over either of two inputs: no array is stored before both inputs of its index are loaded."""

    def judge(before: Arrays, after: Arrays) -> Results:
        return {"out": [after[0] - before[1], after[1] * before[0]]}

    kernel = Kernel("judge", judge, {"before": ("f32",) * 2, "after": ("f32",) * 2}, {"out": ("f32",) * 2})
    values = [np.arange(k, k + 4, dtype=np.float32) for k in (1, 10, 100, 1000)]
    expected = kernel.reference({"before": values[:2], "after": values[2:]})["out"]
    for target in (0, 32):
        memory = NativeMemory(1 << 16)
        rows = memory.array(0, (4, 4), np.dtype(np.float32))
        rows[:] = values
        memory.link(compile_kernels([kernel], memory.imported)).function("judge")(4, 0, 16, 32, 16, target, 16)
        assert rows[target // 16 : target // 16 + 2].tolist() == [array.tolist() for array in expected]


def test_unused_inputs_are_not_loaded() -> None:
    kernel = Kernel("second", lambda x: {"y": [x[1] + 1]}, {"x": ("i32",) * 3}, {"y": ("i32",)})
    module = Module(MemoryImport(1, 1, shared=False))
    add_kernels(module, [kernel])
    assert module.text().count("v128.load") == 1


def test_kernels_of_a_module_are_exports_with_the_documented_parameters() -> None:
    module = Module(MemoryImport(1, 1, shared=False))
    add_kernels(module, [MIXED, orbit_kernel(8)])
    assert [function.name for function in module.functions] == ["mixed", "orbit"]
    assert [(name, local.type) for name, local in module.functions[1].params.items()] == [
        ("count", "i32"),
        ("in.push.base", "i32"),
        ("in.push.stride", "i32"),
        ("in.state.base", "i32"),
        ("in.state.stride", "i32"),
        ("out.state.base", "i32"),
        ("out.state.stride", "i32"),
        ("scalar.drag", "f32"),
    ]


def test_module_for_shared_memory_says_so() -> None:
    kernels = [orbit_kernel(1)]
    shared, alone = (compile_kernels(kernels, MemoryImport(4, 8, shared=flag)) for flag in (True, False))
    assert b"\x06memory\x02\x03\x04\x08" in shared
    assert b"\x06memory\x02\x01\x04\x08" in alone


def test_same_kernels_compile_to_the_same_bytes() -> None:
    first, second = (compile_kernels([MIXED, orbit_kernel(8)], MemoryImport(1, 1, shared=True)) for _ in range(2))
    assert first == second


def test_locals_are_given_on_after_their_last_use() -> None:
    """A chain of 200 shared values needs the two locals of one link, not 200."""

    def chain(x: Arrays) -> Results:
        value = x[0]
        for _ in range(200):
            value = value * value - value
        return {"y": [value]}

    module = Module(MemoryImport(1, 1, shared=False))
    add_kernels(module, [Kernel("chain", chain, {"x": ("f32",)}, {"y": ("f32",)})])
    assert sum(local.type == "v128" for local in module.functions[0].locals) <= 2


def test_what_no_array_changes_is_computed_before_the_loop() -> None:
    def scaled(x: Arrays, a: Array, b: Array) -> Results:
        return {"y": [x[0] * np.sqrt(a / b)]}

    kernel = Kernel("scaled", scaled, {"x": ("f32",)}, {"y": ("f32",)}, {"a": "f32", "b": "f32"})
    module = Module(MemoryImport(1, 1, shared=False))
    add_kernels(module, [kernel])
    text = module.text()
    assert text.index("f32x4.sqrt") < text.index("loop") < text.index("f32x4.mul")
    assert_agreement(kernel, inputs_of(kernel, 5), {"a": 2.0, "b": 3.0})


def test_what_the_state_does_not_change_is_computed_once_per_step() -> None:
    module = Module(MemoryImport(1, 1, shared=False))
    add_kernels(module, [orbit_kernel(8)])
    text = module.text()
    loops = [at for at in range(len(text)) if text.startswith("loop", at)]
    assert loops[0] < text.index("f32x4.pmax") < loops[1] < text.index("f32x4.abs")


@pytest.mark.parametrize(("name", "wrong"), [("_SIGN_BIT", 30), ("VECTOR_BYTES", 32), ("_HOIST_FROM_USES", 0)])
def test_breaking_the_loop_or_the_masks_is_noticed(name: str, wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two must fail; where constants lie must not matter."""
    monkeypatch.setattr(emit, name, wrong)
    if name == "_HOIST_FROM_USES":
        assert_agreement(MIXED, inputs_of(MIXED, 64), {"gain": 0.3, "salt": 1})
        return
    with pytest.raises(AssertionError, match="differs from NumPy"):
        assert_agreement(MIXED, inputs_of(MIXED, 64), {"gain": 0.3, "salt": 1})


def test_min_and_max_treat_zeros_as_numpy_does_in_every_lane_and_tail() -> None:
    """On a tie the second operand, whatever the count and whichever operand is a constant."""
    zeros = np.array([0.0, -0.0, 0.0, -0.0, -0.0, 0.0, 0.0], np.float32)

    def extremes(x: Arrays) -> Results:
        a, b = x
        pairs: list[tuple[Any, Any]] = [(a, b), (b, a), (a, 0.0), (0.0, a), (a, -0.0), (-0.0, a)]
        return {"y": [choose(*pair) for choose, pair in itertools.product((np.minimum, np.maximum), pairs)]}

    compiled = Compiled(Kernel("extremes", extremes, {"x": ("f32",) * 2}, {"y": ("f32",) * 12}))
    for count in range(1, 8):
        assert_agreement(compiled, {"x": [zeros[:count], zeros[::-1][:count].copy()]})


def test_optimised_graph_of_the_mixed_kernel_has_no_double_work() -> None:
    graph = optimise(MIXED.trace())
    assert len({(node.op, node.args, node.attr, node.dtype) for node in graph.nodes}) == len(graph.nodes)
    assert {node.dtype for node in graph.nodes} == set(DType)
