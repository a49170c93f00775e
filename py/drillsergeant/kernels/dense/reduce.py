"""Sums over an f32 array in the fixed order of `row_loop.py`, and the bit test that keeps poison out of the weights.

Arrays are contiguous f32 [count]; up to 3 elements behind the last one may be read, they reach no result.
"""

from __future__ import annotations

from drillsergeant.kernels.dense.row_loop import RowLoop, add_lanes
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local

_MAGNITUDE_BITS = 0x7FFFFFFF
_PARAMS = [("rows", "i32"), ("x", "i32")]


def add_sum(module: Module, name: str, *, squares: bool = False, export: bool = False) -> Function:
    """Add `name(rows, x) -> f32`: the sum of the f32 values at x, or of their squares."""
    f = module.function(name, _PARAMS, ["f32"], export=export)
    loop = RowLoop(f)
    total, values = f.local(V128, "total"), f.local(V128, "values")

    def add_rows(mask: Local | None) -> None:
        _load(f, loop, values)
        f.local_get(total)
        f.local_get(values)
        if squares:
            f.local_get(values)
            f.op("f32x4.mul")
        if mask:
            f.local_get(mask)
            f.op("v128.and")
        f.op("f32x4.add")
        f.local_set(total)

    loop.emit(add_rows)
    add_lanes(f, [total] * 4)
    f.lane("f32x4.extract_lane", 0)
    return f


def add_poisoned(module: Module, name: str, limit_bits: int, *, export: bool = False) -> Function:
    """Add `name(rows, x) -> i32`: 1 when some value at x is NaN, infinite, or in magnitude at least the f32 with the
    bits `limit_bits`; 0 otherwise. A test of bits: no engine may assume it away, as it may `x != x`."""
    f = module.function(name, _PARAMS, ["i32"], export=export)
    loop = RowLoop(f)
    found, values = f.local(V128, "found"), f.local(V128, "values")

    def add_rows(mask: Local | None) -> None:
        _load(f, loop, values)
        f.local_get(values)
        f.i32x4_const(_MAGNITUDE_BITS)
        f.op("v128.and")
        f.i32x4_const(limit_bits)
        f.op("i32x4.ge_s")
        if mask:
            f.local_get(mask)
            f.op("v128.and")
        f.local_get(found)
        f.op("v128.or")
        f.local_set(found)

    loop.emit(add_rows)
    f.local_get(found)
    f.op("v128.any_true")
    return f


def _load(f: Function, loop: RowLoop, values: Local) -> None:
    f.local_get(f.params["x"])
    f.local_get(loop.at)
    f.op("i32.add")
    f.memory("v128.load")
    f.local_set(values)
