"""The register tile of a matrix product: 8 rows by up to four results stay in registers while the terms run by.

Per term two vectors of rows and four broadcast weights feed eight multiplications and eight additions; with 15 usable
vector registers on x86 (8 sums, 2 rows, 4 weights, 1 product) nothing is spilled. The inner loop is deliberately not
unrolled: V8 moves the loads of a straight-line block to its front, so two terms in one block spill, and the tile is a
fifth slower (docs/experiments.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drillsergeant.kernels.dense.control_flow import advance, count_down, repeat, set_groups, set_sum, unless_zero
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import VECTOR_BYTES, WORD_BYTES

TILE_VECTORS: Final = 2
TILE_RESULTS: Final = 4
LOG2_TILE_ROWS: Final = 3

Epilogue = Callable[[Function, Local], None]
"""Emits code that replaces the vector in a local, such as an activation."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A product of `terms` terms for each of `results` results, and how it walks the weights: the bytes from the weight
    of one term to that of the next, and from one result to the next."""

    terms: int
    results: int
    term_bytes: int
    result_bytes: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What happens around the sums: `bias` starts them (otherwise the first product does), `activation` is applied to
    them, and `tanh_output` (with a stride parameter of its own) multiplies them by 1 - y^2, the slope of y = tanh."""

    bias: str = ""
    activation: Epilogue | None = None
    tanh_output: str = ""


class ProductTile:
    """The loops over rows, results and terms, and the locals they share.

    `source`, `target`, `w` and those named by `ending` are parameters of `f`; `source`, `target` and `tanh_output` have
    a second one with "_stride" behind the name. `rows` is the row count.
    """

    def __init__(self, f: Function, walk: Walk, source: str, target: str, ending: Ending) -> None:
        self.f, self.walk, self.ending = f, walk, ending
        self.source, self.target = source, target
        self.x, self.w, self.y = f.local("i32", "x_at"), f.local("i32", "w_at"), f.local("i32", "y_at")
        self.other = f.local("i32", "other_at")  # in the biases, or in the outputs of the tanh below
        self.rows = [f.local(V128, f"rows{v}") for v in range(TILE_VECTORS)]
        self.weights = [f.local(V128, f"weight{o}") for o in range(TILE_RESULTS)]
        self.sums = [[f.local(V128, f"sum{o}_{v}") for v in range(TILE_VECTORS)] for o in range(TILE_RESULTS)]

    def emit(self) -> None:
        """The whole product, for as many rows as asked for."""
        f, params, ending = self.f, self.f.params, self.ending
        tiles = f.local("i32", "tiles")
        set_groups(f, tiles, params["rows"], LOG2_TILE_ROWS)
        with unless_zero(f, tiles), count_down(f, tiles):
            set_sum(f, self.w, params["w"], 0)
            set_sum(f, self.y, params[self.target], 0)
            if ending.bias or ending.tanh_output:
                set_sum(f, self.other, params[ending.bias or ending.tanh_output], 0)
            for width, times in split(self.walk.results, TILE_RESULTS):
                with repeat(f, times):
                    self._results(width)
            moving = [self.source, self.target] + ([ending.tanh_output] if ending.tanh_output else [])
            for name in moving:
                advance(f, params[name], TILE_VECTORS * VECTOR_BYTES)

    def _results(self, width: int) -> None:
        f, walk = self.f, self.walk
        stride = f.params[self.source + "_stride"]
        set_sum(f, self.x, f.params[self.source], 0)
        terms = walk.terms
        if self.ending.bias:
            self._start_from_bias(width)
        else:  # the first product starts the sums, as in the reference: added to zero, a -0 would become +0
            self._term(width, first=True)
            advance(f, self.x, stride)
            advance(f, self.w, walk.term_bytes)
            terms -= 1
        if terms:  # a loop, and never one block of several terms: see above
            with repeat(f, terms):
                self._term(width, first=False)
                advance(f, self.x, stride)
                advance(f, self.w, walk.term_bytes)
        self._finish(width)
        # Back to the first term, and on to the next results.
        advance(f, self.w, width * walk.result_bytes - walk.terms * walk.term_bytes)

    def _start_from_bias(self, width: int) -> None:
        f = self.f
        for o, sums in enumerate(self.sums[:width]):
            f.local_get(self.other)
            f.memory("v128.load32_splat", o * WORD_BYTES)  # loaded once: all vectors of rows have the same bias
            for total in sums[1:]:
                f.local_tee(total)
            f.local_set(sums[0])
        advance(f, self.other, width * WORD_BYTES)

    def _term(self, width: int, *, first: bool) -> None:
        f = self.f
        for v, vector in enumerate(self.rows):
            f.local_get(self.x)
            f.memory("v128.load", v * VECTOR_BYTES)
            f.local_set(vector)
        for o, weight in enumerate(self.weights[:width]):
            f.local_get(self.w)
            f.memory("v128.load32_splat", o * self.walk.result_bytes)
            f.local_set(weight)  # stays in its register for both vectors of rows
            for vector, total in zip(self.rows, self.sums[o], strict=True):
                if first:
                    f.local_get(weight)
                    f.local_get(vector)
                    f.op("f32x4.mul")
                else:
                    f.local_get(total)
                    f.local_get(weight)
                    f.local_get(vector)
                    f.op("f32x4.mul")
                    f.op("f32x4.add")
                f.local_set(total)

    def _finish(self, width: int) -> None:
        f, ending = self.f, self.ending
        for sums in self.sums[:width]:
            for v, total in enumerate(sums):
                if ending.activation:
                    ending.activation(f, total)
                f.local_get(self.y)
                f.local_get(total)
                if ending.tanh_output:
                    self._slope(v)
                    f.op("f32x4.mul")
                f.memory("v128.store", v * VECTOR_BYTES)
            advance(f, self.y, f.params[self.target + "_stride"])
            if ending.tanh_output:
                advance(f, self.other, f.params[ending.tanh_output + "_stride"])

    def _slope(self, v: int) -> None:
        f = self.f
        f.f32x4_const(1.0)
        f.local_get(self.other)
        f.memory("v128.load", v * VECTOR_BYTES)
        f.local_tee(self.rows[0])
        f.local_get(self.rows[0])
        f.op("f32x4.mul")
        f.op("f32x4.sub")


def split(count: int, largest: int) -> list[tuple[int, int]]:
    """`count` as (size, how many) groups of nearly equal sizes up to `largest`: 9 by 4 is three 3s, not 4, 4 and 1."""
    tiles = -(-count // largest)
    small, larger = divmod(count, tiles)
    return [(size, times) for size, times in ((small + 1, larger), (small, tiles - larger)) if times]
