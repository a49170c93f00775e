"""A kernel: a plain NumPy function with the names and types of the arrays it is called with.

`Kernel.trace` records it, `Kernel.reference` runs it on arrays. How a kernel is called from outside follows from its
tables alone:

    name(count i32,
         base i32, stride i32     for each input group, then for each output group, in the order of the tables,
         one i32 or f32           for each scalar)

Array k of a group begins at byte `base + k * stride`; lane i of it at 4 * i bytes from there. Rows up to `count`
rounded up to 4 are read and written, never beyond. An output array may be the input array of the same index (in
place: base and stride of the two groups equal) or be disjoint from every input array; nothing in between.

A stride that is a multiple of 4 KiB is slow: lane i of every array then falls into the same set of the cache, which
holds 8 to 12 lines. Measured with 1024 matches: observations of Ball Drill 5 times, its physics 1.4 times slower.
`row_stride_bytes` gives a good one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from drillsergeant.kernels.arguments import lane_count, scalar_values
from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.interpret import Array
from drillsergeant.kernels.ir.ops import OPERANDS, DType, Op
from drillsergeant.kernels.trace.numpy_hooks import hooked
from drillsergeant.kernels.trace.operands import Wide
from drillsergeant.kernels.trace.tracer import Tracer
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import ALIGNMENT_BYTES
from drillsergeant.plain import plain

#: A type by name, as drills write it: "f32", "i32", "u32" or "mask".
TypeName: TypeAlias = DType | str
Groups: TypeAlias = Mapping[str, Sequence[TypeName]]


def row_stride_bytes(count: int) -> int:
    """Stride between arrays of `count` lanes: an odd number of cache lines, so that every set of the cache is used."""
    lines = -(-count * WORD_BYTES // ALIGNMENT_BYTES)
    return (lines | 1) * ALIGNMENT_BYTES


@dataclass(frozen=True)
class Kernel:
    """`fn(**groups, **scalars)` gets each input group as a list of arrays and each scalar; it returns output groups.

    `name` is that of the function in WebAssembly; `inputs`, `outputs` and `scalars` are tables of names and types. With
    `repeat` above 1 the function is applied that many times to each step of four lanes, its output group `state`
    becoming its input group `state`; all else stays as it was. Such a kernel writes nothing but `state`.

    Raises ValueError naming what of it does not fit together.
    """

    name: str
    fn: Callable[..., Mapping[str, Sequence[object]]]
    inputs: Groups
    outputs: Groups
    scalars: Mapping[str, TypeName] = field(default_factory=dict)
    repeat: int = 1
    state: str = "state"

    def __post_init__(self) -> None:
        for table in (self.inputs, self.outputs):
            for group, types in table.items():
                self._check_types(f"group {group}", types, Op.LOAD)
        for scalar, type_name in self.scalars.items():
            self._check_types(f"scalar {scalar}", [type_name], Op.SCALAR)
        twice = set(self.inputs) & set(self.scalars)
        if twice:
            raise ValueError(f"kernel {self.name}: {', '.join(sorted(twice))} is a group and a scalar; rename one")
        if not callable(self.fn):
            raise ValueError(f"kernel {self.name}: fn is {type(self.fn).__name__} {self.fn!r:.40}; give a function")
        if not any(self.inputs.values()):
            raise ValueError(
                f"kernel {self.name} has no input arrays, and so no lanes; give it one, if only to count them"
            )
        object.__setattr__(self, "repeat", plain(self.repeat))
        if not isinstance(self.repeat, int) or isinstance(self.repeat, bool) or self.repeat < 1:
            raise ValueError(f"kernel {self.name}: repeat is {self.repeat!r}, it must be at least 1, a whole number")
        if self.repeat > 1 and (
            set(self.outputs) != {self.state} or self.types_in(self.state) != self.types_out(self.state)
        ):
            raise ValueError(
                f"kernel {self.name}: repeat={self.repeat} needs the one output group {self.state!r}, typed like the "
                f"input group {self.state!r}; the outputs are {', '.join(self.outputs)}"
            )

    def _check_types(self, what: str, types: Sequence[TypeName], op: Op) -> None:
        legal = sorted(dtype.value for dtype in OPERANDS[op])
        if isinstance(types, str) or not isinstance(types, Sequence):
            raise ValueError(f"kernel {self.name}: {what} has the types {types!r:.40}; give a list, one for each array")
        for type_name in types:
            value = type_name.value if isinstance(type_name, DType) else type_name
            if value not in legal:
                raise ValueError(f"kernel {self.name}: {what} has the type {value!r}; use one of {', '.join(legal)}")

    def types_in(self, group: str) -> tuple[DType, ...]:
        """Element types of the arrays of an input group; none for a group that is not there."""
        return tuple(DType(name) for name in self.inputs.get(group, ()))

    def types_out(self, group: str) -> tuple[DType, ...]:
        """Element types of the arrays of an output group."""
        return tuple(DType(name) for name in self.outputs.get(group, ()))

    def trace(self, most_nodes: int = sys.maxsize) -> Graph:
        """Record one application of the function. Raises TraceError at what a kernel cannot do, GraphTooLarge at the
        operation beyond `most_nodes`."""
        graph = Graph(self.name, most_nodes)

        def stand_in(node: Node) -> Tracer:
            return Tracer(graph, node)

        groups = {
            group: [stand_in(graph.load(group, k, dtype)) for k, dtype in enumerate(self.types_in(group))]
            for group in self.inputs
        }
        scalars = {name: stand_in(graph.scalar(name, DType(value))) for name, value in self.scalars.items()}
        with hooked(reference=False):
            results = self.fn(**groups, **scalars)
        self._check_groups(results)
        for group in self.outputs:
            for k, (value, dtype) in enumerate(zip(results[group], self.types_out(group), strict=True)):
                graph.output(group, k, self._result_node(graph, f"{group}[{k}]", value, dtype))
        return graph

    def reference(
        self, inputs: Mapping[str, Sequence[Array]], scalars: Mapping[str, float] | None = None
    ) -> dict[str, list[Array]]:
        """Run the function itself on arrays [count]; returns its output groups as arrays of the declared types.

        inputs: group -> arrays in the declared types (masks as bool); read only. scalars: name -> number.
        """
        count = lane_count(self.name, {group: self.types_in(group) for group in self.inputs}, inputs)
        typed = self.scalar_values(scalars)
        if count == 1:  # of a single lane NumPy sums the entries of a list in pairs, of two and more in order
            twice = {group: [np.repeat(array, 2) for array in arrays] for group, arrays in inputs.items()}
            return {group: [array[:1] for array in arrays] for group, arrays in self.reference(twice, scalars).items()}
        current = {group: [_read_only(array) for array in arrays] for group, arrays in inputs.items()}
        for _ in range(self.repeat):
            with np.errstate(all="ignore"), hooked(reference=True):
                results = self.fn(**current, **typed)
            self._check_groups(results)
            written = {
                group: [
                    self._result_array(f"{group}[{k}]", value, dtype, count)
                    for k, (value, dtype) in enumerate(zip(results[group], self.types_out(group), strict=True))
                ]
                for group in self.outputs
            }
            if self.repeat > 1:
                current[self.state] = written[self.state]
        return written

    def scalar_values(self, scalars: Mapping[str, float] | None) -> dict[str, np.generic]:
        """The scalars in their declared types. Raises ValueError naming the kernel and the scalar."""
        return scalar_values(self.name, {name: DType(kind) for name, kind in self.scalars.items()}, scalars or {})

    def _check_groups(self, results: object) -> None:
        if not isinstance(results, Mapping) or not all(
            isinstance(arrays, Sequence | np.ndarray) and not isinstance(arrays, str) for arrays in results.values()
        ):
            forgotten = " (is its `return` forgotten?)" if results is None else ""
            table = ", ".join(f"{group!r}: [{len(types)} arrays]" for group, types in self.outputs.items())
            raise ValueError(
                f"kernel {self.name}: the function returned {type(results).__name__} {results!r:.60}{forgotten}; "
                f"return a dict of lists, {{{table}}}"
            )
        got = {group: len(arrays) for group, arrays in results.items()}
        want = {group: len(types) for group, types in self.outputs.items()}
        if got != want:
            raise ValueError(
                f"kernel {self.name}: the function returned the arrays {got}, its table of outputs says "
                f"{want}; make the two agree"
            )

    def _result_node(self, graph: Graph, place: str, value: object, dtype: DType) -> Node:
        if isinstance(value, Tracer) and value.graph is graph:
            if isinstance(value.value, Wide):
                raise ValueError(
                    f"kernel {self.name}: {place} is computed as {value.dtype} but declared {dtype.value}; "
                    f"add .astype(np.{dtype.numpy})"
                )
            node = value.node
        elif isinstance(value, np.generic) and value.dtype == dtype.numpy:
            node = graph.const(value, dtype)
        else:
            raise ValueError(
                f"kernel {self.name}: {place} is {value!r}, not an array computed from the arguments; "
                "return np.full_like(x, value) for a constant"
            )
        if node.dtype is not dtype:
            raise ValueError(
                f"kernel {self.name}: {place} is computed as {node.dtype.value} but declared "
                f"{dtype.value}; change the table or add .astype(np.{dtype.numpy})"
            )
        return node

    def _result_array(self, place: str, value: object, dtype: DType, count: int) -> Array:
        array = np.asarray(value)
        if array.dtype != dtype.numpy:
            raise ValueError(
                f"kernel {self.name}: {place} is computed as {array.dtype} but declared {dtype.value}; "
                f"change the table or add .astype(np.{dtype.numpy})"
            )
        if array.shape not in ((), (count,)):
            raise ValueError(
                f"kernel {self.name}: {place} is of shape {array.shape}, not ({count},), a number for each lane"
            )
        return np.ascontiguousarray(np.broadcast_to(array, (count,)))


def _read_only(array: Array) -> Array:
    """The same array, which the function cannot change in place, as it could not change a traced one."""
    view = array.view()
    view.flags.writeable = False
    return view
