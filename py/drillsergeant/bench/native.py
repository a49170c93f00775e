"""The place outside a browser: wasmtime, and NumPy with its own BLAS."""

from __future__ import annotations

from importlib.metadata import version

import wasmtime

from drillsergeant.bench.ground import DRILL
from drillsergeant.drills import make
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory, NativeModule
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.memory.access import Memory


class NativeBenchPlace:
    """`ground.BenchPlace` in this process."""

    shared = False

    def __init__(self) -> None:
        self.program = build_program(make(DRILL), shared=False)
        self._engine = wasmtime.Engine()

    def memory(self, size_bytes: int) -> Memory:
        """A memory of wasmtime's."""
        return NativeMemory(size_bytes)

    def link(self, memory: Memory, binary: bytes) -> Kernels:
        """Compile and link."""
        assert isinstance(memory, NativeMemory), "memories come from this place"
        module: NativeModule = memory.link(binary)
        return module

    def compile(self, binary: bytes) -> object:
        """Compile by Cranelift, as `NativeMemory.link` does."""
        return wasmtime.Module(self._engine, binary)

    def versions(self) -> dict[str, str]:
        """What was measured with."""
        return {f"{name} (native)": version(name) for name in ("wasmtime", "numpy")}
