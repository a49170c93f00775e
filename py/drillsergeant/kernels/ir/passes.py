"""Passes over the IR. Each rebuilds the graph node by node; the graph itself merges what becomes equal.

A rewrite stands here only if it keeps every bit of every value that is not a NaN: rounding happens in the same places,
-0 stays -0. So `x + 0` stays (it turns -0 into +0) while `x - 0` goes; nothing is reassociated, nothing fused.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node, constant_value, verify
from drillsergeant.kernels.ir.interpret import fold
from drillsergeant.kernels.ir.ops import LEAVES, DType, Op

Rewrite = Callable[[Graph, Node], Node]
_I32_MIN, _I32_END, _U32_END = -(2**31), 2**31, 2**32


def optimise(graph: Graph) -> Graph:
    """The passes in order; what comes out is verified."""
    graph = rebuild(graph, lambda result, node: simplify(result, fold_constants(result, node)))
    graph = drop_unused(graph)
    verify(graph)
    return graph


def rebuild(graph: Graph, rewrite: Rewrite) -> Graph:
    """A new graph of the same meaning: every node made again from its new operands, then rewritten."""
    result = Graph(graph.name)
    new: list[Node] = []
    for node in graph.nodes:
        if node.op in LEAVES:
            copy = result.copy(node)
        else:
            copy = rewrite(result, result.apply(node.op, *[new[arg.index] for arg in node.args], attr=node.attr))
        new.append(copy)
    for out in graph.outputs:
        result.output(out.group, out.index, new[out.node.index])
    return result


def drop_unused(graph: Graph) -> Graph:
    """Only the nodes that some output needs, in the same order."""
    needed = [False] * len(graph.nodes)
    for out in graph.outputs:
        needed[out.node.index] = True
    for node in reversed(graph.nodes):
        if needed[node.index]:
            for arg in node.args:
                needed[arg.index] = True
    result = Graph(graph.name)
    new: dict[int, Node] = {}
    for node in graph.nodes:
        if needed[node.index]:
            new[node.index] = result.copy(node, tuple([new[arg.index] for arg in node.args]))
    for out in graph.outputs:
        result.output(out.group, out.index, new[out.node.index])
    return result


def fold_constants(graph: Graph, node: Node) -> Node:
    """An operation on constants becomes the constant NumPy computes for it."""
    for arg in node.args:
        if arg.op is not Op.CONST:
            return node
    if not _defined(node):
        return node
    return graph.const(fold(node), node.dtype)


def _defined(node: Node) -> bool:
    """Whether NumPy defines the result: a conversion to integer only inside the integer's range."""
    if node.op not in (Op.TO_I32, Op.TO_U32):
        return True
    low, end = (_I32_MIN, _I32_END) if node.op is Op.TO_I32 else (0, _U32_END)
    return low <= float(constant_value(node.args[0])) < end


def simplify(graph: Graph, node: Node) -> Node:
    """One algebraic step, where a rule of the node's operation applies."""
    rule = _RULES.get(node.op)
    return node if rule is None else rule(graph, node)


def _is(node: Node, value: float) -> bool:
    """Whether `node` is the constant `value`, telling -0.0 from 0.0."""
    if node.op is not Op.CONST:
        return False
    number = constant_value(node)
    return bool(number == value and np.signbit(float(number)) == np.signbit(float(value)))


def _add(graph: Graph, node: Node) -> Node:
    zero = -0.0 if node.dtype is DType.F32 else 0
    a, b = node.args
    return b if _is(a, zero) else a if _is(b, zero) else node


def _sub(graph: Graph, node: Node) -> Node:
    return node.args[0] if _is(node.args[1], 0.0) else node


def _mul(graph: Graph, node: Node) -> Node:
    for factor, other in (node.args, node.args[::-1]):
        if _is(factor, 1):
            return other
        if node.dtype is not DType.F32 and factor.op is Op.CONST:
            number = int(constant_value(factor)) & 0xFFFF_FFFF
            if number == 0:
                return factor
            if number & (number - 1) == 0:  # a shift is one cycle, a 32-bit SIMD product about ten
                return graph.apply(Op.SHL, other, attr=number.bit_length() - 1)
    return node


def _div(graph: Graph, node: Node) -> Node:
    """x / 2**k is x * 2**-k to the last bit: both round the same real number once."""
    a, b = node.args
    if _is(b, 1):
        return a
    if b.op is not Op.CONST:
        return node
    divisor = np.float32(constant_value(b))
    with np.errstate(all="ignore"):
        inverse = np.float32(1) / divisor
    mantissa = np.frexp(divisor)[0]
    usable = abs(float(mantissa)) == 0.5 and np.isfinite(inverse) and float(inverse) * float(divisor) == 1.0
    return graph.apply(Op.MUL, a, graph.const(inverse, DType.F32)) if usable else node


def _neg(graph: Graph, node: Node) -> Node:
    inner = node.args[0]
    return inner.args[0] if inner.op is Op.NEG else node


def _not(graph: Graph, node: Node) -> Node:
    inner = node.args[0]
    return inner.args[0] if inner.op is Op.NOT else node


def _abs(graph: Graph, node: Node) -> Node:
    inner = node.args[0]
    if inner.op is Op.ABS:
        return inner
    return graph.apply(Op.ABS, inner.args[0]) if inner.op is Op.NEG else node


def _bits(absorbing: int | None, neutral: int | None, *, of_itself: bool) -> Rewrite:
    """The rule of a bit operation: constants that decide it or do nothing (all ones is -1), and x op x."""

    def rule(graph: Graph, node: Node) -> Node:
        a, b = node.args
        if a is b:
            return a if of_itself else graph.const_bits(0, node.dtype)
        for bits, other in ((a, b), (b, a)):
            if bits.op is Op.CONST and bits.attr == _pattern(absorbing, node.dtype):
                return bits
            if bits.op is Op.CONST and bits.attr == _pattern(neutral, node.dtype):
                return other
        return node

    return rule


def _pattern(value: int | None, dtype: DType) -> int | None:
    """All zeros (0) or all ones (-1) as a constant of `dtype` has it."""
    ones = 1 if dtype is DType.MASK else 0xFFFF_FFFF
    return None if value is None else value & ones


def _shift(graph: Graph, node: Node) -> Node:
    return node.args[0] if node.attr == 0 else node


def _select(graph: Graph, node: Node) -> Node:
    mask, a, b = node.args
    if a is b:
        return a
    if mask.op is Op.CONST:
        return a if mask.attr else b
    if mask.op is Op.NOT:
        return simplify(graph, graph.apply(Op.SELECT, mask.args[0], b, a))
    if mask.op is Op.NE and mask.args[0].dtype is not DType.F32:  # SIMD compares integers for equality only
        return graph.apply(Op.SELECT, graph.apply(Op.EQ, *mask.args), b, a)
    if mask.op is Op.LT:  # where(x < y, x, y) is the meaning of MIN(x, y), and where(y < x, x, y) that of MAX
        if mask.args == (a, b):
            return graph.apply(Op.MIN, a, b)
        if mask.args == (b, a):
            return graph.apply(Op.MAX, a, b)
    return node


def _to_f32(graph: Graph, node: Node) -> Node:
    """An unsigned number whose top bit is clear converts as signed, which SIMD does in one instruction."""
    inner = node.args[0]
    if inner.dtype is DType.U32 and inner.op is Op.SHR and inner.attr != 0:
        return graph.apply(Op.TO_F32, graph.apply(Op.AS_I32, inner))
    return node


def _bitcast(graph: Graph, node: Node) -> Node:
    inner = node.args[0]
    if inner.op not in (Op.AS_F32, Op.AS_I32, Op.AS_U32):
        return node
    source = inner.args[0]
    return source if source.dtype is node.dtype else graph.apply(node.op, source)


_RULES: dict[Op, Rewrite] = {
    Op.ADD: _add,
    Op.SUB: _sub,
    Op.MUL: _mul,
    Op.DIV: _div,
    Op.NEG: _neg,
    Op.NOT: _not,
    Op.ABS: _abs,
    Op.AND: _bits(0, -1, of_itself=True),
    Op.OR: _bits(-1, 0, of_itself=True),
    Op.XOR: _bits(None, 0, of_itself=False),
    Op.SHL: _shift,
    Op.SHR: _shift,
    Op.SELECT: _select,
    Op.TO_F32: _to_f32,
    **dict.fromkeys((Op.AS_F32, Op.AS_I32, Op.AS_U32), _bitcast),
}
