"""// and % and np.fmod, with NumPy's results to the last bit: signs, zeros, and divisors of 0 included.

Floats follow `npy_divmod`: the remainder of C's `fmod`, moved to the divisor's side. Integers divide by way of f32,
with two estimates of the quotient that are never too large and a last correction; SIMD has no integer division.
"""

from __future__ import annotations

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node, constant_value
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.trace.errors import trace_error
from drillsergeant.kernels.trace.operands import Operand, unify

# Four roundings of 2**-24 each make an estimate at most so much too large; less of it is never above the quotient.
_BELOW_ONE = 1.0 - 2.0**-21


def floor_divide(graph: Graph, a: Operand, b: Operand) -> Node:
    """a // b."""
    x, y = _numbers(graph, "floor_divide", a, b)
    if x.dtype is DType.F32:
        return _float_quotient(graph, x, y)
    power = _power_of_two(y)
    if power is not None:  # shifting right rounds down, negative numbers included
        return graph.apply(Op.SHR, x, attr=power)
    return _signed(graph, x, y)[0] if x.dtype is DType.I32 else _unsigned(graph, x, y)[0]


def remainder(graph: Graph, a: Operand, b: Operand) -> Node:
    """a % b, which has the sign of b."""
    x, y = _numbers(graph, "remainder", a, b)
    if x.dtype is DType.F32:
        return _float_remainder(graph, x, y)
    power = _power_of_two(y)
    if power is not None:
        return graph.apply(Op.AND, x, graph.const(2**power - 1, x.dtype))
    return _signed(graph, x, y)[1] if x.dtype is DType.I32 else _unsigned(graph, x, y)[1]


def divmod_(graph: Graph, a: Operand, b: Operand) -> tuple[Node, Node]:
    """divmod(a, b)."""
    return floor_divide(graph, a, b), remainder(graph, a, b)


def fmod(graph: Graph, a: Operand, b: Operand) -> Node:
    """np.fmod(a, b), C's remainder, which has the sign of a."""
    x, y = _numbers(graph, "fmod", a, b)
    if x.dtype is DType.F32:
        return graph.apply(Op.FMOD, x, y)
    if x.dtype is DType.U32:
        return _unsigned(graph, x, y)[1]
    rest = _unsigned(graph, _magnitude(graph, x), _magnitude(graph, y))[1]
    return _negated_where(graph, _negative(graph, x), graph.apply(Op.AS_I32, rest))


def _numbers(graph: Graph, name: str, a: Operand, b: Operand) -> tuple[Node, Node]:
    x, y = unify(graph, (a, b))
    if x.dtype is DType.MASK:
        raise trace_error(f"np.{name} of masks makes int8 in NumPy", "mask.astype(np.int32) first")
    return x, y


def _power_of_two(node: Node) -> int | None:
    """k where the node is the constant 2**k."""
    value = int(constant_value(node)) if node.op is Op.CONST else 0
    return value.bit_length() - 1 if value > 0 and value & (value - 1) == 0 else None


# -- floats -----------------------------------------------------------------------------------------------------------


def _float_remainder(graph: Graph, x: Node, y: Node) -> Node:
    rest, nonzero, other_side = _fmod_parts(graph, x, y)
    moved = graph.apply(Op.SELECT, other_side, graph.apply(Op.ADD, rest, y), rest)
    return graph.apply(Op.SELECT, nonzero, moved, _zero_like(graph, y))


def _float_quotient(graph: Graph, x: Node, y: Node) -> Node:
    rest, nonzero, other_side = _fmod_parts(graph, x, y)
    plain = graph.apply(Op.DIV, x, y)
    exact = graph.apply(Op.DIV, graph.apply(Op.SUB, x, rest), y)
    both = graph.apply(Op.AND, nonzero, other_side)
    exact = graph.apply(Op.SELECT, both, graph.apply(Op.SUB, exact, graph.const(1.0, DType.F32)), exact)
    floor = graph.apply(Op.FLOOR, exact)
    rounded_down = graph.apply(Op.LT, graph.const(0.5, DType.F32), graph.apply(Op.SUB, exact, floor))
    floor = graph.apply(Op.SELECT, rounded_down, graph.apply(Op.ADD, floor, graph.const(1.0, DType.F32)), floor)
    zero = graph.const(0.0, DType.F32)
    quotient = graph.apply(Op.SELECT, graph.apply(Op.NE, exact, zero), floor, _zero_like(graph, plain))
    return graph.apply(Op.SELECT, graph.apply(Op.EQ, y, zero), plain, quotient)


def _fmod_parts(graph: Graph, x: Node, y: Node) -> tuple[Node, Node, Node]:
    """C's remainder, whether it is not 0, and whether it lies on the other side of 0 than the divisor."""
    zero, rest = graph.const(0.0, DType.F32), graph.apply(Op.FMOD, x, y)
    other_side = graph.apply(Op.XOR, graph.apply(Op.LT, y, zero), graph.apply(Op.LT, rest, zero))
    return rest, graph.apply(Op.NE, rest, zero), other_side


def _zero_like(graph: Graph, node: Node) -> Node:
    """0 with the sign of a float."""
    bits = graph.apply(Op.AND, graph.apply(Op.AS_U32, node), graph.const_bits(0x8000_0000, DType.U32))
    return graph.apply(Op.AS_F32, bits)


# -- integers ---------------------------------------------------------------------------------------------------------


def _unsigned(graph: Graph, x: Node, y: Node) -> tuple[Node, Node]:
    """Quotient and remainder of u32; both 0 where the divisor is, as in NumPy."""
    zero, one = graph.const(0, DType.U32), graph.const(1, DType.U32)
    by_zero = graph.apply(Op.EQ, y, zero)
    divisor = graph.apply(Op.SELECT, by_zero, one, y)
    quotient, rest = zero, x
    for _ in range(2):  # 20 bits of the quotient each
        ratio = graph.apply(Op.DIV, graph.apply(Op.TO_F32, rest), graph.apply(Op.TO_F32, divisor))
        part = graph.apply(Op.TO_U32, graph.apply(Op.MUL, ratio, graph.const(np.float32(_BELOW_ONE), DType.F32)))
        quotient = graph.apply(Op.ADD, quotient, part)
        rest = graph.apply(Op.SUB, rest, graph.apply(Op.MUL, part, divisor))
    once_more = graph.apply(Op.LE, divisor, rest)
    quotient = graph.apply(Op.ADD, quotient, graph.apply(Op.SELECT, once_more, one, zero))
    rest = graph.apply(Op.SUB, rest, graph.apply(Op.SELECT, once_more, divisor, zero))
    return graph.apply(Op.SELECT, by_zero, zero, quotient), graph.apply(Op.SELECT, by_zero, zero, rest)


def _signed(graph: Graph, x: Node, y: Node) -> tuple[Node, Node]:
    """Quotient, rounded down, and remainder, with the divisor's sign, of i32."""
    magnitude = _magnitude(graph, y)
    quotient, rest = _unsigned(graph, _magnitude(graph, x), magnitude)
    y_negative = _negative(graph, y)
    apart = graph.apply(Op.XOR, _negative(graph, x), y_negative)
    zero, one = graph.const(0, DType.U32), graph.const(1, DType.U32)
    inexact = graph.apply(Op.NE, rest, zero)
    further = graph.apply(Op.AND, apart, inexact)
    quotient = graph.apply(Op.ADD, quotient, graph.apply(Op.SELECT, further, one, zero))
    rest = graph.apply(Op.SELECT, further, graph.apply(Op.SUB, magnitude, rest), rest)
    signed_quotient = _negated_where(graph, apart, graph.apply(Op.AS_I32, quotient))
    return signed_quotient, _negated_where(graph, y_negative, graph.apply(Op.AS_I32, rest))


def _magnitude(graph: Graph, node: Node) -> Node:
    """|i32| as u32, also of the lowest number."""
    return graph.apply(Op.AS_U32, graph.apply(Op.ABS, node))


def _negative(graph: Graph, node: Node) -> Node:
    return graph.apply(Op.LT, node, graph.const(0, DType.I32))


def _negated_where(graph: Graph, mask: Node, node: Node) -> Node:
    return graph.apply(Op.SELECT, mask, graph.apply(Op.NEG, node), node)
