"""The instruction set of the kernel compiler: element types, operations, and the type rule of each.

Every other table of the compiler (interpreter, WASM lowering) is keyed by what stands here, and a test proves each
of them total. An operation's meaning is the line beside it; `interpret.py` is that meaning in executable form.
"""

from __future__ import annotations

from enum import Enum, unique

import numpy as np


@unique
class DType(Enum):
    """Element type of a value. All four are 32 bits wide in memory and in a SIMD lane."""

    F32 = "f32"
    I32 = "i32"
    U32 = "u32"
    MASK = "mask"  # NumPy bool; in memory an i32 that is 0 or 1, in a SIMD register 0 or all ones

    __hash__ = object.__hash__  # a member is its own identity; Enum's hash of the name is a third of compile time

    @property
    def numpy(self) -> np.dtype[np.generic]:
        """NumPy dtype of the values a reference function computes with."""
        return _NUMPY[self]

    @property
    def stored(self) -> np.dtype[np.generic]:
        """NumPy dtype of the values in kernel memory: masks lie there as i32."""
        return _NUMPY[DType.I32 if self is DType.MASK else self]


_NUMPY: dict[DType, np.dtype[np.generic]] = {
    DType.F32: np.dtype(np.float32),
    DType.I32: np.dtype(np.int32),
    DType.U32: np.dtype(np.uint32),
    DType.MASK: np.dtype(np.bool_),
}


@unique
class Op(Enum):
    """One operation, elementwise over lanes."""

    __hash__ = object.__hash__

    # Leaves
    CONST = "const"  # the same 32 bits in every lane; attr = the bits as an unsigned int
    SCALAR = "scalar"  # a parameter of the kernel, the same in every lane; attr = its name
    LOAD = "load"  # this lane of one input array; attr = (group, index of the array in it)

    # Arithmetic on f32, i32, u32: f32 rounds to nearest even, integers wrap
    ADD = "add"  # a + b
    SUB = "sub"  # a - b
    MUL = "mul"  # a * b
    NEG = "neg"  # f32: the sign bit flipped, so -(+0) is -0; integers: 0 - a
    ABS = "abs"  # f32: the sign bit cleared; i32: |a|, and the lowest number is its own
    MIN = "min"  # a if a < b else b: on a tie the second, as NumPy has it on x86
    MAX = "max"  # a if a > b else b

    # f32 only
    DIV = "div"  # a / b, correctly rounded
    FMOD = "fmod"  # a - b * trunc(a / b), exact; NaN for infinite a and for b of 0; the sign is that of a
    SQRT = "sqrt"  # correctly rounded
    FLOOR = "floor"  # towards -inf
    CEIL = "ceil"  # towards +inf
    TRUNC = "trunc"  # towards zero
    RINT = "rint"  # to the nearest, halves to even

    # Bits of i32 and u32, truth of masks
    AND = "and"
    OR = "or"
    XOR = "xor"
    NOT = "not"
    SHL = "shl"  # a << attr, attr an int in 0..31
    SHR = "shr"  # a >> attr: i32 repeats the sign, u32 shifts in zeros

    # Comparisons give a mask; a > b is recorded as b < a, a >= b as b <= a
    LT = "lt"
    LE = "le"
    EQ = "eq"
    NE = "ne"

    SELECT = "select"  # a[mask] ? b : c

    # Conversion of the value
    TO_F32 = "to_f32"  # i32, u32: nearest f32, halves to even
    TO_I32 = "to_i32"  # f32: towards zero; outside i32 NumPy leaves it undefined and WASM saturates
    TO_U32 = "to_u32"  # f32: towards zero; outside u32 (also below 0) undefined and saturating likewise

    # The same 32 bits under another type
    AS_F32 = "as_f32"
    AS_I32 = "as_i32"
    AS_U32 = "as_u32"


_F32, _I32, _U32, _MASK = DType.F32, DType.I32, DType.U32, DType.MASK
_NUMBERS = frozenset({_F32, _I32, _U32})
_INTEGERS = frozenset({_I32, _U32})
_FLOAT = frozenset({_F32})
_BITS = frozenset({_I32, _U32, _MASK})

#: The element types an operation takes. For SELECT those of the two branches, for leaves those they may have.
OPERANDS: dict[Op, frozenset[DType]] = {
    Op.CONST: frozenset(DType),
    Op.SCALAR: _NUMBERS,
    Op.LOAD: frozenset(DType),
    **dict.fromkeys((Op.ADD, Op.SUB, Op.MUL, Op.NEG, Op.MIN, Op.MAX), _NUMBERS),
    Op.ABS: frozenset({_F32, _I32}),
    **dict.fromkeys((Op.DIV, Op.FMOD, Op.SQRT, Op.FLOOR, Op.CEIL, Op.TRUNC, Op.RINT), _FLOAT),
    **dict.fromkeys((Op.AND, Op.OR, Op.XOR, Op.NOT), _BITS),
    **dict.fromkeys((Op.SHL, Op.SHR), _INTEGERS),
    **dict.fromkeys((Op.LT, Op.LE, Op.EQ, Op.NE), _NUMBERS),
    Op.SELECT: frozenset(DType),
    Op.TO_F32: _INTEGERS,
    Op.TO_I32: _FLOAT,
    Op.TO_U32: _FLOAT,
    Op.AS_F32: _INTEGERS,
    Op.AS_I32: frozenset({_F32, _U32}),
    Op.AS_U32: frozenset({_F32, _I32}),
}

LEAVES = frozenset({Op.CONST, Op.SCALAR, Op.LOAD})
UNARY = frozenset(
    {Op.NEG, Op.ABS, Op.SQRT, Op.FLOOR, Op.CEIL, Op.TRUNC, Op.RINT, Op.NOT, Op.SHL, Op.SHR}
    | {Op.TO_F32, Op.TO_I32, Op.TO_U32, Op.AS_F32, Op.AS_I32, Op.AS_U32}
)
BINARY = frozenset(Op) - LEAVES - UNARY - {Op.SELECT}
COMPARISONS = frozenset({Op.LT, Op.LE, Op.EQ, Op.NE})
SHIFTS = frozenset({Op.SHL, Op.SHR})
#: Operations whose result has the same bits when the operands change places. MIN and MAX are not among them: they
#: give the second operand on a tie, so they tell +0 from -0. A NaN's payload is outside the promise.
COMMUTATIVE = frozenset({Op.ADD, Op.MUL, Op.AND, Op.OR, Op.XOR, Op.EQ, Op.NE})

_RESULT: dict[Op, DType] = {
    **dict.fromkeys(COMPARISONS, _MASK),
    **dict.fromkeys((Op.TO_F32, Op.AS_F32), _F32),
    **dict.fromkeys((Op.TO_I32, Op.AS_I32), _I32),
    **dict.fromkeys((Op.TO_U32, Op.AS_U32), _U32),
}


def arity(op: Op) -> int:
    """Number of operands."""
    if op in LEAVES:
        return 0
    if op is Op.SELECT:
        return 3
    return 1 if op in UNARY else 2


def operand_types(op: Op, dtype: DType) -> tuple[DType, ...]:
    """Types of all the operands of `op` when it works on `dtype`."""
    return (_MASK, dtype, dtype) if op is Op.SELECT else (dtype,) * arity(op)


_TYPED: dict[tuple[Op, tuple[DType, ...]], DType] = {
    (op, operand_types(op, dtype)): _RESULT.get(op, dtype) for op in Op if op not in LEAVES for dtype in OPERANDS[op]
}


def result_dtype(op: Op, operands: tuple[DType, ...]) -> DType:
    """Element type of `op` applied to `operands`; leaves are typed by whoever makes them.

    Raises TypeError naming the operation, the types given and those it takes.
    """
    result = _TYPED.get((op, operands))
    if result is None:
        raise TypeError(f"{op.name} {_misfit(op, operands)}")
    return result


def _misfit(op: Op, operands: tuple[DType, ...]) -> str:
    if len(operands) != arity(op) or op in LEAVES:
        return f"takes {arity(op)} operands, not {len(operands)}"
    if op is Op.SELECT and operands[0] is not _MASK:
        return f"takes a mask first, not {operands[0].value}"
    given = ", ".join(dtype.value for dtype in operands)
    legal = ", ".join(sorted(dtype.value for dtype in OPERANDS[op]))
    return f"of ({given}): its operands must share one type out of {legal}"
