"""The table of the WebAssembly SIMD target: which instructions an IR operation becomes for each element type.

A value is a `v128` of four lanes; a mask has all bits of a lane set or none. `LOWERING` covers every legal pair of
operation and operand type (a test proves it), the leaves and shifts apart, which carry an attribute and are emitted
by `emit.py`. `v128.bitselect` and `v128.andnot` take their operands in another order than the IR.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drillsergeant.kernels.ir.graph import Node
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.wasm import remainder
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module

_F32, _I32, _U32, _MASK = DType.F32, DType.I32, DType.U32, DType.MASK


@dataclass(frozen=True)
class Lowering:
    """`order`: which operand is pushed first, second, third. Then the instruction, if the operation needs any."""

    instruction: str
    order: tuple[int, ...]


_ONE, _TWO, _SWAPPED, _SELECT = (0,), (0, 1), (1, 0), (1, 2, 0)

LOWERING: dict[tuple[Op, DType], Lowering] = {
    (Op.ADD, _F32): Lowering("f32x4.add", _TWO),
    (Op.ADD, _I32): Lowering("i32x4.add", _TWO),
    (Op.ADD, _U32): Lowering("i32x4.add", _TWO),
    (Op.SUB, _F32): Lowering("f32x4.sub", _TWO),
    (Op.SUB, _I32): Lowering("i32x4.sub", _TWO),
    (Op.SUB, _U32): Lowering("i32x4.sub", _TWO),
    (Op.MUL, _F32): Lowering("f32x4.mul", _TWO),
    (Op.MUL, _I32): Lowering("i32x4.mul", _TWO),
    (Op.MUL, _U32): Lowering("i32x4.mul", _TWO),
    (Op.NEG, _F32): Lowering("f32x4.neg", _ONE),
    (Op.NEG, _I32): Lowering("i32x4.neg", _ONE),
    (Op.NEG, _U32): Lowering("i32x4.neg", _ONE),
    (Op.ABS, _F32): Lowering("f32x4.abs", _ONE),
    (Op.ABS, _I32): Lowering("i32x4.abs", _ONE),
    # f32x4.pmin(x, y) is y < x ? y : x, one machine instruction; f32x4.min also orders -0 before +0, which MIN does not
    (Op.MIN, _F32): Lowering("f32x4.pmin", _SWAPPED),
    (Op.MIN, _I32): Lowering("i32x4.min_s", _TWO),
    (Op.MIN, _U32): Lowering("i32x4.min_u", _TWO),
    (Op.MAX, _F32): Lowering("f32x4.pmax", _SWAPPED),
    (Op.MAX, _I32): Lowering("i32x4.max_s", _TWO),
    (Op.MAX, _U32): Lowering("i32x4.max_u", _TWO),
    (Op.DIV, _F32): Lowering("f32x4.div", _TWO),
    (Op.FMOD, _F32): Lowering(remainder.NAME, _TWO),  # a function of the module: SIMD has no such instruction
    (Op.SQRT, _F32): Lowering("f32x4.sqrt", _ONE),
    (Op.FLOOR, _F32): Lowering("f32x4.floor", _ONE),
    (Op.CEIL, _F32): Lowering("f32x4.ceil", _ONE),
    (Op.TRUNC, _F32): Lowering("f32x4.trunc", _ONE),
    (Op.RINT, _F32): Lowering("f32x4.nearest", _ONE),
    **{(Op.AND, dtype): Lowering("v128.and", _TWO) for dtype in (_I32, _U32, _MASK)},
    **{(Op.OR, dtype): Lowering("v128.or", _TWO) for dtype in (_I32, _U32, _MASK)},
    **{(Op.XOR, dtype): Lowering("v128.xor", _TWO) for dtype in (_I32, _U32, _MASK)},
    **{(Op.NOT, dtype): Lowering("v128.not", _ONE) for dtype in (_I32, _U32, _MASK)},
    # the shift's amount is pushed after the operand
    (Op.SHL, _I32): Lowering("i32x4.shl", _ONE),
    (Op.SHL, _U32): Lowering("i32x4.shl", _ONE),
    (Op.SHR, _I32): Lowering("i32x4.shr_s", _ONE),
    (Op.SHR, _U32): Lowering("i32x4.shr_u", _ONE),
    (Op.LT, _F32): Lowering("f32x4.lt", _TWO),
    (Op.LT, _I32): Lowering("i32x4.lt_s", _TWO),
    (Op.LT, _U32): Lowering("i32x4.lt_u", _TWO),
    (Op.LE, _F32): Lowering("f32x4.le", _TWO),
    (Op.LE, _I32): Lowering("i32x4.le_s", _TWO),
    (Op.LE, _U32): Lowering("i32x4.le_u", _TWO),
    (Op.EQ, _F32): Lowering("f32x4.eq", _TWO),
    (Op.EQ, _I32): Lowering("i32x4.eq", _TWO),
    (Op.EQ, _U32): Lowering("i32x4.eq", _TWO),
    (Op.NE, _F32): Lowering("f32x4.ne", _TWO),
    (Op.NE, _I32): Lowering("i32x4.ne", _TWO),
    (Op.NE, _U32): Lowering("i32x4.ne", _TWO),
    **{(Op.SELECT, dtype): Lowering("v128.bitselect", _SELECT) for dtype in DType},
    (Op.TO_F32, _I32): Lowering("f32x4.convert_i32x4_s", _ONE),
    (Op.TO_F32, _U32): Lowering("f32x4.convert_i32x4_u", _ONE),
    (Op.TO_I32, _F32): Lowering("i32x4.trunc_sat_f32x4_s", _ONE),
    (Op.TO_U32, _F32): Lowering("i32x4.trunc_sat_f32x4_u", _ONE),
    # the same bits under another type cost nothing
    (Op.AS_F32, _I32): Lowering("", _ONE),
    (Op.AS_F32, _U32): Lowering("", _ONE),
    (Op.AS_I32, _F32): Lowering("", _ONE),
    (Op.AS_I32, _U32): Lowering("", _ONE),
    (Op.AS_U32, _F32): Lowering("", _ONE),
    (Op.AS_U32, _I32): Lowering("", _ONE),
}

#: What stands in the table and is no instruction: the function of the module that is called.
CALLED: dict[str, Callable[[Module], Function]] = {remainder.NAME: remainder.remainder_function}

# A choice between a value and zero bits is one instruction where bitselect takes three on x86.
OR_ZERO = Lowering("v128.and", (1, 0))  # where(mask, a, 0)
ZERO_OR = Lowering("v128.andnot", (2, 0))  # where(mask, 0, b)


def lower(node: Node) -> Lowering:
    """How `node`, not a leaf, is emitted. An operand missing from `order` is not pushed at all."""
    if node.op is Op.SELECT:
        if _is_zero(node.args[2]):
            return OR_ZERO
        if _is_zero(node.args[1]):
            return ZERO_OR
    return LOWERING[node.op, node.args[-1].dtype]


def operands(node: Node) -> tuple[Node, ...]:
    """The operands that emission pushes, in that order."""
    return tuple(node.args[place] for place in lower(node).order) if node.args else ()


def _is_zero(node: Node) -> bool:
    return node.op is Op.CONST and node.attr == 0
