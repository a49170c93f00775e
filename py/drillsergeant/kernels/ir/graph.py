"""The intermediate representation: a graph of immutable nodes in which equal expressions are one node.

A node refers to its operands; a graph owns the nodes, keeps each structure once (hash-consing, which is all of common
subexpression elimination), and lists what the kernel writes. Nodes appear in a graph after their operands, so the
order of creation is an order of evaluation.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from drillsergeant.kernels.ir.ops import COMMUTATIVE, LEAVES, OPERANDS, SHIFTS, DType, Op, result_dtype

#: Bits of a constant, name of a scalar, (group, index) of a load, amount of a shift, or nothing.
Attr: TypeAlias = int | str | tuple[str, int] | None

_MAX_SHIFT = 31
_SURELY_F32 = 3.4e38  # up to here a number is rounded to f32, beyond it may become infinite
_FLOAT, _WORD = struct.Struct("<f"), struct.Struct("<I")


@dataclass(eq=False, slots=True)
class Node:
    """One value per lane. Compared by identity: within a graph equal structure is the same node.

    Nothing changes one; it is not `frozen`, because tens of thousands are made, and a frozen one is slow to make.
    """

    index: int  # position in its graph
    op: Op
    dtype: DType
    args: tuple[Node, ...]
    attr: Attr

    def __str__(self) -> str:
        """Read like `%7 = add.f32 %3 %5`."""
        operands = "".join(f" %{arg.index}" for arg in self.args)
        return f"%{self.index} = {self.op.value}.{self.dtype.value}{operands}{self._attr_text()}"

    def _attr_text(self) -> str:
        if self.op is Op.CONST:
            return f" {constant_value(self)!s}"
        if isinstance(self.attr, tuple):
            return f" {self.attr[0]}[{self.attr[1]}]"
        return "" if self.attr is None else f" {self.attr}"


@dataclass(frozen=True, slots=True)
class Output:
    """Array `index` of output group `group` receives `node`."""

    group: str
    index: int
    node: Node


class GraphTooLarge(ValueError):
    """A graph has more nodes than it may have."""


class Graph:
    """The nodes of one kernel, each structure once, and its outputs in order.

    The node beyond `most_nodes` raises GraphTooLarge.
    """

    def __init__(self, name: str, most_nodes: int = sys.maxsize) -> None:
        self.name, self.most_nodes = name, most_nodes
        self.nodes: list[Node] = []
        self.outputs: list[Output] = []
        self._known: dict[tuple[Op, DType, tuple[Node, ...], Attr], Node] = {}

    def load(self, group: str, index: int, dtype: DType) -> Node:
        """This lane of array `index` of input group `group`."""
        return self._intern(Op.LOAD, dtype, (), (group, index))

    def scalar(self, name: str, dtype: DType) -> Node:
        """The parameter `name`."""
        return self._intern(Op.SCALAR, dtype, (), name)

    def const(self, value: bool | float | np.generic, dtype: DType) -> Node:
        """`value` rounded to `dtype`, in every lane."""
        if type(value) is float and dtype is DType.F32 and abs(value) <= _SURELY_F32:
            (bits,) = _WORD.unpack(_FLOAT.pack(value))
            return self.const_bits(bits, dtype)
        stored = np.asarray(value, dtype.numpy).astype(dtype.stored, copy=False)
        return self.const_bits(int(stored.view(np.uint32)), dtype)

    def const_bits(self, bits: int, dtype: DType) -> Node:
        """The constant with these 32 bits; masks are 0 or 1."""
        return self._intern(Op.CONST, dtype, (), bits)

    def apply(self, op: Op, *args: Node, attr: Attr = None) -> Node:
        """The node for `op` of `args`. Raises TypeError where the types do not fit."""
        dtype = result_dtype(op, tuple([arg.dtype for arg in args]))
        if op in COMMUTATIVE and args[0].index > args[1].index:
            args = (args[1], args[0])
        return self._intern(op, dtype, args, attr)

    def copy(self, node: Node, args: tuple[Node, ...] = ()) -> Node:
        """A node of another graph, whose operands are `args` here, in the order they had there."""
        return self._intern(node.op, node.dtype, args, node.attr)

    def output(self, group: str, index: int, node: Node) -> None:
        """Declare that the kernel writes `node` to array `index` of `group`."""
        self.outputs.append(Output(group, index, node))

    def _intern(self, op: Op, dtype: DType, args: tuple[Node, ...], attr: Attr) -> Node:
        key = (op, dtype, args, attr)
        node = self._known.get(key)
        if node is None:
            if len(self.nodes) >= self.most_nodes:
                raise GraphTooLarge(f"{self.name} is more than {self.most_nodes:,} operations")
            node = Node(len(self.nodes), op, dtype, args, attr)
            self._known[key] = node
            self.nodes.append(node)
        return node

    def __str__(self) -> str:
        stores = (f"{out.group}[{out.index}] <- %{out.node.index}" for out in self.outputs)
        return "\n".join([f"kernel {self.name}", *map(str, self.nodes), *stores])


def constant_value(node: Node) -> np.generic:
    """The NumPy scalar a CONST node stands for."""
    assert node.op is Op.CONST and isinstance(node.attr, int), f"{node} is not a constant"
    stored = np.uint32(node.attr & 0xFFFF_FFFF).view(node.dtype.stored)
    value: np.generic = stored.astype(node.dtype.numpy)
    return value


def verify(graph: Graph) -> None:
    """Check what every pass must leave true; raise ValueError naming the kernel and the node otherwise.

    Operands come from the same graph and before their user; every type follows from `result_dtype`; no structure
    appears twice; attributes are those the operation asks for; each output is written once.
    """
    seen: set[tuple[Op, DType, tuple[Node, ...], Attr]] = set()
    for position, node in enumerate(graph.nodes):
        fault = _fault(graph, position, node)
        key = (node.op, node.dtype, node.args, node.attr)
        if not fault and key in seen:
            fault = "repeats an earlier node; build nodes through the graph"
        if fault:
            raise ValueError(f"kernel {graph.name}: node '{node}' {fault}")
        seen.add(key)
    _verify_outputs(graph, graph.outputs)


def _fault(graph: Graph, position: int, node: Node) -> str:
    """What is wrong with `node`, or nothing."""
    if node.index != position:
        return f"stands at position {position}"
    if any(arg.index >= position or graph.nodes[arg.index] is not arg for arg in node.args):
        return "has an operand that is not an earlier node of the same graph"
    if node.op in LEAVES:
        if node.dtype not in OPERANDS[node.op] or node.args:
            return f"cannot be a {node.dtype.value} leaf"
    else:
        try:
            expected = result_dtype(node.op, tuple(arg.dtype for arg in node.args))
        except TypeError as error:
            return f"is ill-typed: {error}"
        if expected is not node.dtype:
            return f"must be {expected.value}"
    return _attr_fault(node)


def _attr_fault(node: Node) -> str:
    attr = node.attr
    if node.op is Op.CONST:
        limit = 1 if node.dtype is DType.MASK else 0xFFFF_FFFF
        fits = isinstance(attr, int) and 0 <= attr <= limit
    elif node.op in SHIFTS:
        fits = isinstance(attr, int) and 0 <= attr <= _MAX_SHIFT
    elif node.op is Op.LOAD:
        fits = isinstance(attr, tuple)
    elif node.op is Op.SCALAR:
        fits = isinstance(attr, str)
    else:
        fits = attr is None
    return "" if fits else f"cannot have the attribute {attr!r}"


def _verify_outputs(graph: Graph, outputs: Iterable[Output]) -> None:
    written: set[tuple[str, int]] = set()
    for out in outputs:
        place = (out.group, out.index)
        if place in written:
            raise ValueError(f"kernel {graph.name}: output {out.group}[{out.index}] is written twice")
        if out.node.index >= len(graph.nodes) or graph.nodes[out.node.index] is not out.node:
            raise ValueError(f"kernel {graph.name}: output {out.group}[{out.index}] is of another graph")
        written.add(place)
