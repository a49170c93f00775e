"""The WGSL target: an elementwise kernel becomes a pure function, called by the hand-written shaders in `shaders/`.

`emit` writes, for a kernel called `loss`,

    struct kernel_loss_results { out_upstream: array<f32, 9>, ... }
    fn kernel_loss(in_head: array<f32, 9>, in_action: i32, ..., scalar_clip: f32) -> kernel_loss_results

A group of one array is a plain value, a larger one an array; a mask is a bool. A group of several types, such as the
state of a drill, is an array of u32 with the bits of each, a mask as 0 or 1 (`from_word`, `to_word`): so it is one
value to hand on and to loop over, and lies in one of the eight buffers that a shader is sure to get. A kernel that
repeats is a loop. How rows are found, loaded and stored is the shader's business.

WGSL may fuse and reassociate, so results are near NumPy's, not equal to them; and it may take NaN and infinity for
anything, so poison is looked for by its bits, never here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant.kernels.ir.graph import Graph, Node, constant_value
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel

_F32, _I32, _U32, _MASK = DType.F32, DType.I32, DType.U32, DType.MASK
_NUMBERS, _INTEGERS = (_F32, _I32, _U32), (_I32, _U32)

_LARGEST = float(np.finfo(np.float32).max)

TYPES: Mapping[DType, str] = {_F32: "f32", _I32: "i32", _U32: "u32", _MASK: "bool"}


def _for(op: Op, template: str, *dtypes: DType) -> dict[tuple[Op, DType], str]:
    return {(op, dtype): template for dtype in dtypes}


#: What an operation is in WGSL, by the type of its (last) operand; {0}, {1}, {2} are operands, {attr} a shift's amount.
#: WGSL's own min and max may return either operand for -0 and +0 and need not notice NaN: the IR says which.
TEMPLATES: Mapping[tuple[Op, DType], str] = {
    **_for(Op.ADD, "{0} + {1}", *_NUMBERS),
    **_for(Op.SUB, "{0} - {1}", *_NUMBERS),
    **_for(Op.MUL, "{0} * {1}", *_NUMBERS),
    **_for(Op.NEG, "-{0}", _F32, _I32),
    **_for(Op.NEG, "0u - {0}", _U32),
    **_for(Op.ABS, "abs({0})", _F32, _I32),
    **_for(Op.MIN, "select({1}, {0}, {0} < {1})", *_NUMBERS),
    **_for(Op.MAX, "select({1}, {0}, {1} < {0})", *_NUMBERS),
    **_for(Op.DIV, "{0} / {1}", _F32),
    **_for(Op.FMOD, "{0} % {1}", _F32),
    **_for(Op.SQRT, "sqrt({0})", _F32),
    **_for(Op.FLOOR, "floor({0})", _F32),
    **_for(Op.CEIL, "ceil({0})", _F32),
    **_for(Op.TRUNC, "trunc({0})", _F32),
    **_for(Op.RINT, "round({0})", _F32),
    **_for(Op.AND, "{0} & {1}", *_INTEGERS, _MASK),
    **_for(Op.OR, "{0} | {1}", *_INTEGERS, _MASK),
    **_for(Op.XOR, "{0} ^ {1}", *_INTEGERS),
    **_for(Op.XOR, "{0} != {1}", _MASK),
    **_for(Op.NOT, "~{0}", *_INTEGERS),
    **_for(Op.NOT, "!{0}", _MASK),
    **_for(Op.SHL, "{0} << {attr}u", *_INTEGERS),
    **_for(Op.SHR, "{0} >> {attr}u", *_INTEGERS),
    **_for(Op.LT, "{0} < {1}", *_NUMBERS),
    **_for(Op.LE, "{0} <= {1}", *_NUMBERS),
    **_for(Op.EQ, "{0} == {1}", *_NUMBERS),
    **_for(Op.NE, "{0} != {1}", *_NUMBERS),
    **_for(Op.SELECT, "select({2}, {1}, {0})", *DType),
    **_for(Op.TO_F32, "f32({0})", *_INTEGERS),
    **_for(Op.TO_I32, "i32({0})", _F32),
    **_for(Op.TO_U32, "u32({0})", _F32),
    **_for(Op.AS_F32, "bitcast<f32>({0})", *_INTEGERS),
    **_for(Op.AS_I32, "bitcast<i32>({0})", _F32, _U32),
    **_for(Op.AS_U32, "bitcast<u32>({0})", _F32, _I32),
}


def emit(kernel: Kernel) -> str:
    """Trace, optimise and write `kernel` as WGSL text. Raises TraceError at what a kernel cannot do, ValueError for a
    group of no arrays."""
    graph = optimise(kernel.trace())
    name = f"kernel_{kernel.name}"
    fields = [f"  out_{group}: {group_type(kernel.types_out(group))}," for group in kernel.outputs]
    params = [f"in_{group}: {group_type(kernel.types_in(group))}" for group in kernel.inputs]
    params += [f"scalar_{scalar}: {TYPES[DType(dtype)]}" for scalar, dtype in kernel.scalars.items()]
    lines = [
        f"struct {name}_results {{",
        *fields,
        "}",
        "",
        f"fn {name}({', '.join(params)}) -> {name}_results {{",
        *_endless(graph),
        *(_repeated if kernel.repeat > 1 else _once)(kernel, graph),
        "  return results;",
        "}",
        "",
    ]
    return "\n".join(lines)


def group_type(types: Sequence[DType]) -> str:
    """The WGSL type of a group: one value, or an array of as many, of words where the types are several."""
    if not types:
        raise ValueError("a group of no arrays: WGSL has no empty array; leave the group out")
    element = TYPES[_U32 if has_words(types) else types[0]]
    return element if len(types) == 1 else f"array<{element}, {len(types)}>"


def has_words(types: Sequence[DType]) -> bool:
    """Whether a group is handed on as u32, the bits of its values, because they have several types."""
    return len(set(types)) > 1


def from_word(dtype: DType, word: str) -> str:
    """The value of type `dtype` whose bits an expression of u32 is."""
    if dtype is _MASK:
        return f"({word} != 0u)"
    return word if dtype is _U32 else f"bitcast<{TYPES[dtype]}>({word})"


def to_word(dtype: DType, value: str) -> str:
    """The bits of a value of type `dtype` as u32."""
    if dtype is _MASK:
        return f"select(0u, 1u, {value})"
    return value if dtype is _U32 else f"bitcast<u32>({value})"


def _once(kernel: Kernel, graph: Graph) -> list[str]:
    return [*_statements(kernel, graph), f"  var results: kernel_{kernel.name}_results;", *_stores(kernel, graph)]


def _repeated(kernel: Kernel, graph: Graph) -> list[str]:
    """A loop, in which the state that was handed in is hidden by the one that has become of it."""
    return [
        f"  var results: kernel_{kernel.name}_results;",
        f"  results.out_{kernel.state} = in_{kernel.state};",
        f"  for (var repetition = 0u; repetition < {kernel.repeat}u; repetition++) {{",
        f"  let in_{kernel.state} = results.out_{kernel.state};",
        *_statements(kernel, graph),
        *_stores(kernel, graph),
        "  }",
    ]


def _endless(graph: Graph) -> list[str]:
    """Variables with the bits of infinities and NaN, which WGSL refuses as constants and takes out of a variable."""
    bits = [node.attr for node in graph.nodes if _is_endless(node)]
    return [f"  var bits_{each} = {each}u;" for each in bits]


def _is_endless(node: Node) -> bool:
    return node.op is Op.CONST and node.dtype is _F32 and not math.isfinite(float(constant_value(node)))


def _statements(kernel: Kernel, graph: Graph) -> list[str]:
    return [f"  let n{node.index} = {_expression(kernel, node)};" for node in graph.nodes if node.args]


def _stores(kernel: Kernel, graph: Graph) -> list[str]:
    lines = []
    for out in graph.outputs:
        types, value = kernel.types_out(out.group), _operand(kernel, out.node)
        place = _element(f"out_{out.group}", out.index, types)
        lines.append(f"  results.{place} = {to_word(out.node.dtype, value) if has_words(types) else value};")
    return lines


def _expression(kernel: Kernel, node: Node) -> str:
    template = TEMPLATES[node.op, node.args[-1].dtype]
    return template.format(*(_operand(kernel, arg) for arg in node.args), attr=node.attr)


def _operand(kernel: Kernel, node: Node) -> str:
    """How a value is written where it is used: leaves stand for themselves, the rest has a name."""
    if node.op is Op.LOAD:
        assert isinstance(node.attr, tuple), f"{node} has no place"
        types = kernel.types_in(node.attr[0])
        element = _element(f"in_{node.attr[0]}", node.attr[1], types)
        return from_word(node.dtype, element) if has_words(types) else element
    if node.op is Op.SCALAR:
        return f"scalar_{node.attr}"
    if node.op is Op.CONST:
        return _constant(node)
    return f"n{node.index}"


def _element(name: str, index: int, types: Sequence[DType]) -> str:
    return name if len(types) == 1 else f"{name}[{index}]"


def _constant(node: Node) -> str:
    """A constant to the last bit."""
    value = constant_value(node)
    bits = int(str(node.attr)) & 0xFFFF_FFFF
    if node.dtype is _MASK:
        return "true" if bits else "false"
    if node.dtype is _U32:
        return f"{bits}u"
    if node.dtype is _I32:
        return f"{bits}i" if bits < 2**31 else f"bitcast<i32>({bits}u)"
    number = float(value)
    if _is_endless(node):
        return f"bitcast<f32>(bits_{bits})"
    text = str(np.float32(value))
    # The shortest text that names a number may, read exactly, lie beyond the largest f32, which a browser refuses; and
    # a literal has no sign of its own.
    if math.copysign(1.0, number) < 0 or float(text) > _LARGEST:
        return f"bitcast<f32>({bits}u)"
    return f"{text}f"
