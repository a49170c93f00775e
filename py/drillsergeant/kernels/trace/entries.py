"""NumPy's reductions over a Python list of arrays, with axis=0: over the quantities of each lane, not over lanes.

NumPy adds the rows of the list in order when there are two lanes or more, and so do these, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.trace.errors import trace_error
from drillsergeant.kernels.trace.operands import INT64, Wide, cast, checked, kernel_dtype, unify

Entries = tuple[Node, ...]


def total(graph: Graph, entries: Entries, dtype: object = None) -> Node:
    """np.sum."""
    return _folded(graph, "sum", Op.ADD, entries, dtype)


def product(graph: Graph, entries: Entries, dtype: object = None) -> Node:
    """np.prod."""
    return _folded(graph, "prod", Op.MUL, entries, dtype)


def mean(graph: Graph, entries: Entries) -> Node:
    """np.mean."""
    count = graph.const(len(entries), DType.F32)
    return graph.apply(Op.DIV, _folded(graph, "mean", Op.ADD, entries, None), count)


def norm(graph: Graph, entries: Entries, ord: object = None) -> Node:
    """np.linalg.norm, the Euclidean one."""
    if ord not in (None, 2):
        raise trace_error(f"np.linalg.norm(ord={ord!r}) is not known", "np.linalg.norm(arrays, axis=0)")
    squares = tuple(checked(graph, Op.MUL, each, each) for each in unify(graph, entries))
    return checked(graph, Op.SQRT, _folded(graph, "linalg.norm", Op.ADD, squares, None))


def largest(graph: Graph, entries: Entries) -> Node:
    """np.max."""
    return _extreme(graph, Op.MAX, Op.OR, entries)


def smallest(graph: Graph, entries: Entries) -> Node:
    """np.min."""
    return _extreme(graph, Op.MIN, Op.AND, entries)


def position_of_largest(graph: Graph, entries: Entries) -> Wide:
    """np.argmax: the first of the largest; the first NaN where there is one."""
    return _position(graph, entries, larger=True)


def position_of_smallest(graph: Graph, entries: Entries) -> Wide:
    """np.argmin: the first of the smallest; the first NaN where there is one."""
    return _position(graph, entries, larger=False)


def any_of(graph: Graph, entries: Entries) -> Node:
    """np.any."""
    return reduce(lambda a, b: graph.apply(Op.OR, a, b), (cast(graph, each, bool) for each in unify(graph, entries)))


def all_of(graph: Graph, entries: Entries) -> Node:
    """np.all."""
    return reduce(lambda a, b: graph.apply(Op.AND, a, b), (cast(graph, each, bool) for each in unify(graph, entries)))


#: By NumPy's names, those of np.linalg with a dot.
REDUCTIONS: dict[str, Callable[..., Node | Wide]] = {
    "sum": total,
    "prod": product,
    "mean": mean,
    "max": largest,
    "amax": largest,
    "min": smallest,
    "amin": smallest,
    "argmax": position_of_largest,
    "argmin": position_of_smallest,
    "any": any_of,
    "all": all_of,
    "linalg.norm": norm,
}


def _folded(graph: Graph, name: str, op: Op, entries: Entries, dtype: object) -> Node:
    nodes = unify(graph, entries)
    if dtype is not None:
        to = kernel_dtype(dtype)
        if nodes[0].dtype is DType.F32 and to is not DType.F32:
            raise trace_error(f"np.{name} of floats as {to.numpy}", f"x.astype(np.{to.numpy}) for each x of the list")
        nodes = tuple(cast(graph, each, to.numpy) for each in nodes)
        if to is DType.MASK:
            raise trace_error(f"np.{name}(dtype=bool)", "np.any(arrays, axis=0) or np.all(arrays, axis=0)")
    elif nodes[0].dtype is not DType.F32:
        makes = "float64" if name in ("mean", "linalg.norm") else "64-bit integers"
        remedy = "x.astype(np.float32) for each x of the list"
        raise trace_error(f"np.{name} of {nodes[0].dtype.numpy} arrays makes {makes} in NumPy", remedy)
    start = graph.const(0 if op is Op.ADD else 1, nodes[0].dtype)  # NumPy's sum of -0 is 0
    return reduce(lambda a, b: graph.apply(op, a, b), nodes, start)


def _extreme(graph: Graph, op: Op, of_masks: Op, entries: Entries) -> Node:
    nodes = unify(graph, entries)
    chosen = of_masks if nodes[0].dtype is DType.MASK else op
    result = nodes[0]
    for node in nodes[1:]:
        following = graph.apply(chosen, result, node)
        if node.dtype is DType.F32:  # one NaN makes all of it NaN
            following = graph.apply(Op.SELECT, graph.apply(Op.EQ, result, result), following, result)
        result = following
    return result


def _position(graph: Graph, entries: Entries, *, larger: bool) -> Wide:
    nodes = unify(graph, entries)
    if nodes[0].dtype is DType.MASK:
        raise trace_error("the position of the largest among masks", "mask.astype(np.int32) for each of the list")
    best, position = nodes[0], graph.const(0, DType.I32)
    for number, node in enumerate(nodes[1:], 1):
        if node.dtype is DType.F32:
            pair = (node, best) if larger else (best, node)
            not_worse = graph.apply(Op.NOT, graph.apply(Op.LE, *pair))  # true for NaN, too
            better = graph.apply(Op.AND, not_worse, graph.apply(Op.EQ, best, best))
        else:
            better = graph.apply(Op.LT, *((best, node) if larger else (node, best)))
        best = graph.apply(Op.SELECT, better, node, best)
        position = graph.apply(Op.SELECT, better, graph.const(number, DType.I32), position)
    return Wide(position, np.dtype(INT64))
