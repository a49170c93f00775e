"""The gradient of a dense layer with respect to its weights and bias, summed over rows.

Two outputs by four inputs are summed at a time: eight vectors of lane sums stay in registers while the rows run by,
four rows a step, and are added across lanes at the end, in the order of `row_loop.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from drillsergeant.kernels.dense.control_flow import advance, repeat, set_sum
from drillsergeant.kernels.dense.product_tile import split
from drillsergeant.kernels.dense.row_loop import RowLoop, add_lanes
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES

TILE_OUTPUTS: Final = 2
TILE_INPUTS: Final = 4


class WeightsTile:
    """The loops over outputs, inputs and rows, and the locals they share.

    Parameters of `f`: rows, dy, dy_stride, x, x_stride, dw, db, accumulate (0: overwrite the
    gradients, 1: add to them).
    """

    def __init__(self, f: Function, inputs: int, outputs: int) -> None:
        self.f, self.inputs, self.outputs = f, inputs, outputs
        self.loop = RowLoop(f)
        self.keep = f.local(V128, "keep")  # all ones when the gradients so far are kept
        f.i32_const(0)
        f.local_get(f.params["accumulate"])
        f.op("i32.sub")
        f.op("i32x4.splat")
        f.local_set(self.keep)
        self.dy_at = [f.local("i32", f"dy_at{o}") for o in range(SIMD_LANES)]
        self.x_at = [f.local("i32", f"x_at{i}") for i in range(TILE_INPUTS)]
        self.dw_at = f.local("i32", "dw_at")
        self.dy = [f.local(V128, f"dy{o}") for o in range(SIMD_LANES)]
        self.x = [f.local(V128, f"x{i}") for i in range(TILE_INPUTS)]
        self.sums = [[f.local(V128, f"sum{o}_{i}") for i in range(TILE_INPUTS)] for o in range(TILE_OUTPUTS)]

    def emit_weights(self) -> None:
        """dw [outputs][inputs] = (or +=) the sum over rows of dy x."""
        f, params = self.f, self.f.params
        set_sum(f, self.dw_at, params["dw"], 0)
        set_sum(f, self.dy_at[0], params["dy"], 0)
        for height, outer_times in split(self.outputs, TILE_OUTPUTS):
            with repeat(f, outer_times):
                self._point(self.dy_at[:height], params["dy_stride"])
                set_sum(f, self.x_at[0], params["x"], 0)
                for width, times in split(self.inputs, TILE_INPUTS):
                    with repeat(f, times):
                        self._point(self.x_at[:width], params["x_stride"])
                        self._weights(height, width)
                        set_sum(f, self.x_at[0], self.x_at[width - 1], params["x_stride"])
                        advance(f, self.dw_at, width * WORD_BYTES)
                advance(f, self.dw_at, (height - 1) * self.inputs * WORD_BYTES)
                set_sum(f, self.dy_at[0], self.dy_at[height - 1], params["dy_stride"])

    def emit_bias(self) -> None:
        """db [outputs] = (or +=) the sum over rows of dy."""
        f, params = self.f, self.f.params
        set_sum(f, self.dw_at, params["db"], 0)
        set_sum(f, self.dy_at[0], params["dy"], 0)
        for width, times in split(self.outputs, SIMD_LANES):
            with repeat(f, times):
                self._point(self.dy_at[:width], params["dy_stride"])
                sums = self.x[:width]  # four spare vectors
                self._clear(sums)

                def add_rows(mask: Local | None, sums: Sequence[Local] = sums, width: int = width) -> None:
                    self._load(self.dy_at[:width], self.dy)
                    for total, dy in zip(sums, self.dy, strict=False):
                        self._add(total, [dy], mask)

                self.loop.emit(add_rows)
                self._store(sums, 0)
                set_sum(f, self.dy_at[0], self.dy_at[width - 1], params["dy_stride"])
                advance(f, self.dw_at, width * WORD_BYTES)

    def _weights(self, height: int, width: int) -> None:
        tile = [row[:width] for row in self.sums[:height]]
        for sums in tile:
            self._clear(sums)

        def add_rows(mask: Local | None) -> None:
            self._load(self.x_at[:width], self.x)
            self._load(self.dy_at[:height], self.dy)
            for sums, dy in zip(tile, self.dy, strict=False):
                for total, x in zip(sums, self.x, strict=False):
                    self._add(total, [dy, x], mask)

        self.loop.emit(add_rows)
        for o, sums in enumerate(tile):
            self._store(sums, o * self.inputs * WORD_BYTES)

    def _point(self, addresses: Sequence[Local], stride: Local) -> None:
        for before, after in pairwise(addresses):
            set_sum(self.f, after, before, stride)

    def _clear(self, sums: Sequence[Local]) -> None:
        for total in sums:
            self.f.f32x4_const(0.0)
            self.f.local_set(total)

    def _load(self, addresses: Sequence[Local], vectors: Sequence[Local]) -> None:
        f = self.f
        for address, vector in zip(addresses, vectors, strict=False):
            f.local_get(address)
            f.local_get(self.loop.at)
            f.op("i32.add")
            f.memory("v128.load")
            f.local_set(vector)

    def _add(self, total: Local, factors: Sequence[Local], mask: Local | None) -> None:
        f = self.f
        f.local_get(total)
        for factor in factors:
            f.local_get(factor)
        if len(factors) > 1:
            f.op("f32x4.mul")
        if mask:
            f.local_get(mask)
            f.op("v128.and")
        f.op("f32x4.add")
        f.local_set(total)

    def _store(self, sums: Sequence[Local], offset: int) -> None:
        """Up to four vectors of lane sums become as many neighbouring gradients."""
        f, result = self.f, sums[0]
        add_lanes(f, [*sums, *[sums[-1]] * (SIMD_LANES - len(sums))])
        f.local_set(result)
        if len(sums) == SIMD_LANES:
            f.local_get(self.dw_at)
            self._load_kept("v128.load", offset)
            f.local_get(result)
            f.op("f32x4.add")
            f.memory("v128.store", offset)
            return
        for lane in range(len(sums)):
            f.local_get(self.dw_at)
            self._load_kept("v128.load32_zero", offset + lane * WORD_BYTES)
            f.lane("f32x4.extract_lane", 0)
            f.local_get(result)
            f.lane("f32x4.extract_lane", lane)
            f.op("f32.add")
            f.memory("f32.store", offset + lane * WORD_BYTES)

    def _load_kept(self, load: str, offset: int) -> None:
        self.f.local_get(self.dw_at)
        self.f.memory(load, offset)
        self.f.local_get(self.keep)
        self.f.op("v128.and")
