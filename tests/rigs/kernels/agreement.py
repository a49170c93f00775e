"""Runs a kernel every way there is, its function under NumPy, the interpreter, WASM, and asserts equal bits.

Arrays lie in memory between canaries: the padding up to a multiple of four lanes may be written, nothing beyond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph, verify
from drillsergeant.kernels.ir.interpret import interpret
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.emit import emit
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory

CANARY = 0xA5
GAP_BYTES = 64
Groups = Mapping[str, Sequence[Array]]


class Compiled:
    """A kernel traced, optimised and compiled: for tests that call it many times."""

    def __init__(self, kernel: Kernel, graph: Graph | None = None) -> None:
        self.kernel, self.graph = kernel, graph or kernel.trace()
        self.optimised = optimise(self.graph)
        self.memory = NativeMemory(1 << 18)
        module = Module(self.memory.imported)
        emit(kernel, self.optimised, module)
        self.call = self.memory.link(module.encode()).function(kernel.name)


def assert_agreement(kernel: Kernel | Compiled, inputs: Groups, scalars: Mapping[str, float] | None = None) -> None:
    """NumPy = interpreter = WASM for these inputs, with the outputs in memory of their own and in place."""
    compiled = kernel if isinstance(kernel, Compiled) else Compiled(kernel)
    kernel = compiled.kernel
    scalars = scalars or {}
    count = len(next(array for arrays in inputs.values() for array in arrays))
    expected = kernel.reference(inputs, scalars)
    if kernel.repeat == 1:
        assert_same(kernel.name, "interpreter", expected, interpret(compiled.graph, inputs, scalars, count))
        assert_same(kernel.name, "optimised", expected, interpret(compiled.optimised, inputs, scalars, count))
    assert_same(kernel.name, "WASM", expected, run_wasm(compiled, inputs, scalars))
    shared = {g for g in kernel.outputs if kernel.types_in(g) == kernel.types_out(g)}
    if shared:
        assert_same(kernel.name, "in place", expected, run_wasm(compiled, inputs, scalars, in_place=shared))


def assert_graph_agrees(graph: Graph, kernel: Kernel, inputs: Groups, count: int) -> None:
    """Interpreter = optimised = WASM for a graph that no function was traced for."""
    verify(graph)
    expected = interpret(graph, inputs, {}, count)
    compiled = Compiled(kernel, graph)
    assert_same(graph.name, "optimised", expected, interpret(compiled.optimised, inputs, {}, count))
    assert_same(graph.name, "WASM", expected, run_wasm(compiled, inputs, {}))


def assert_same(name: str, how: str, expected: Groups, got: Groups) -> None:
    """Equal bits in every array; any NaN equals any NaN."""
    assert list(expected) == list(got)
    for group, arrays in expected.items():
        for k, (want, have) in enumerate(zip(arrays, got[group], strict=True)):
            assert want.dtype == have.dtype
            differs = bits(want) != bits(have)
            if want.dtype == np.float32:
                differs &= ~(np.isnan(want) & np.isnan(have))
            lanes = np.flatnonzero(differs)
            assert not lanes.size, (
                f"{name}: {how} differs from NumPy in {group}[{k}], lanes {lanes[:8]}: "
                f"{want[lanes[:4]]} became {have[lanes[:4]]}"
            )


def bits(array: Array) -> Array:
    """The array as whole numbers that tell -0 from 0."""
    return array if array.dtype == np.bool_ else array.view(np.uint32)


def run_wasm(
    compiled: Compiled,
    inputs: Groups,
    scalars: Mapping[str, float],
    in_place: frozenset[str] | set[str] = frozenset(),
) -> dict[str, list[Array]]:
    """Outputs of the emitted kernel; asserts that it leaves the canaries and the inputs it does not own alone."""
    count = len(next(array for arrays in inputs.values() for array in arrays))
    padded_bytes = -(-count // 4) * 16
    kernel, memory = compiled.kernel, compiled.memory
    everything = memory.array(0, len(memory.buffer), np.dtype(np.uint8))
    everything[:] = CANARY
    at, places, allowed = GAP_BYTES, {}, np.zeros(len(memory.buffer), bool)

    def place(types: Sequence[DType], *, written: bool) -> tuple[int, int]:
        nonlocal at
        base, stride = at, padded_bytes + GAP_BYTES
        at += stride * len(types) + GAP_BYTES
        for k in range(len(types)):
            allowed[base + k * stride : base + k * stride + padded_bytes] = written
        return base, stride

    for group, arrays in inputs.items():
        types = kernel.types_in(group)
        base, stride = places["in", group] = place(types, written=group in in_place)
        for k, (array, dtype) in enumerate(zip(arrays, types, strict=True)):
            memory.array(base + k * stride, count, dtype.stored)[:] = array
    for group in kernel.outputs:
        new = group not in in_place
        places["out", group] = place(kernel.types_out(group), written=True) if new else places["in", group]
    before = everything.copy()
    addresses = [number for pair in places.values() for number in pair]
    compiled.call(count, *addresses, *(scalars[name] for name in kernel.scalars))
    touched = (everything != before) & ~allowed
    assert not touched.any(), f"{kernel.name} wrote at bytes {np.flatnonzero(touched)[:8]}, which it does not own"
    outputs: dict[str, list[Array]] = {}
    for group in kernel.outputs:
        base, stride = places["out", group]
        types = kernel.types_out(group)
        stored = [memory.array(base + k * stride, count, dtype.stored) for k, dtype in enumerate(types)]
        outputs[group] = [each.astype(dtype.numpy) for each, dtype in zip(stored, types, strict=True)]
        masks = [each for each, dtype in zip(stored, types, strict=True) if dtype is DType.MASK]
        assert all(np.isin(each, (0, 1)).all() for each in masks), f"{kernel.name}: {group} differs from NumPy: no mask"
    return outputs


_TRICKY_F32 = np.array(
    (
        *(0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999997, 0.1, 1 / 3, 7.0, -7.0, 1e20, 1e-20),
        *(1e-45, -1e-45, 1.1754942e-38, -1.1754944e-38, 3.4028235e38, -3.4028235e38),
        *(8388607.5, 8388608.0, -8388609.0, 16777216.0),
    ),
    np.float32,
)
_TRICKY_U32 = np.array([0, 1, 2, 31, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xAAAAAAAA, 16777217], np.uint32)


def samples(dtype: DType, count: int, rng: np.random.Generator) -> Array:
    """[count] values, half of them awkward: zeros of both signs, denormals, extremes, halves; the rest random bits."""
    if dtype is DType.MASK:
        return rng.random(count) < 0.5
    if dtype is DType.F32:
        sign = rng.integers(0, 2, count).astype(np.uint32) << 31
        finite = rng.integers(0, 0x7F7FFFFF, count).astype(np.uint32) | sign
        values = np.where(rng.random(count) < 0.5, finite.view(np.float32), rng.normal(0, 10, count).astype(np.float32))
        return np.where(rng.random(count) < 0.5, rng.choice(_TRICKY_F32, count), values)
    whole = rng.integers(0, 1 << 32, count).astype(np.uint32)
    return np.where(rng.random(count) < 0.5, rng.choice(_TRICKY_U32, count), whole).view(dtype.numpy)
