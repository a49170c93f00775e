"""How each NumPy function becomes IR: promotion to one element type, then one or two nodes.

Every rule is `rule(graph, *operands) -> Node`; those of functions with a meaning of their own have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from drillsergeant import elementary
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import COMPARISONS, OPERANDS, DType, Op
from drillsergeant.kernels.trace import choices, division
from drillsergeant.kernels.trace.errors import trace_error
from drillsergeant.kernels.trace.operands import (
    Operand,
    Wide,
    as_node,
    cast,
    checked,
    comparable,
    unify,
    varies,
)

Rule = Callable[..., Node | Wide | tuple[Node, ...]]

_MAX_SHIFT = 31
_LONGEST_PRODUCT = 8  # that an error writes out


def _nary(op: Op, *, swapped: bool = False) -> Rule:
    """The rule of a function that is one operation; `swapped` exchanges its two operands."""

    def rule(graph: Graph, *operands: Operand) -> Node:
        nodes = unify(graph, comparable(operands) if op in COMPARISONS else operands)
        return checked(graph, op, *(reversed(nodes) if swapped else nodes))

    return rule


def _equality(op: Op, on_masks: Op) -> Rule:
    """== and != : a comparison of numbers, a bit operation between masks."""

    def rule(graph: Graph, a: Operand, b: Operand) -> Node:
        left, right = unify(graph, comparable((a, b)))
        if left.dtype is not DType.MASK:
            return graph.apply(op, left, right)
        differs = graph.apply(Op.XOR, left, right)
        return differs if on_masks is Op.XOR else graph.apply(Op.NOT, differs)

    return rule


def _logical(op: Op) -> Rule:
    """np.logical_*: numbers count as true where they are not 0."""

    def rule(graph: Graph, *operands: Operand) -> Node:
        truths = (
            cast(graph, operand, bool) if isinstance(operand, Node) else graph.const(bool(operand), DType.MASK)
            for operand in operands
        )
        return graph.apply(op, *truths)

    return rule


def _shift(op: Op) -> Rule:
    """<< and >>, by a number: SIMD shifts every lane by the same amount."""

    def rule(graph: Graph, value: Operand, amount: Operand) -> Node:
        if not isinstance(value, Node) or isinstance(amount, Node | Wide):
            raise trace_error("a shift by an array has no kernel instruction", "a shift of an array by a Python int")
        if isinstance(amount, float | np.floating) or not 0 <= int(amount) <= _MAX_SHIFT:
            raise trace_error(f"a 32-bit value cannot be shifted by {amount}", f"a shift by 0 to {_MAX_SHIFT}")
        unify(graph, (value, amount))
        if value.dtype not in OPERANDS[op]:
            return checked(graph, op, value)
        return graph.apply(op, value, attr=int(amount))

    return rule


def _square(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    return checked(graph, Op.MUL, node, node)


def _reciprocal(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    return checked(graph, Op.DIV, as_node(graph, 1, node.dtype), node)


def _positive(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    if node.dtype is DType.MASK:
        raise trace_error("+ has no meaning for a mask", "the mask itself")
    return node


def _copy(graph: Graph, a: Operand) -> Node:
    return unify(graph, (a,))[0]


def _power(graph: Graph, base: Operand, exponent: Operand) -> Node:
    """np.power(x, n): whole powers of integers, and the square of floats; NumPy gives others to the C library."""
    return _powered(graph, base, exponent, {2: _square})


def operator_power(graph: Graph, base: Operand, exponent: Operand) -> Node:
    """x ** n, which NumPy computes without the C library for some more n."""
    exact: Mapping[float, Rule] = {
        0: lambda graph, node: as_node(graph, 1, node.dtype),
        1: _positive,
        2: _square,
        0.5: _nary(Op.SQRT),
        -1: _reciprocal,
    }
    weak = isinstance(exponent, bool | int | float) and not isinstance(exponent, np.generic)
    return _powered(graph, base, exponent, exact if weak else {2: _square})


def _powered(graph: Graph, base: Operand, exponent: Operand, exact: Mapping[float, Rule]) -> Node:
    if not isinstance(base, Node) or isinstance(exponent, Node | Wide):
        raise trace_error("a power of which the exponent is an array", "np.exp(y * np.log(x)) of floats")
    node = unify(graph, (base, exponent))[0]  # refuses what NumPy would compute in 64 bits
    number = float(exponent)
    if node.dtype is DType.MASK:
        raise trace_error("a power of a mask", "the mask itself, or mask.astype(np.float32)")
    if node.dtype is not DType.F32:
        return _whole_power(graph, node, int(exponent))
    product = " * ".join("x" * int(number)) if 2 <= number == int(number) <= _LONGEST_PRODUCT else ""
    if not varies(node):
        remedy = product or "np.sqrt(k), 1 / k or the like"
        raise trace_error("a power of a scalar is the C library's in NumPy", remedy.replace("x", "k"))
    if number not in exact:
        remedy = product or f"np.exp(np.log(x) * {number!r})"
        raise trace_error(f"x ** {number:g} is the C library's in NumPy, and has other bits elsewhere", remedy)
    result = exact[number](graph, node)
    assert isinstance(result, Node), "a power is one value"
    return result


def _whole_power(graph: Graph, base: Node, exponent: int) -> Node:
    """The power of an integer, by squaring; it wraps."""
    if exponent < 0:
        raise trace_error("integers to negative powers are not allowed", "x.astype(np.float32) ** -1")
    result, square = graph.const(1, base.dtype), base
    while exponent:
        if exponent & 1:
            result = graph.apply(Op.MUL, result, square)
        exponent >>= 1
        if exponent:
            square = graph.apply(Op.MUL, square, square)
    return result


def _fabs(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    if node.dtype is not DType.F32:
        raise trace_error(f"np.fabs of {node.dtype.numpy} makes float64 in NumPy", "np.abs(x)")
    return graph.apply(Op.ABS, node)


def _copysign(graph: Graph, a: Operand, b: Operand) -> Node:
    x, y = unify(graph, (a, b))
    if x.dtype is not DType.F32:
        raise trace_error(f"np.copysign of {x.dtype.numpy} makes float64 in NumPy", "x.astype(np.float32) first")
    size = graph.apply(Op.AS_U32, graph.apply(Op.ABS, x))
    sign = graph.apply(Op.AND, graph.apply(Op.AS_U32, y), graph.const_bits(0x8000_0000, DType.U32))
    return graph.apply(Op.AS_F32, graph.apply(Op.OR, size, sign))


def _or_nan(x: Any, result: Any) -> Any:
    """`result`, and NaN for NaN, for which `elementary` promises nothing."""
    return np.where(x == x, result, x)


#: Name of a ufunc -> its rule. Python's operators arrive here too.
UFUNCS: dict[str, Rule] = {
    "add": _nary(Op.ADD),
    "subtract": _nary(Op.SUB),
    "multiply": _nary(Op.MUL),
    "divide": _nary(Op.DIV),
    "negative": _nary(Op.NEG),
    "positive": _positive,
    "absolute": _nary(Op.ABS),
    "fabs": _fabs,
    "copysign": _copysign,
    "sign": choices.sign,
    "signbit": choices.signbit,
    "isnan": choices.isnan,
    "isfinite": choices.isfinite,
    "isinf": choices.isinf,
    "square": _square,
    "power": _power,
    "floor_divide": division.floor_divide,
    "remainder": division.remainder,
    "divmod": division.divmod_,
    "fmod": division.fmod,
    "reciprocal": _reciprocal,
    "sqrt": _nary(Op.SQRT),
    "minimum": _nary(Op.MIN),
    "maximum": _nary(Op.MAX),
    "floor": _nary(Op.FLOOR),
    "ceil": _nary(Op.CEIL),
    "trunc": _nary(Op.TRUNC),
    "rint": _nary(Op.RINT),
    "bitwise_and": _nary(Op.AND),
    "bitwise_or": _nary(Op.OR),
    "bitwise_xor": _nary(Op.XOR),
    "invert": _nary(Op.NOT),
    "left_shift": _shift(Op.SHL),
    "right_shift": _shift(Op.SHR),
    "logical_and": _logical(Op.AND),
    "logical_or": _logical(Op.OR),
    "logical_xor": _logical(Op.XOR),
    "logical_not": _logical(Op.NOT),
    "less": _nary(Op.LT),
    "less_equal": _nary(Op.LE),
    "greater": _nary(Op.LT, swapped=True),
    "greater_equal": _nary(Op.LE, swapped=True),
    "equal": _equality(Op.EQ, Op.EQ),
    "not_equal": _equality(Op.NE, Op.XOR),
}

#: The ufuncs that take a value of 64 bits, see `Wide`.
TAKES_WIDE = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"})

#: Name of a function dispatched by `__array_function__` -> its rule, and what its keywords are called there.
FUNCTIONS: dict[str, tuple[Rule, Mapping[str, str]]] = {
    "where": (choices.where, {}),
    "select": (choices.select, {"default": "default"}),
    "choose": (choices.choose, {"mode": "mode"}),
    "clip": (choices.clip, {"a_min": "low", "a_max": "high", "min": "least", "max": "most"}),
    "round": (choices.rounded, {"decimals": "decimals"}),
    "around": (choices.rounded, {"decimals": "decimals"}),
    "copy": (_copy, {}),
    "zeros_like": (lambda graph, like, dtype=None: choices.full_like(graph, like, 0, dtype), {"dtype": "dtype"}),
    "ones_like": (lambda graph, like, dtype=None: choices.full_like(graph, like, 1, dtype), {"dtype": "dtype"}),
    "full_like": (choices.full_like, {"fill_value": "value", "dtype": "dtype"}),
}

#: The functions that NumPy leaves to the C library, whose bits differ from system to system -> what stands for them.
ELEMENTARY: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: _or_nan(x, elementary.exp(x)),
    "log": lambda x: _or_nan(x, elementary.log(x)),
    "tanh": lambda x: _or_nan(x, elementary.tanh(x)),
    "sin": lambda x: _or_nan(x, elementary.sin_cos(x)[0]),
    "cos": lambda x: _or_nan(x, elementary.sin_cos(x)[1]),
}
