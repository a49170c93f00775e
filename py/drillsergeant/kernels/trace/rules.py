"""How each NumPy function becomes IR: promotion to one element type, then one or two nodes.

The element type of a result is asked of NumPy itself (`np.result_type`), so the rules cannot drift from it; what
leaves f32, i32, u32 and bool is an error that says how to stay. Every rule is `rule(graph, *operands) -> Node`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node
from drillsergeant.kernels.ir.ops import OPERANDS, DType, Op
from drillsergeant.kernels.trace.errors import trace_error

#: What a rule is given: a traced value, a NumPy scalar (its type counts) or a Python number (its type adapts).
Operand = Node | np.generic | bool | int | float
Rule = Callable[..., Node]

_BY_NUMPY = {dtype.numpy: dtype for dtype in DType}
_MAX_SHIFT = 31


def kernel_dtype(dtype: object) -> DType:
    """The element type named by anything NumPy takes as a dtype; TraceError for one a kernel does not have."""
    wanted = np.dtype(dtype)  # type: ignore[call-overload]
    found = _BY_NUMPY.get(wanted)
    if found is None:
        raise trace_error(f"a kernel has no {wanted}", "np.float32, np.int32, np.uint32 or bool")
    return found


def _type_of(operand: Operand) -> np.dtype[np.generic] | type | int | float:
    """What `np.result_type` should see for an operand."""
    if isinstance(operand, Node):
        return operand.dtype.numpy
    if isinstance(operand, np.generic):
        return operand.dtype
    return np.dtype(np.bool_) if isinstance(operand, bool) else operand


def _spell(operand: Operand) -> str:
    """An operand as an error shows it: the array's type, or the number itself."""
    if isinstance(operand, Node):
        return operand.dtype.numpy.name
    return f"{operand.dtype.name} {operand}" if isinstance(operand, np.generic) else repr(operand)


def unify(graph: Graph, operands: tuple[Operand, ...]) -> tuple[Node, ...]:
    """The operands as nodes of the one type NumPy would compute in."""
    common = np.result_type(*(_type_of(operand) for operand in operands))
    dtype = _BY_NUMPY.get(common)
    if dtype is None:
        given = " with ".join(_spell(operand) for operand in operands)
        remedy = ".astype(np.float32) (or int32, uint32) on one side, or np.float32(number) for a constant,"
        raise trace_error(f"{given} makes {common} in NumPy, which a kernel does not have", remedy)
    return tuple(as_node(graph, operand, dtype) for operand in operands)


def as_node(graph: Graph, operand: Operand, dtype: DType) -> Node:
    """`operand` as a node of `dtype`, a type that NumPy would promote it to."""
    if isinstance(operand, Node):
        return operand if operand.dtype is dtype else cast(graph, operand, dtype.numpy)
    try:
        return graph.const(operand, dtype)
    except OverflowError:
        raise trace_error(f"{operand} is out of range for {dtype.numpy}", "a constant that fits") from None


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


def reinterpret(graph: Graph, node: Node, dtype: object) -> Node:
    """`.view(dtype)`: the same bits."""
    to = kernel_dtype(dtype)
    if node.dtype is to:
        return node
    if DType.MASK in (node.dtype, to):
        raise trace_error(f"a {node.dtype.numpy} array cannot be viewed as {to.numpy}", f"x.astype(np.{to.numpy})")
    return graph.apply({DType.F32: Op.AS_F32, DType.I32: Op.AS_I32, DType.U32: Op.AS_U32}[to], node)


def _checked(graph: Graph, op: Op, *nodes: Node) -> Node:
    """`graph.apply`, with a type the operation does not take explained to the user."""
    dtype = nodes[-1].dtype
    if dtype in OPERANDS[op]:
        return graph.apply(op, *nodes)
    what = f"{op.value} of {dtype.numpy} has no kernel instruction"
    if dtype is DType.MASK:
        raise trace_error(what, "& | ^ ~ on masks, or mask.astype(np.float32) to count")
    if DType.F32 in OPERANDS[op]:
        raise trace_error(f"{what}: NumPy would leave 32-bit types", "x.astype(np.float32) first")
    raise trace_error(what, "x.view(np.uint32) for its bits, or x.astype(np.int32) for its value,")


def _nary(op: Op, *, swapped: bool = False) -> Rule:
    """The rule of a function that is one operation; `swapped` exchanges its two operands."""

    def rule(graph: Graph, *operands: Operand) -> Node:
        nodes = unify(graph, operands)
        return _checked(graph, op, *(reversed(nodes) if swapped else nodes))

    return rule


def _equality(op: Op, on_masks: Op) -> Rule:
    """== and != : a comparison of numbers, a bit operation between masks."""

    def rule(graph: Graph, a: Operand, b: Operand) -> Node:
        left, right = unify(graph, (a, b))
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
        if not isinstance(value, Node) or isinstance(amount, Node):
            raise trace_error("a shift by an array has no kernel instruction", "a shift of an array by a Python int")
        if isinstance(amount, float | np.floating) or not 0 <= int(amount) <= _MAX_SHIFT:
            raise trace_error(f"a 32-bit value cannot be shifted by {amount}", f"a shift by 0 to {_MAX_SHIFT}")
        unify(graph, (value, amount))
        if value.dtype not in OPERANDS[op]:
            return _checked(graph, op, value)
        return graph.apply(op, value, attr=int(amount))

    return rule


def _square(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    return _checked(graph, Op.MUL, node, node)


def _reciprocal(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    return _checked(graph, Op.DIV, as_node(graph, 1, node.dtype), node)


def _positive(graph: Graph, a: Operand) -> Node:
    (node,) = unify(graph, (a,))
    if node.dtype is DType.MASK:
        raise trace_error("+ has no meaning for a mask", "the mask itself")
    return node


def _copy(graph: Graph, a: Operand) -> Node:
    return unify(graph, (a,))[0]


def _where(graph: Graph, *operands: Operand) -> Node:
    if len(operands) != 3:
        raise trace_error("np.where(condition) gives positions, which depend on the data", "np.where(condition, a, b)")
    condition = operands[0]
    chosen = unify(graph, operands[1:])
    mask = condition if isinstance(condition, Node) else graph.const(bool(condition), DType.MASK)
    if mask.dtype is not DType.MASK:
        raise trace_error(f"np.where chooses by a {mask.dtype.numpy} array", "np.where(x != 0, a, b)")
    return graph.apply(Op.SELECT, mask, *chosen)


def _full_like(graph: Graph, like: Operand, value: Operand) -> Node:
    assert isinstance(like, Node), "NumPy dispatches on the first argument"
    return as_node(graph, value, like.dtype)


#: Name of a ufunc -> its rule. Python's operators arrive here too.
UFUNCS: dict[str, Rule] = {
    "add": _nary(Op.ADD),
    "subtract": _nary(Op.SUB),
    "multiply": _nary(Op.MUL),
    "divide": _nary(Op.DIV),
    "negative": _nary(Op.NEG),
    "positive": _positive,
    "absolute": _nary(Op.ABS),
    "square": _square,
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

#: Name of a function dispatched by `__array_function__` -> its rule.
FUNCTIONS: dict[str, Rule] = {
    "where": _where,
    "copy": _copy,
    "zeros_like": lambda graph, like: _full_like(graph, like, 0),
    "ones_like": lambda graph, like: _full_like(graph, like, 1),
    "full_like": _full_like,
}
