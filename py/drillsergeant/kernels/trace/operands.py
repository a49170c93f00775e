"""What the rules are given, and how it becomes nodes of the one type NumPy would compute in.

The element type of a result is asked of NumPy itself (`np.result_type`), so the rules cannot drift from it; what
leaves f32, i32, u32 and bool is an error that says how to stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import OPERANDS, DType, Op
from drillsergeant.kernels.trace.errors import as_floats, trace_error


@dataclass(frozen=True)
class Wide:
    """A value of NumPy's int64 or float64 that 32 bits hold: a choice between Python numbers, an index.

    `node` is it as i32 or f32. All that can be done with one is to convert it, to choose by it, or, where it is an
    integer, to compare it with integers.
    """

    node: Node
    dtype: np.dtype[np.generic]


#: A traced value, a NumPy scalar (its type counts) or a Python number (its type adapts).
Operand = Node | Wide | np.generic | bool | int | float

BY_NUMPY = {dtype.numpy: dtype for dtype in DType}
INT64, FLOAT64 = np.dtype(np.int64), np.dtype(np.float64)
_I32 = np.iinfo(np.int32)


def kernel_dtype(dtype: object) -> DType:
    """The element type named by anything NumPy takes as a dtype; TraceError for one a kernel does not have."""
    try:
        wanted = np.dtype(dtype)  # type: ignore[call-overload]
    except TypeError:
        raise trace_error(f"{dtype!r:.40} is no dtype", "np.float32, np.int32, np.uint32 or bool") from None
    found = BY_NUMPY.get(wanted)
    if found is None:
        raise trace_error(f"a kernel has no {wanted}", "np.float32, np.int32, np.uint32 or bool")
    return found


def type_of(operand: Operand) -> np.dtype[np.generic] | type | int | float:
    """What `np.result_type` should see for an operand."""
    if isinstance(operand, Node):
        return operand.dtype.numpy
    if isinstance(operand, np.generic | Wide):
        return operand.dtype
    return np.dtype(np.bool_) if isinstance(operand, bool) else operand


def spell(operand: Operand) -> str:
    """An operand as an error shows it: the array's type, or the number itself."""
    if isinstance(operand, Node):
        return operand.dtype.numpy.name
    if isinstance(operand, Wide):
        return operand.dtype.name
    return f"{operand.dtype.name} {operand}" if isinstance(operand, np.generic) else repr(operand)


def unify(graph: Graph, operands: tuple[Operand, ...], *, through: type = float) -> tuple[Node, ...]:
    """The operands as nodes of the one type NumPy would compute in; see `constant` for `through`."""
    dtype = _obvious(operands) or _by_numpy(operands)
    return tuple(as_node(graph, operand, dtype, through=through) for operand in operands)


def _obvious(operands: tuple[Operand, ...]) -> DType | None:
    """The type of nodes that have the same one, or of f32 beside Python's floats; None where NumPy is to be asked."""
    dtype, numbers = None, False
    for operand in operands:
        if type(operand) is float:
            numbers = True
        elif not isinstance(operand, Node) or dtype not in (None, operand.dtype):
            return None
        else:
            dtype = operand.dtype
    return dtype if dtype is DType.F32 or not numbers else None


def _by_numpy(operands: tuple[Operand, ...]) -> DType:
    """The type NumPy would compute in. Raises TraceError where a kernel has none such."""
    common = np.result_type(*(type_of(operand) for operand in operands))
    dtype = BY_NUMPY.get(common)
    if dtype is None:
        given = " with ".join(spell(operand) for operand in operands)
        generally = ".astype(np.float32) (or int32, uint32) on one side, or np.float32(number) for a constant,"
        whole = [isinstance(each, Node) and each.dtype is not DType.F32 for each in operands]
        exactly = as_floats(whole) if common == FLOAT64 else ""
        remedy = f"{exactly}, or in general {generally}" if exactly else generally
        raise trace_error(f"{given} makes {common} in NumPy, which a kernel does not have", remedy)
    return dtype


def as_node(graph: Graph, operand: Operand, dtype: DType, *, through: type = float) -> Node:
    """`operand` as a node of `dtype`, a type that NumPy would promote it to."""
    if isinstance(operand, Node):
        return operand if operand.dtype is dtype else cast(graph, operand, dtype.numpy)
    assert not isinstance(operand, Wide), "nothing promotes to what 64 bits are promoted to"
    try:
        with np.errstate(all="ignore"):
            return graph.const(constant(operand, through) if dtype is DType.F32 else operand, dtype)
    except OverflowError:
        raise trace_error(f"{operand} is out of range for {dtype.numpy}", "a constant that fits") from None


def constant(operand: np.generic | float, through: type) -> np.generic | float:
    """A number that is to be rounded to f32 as NumPy does: a Python int beyond 2**53 goes through float64 in
    arithmetic (`through` is float) and through int64 where arrays are chosen from (`through` is int)."""
    weak = isinstance(operand, int) and not isinstance(operand, bool | np.generic)
    fits = weak and -(2**63) <= operand < 2**64  # type: ignore[operator]  # an int, as just seen
    return np.float32(np.asarray(operand)) if fits and through is int else operand


def cast(graph: Graph, node: Node, dtype: object) -> Node:
    """`.astype(dtype)`: conversion of the value. Integers change sign by wrapping; a mask becomes 0 or 1."""
    to = kernel_dtype(dtype)
    if node.dtype is to:
        return node
    if node.dtype is DType.MASK:
        return graph.apply(Op.SELECT, node, graph.const(1, to), graph.const(0, to))
    if to is DType.MASK:
        return graph.apply(Op.NE, node, graph.const(0, node.dtype))
    if DType.F32 in (node.dtype, to):
        return graph.apply({DType.F32: Op.TO_F32, DType.I32: Op.TO_I32, DType.U32: Op.TO_U32}[to], node)
    return reinterpret(graph, node, dtype)


def narrowed(graph: Graph, wide: Wide, dtype: object) -> Node:
    """`.astype(dtype)` of a wide value, to 32 bits."""
    to = kernel_dtype(dtype)
    if wide.dtype == FLOAT64 and to is not DType.F32:
        raise trace_error(f"a float64 array cannot become {to.numpy} in a kernel", "x.astype(np.float32) first")
    return cast(graph, wide.node, dtype)


def reinterpret(graph: Graph, node: Node, dtype: object) -> Node:
    """`.view(dtype)`: the same bits."""
    to = kernel_dtype(dtype)
    if node.dtype is to:
        return node
    if DType.MASK in (node.dtype, to):
        raise trace_error(f"a {node.dtype.numpy} array cannot be viewed as {to.numpy}", f"x.astype(np.{to.numpy})")
    return graph.apply({DType.F32: Op.AS_F32, DType.I32: Op.AS_I32, DType.U32: Op.AS_U32}[to], node)


def checked(graph: Graph, op: Op, *nodes: Node) -> Node:
    """`graph.apply`, with a type the operation does not take explained to the user."""
    dtype = nodes[-1].dtype
    if dtype in OPERANDS[op]:
        return graph.apply(op, *nodes)
    what = f"{op.value} of {dtype.numpy} has no kernel instruction"
    if dtype is DType.MASK:
        raise trace_error(what, "& | ^ ~ on masks, or mask.astype(np.float32) to count")
    if DType.F32 in OPERANDS[op]:
        whole = [node.op is not Op.CONST and node.dtype is not DType.F32 for node in nodes]
        exactly = as_floats(whole) if len(nodes) == 2 else ""
        raise trace_error(f"{what}: NumPy would leave 32-bit types", exactly or "x.astype(np.float32) first")
    raise trace_error(what, "x.view(np.uint32) for its bits, or x.astype(np.int32) for its value,")


def comparable(operands: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """The operands of a comparison, as i32 where NumPy would compare integers in int64 and all of them are small."""
    if not any(isinstance(each, Wide) for each in operands):
        return operands
    small: list[Operand] = []
    for each in operands:
        if isinstance(each, Wide) and each.dtype == INT64:
            small.append(each.node)
        elif isinstance(each, int | np.integer) and not isinstance(each, bool) and _I32.min <= each <= _I32.max:
            small.append(int(each))
        elif isinstance(each, Node) and each.dtype is DType.I32:
            small.append(each)
        else:
            return operands
    return tuple(small)


def varies(node: Node) -> bool:
    """Whether a value depends on an array; one that does not is a NumPy scalar where the function just runs."""
    seen, waiting = {node}, [node]
    while waiting:
        each = waiting.pop()
        if each.op is Op.LOAD:
            return True
        fresh = [arg for arg in each.args if arg not in seen]
        seen.update(fresh)
        waiting += fresh
    return False
