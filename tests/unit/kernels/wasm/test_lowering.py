"""Every operation, alone, gives the same bits in NumPy, in the interpreter and in WASM; and the check can fail.

The expectation of an operation is written here as the NumPy line a user would write, not taken from the interpreter.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.interpret import MEANING
from drillsergeant.kernels.ir.ops import BINARY, COMMUTATIVE, LEAVES, OPERANDS, UNARY, DType, Op
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm import lowering
from drillsergeant.kernels.wasm.lowering import CALLED, LOWERING, Lowering
from drillsergeant.kernels.wasm.opcodes import OPCODES

from tests.rigs.kernels.agreement import assert_agreement, samples
from tests.rigs.kernels.operations import COUNT, LINES, PAIRS, kernel_of, operand_values


def check(op: Op, dtype: DType) -> None:
    assert_agreement(kernel_of(op, dtype), {"x": operand_values(op, dtype)})


def test_every_table_covers_exactly_the_instruction_set() -> None:
    computing = set(Op) - LEAVES
    assert set(OPERANDS) == set(Op)
    assert set(MEANING) == computing == set(LINES)
    assert set(LOWERING) == set(PAIRS)
    assert computing == UNARY | BINARY | {Op.SELECT}
    assert {row.instruction for row in LOWERING.values()} - {""} <= {*OPCODES, *CALLED}


@pytest.mark.parametrize(("op", "dtype"), PAIRS, ids=lambda value: value.value)
def test_operation_has_the_same_bits_in_numpy_interpreter_and_wasm(op: Op, dtype: DType) -> None:
    check(op, dtype)


@pytest.mark.parametrize("shift", [1, 8, 31])
@pytest.mark.parametrize("dtype", [DType.I32, DType.U32])
def test_shifts_by_other_amounts_have_the_same_bits(dtype: DType, shift: int) -> None:
    kernel = Kernel("shift", lambda x: {"y": [x[0] << shift, x[0] >> shift]}, {"x": (dtype,)}, {"y": (dtype, dtype)})
    assert_agreement(kernel, {"x": [samples(dtype, COUNT, np.random.default_rng(3))]})


@pytest.mark.parametrize("dtype", list(DType))
def test_choice_against_zero_bits_has_the_same_bits(dtype: DType) -> None:
    def choose(c: list[Array], x: list[Array]) -> dict[str, list[Array]]:
        zero = np.zeros_like(x[0])
        return {"y": [np.where(c[0], x[0], zero), np.where(c[0], zero, x[0])]}

    kernel = Kernel("choose", choose, {"c": ("mask",), "x": (dtype,)}, {"y": (dtype, dtype)})
    rng = np.random.default_rng(5)
    assert_agreement(kernel, {"c": [samples(DType.MASK, COUNT, rng)], "x": [samples(dtype, COUNT, rng)]})


def test_two_remainders_call_one_function() -> None:
    kernel = Kernel(
        "two",
        lambda x: {"y": [np.fmod(x[0], x[1]), np.fmod(x[1], x[0])]},
        inputs={"x": ["f32", "f32"]},
        outputs={"y": ["f32", "f32"]},
    )
    assert_agreement(kernel, {"x": operand_values(Op.FMOD, DType.F32)})


def mutants(op: Op, dtype: DType) -> dict[str, Lowering]:
    """Wrong rows for one entry of the table, each named for what it does."""
    row = LOWERING[op, dtype]
    wrong: dict[str, Lowering] = {}
    if len(row.order) == 3:
        wrong["branches swapped"] = dataclasses.replace(row, order=(2, 1, 0))
        wrong["mask dropped"] = Lowering("v128.or", (1, 2))
    elif len(row.order) == 2:
        if op not in COMMUTATIVE and not (op in (Op.MIN, Op.MAX) and dtype is not DType.F32):
            wrong["operands swapped"] = dataclasses.replace(row, order=row.order[::-1])
        first = dataclasses.replace(row, order=(row.order[0], row.order[0]))
        wrong["first operand twice"] = first
        wrong["another instruction"] = dataclasses.replace(
            row, instruction="v128.xor" if row.instruction != "v128.xor" else "v128.or"
        )
    elif row.instruction:
        wrong["another instruction"] = Lowering(_NEIGHBOUR.get(row.instruction, "v128.not"), row.order)
        if op not in (Op.SHL, Op.SHR):
            wrong["left out"] = Lowering("", row.order)
    else:
        wrong["bits changed"] = Lowering("v128.not", row.order)
    return wrong


_NEIGHBOUR = {
    "i32x4.shl": "i32x4.shr_u",
    "i32x4.shr_s": "i32x4.shr_u",
    "i32x4.shr_u": "i32x4.shr_s",
    "v128.not": "i32x4.neg",
    "f32x4.floor": "f32x4.trunc",
    "f32x4.nearest": "f32x4.floor",
    "f32x4.convert_i32x4_s": "f32x4.convert_i32x4_u",
    "f32x4.convert_i32x4_u": "f32x4.convert_i32x4_s",
    "i32x4.trunc_sat_f32x4_s": "i32x4.trunc_sat_f32x4_u",
    "i32x4.trunc_sat_f32x4_u": "i32x4.trunc_sat_f32x4_s",
}

MUTATIONS = [(op, dtype, name) for op, dtype in PAIRS for name in mutants(op, dtype)]


@pytest.mark.parametrize(("op", "dtype", "mutation"), MUTATIONS)
def test_breaking_a_row_of_the_table_is_noticed(
    op: Op, dtype: DType, mutation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lowering.LOWERING, (op, dtype), mutants(op, dtype)[mutation])
    with pytest.raises(AssertionError, match="differs from NumPy"):
        check(op, dtype)


@pytest.mark.parametrize("name", ["OR_ZERO", "ZERO_OR"])
def test_breaking_the_choice_against_zero_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = getattr(lowering, name)
    monkeypatch.setattr(lowering, name, dataclasses.replace(row, order=row.order[:1] * 2))
    with pytest.raises(AssertionError, match="differs from NumPy"):
        test_choice_against_zero_bits_has_the_same_bits(DType.F32)
