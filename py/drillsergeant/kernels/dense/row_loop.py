"""Sums over rows in one fixed order, four lanes at a time.

The order, that of `learn.formulas.linear.lane_sum`: row r goes to lane r mod 4, each lane adds its rows in order
starting from zero, then the lanes are added as (0+1)+(2+3). Lanes behind the last row are masked to zero before they
are added, whatever the padding there holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from drillsergeant.kernels.dense.control_flow import advance, count_down, unless_zero
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import SIMD_LANES, VECTOR_BYTES

_LANE_NUMBERS: Final = b"".join(lane.to_bytes(4, "little") for lane in range(SIMD_LANES))


class RowLoop:
    """The loop over rows, four at a time, of a kernel with parameter `rows`: whole vectors, then a masked rest."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.at = f.local("i32", "row_at")  # bytes from the first row
        self.vectors, self.left = f.local("i32", "vectors"), f.local("i32", "vectors_left")
        self.rest, self.mask = f.local("i32", "rest"), f.local(V128, "rest_mask")
        f.local_get(f.params["rows"])
        f.i32_const(2)
        f.op("i32.shr_u")
        f.local_set(self.vectors)
        f.local_get(f.params["rows"])
        f.i32_const(SIMD_LANES - 1)
        f.op("i32.and")
        f.local_tee(self.rest)
        f.op("i32x4.splat")
        f.v128_const(_LANE_NUMBERS)
        f.op("i32x4.gt_u")
        f.local_set(self.mask)

    def emit(self, add_rows: Callable[[Local | None], None]) -> None:
        """`add_rows(mask)` emits the work on the four rows at byte `at`, adding only the lanes of `mask` if there is
        one."""
        f = self.f
        f.i32_const(0)
        f.local_set(self.at)
        f.local_get(self.vectors)
        f.local_tee(self.left)
        with f.if_(), count_down(f, self.left):
            add_rows(None)
            advance(f, self.at, VECTOR_BYTES)
        with unless_zero(f, self.rest):
            add_rows(self.mask)


def add_lanes(f: Function, sums: Sequence[Local]) -> None:
    """Push one vector whose lane i is (0+1)+(2+3) of the lanes of the i-th of four vectors."""
    halves = [f.local(V128), f.local(V128)]
    for half, pair in zip(halves, (sums[:2], sums[2:]), strict=True):
        _add_neighbours(f, *pair)
        f.local_set(half)
    _add_neighbours(f, *halves)


def _add_neighbours(f: Function, first: Local, second: Local) -> None:
    """Push [a0+a1, a2+a3, b0+b1, b2+b3] of two vectors a and b."""
    for lanes in ([0, 2, 4, 6], [1, 3, 5, 7]):
        f.local_get(first)
        f.local_get(second)
        f.shuffle(lanes)
    f.op("f32x4.add")
