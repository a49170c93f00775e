"""The compiler from end to end: kernels in, one WebAssembly module out."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wasm.emit import emit
from drillsergeant.kernels.wasm.module import MemoryImport, Module


def add_kernels(module: Module, kernels: Sequence[Kernel]) -> None:
    """Trace, optimise and emit each kernel as an exported function of `module`.

    A function that several kernels repeat, each so many times, is traced and optimised once.
    """
    graphs: dict[tuple[int, str], Graph] = {}
    with _no_collections():
        for kernel in kernels:
            one = id(kernel.fn), f"{kernel.inputs} {kernel.outputs} {kernel.scalars}"
            if one not in graphs:
                graphs[one] = optimise(kernel.trace())
            emit(kernel, graphs[one], module)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Python's search for unreachable cycles put off: there are none in a graph, and of eleven against eleven it looks
    through a million objects again and again, two fifths of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def compile_kernels(kernels: Sequence[Kernel], memory: MemoryImport) -> bytes:
    """The binary module with one exported function per kernel. Raises TraceError at what a kernel cannot do."""
    module = Module(memory)
    add_kernels(module, kernels)
    return module.encode()
