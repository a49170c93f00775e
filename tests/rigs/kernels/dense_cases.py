"""Lane-major arrays in a kernel's memory with canaries around them, for the tests of the dense kernels."""

from __future__ import annotations

import numpy as np
from drillsergeant.elementary import Array
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory

CANARY = np.uint32(0x7FC0BEEF)  # a NaN, so that reading it spoils a result and writing over it shows
F32 = np.dtype(np.float32)
U32 = np.dtype(np.uint32)
TILE_ROWS = 8
GAP_BYTES = 64


class LaneMajor:
    """An f32 array [features][rows] in memory. Everything but its values is canary: what pads each feature's rows to a
    multiple of 8, which a kernel may touch, and the gaps between features and before the first, which it may not."""

    def __init__(self, memory: NativeMemory, start: int, features: int, rows: int) -> None:
        padded = -(-rows // TILE_ROWS) * TILE_ROWS
        self.base, self.stride = start + GAP_BYTES, padded * 4 + GAP_BYTES
        self.end = self.base + features * self.stride
        self._cells = memory.array(start, (self.end - start) // 4, U32)
        self._cells[:] = CANARY
        by_feature = self._cells[GAP_BYTES // 4 :].reshape(features, self.stride // 4)
        self.values = by_feature[:, :rows].view(F32)
        self._gaps = by_feature[:, padded:]
        self._before = self._cells[: GAP_BYTES // 4]

    def untouched(self) -> bool:
        """Whether every gap still holds its canaries."""
        return bool((self._gaps == CANARY).all() and (self._before == CANARY).all())


def random_f32(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers of mixed sizes and both signs, some zero."""
    values = rng.standard_normal(shape) * np.exp2(rng.integers(-6, 6, shape))
    values[rng.random(shape) < 0.05] = 0.0
    return values.astype(np.float32)


def same_bits(a: Array, b: Array) -> bool:
    """Whether two f32 arrays agree in every bit."""
    return a.shape == b.shape and bool((np.ascontiguousarray(a).view(U32) == np.ascontiguousarray(b).view(U32)).all())
