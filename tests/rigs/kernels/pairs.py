"""Expressions of two or three operations, exhaustively: every one that a rewrite of the passes could get wrong.

For each operation p and each operation q that can take p's result: q(p(x, y)), with q's other operand being x, y, z,
p's result again, or one of the awkward constants, on either side; comparisons that choose what they compare; and of the
operations with two operands q(p(x, c), d) and q(p(c, x), d). Some 53 000 expressions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import (
    COMPARISONS,
    LEAVES,
    OPERANDS,
    SHIFTS,
    DType,
    Op,
    arity,
    operand_types,
    result_dtype,
)

COUNT = 256
_F32, _I32, _U32, _MASK = DType.F32, DType.I32, DType.U32, DType.MASK
_SHIFT_BY = (0, 1, 8, 16, 31)
_INTEGERS = [0, 1, 2, 8, 3, 31, 0x80000000, 0x7FFFFFFF, 0xFFFFFFFF]
# 0, -0, 1, -1, 2, 0.5, 3, the smallest, the largest, infinity, NaN
_FLOATS = [
    0,
    0x80000000,
    0x3F800000,
    0xBF800000,
    0x40000000,
    0x3F000000,
    0x40400000,
    1,
    0x7F7FFFFF,
    0x7F800000,
    0x7FC00000,
]
CONSTANTS: dict[DType, list[int]] = {_F32: _FLOATS, _I32: _INTEGERS, _U32: _INTEGERS, _MASK: [0, 1]}

#: What is said of an expression, and how it is built over three arrays of each type.
Loads = dict[DType, list[Node]]
Expression = tuple[str, Callable[[Graph, Loads], Node]]
Choice = tuple[Op, DType, int | None]


def choices() -> list[Choice]:
    """Each operation with each type it takes, and shifts by several amounts."""
    return [
        (op, dtype, amount)
        for op in Op
        if op not in LEAVES
        for dtype in DType
        if dtype in OPERANDS[op]
        for amount in (_SHIFT_BY if op in SHIFTS else (None,))
    ]


def inputs(seed: int) -> dict[str, list[Array]]:
    """Three arrays [COUNT] of each type: awkward values, values equal to their neighbours', and random ones."""
    rng = np.random.default_rng(seed)
    special = np.array(
        (
            *(0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-45, -1e-45, 1.17549435e-38, 3.4028235e38, -3.4028235e38),
            *(np.inf, -np.inf, np.nan, 0.1, 8388607.5, 16777216, 1e20, 3e9, -7, 7, 3),
        ),
        np.float32,
    )
    awkward = np.array([0, 1, 2, 3, 8, 31, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1, 2**32 - 7, 2**24 + 1], np.uint32)
    tail = COUNT - 3 * len(special)
    floats = [
        np.concatenate([special, special[::-1], special, rng.normal(0, 5, tail).astype(np.float32)]) for _ in "xyz"
    ]
    floats[1], floats[2] = np.roll(floats[1], 5), np.roll(floats[2], 11)
    floats[1][::7] = floats[0][::7]
    words = [
        np.where(rng.random(COUNT) < 0.6, rng.choice(awkward, COUNT), rng.integers(0, 2**32, COUNT).astype(np.uint32))
        for _ in range(6)
    ]
    words[1][::7] = words[0][::7]
    masks = [rng.random(COUNT) < 0.5 for _ in "xyz"]
    return {"f32": floats, "i32": [each.view(np.int32) for each in words[:3]], "u32": words[3:], "mask": masks}


def single() -> Iterator[Expression]:
    """p of x, y and constants, in every arrangement."""
    for op, dtype, amount in choices():
        types = operand_types(op, dtype)
        for pattern in itertools.product(*(("x", "y", *CONSTANTS[kind]) for kind in types)):
            yield f"{op.value}.{dtype.value}{pattern} {amount}", _single(op, types, pattern, amount)


def _single(op: Op, types: tuple[DType, ...], pattern: tuple[object, ...], amount: int | None) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        return _apply(
            graph, op, [_operand(graph, x, kind, each) for kind, each in zip(types, pattern, strict=True)], amount
        )

    return build


def nested() -> Iterator[Expression]:
    """q(p(x, y), other) and q(other, p(x, y))."""
    for p, q in itertools.product(choices(), repeat=2):
        result, types = result_dtype(p[0], operand_types(p[0], p[1])), operand_types(q[0], q[1])
        for place in (k for k, kind in enumerate(types) if kind is result):
            others = [kind for k, kind in enumerate(types) if k != place]
            for other in ("x", "y", "z", "inner", *range(len(CONSTANTS[others[-1]]))) if others else ("x",):
                yield f"{q} at {place} of {p} with {other}", _nested(p, q, place, other)


def _nested(p: Choice, q: Choice, place: int, other: str | int) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        inner = _apply(graph, p[0], [x[kind][k % 2] for k, kind in enumerate(operand_types(p[0], p[1]))], p[2])
        args = []
        for k, kind in enumerate(operand_types(q[0], q[1])):
            if k == place or (other == "inner" and kind is inner.dtype):
                args.append(inner)
            elif isinstance(other, int):
                args.append(graph.const_bits(CONSTANTS[kind][other % len(CONSTANTS[kind])], kind))
            else:
                args.append(_operand(graph, x, kind, "z" if other == "inner" else other))
        return _apply(graph, q[0], args, q[2])

    return build


def of_itself() -> Iterator[Expression]:
    """q(p(x, x)) and q(p(x, x), x)."""
    for p, q in itertools.product(choices(), repeat=2):
        if arity(p[0]) == 2 and arity(q[0]) <= 2 and result_dtype(p[0], operand_types(p[0], p[1])) is q[1]:
            yield f"{q} of {p} of x and x", _of_itself(p, q)


def _of_itself(p: Choice, q: Choice) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        inner = _apply(graph, p[0], [x[p[1]][0]] * 2, p[2])
        return _apply(graph, q[0], [inner] if arity(q[0]) == 1 else [inner, x[q[1]][0]], q[2])

    return build


def chosen() -> Iterator[Expression]:
    """A comparison, or its opposite, chooses between the two values compared."""
    for op, dtype, negated, swapped in itertools.product(COMPARISONS, (_F32, _I32, _U32), (0, 1), (0, 1)):
        for a, b in itertools.product(("x", "y", *CONSTANTS[dtype][:4]), repeat=2):
            yield (
                f"where({'~' * negated}({a} {op} {b}), {swapped=}) {dtype}",
                _chosen(op, dtype, (a, b), negated, swapped),
            )


def _chosen(op: Op, dtype: DType, pair: tuple[object, object], negated: int, swapped: int) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        a, b = (_operand(graph, x, dtype, each) for each in pair)
        mask = graph.apply(op, a, b)
        mask = graph.apply(Op.NOT, mask) if negated else mask
        return graph.apply(Op.SELECT, mask, *((b, a) if swapped else (a, b)))

    return build


def chosen_over() -> Iterator[Expression]:
    """A comparison with a constant chooses between a number and what an operation makes of it."""
    for op, comparison, swapped in itertools.product((Op.NEG, Op.ABS), COMPARISONS, (0, 1, 2, 3)):
        for dtype in (kind for kind in (_F32, _I32) if kind in OPERANDS[op]):
            for bits in CONSTANTS[dtype][:4]:
                text = f"where({comparison} of x and {bits:#x}, {op} of x, x), {swapped=} {dtype}"
                yield text, _chosen_over(op, comparison, dtype, bits, swapped)


def _chosen_over(op: Op, comparison: Op, dtype: DType, bits: int, swapped: int) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        number, constant = x[dtype][0], graph.const_bits(bits, dtype)
        mask = graph.apply(comparison, *((constant, number) if swapped & 1 else (number, constant)))
        pair = (graph.apply(op, number), number)
        return graph.apply(Op.SELECT, mask, *(pair[::-1] if swapped & 2 else pair))

    return build


def with_two_constants() -> Iterator[Expression]:
    """q(p(x, c), d) and q(p(c, x), d)."""
    for p, q in itertools.product(choices(), repeat=2):
        if arity(p[0]) == arity(q[0]) == 2 and result_dtype(p[0], operand_types(p[0], p[1])) is q[1]:
            for c, d, left in itertools.product(_few(p[1]), _few(q[1]), (False, True)):
                yield f"{q} of {p} of x and {c:#x}, and {d:#x}, {left=}", _with_two_constants(p, q, (c, d), left)


def _with_two_constants(p: Choice, q: Choice, bits: tuple[int, int], left: bool) -> Callable[..., Node]:
    def build(graph: Graph, x: Loads) -> Node:
        pair = [x[p[1]][0], graph.const_bits(bits[0], p[1])]
        inner = _apply(graph, p[0], pair[::-1] if left else pair, p[2])
        return _apply(graph, q[0], [inner, graph.const_bits(bits[1], q[1])], q[2])

    return build


def _few(dtype: DType) -> list[int]:
    return CONSTANTS[dtype][:4] + CONSTANTS[dtype][5:7]


def _operand(graph: Graph, x: Loads, dtype: DType, which: object) -> Node:
    """An array by its letter, or the constant with these bits."""
    return graph.const_bits(which, dtype) if isinstance(which, int) else x[dtype]["xyz".index(str(which))]


def _apply(graph: Graph, op: Op, args: list[Node], amount: int | None) -> Node:
    """`op` of `args`, kept to what is defined: integers of floats in range, and the bits of no NaN."""
    return graph.apply(op, *(_defined(graph, op, arg) for arg in args), attr=amount)


def _defined(graph: Graph, op: Op, node: Node) -> Node:
    if op in (Op.TO_I32, Op.TO_U32):
        low, high = (-2e9, 2e9) if op is Op.TO_I32 else (0.0, 4e9)
        above, below = (graph.const(low, _F32), node), (node, graph.const(high, _F32))
        kept = graph.apply(Op.AND, graph.apply(Op.LE, *above), graph.apply(Op.LT, *below))
    elif op in (Op.AS_I32, Op.AS_U32) and node.dtype is _F32:
        kept = graph.apply(Op.EQ, node, node)
    else:
        return node
    return graph.apply(Op.SELECT, kept, node, graph.const(0.0, _F32))


FAMILIES = (single, nested, of_itself, chosen, chosen_over, with_two_constants)
