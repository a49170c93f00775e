"""Tracing follows NumPy: the type of every result, and the value, are those the same line gives on arrays.

The oracle is NumPy itself: each function is called on arrays and on tracers, for every combination of operand types.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drillsergeant.kernels.ir.graph import Graph, verify
from drillsergeant.kernels.ir.interpret import interpret
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.trace.errors import TraceError
from drillsergeant.kernels.trace.rules import UFUNCS
from drillsergeant.kernels.trace.tracer import Tracer

ARRAYS = {
    DType.F32: np.array([0.0, -0.0, 1.5, -2.5, 3e-39, 1e30], np.float32),
    DType.I32: np.array([0, 1, -1, 7, -2147483648, 2147483647], np.int32),
    DType.U32: np.array([0, 1, 31, 7, 2147483648, 4294967295], np.uint32),
    DType.MASK: np.array([True, False, True, True, False, False]),
}
PYTHON_NUMBERS = [2, 1.5, -0.0, True]
NUMPY_NUMBERS = [
    *(np.float32(1.5), np.int32(-3), np.uint32(3), np.bool_(True)),
    *(np.float64(1.5), np.int64(3), np.float16(2)),
]
FOUR_TYPES = {dtype.numpy: dtype for dtype in DType}

# NumPy accepts more here than a kernel does, on purpose: | between masks, not +, says what is meant; minimum of masks
# likewise; floor, ceil, trunc of integers is no rounding; squares and shifts of masks are not arithmetic.
ONLY_NUMPY = {
    "add": {DType.MASK},
    "multiply": {DType.MASK},
    "minimum": {DType.MASK},
    "maximum": {DType.MASK},
    "absolute": {DType.MASK, DType.U32},
    "square": {DType.MASK},
    "reciprocal": {DType.MASK, DType.I32, DType.U32},
    "floor": {DType.MASK, DType.I32, DType.U32},
    "ceil": {DType.MASK, DType.I32, DType.U32},
    "trunc": {DType.MASK, DType.I32, DType.U32},
    "power": set(DType),  # the square and whole powers of integers apart, which test_functions has
    "sign": {DType.MASK},
    **{name: {DType.MASK, DType.I32, DType.U32} for name in ("fabs", "copysign")},
    **{name: {DType.MASK} for name in ("less", "less_equal", "greater", "greater_equal")},
}


def combinations(ufunc: np.ufunc) -> list[tuple[object, ...]]:
    operands = [*DType, *PYTHON_NUMBERS, *NUMPY_NUMBERS]
    return [c for c in itertools.product(operands, repeat=ufunc.nin) if any(isinstance(each, DType) for each in c)]


def on_arrays(fn: Callable[..., object], operands: tuple[object, ...]) -> np.ndarray | None:
    """What NumPy gives, or None where it refuses."""
    with np.errstate(all="ignore"):
        try:
            return np.asarray(fn(*(ARRAYS[each] if isinstance(each, DType) else each for each in operands)))
        except (TypeError, OverflowError, ValueError):
            return None


def on_tracers(fn: Callable[..., object], operands: tuple[object, ...]) -> np.ndarray | None:
    """What the recorded graph gives under the interpreter, or None where tracing refuses."""
    graph = Graph("test")
    traced = [
        Tracer(graph, graph.load("x", k, each)) if isinstance(each, DType) else each for k, each in enumerate(operands)
    ]
    try:
        result = fn(*traced)
        assert isinstance(result, Tracer)
        graph.output("y", 0, result.node)  # refuses a choice between numbers, which is of 64 bits
    except TraceError:
        return None
    verify(graph)
    inputs = {"x": [ARRAYS[each] if isinstance(each, DType) else np.zeros(0) for each in operands]}
    assert result.dtype == result.node.dtype.numpy
    return np.asarray(interpret(graph, inputs, {}, 6)["y"][0])


def assert_like_numpy(fn: Callable[..., object], operands: tuple[object, ...], name: str) -> None:
    numpy_result, traced = on_arrays(fn, operands), on_tracers(fn, operands)
    if numpy_result is None or numpy_result.dtype not in FOUR_TYPES:
        assert traced is None, f"{name}{operands} is {numpy_result!r} in NumPy but traced"
        return
    if traced is None:
        seen: list[Any] = [each.numpy if isinstance(each, DType) else each for each in operands]
        common = np.result_type(*seen)
        refused = ONLY_NUMPY.get(name, set())
        shift_of = name in ("left_shift", "right_shift") and not (
            isinstance(operands[0], DType) and operands[0] is not DType.MASK and not isinstance(operands[1], DType)
        )
        computed_elsewhere = common not in FOUR_TYPES  # a comparison in f64 gives a mask all the same
        refusal = computed_elsewhere or FOUR_TYPES[common] in refused or shift_of or _bad_shift(name, operands)
        assert refusal, f"{name}{operands}"
        return
    assert traced.dtype == numpy_result.dtype
    assert traced.tobytes() == np.broadcast_to(numpy_result, (6,)).tobytes(), f"{name}{operands}"


def _bad_shift(name: str, operands: tuple[object, ...]) -> bool:
    return name.endswith("_shift") and not 0 <= int(operands[1]) < 32  # type: ignore[call-overload]


@pytest.mark.parametrize("name", sorted(set(UFUNCS) - {"divmod"}))  # it gives two, see test_functions
def test_ufunc_gives_numpys_type_and_bits_for_every_operand_type_or_is_refused(name: str) -> None:
    ufunc = getattr(np, name)
    for operands in combinations(ufunc):
        assert_like_numpy(ufunc, operands, name)


@pytest.mark.parametrize(
    "symbol",
    [
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.and_, operator.or_, operator.xor),
        *(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
    ],
    ids=lambda symbol: symbol.__name__,
)
def test_operator_is_numpys_with_the_array_on_either_side(symbol: Callable[[object, object], object]) -> None:
    for dtype, number in itertools.product((DType.F32, DType.I32, DType.U32), (2, np.float32(1.5), np.uint32(3))):
        for operands in ((dtype, number), (number, dtype), (dtype, dtype)):
            assert_like_numpy(symbol, operands, symbol.__name__)


@pytest.mark.parametrize("symbol", [operator.neg, operator.pos, operator.abs], ids=lambda symbol: symbol.__name__)
def test_unary_operator_is_numpys(symbol: Callable[[object], object]) -> None:
    for dtype in (DType.F32, DType.I32):
        traced, expected = on_tracers(symbol, (dtype,)), on_arrays(symbol, (dtype,))
        assert traced is not None and expected is not None
        assert traced.tobytes() == expected.tobytes()


def test_square_is_a_power() -> None:
    traced, expected = on_tracers(lambda x: x**2, (DType.F32,)), on_arrays(lambda x: x**2, (DType.F32,))
    assert traced is not None and expected is not None
    assert traced.tobytes() == expected.tobytes()


@pytest.mark.parametrize("to", [np.float32, np.int32, np.uint32, bool])
@pytest.mark.parametrize("dtype", list(DType))
def test_astype_converts_as_numpy_does(dtype: DType, to: type) -> None:
    small = {**ARRAYS, DType.F32: np.array([0.0, -0.0, 1.5, 0.5, 3e-39, 99.9], np.float32)}
    graph = Graph("test")
    result = Tracer(graph, graph.load("x", 0, dtype)).astype(to)
    graph.output("y", 0, result.node)
    got = interpret(graph, {"x": [small[dtype]]}, {}, 6)["y"][0]
    assert got.tobytes() == small[dtype].astype(to).tobytes()


@pytest.mark.parametrize("to", [np.float32, np.int32, np.uint32])
@pytest.mark.parametrize("dtype", [DType.F32, DType.I32, DType.U32])
def test_view_keeps_the_bits(dtype: DType, to: type) -> None:
    traced = on_tracers(lambda x: x.view(to), (dtype,))
    assert traced is not None
    assert traced.tobytes() == ARRAYS[dtype].tobytes()


def test_where_promotes_its_branches_as_numpy_does() -> None:
    for a, b in itertools.product([*DType, *PYTHON_NUMBERS, *NUMPY_NUMBERS], repeat=2):
        assert_like_numpy(np.where, (DType.MASK, a, b), "where")


def test_functions_that_make_constants_follow_their_argument() -> None:
    for dtype in DType:
        assert_like_numpy(np.zeros_like, (dtype,), "zeros_like")
        assert_like_numpy(np.ones_like, (dtype,), "ones_like")
        assert_like_numpy(np.copy, (dtype,), "copy")
        assert_like_numpy(lambda x: np.full_like(x, 1), (dtype,), "full_like")


def test_equal_expressions_are_one_node() -> None:
    graph = Graph("test")
    x = Tracer(graph, graph.load("x", 0, DType.F32))
    assert (x * 2.0 + 1.0).node is (2.0 * x + 1).node
    assert (x > 1.0).node is (1.0 < x).node  # noqa: SIM300
    assert (x - 1.0).node is not (1.0 - x).node
