"""What the compiler costs, and what a call into compiled code costs."""

from __future__ import annotations

import numpy as np

from drillsergeant.bench.ground import DRILL, BenchPlace, Ground
from drillsergeant.bench.timing import KERNELS, NUMPY, Contestant, Race
from drillsergeant.drills import make
from drillsergeant.kernels.wasm.compile import compile_kernels
from drillsergeant.kernels.wasm.module import MemoryImport
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.memory.layout import MAX_PAGES

MS, US = 1e-3, 1e-6
NOTHING = {"target": 0, "source": 0, "size_bytes": 0}


def physics(place: BenchPlace) -> Race:
    """NumPy function to binary module, for the physics alone: what a reader waits for who changes a constant."""
    kernels = [kernel for kernel in DrillKernels(make(DRILL)).all() if kernel.name == "tick"]
    memory = MemoryImport(1, MAX_PAGES, place.shared)
    return Race("ms", [Contestant(KERNELS, lambda: compile_kernels(kernels, memory))], scale_s=MS)


def program(place: BenchPlace) -> Race:
    """The same for everything that plays and learns a drill."""
    drill = make(DRILL)
    return Race("ms", [Contestant(KERNELS, lambda: build_program(drill, shared=place.shared))], scale_s=MS)


def squad(place: BenchPlace) -> Race:
    """The same for a drill of three against three."""
    drill = make("squad")
    return Race("ms", [Contestant(KERNELS, lambda: build_program(drill, shared=place.shared))], scale_s=MS)


def engine(place: BenchPlace) -> Race:
    """Binary module to what the engine runs first: V8 compiles functions when they are called, wasmtime all at once."""
    return Race("ms", [Contestant(KERNELS, lambda: place.compile(place.program.binary))], scale_s=MS)


def call(place: BenchPlace) -> Race:
    """A call from Python that does nothing, bound beforehand; beside it, NumPy adding four numbers in place."""
    ground, four = Ground(place), np.ones(4, np.float32)
    contestants = [
        Contestant(KERNELS, ground.calls.bind("copy", NOTHING)),
        Contestant(NUMPY, lambda: np.multiply(four, four, out=four)),
    ]
    return Race("us", contestants, scale_s=US)


def call_by_name(place: BenchPlace) -> Race:
    """The same call with its arguments put in order first, as the learner makes it."""
    calls = Ground(place).calls
    return Race("us", [Contestant(KERNELS, lambda: calls.run("copy", NOTHING))], scale_s=US)


def memory_access(place: BenchPlace) -> Race:
    """One cell of shared memory loaded, as every protocol does."""
    ground = Ground(place)
    return Race("us", [Contestant(KERNELS, lambda: ground.memory.load(0))], scale_s=US)
