"""Single kernels called natively on arrays of the test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.kernels.ir.interpret import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel, row_stride_bytes
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory, NativeModule


class KernelArrays:
    """Arrays in and out of a memory, laid out for kernels: groups of rows padded to whole steps of four lanes.

    Offsets do not matter here; runtimes take theirs from the layout.
    """

    def __init__(self, memory: NativeMemory, start_bytes: int = 0) -> None:
        self.memory = memory
        self._next = start_bytes

    def rows(self, types: Sequence[DType | str], count: int) -> ArrayRows:
        """A new group of arrays [count]."""
        rows = ArrayRows(self.memory, self._next, row_stride_bytes(count), tuple(DType(name) for name in types), count)
        self._next += rows.stride * len(types)
        return rows


class ArrayRows:
    """One group of arrays in memory: `base` and `stride` are what a kernel is called with."""

    def __init__(self, memory: NativeMemory, base: int, stride: int, types: tuple[DType, ...], count: int) -> None:
        self.base, self.stride, self.types, self.count = base, stride, types, count
        self._memory = memory

    def write(self, arrays: Sequence[Array]) -> None:
        """Copy `arrays` [count] in, masks as 0 and 1."""
        for k, (array, dtype) in enumerate(zip(arrays, self.types, strict=True)):
            self._row(k)[:] = array.astype(dtype.stored, copy=False)

    def read(self) -> list[Array]:
        """Copies of the arrays [count], masks as bool."""
        return [self._row(k).astype(dtype.numpy) for k, dtype in enumerate(self.types)]

    def _row(self, k: int) -> Array:
        return self._memory.array(self.base + k * self.stride, self.count, self.types[k].stored)


def call_kernel(
    module: NativeModule,
    kernel: Kernel,
    groups: Mapping[str, ArrayRows],
    outputs: Mapping[str, ArrayRows],
    scalars: Mapping[str, float] | None = None,
) -> None:
    """Call the exported function of `kernel` over rows that lie in memory; input and output rows may be the same."""
    count = next(iter(outputs.values())).count
    numbers: list[float] = [count]
    for rows in [*(groups[name] for name in kernel.inputs), *(outputs[name] for name in kernel.outputs)]:
        numbers += [rows.base, rows.stride]
    module.function(kernel.name)(*numbers, *((scalars or {})[name] for name in kernel.scalars))
