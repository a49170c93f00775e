"""The meaning of the IR: an interpreter that evaluates a graph with NumPy, one node at a time.

Slow and obvious on purpose. Every target is compared with it, and constant folding runs through it, so that a folded
constant has the bits the unfolded operation would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from drillsergeant.kernels.ir.graph import Graph, Node, constant_value
from drillsergeant.kernels.ir.ops import SHIFTS, Op

Array = NDArray[np.generic]


def _minimum(a: Array, b: Array) -> Array:
    return np.where(np.less(a, b), a, b)


def _maximum(a: Array, b: Array) -> Array:
    return np.where(np.less(b, a), a, b)


#: NumPy function of each operation that computes (shifts take their amount as a second operand).
MEANING: dict[Op, Callable[..., Array]] = {
    Op.ADD: np.add,
    Op.SUB: np.subtract,
    Op.MUL: np.multiply,
    Op.NEG: np.negative,
    Op.ABS: np.abs,
    Op.MIN: _minimum,
    Op.MAX: _maximum,
    Op.DIV: np.divide,
    Op.FMOD: np.fmod,
    Op.SQRT: np.sqrt,
    Op.FLOOR: np.floor,
    Op.CEIL: np.ceil,
    Op.TRUNC: np.trunc,
    Op.RINT: np.rint,
    Op.AND: np.bitwise_and,
    Op.OR: np.bitwise_or,
    Op.XOR: np.bitwise_xor,
    Op.NOT: np.bitwise_not,
    Op.SHL: np.left_shift,
    Op.SHR: np.right_shift,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.EQ: np.equal,
    Op.NE: np.not_equal,
    Op.SELECT: np.where,
    Op.TO_F32: lambda a: a.astype(np.float32),
    Op.TO_I32: lambda a: a.astype(np.int32),
    Op.TO_U32: lambda a: a.astype(np.uint32),
    Op.AS_F32: lambda a: a.view(np.float32),
    Op.AS_I32: lambda a: a.view(np.int32),
    Op.AS_U32: lambda a: a.view(np.uint32),
}


def evaluate(node: Node, operands: Sequence[Array]) -> Array:
    """Result of one computing node for `operands`: its arguments' values, arrays of one shape [N]."""
    extra = [np.asarray(node.attr, node.dtype.numpy)] if node.op in SHIFTS else []
    with np.errstate(all="ignore"):
        result = MEANING[node.op](*operands, *extra)
    assert result.dtype == node.dtype.numpy, f"{node} evaluated to {result.dtype}"
    return result


def interpret(
    graph: Graph,
    inputs: Mapping[str, Sequence[Array]],
    scalars: Mapping[str, float],
    count: int,
) -> dict[str, list[Array]]:
    """Run `graph` over `count` lanes.

    inputs: group name -> its arrays [count], in the dtypes the kernel declares (masks as bool); read only.
    scalars: name -> value. Returns output group -> its arrays [count].
    """
    values: list[Array] = []
    for node in graph.nodes:
        if node.op is Op.LOAD:
            assert isinstance(node.attr, tuple), f"{node} has no place"
            value = np.asarray(inputs[node.attr[0]][node.attr[1]])
        elif node.op is Op.SCALAR:
            value = np.full(count, scalars[str(node.attr)], node.dtype.numpy)
        elif node.op is Op.CONST:
            value = np.full(count, constant_value(node), node.dtype.numpy)
        else:
            value = evaluate(node, [values[arg.index] for arg in node.args])
        assert value.dtype == node.dtype.numpy, f"{node} was given {value.dtype}"
        values.append(value)
    results: dict[str, list[Array]] = {}
    for out in graph.outputs:
        results.setdefault(out.group, []).append(values[out.node.index])
    return results


def fold(node: Node) -> np.generic:
    """Value of a node whose operands are all constants, with the bits evaluation would give."""
    operands = [np.full(1, constant_value(arg), arg.dtype.numpy) for arg in node.args]
    value: np.generic = evaluate(node, operands)[0]
    return value
