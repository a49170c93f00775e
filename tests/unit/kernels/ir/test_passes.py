"""Each rewrite shortens what it should, keeps every bit, and stays away where a bit would change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.ops import LEAVES, DType, Op
from drillsergeant.kernels.ir.passes import drop_unused, optimise
from drillsergeant.kernels.kernel import Kernel

from tests.rigs.kernels.agreement import assert_agreement, samples

Line = Callable[[Array, Array], Array]
_F32, _I32, _U32, _MASK = DType.F32, DType.I32, DType.U32, DType.MASK


def kernel_of(line: Line, dtype: DType, result: DType) -> Kernel:
    return Kernel("line", lambda x: {"y": [line(*x)]}, {"x": (dtype, dtype)}, {"y": (result,)})


def operations(graph: Graph) -> list[str]:
    return [node.op.value for node in graph.nodes if node.op not in LEAVES]


# name: (line, operand type, result type, operations that are left)
SHORTENED: dict[str, tuple[Line, DType, DType, list[str]]] = {
    "x * 1": (lambda x, y: x * 1.0, _F32, _F32, []),
    "x / 1": (lambda x, y: x / 1.0, _F32, _F32, []),
    "x - 0": (lambda x, y: x - 0.0, _F32, _F32, []),
    "x + -0": (lambda x, y: x + -0.0, _F32, _F32, []),
    "x / 8": (lambda x, y: x / 8.0, _F32, _F32, ["mul"]),
    "x / -2**127": (lambda x, y: x / -(2.0**127), _F32, _F32, ["mul"]),
    "--x": (lambda x, y: np.negative(-x), _F32, _F32, []),
    "||x||": (lambda x, y: np.abs(np.abs(x)), _F32, _F32, ["abs"]),
    "|-x|": (lambda x, y: np.abs(-x), _F32, _F32, ["abs"]),
    "where(x < y, x, y)": (lambda x, y: np.where(x < y, x, y), _F32, _F32, ["min"]),
    "where(x > y, x, y)": (lambda x, y: np.where(x > y, x, y), _F32, _F32, ["max"]),
    "where(c, a, a)": (lambda x, y: np.where(x < y, x, x), _F32, _F32, []),
    "where(~c, a, b)": (lambda x, y: np.where(~(x < y), y, x), _F32, _F32, ["min"]),
    "where(i != j, a, b)": (lambda x, y: np.where(x != y, x, y), _I32, _I32, ["eq", "select"]),
    "where(True, a, b)": (lambda x, y: np.where(np.ones_like(x) == 1, x, y), _F32, _F32, []),
    "i + 0": (lambda x, y: x + 0, _I32, _I32, []),
    "i - 0": (lambda x, y: x - 0, _U32, _U32, []),
    "i * 0": (lambda x, y: (x * 0 + 3) * y, _U32, _U32, ["mul"]),
    "i * 8": (lambda x, y: x * 8, _I32, _I32, ["shl"]),
    "i * 2**31": (lambda x, y: x * 2**31, _U32, _U32, ["shl"]),
    "i & 0": (lambda x, y: (x & 0) + y, _I32, _I32, []),
    "i & -1": (lambda x, y: x & -1, _I32, _I32, []),
    "i | 0": (lambda x, y: x | 0, _U32, _U32, []),
    "i | all": (lambda x, y: (x | 0xFFFFFFFF) ^ y, _U32, _U32, ["xor"]),
    "i ^ i": (lambda x, y: (x ^ x) | y, _U32, _U32, []),
    "i & i": (lambda x, y: x & x, _U32, _U32, []),
    "i << 0": (lambda x, y: (x << 0) >> 0, _U32, _U32, []),
    "~~i": (lambda x, y: ~~x, _I32, _I32, []),
    "m & True": (lambda x, y: x & True, _MASK, _MASK, []),
    "view of view": (lambda x, y: x.view(np.int32).view(np.uint32), _F32, _U32, ["as_u32"]),
    "view and back": (lambda x, y: x.view(np.int32).view(np.uint32).view(np.float32), _F32, _F32, []),
    "u32 >> 8 to f32": (lambda x, y: (x >> 8).astype(np.float32), _U32, _F32, ["shr", "as_i32", "to_f32"]),
    "constants": (lambda x, y: x + (np.full_like(x, 0.1) * 3.0 - np.sqrt(np.full_like(x, 2.0))), _F32, _F32, ["add"]),
}

# Rewrites that would be wrong for some bits: x + 0 turns -0 into 0, 3 has no exact inverse, 1 / 1e-45 is infinite,
# x * 0 keeps signs, and whether a comparison of floats may be turned round depends on NaN.
LEFT_ALONE: dict[str, tuple[Line, DType, DType, list[str]]] = {
    "x + 0": (lambda x, y: x + 0.0, _F32, _F32, ["add"]),
    "x - -0": (lambda x, y: x - -0.0, _F32, _F32, ["sub"]),
    "x / 3": (lambda x, y: x / 3.0, _F32, _F32, ["div"]),
    "x / 2**-140": (lambda x, y: x / 2.0**-140, _F32, _F32, ["div"]),
    "x * 0": (lambda x, y: x * 0.0, _F32, _F32, ["mul"]),
    "x * 2": (lambda x, y: x * 2.0, _F32, _F32, ["mul"]),
    "x + y - y": (lambda x, y: x + y - y, _F32, _F32, ["add", "sub"]),
    "where(x <= y, x, y)": (lambda x, y: np.where(x <= y, x, y), _F32, _F32, ["le", "select"]),
    "~(x < y)": (lambda x, y: ~(x < y), _F32, _MASK, ["lt", "not"]),
    "i * 3": (lambda x, y: x * 3, _I32, _I32, ["mul"]),
}


@pytest.mark.parametrize("case", [*SHORTENED, *LEFT_ALONE])
def test_rewrite_leaves_these_operations_and_every_bit(case: str) -> None:
    line, dtype, result, left = {**SHORTENED, **LEFT_ALONE}[case]
    kernel = kernel_of(line, dtype, result)
    assert operations(optimise(kernel.trace())) == left
    rng = np.random.default_rng(11)
    assert_agreement(kernel, {"x": [samples(dtype, 2000, rng), samples(dtype, 2000, rng)]})


def test_constants_fold_with_f32_rounding() -> None:
    kernel = kernel_of(lambda x, y: x + np.full_like(x, 0.1) * 0.1, _F32, _F32)
    text = str(optimise(kernel.trace()))
    product = np.float32(0.1) * np.float32(0.1)
    assert product != np.float32(0.1 * 0.1)
    assert f"const.f32 {product!s}" in text


def test_conversion_of_a_constant_outside_the_integers_is_left_to_the_target() -> None:
    kernel = kernel_of(lambda x, y: np.full_like(x, 3e9).astype(np.int32), _F32, _I32)
    assert operations(optimise(kernel.trace())) == ["to_i32"]


def test_what_no_output_needs_is_dropped_with_its_loads() -> None:
    graph = Graph("g")
    x, y = graph.load("x", 0, _F32), graph.load("x", 1, _F32)
    graph.apply(Op.ADD, x, y)
    graph.output("y", 0, graph.apply(Op.NEG, x))
    assert [str(node) for node in drop_unused(graph).nodes] == ["%0 = load.f32 x[0]", "%1 = neg.f32 %0"]
