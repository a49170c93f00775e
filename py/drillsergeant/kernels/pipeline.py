"""The compiler from end to end: kernels in, one WebAssembly module out."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.module import MemoryImport, Module
from drillsergeant.kernels.passes import optimise
from drillsergeant.kernels.wasm import emit


def add_kernels(module: Module, kernels: Sequence[Kernel]) -> None:
    """Trace, optimise and emit each kernel as an exported function of `module`."""
    for kernel in kernels:
        emit(kernel, optimise(kernel.trace()), module)


def compile_kernels(kernels: Sequence[Kernel], memory: MemoryImport) -> bytes:
    """The binary module with one exported function per kernel. Raises TraceError at what a kernel cannot do."""
    module = Module(memory)
    add_kernels(module, kernels)
    return module.encode()
