"""The rules of the functions that choose: where, select, choose, clip, sign, and tests of floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.trace.errors import trace_error
from drillsergeant.kernels.trace.operands import (
    FLOAT64,
    INT64,
    Operand,
    Wide,
    as_node,
    kernel_dtype,
    spell,
    type_of,
    unify,
    varies,
)

_MOST_CHOICES = 64  # of np.choose and np.select, in NumPy itself
_I32 = np.iinfo(np.int32)


def where(graph: Graph, *operands: Operand) -> Node | Wide:
    """np.where(condition, a, b)."""
    if len(operands) != 3:
        raise trace_error("np.where(condition) gives positions, which depend on the data", "np.where(condition, a, b)")
    condition, a, b = operands
    mask = condition if isinstance(condition, Node | Wide) else graph.const(bool(condition), DType.MASK)
    if isinstance(mask, Wide) or mask.dtype is not DType.MASK:
        raise trace_error(f"np.where chooses by a {spell(mask)} array", "np.where(x != 0, a, b)")
    return _chosen(graph, mask, a, b)


def _chosen(graph: Graph, mask: Node, a: Operand, b: Operand) -> Node | Wide:
    """`a` where the mask is set, else `b`; int64 and float64 where both are numbers."""
    common = np.result_type(type_of(a), type_of(b))
    if common in (INT64, FLOAT64) and not isinstance(a, Node) and not isinstance(b, Node):
        nodes = [_wide_node(graph, each, common) for each in (a, b)]
        return Wide(graph.apply(Op.SELECT, mask, *nodes), common)
    return graph.apply(Op.SELECT, mask, *unify(graph, (a, b), through=int))


def _wide_node(graph: Graph, operand: Operand, common: np.dtype[np.generic]) -> Node:
    """A number or a wide value as part of a wide one."""
    if isinstance(operand, Wide):
        if operand.dtype == common:
            return operand.node
        raise trace_error(f"{operand.dtype} with {common} is more than a kernel keeps", ".astype(np.float32) on both")
    assert not isinstance(operand, Node), "an array has 32 bits"
    if common == INT64 and not _I32.min <= int(operand) <= _I32.max:
        raise trace_error(f"{operand} is out of range for int32", "np.float32(number), or a constant that fits,")
    return as_node(graph, operand, DType.F32 if common == FLOAT64 else DType.I32, through=int)


def select(
    graph: Graph, conditions: Sequence[Operand], choices: Sequence[Operand], default: Operand = 0
) -> Node | Wide:
    """np.select(conditions, choices, default): the first condition that holds decides."""
    if len(conditions) != len(choices) or not choices:
        raise trace_error(f"np.select of {len(conditions)} conditions and {len(choices)} choices", "as many of each")
    common = np.result_type(*map(type_of, choices), type_of(default))
    if common not in (INT64, FLOAT64) or any(isinstance(each, Node) for each in (*choices, default)):
        unified: tuple[Operand, ...] = unify(graph, (*choices, default), through=int)
    else:
        unified = tuple(Wide(_wide_node(graph, each, common), common) for each in (*choices, default))
    if common == np.uint32 and any(type(each) is int for each in (*choices, default)):
        raise trace_error("np.select mixes uint32 with a Python int, which NumPy refuses", "np.uint32(number)")
    result = unified[-1]
    for condition, choice in zip(reversed(conditions), reversed(unified[:-1]), strict=True):
        if not isinstance(condition, Node) or condition.dtype is not DType.MASK:
            raise trace_error("np.select chooses by something that is no mask", "comparisons, x > 0, as conditions")
        result = _chosen(graph, condition, choice, result)
    assert isinstance(result, Node | Wide), "there is at least one choice"
    return result


def choose(graph: Graph, index: Operand, choices: Sequence[Operand], mode: str = "raise") -> Node | Wide:
    """np.choose(index, choices): a small table. An index beyond either end takes that end's entry."""
    node = index.node if isinstance(index, Wide) and index.dtype == INT64 else index
    if not isinstance(node, Node) or node.dtype not in (DType.I32, DType.U32):
        raise trace_error("np.choose takes whole numbers to choose by", "np.choose(x.astype(np.int32), choices)")
    if mode not in ("raise", "clip"):
        raise trace_error(f"np.choose(mode={mode!r}) is not known", "np.choose(x % len(choices), choices)")
    if not 1 <= len(choices) <= _MOST_CHOICES:
        raise trace_error(f"np.choose among {len(choices)} entries", f"a table of 1 to {_MOST_CHOICES} entries")
    common = np.result_type(*map(type_of, choices))
    if common in (INT64, FLOAT64) and not any(isinstance(each, Node) for each in choices):
        entries: tuple[Operand, ...] = tuple(Wide(_wide_node(graph, each, common), common) for each in choices)
    else:
        entries = unify(graph, tuple(choices), through=int)
    result = entries[-1]
    for number in range(len(entries) - 2, -1, -1):
        below = graph.apply(Op.LT, node, graph.const(number + 1, node.dtype))
        result = _chosen(graph, below, entries[number], result)
    assert isinstance(result, Node | Wide), "there is at least one entry"
    return result


def clip(
    graph: Graph,
    x: Operand,
    low: Operand | None = None,
    high: Operand | None = None,
    *,
    least: Operand | None = None,
    most: Operand | None = None,
) -> Node:
    """np.clip(x, low, high): NaN stays, and the upper bound wins; a bound that is NaN makes NaN."""
    low, high = least if low is None else low, most if high is None else high
    if isinstance(x, Node) and x.dtype in (DType.I32, DType.U32):
        low, high = _useful(x, low, below=True), _useful(x, high, below=False)
    given = [each for each in (low, high) if each is not None]
    node, *bounds = unify(graph, (x, *given))
    if node.dtype is DType.MASK:
        raise trace_error("np.clip of a mask", "the mask itself, or mask.astype(np.float32)")
    # Of two zeros NumPy keeps x where both bounds are numbers, and takes the bound elsewhere.
    keeps = len(bounds) == 2 and not any(varies(bound) for bound in bounds)
    result = node
    ops = [op for op, bound in ((Op.MAX, low), (Op.MIN, high)) if bound is not None]
    for op, bound in zip(ops, bounds, strict=True):
        result = graph.apply(op, *((bound, result) if keeps else (result, bound)))
    for each in (*bounds, *(() if keeps else (node,))) if node.dtype is DType.F32 else ():
        result = graph.apply(Op.SELECT, graph.apply(Op.EQ, each, each), result, each)  # NaN stays NaN
    return result


def _useful(x: Node, bound: Operand | None, *, below: bool) -> Operand | None:
    """A Python int beyond the type's range, which NumPy ignores on its own side."""
    limits = np.iinfo(x.dtype.numpy.name)
    if isinstance(bound, int) and not isinstance(bound, bool | np.generic):
        return None if (bound <= limits.min if below else bound >= limits.max) else bound
    return bound


def sign(graph: Graph, x: Operand) -> Node:
    """np.sign(x): +0 for both zeros, NaN for NaN."""
    (node,) = unify(graph, (x,))
    if node.dtype is DType.MASK:
        raise trace_error("np.sign of a mask", "mask.astype(np.float32)")
    zero, one = graph.const(0, node.dtype), graph.const(1, node.dtype)
    # what is neither 0, nor above, nor below it is NaN
    rest = graph.apply(Op.SELECT, graph.apply(Op.EQ, node, zero), zero, node) if node.dtype is DType.F32 else zero
    if node.dtype is not DType.U32:
        below = graph.apply(Op.LT, node, zero)
        rest = graph.apply(Op.SELECT, below, graph.const(-1, node.dtype), rest)
    return graph.apply(Op.SELECT, graph.apply(Op.LT, zero, node), one, rest)


def isnan(graph: Graph, x: Operand) -> Node:
    """np.isnan(x)."""
    (node,) = unify(graph, (x,))
    return graph.apply(Op.NE, node, node) if node.dtype is DType.F32 else graph.const(False, DType.MASK)


def isfinite(graph: Graph, x: Operand) -> Node:
    """np.isfinite(x)."""
    (node,) = unify(graph, (x,))
    if node.dtype is not DType.F32:
        return graph.const(True, DType.MASK)
    return graph.apply(Op.LT, graph.apply(Op.ABS, node), graph.const(np.inf, DType.F32))


def isinf(graph: Graph, x: Operand) -> Node:
    """np.isinf(x)."""
    (node,) = unify(graph, (x,))
    if node.dtype is not DType.F32:
        return graph.const(False, DType.MASK)
    return graph.apply(Op.EQ, graph.apply(Op.ABS, node), graph.const(np.inf, DType.F32))


def signbit(graph: Graph, x: Operand) -> Node:
    """np.signbit(x): set for -0, too."""
    (node,) = unify(graph, (x,))
    if node.dtype not in (DType.F32, DType.I32):
        return graph.const(False, DType.MASK)
    bits = graph.apply(Op.AS_I32, node) if node.dtype is DType.F32 else node
    return graph.apply(Op.LT, bits, graph.const(0, DType.I32))


def rounded(graph: Graph, x: Operand, decimals: int = 0) -> Node:
    """np.round(x), to whole numbers: halves to even."""
    (node,) = unify(graph, (x,))
    if decimals != 0:
        raise trace_error(f"np.round to {decimals} decimals", "np.rint(x * 100.0) / 100.0")
    if node.dtype is DType.MASK:
        raise trace_error("np.round of a mask", "mask.astype(np.float32)")
    return graph.apply(Op.RINT, node) if node.dtype is DType.F32 else node


def full_like(graph: Graph, like: Operand, value: Operand, dtype: object = None) -> Node:
    """np.full_like(like, value, dtype)."""
    assert isinstance(like, Node), "NumPy dispatches on the first argument"
    to = like.dtype if dtype is None else kernel_dtype(dtype)
    if isinstance(value, Node | Wide):
        raise trace_error("np.full_like with an array for the value", "the array itself")
    return as_node(graph, value, to)
