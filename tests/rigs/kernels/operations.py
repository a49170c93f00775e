"""Every operation of the instruction set as the NumPy line a user would write, with operands for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import LEAVES, OPERANDS, DType, Op, arity
from drillsergeant.kernels.kernel import Kernel

from tests.rigs.kernels.agreement import samples

COUNT = 4001
PAIRS = [(op, dtype) for op in Op if op not in LEAVES for dtype in OPERANDS[op]]
PAIRS.sort(key=lambda pair: (pair[0].value, pair[1].value))


def _where(c: Array, a: Array, b: Array) -> Array:
    return np.where(c, a, b)


LINES: dict[Op, Callable[..., Array]] = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.NEG: lambda a: -a,
    Op.ABS: lambda a: np.abs(a),
    Op.MIN: lambda a, b: np.minimum(a, b),
    Op.MAX: lambda a, b: np.maximum(a, b),
    Op.DIV: lambda a, b: a / b,
    Op.FMOD: lambda a, b: np.fmod(a, b),
    Op.SQRT: lambda a: np.sqrt(np.abs(a)),
    Op.FLOOR: lambda a: np.floor(a),
    Op.CEIL: lambda a: np.ceil(a),
    Op.TRUNC: lambda a: np.trunc(a),
    Op.RINT: lambda a: np.rint(a),
    Op.AND: lambda a, b: a & b,
    Op.OR: lambda a, b: a | b,
    Op.XOR: lambda a, b: a ^ b,
    Op.NOT: lambda a: ~a,
    Op.SHL: lambda a: a << 5,
    Op.SHR: lambda a: a >> 5,
    Op.LT: lambda a, b: a < b,
    Op.LE: lambda a, b: a <= b,
    Op.EQ: lambda a, b: a == b,
    Op.NE: lambda a, b: a != b,
    Op.SELECT: _where,
    Op.TO_F32: lambda a: a.astype(np.float32),
    Op.TO_I32: lambda a: a.astype(np.int32),
    Op.TO_U32: lambda a: a.astype(np.uint32),
    Op.AS_F32: lambda a: a.view(np.float32),
    Op.AS_I32: lambda a: a.view(np.int32),
    Op.AS_U32: lambda a: a.view(np.uint32),
}


def operand_types(op: Op, dtype: DType) -> tuple[DType, ...]:
    return (DType.MASK, dtype, dtype) if op is Op.SELECT else (dtype,) * arity(op)


def result_type(op: Op, dtype: DType) -> DType:
    line = LINES[op](*(np.ones(1, kind.numpy) for kind in operand_types(op, dtype)))
    return next(kind for kind in DType if kind.numpy == line.dtype)


def kernel_of(op: Op, dtype: DType) -> Kernel:
    types = operand_types(op, dtype)
    return Kernel(op.value, lambda x: {"y": [LINES[op](*x)]}, {"x": types}, {"y": (result_type(op, dtype),)})


def operand_values(op: Op, dtype: DType, count: int = COUNT) -> list[Array]:
    rng = np.random.default_rng(7)
    values = [samples(kind, count, rng) for kind in operand_types(op, dtype)]
    if op is Op.TO_I32:
        values = [np.clip(value, np.float32(-2147483648), np.float32(2147483520)) for value in values]
    if op is Op.TO_U32:
        values = [np.clip(value, np.float32(-0.99), np.float32(4294967040)) for value in values]
    return values
