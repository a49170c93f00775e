"""An engine over a memory of its own, for runs without workers: in a terminal, a notebook, a page's Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from drillsergeant.drills import resolve
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.program_builder import program_for
from drillsergeant.learn.engine import Engine
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.program import Program
from drillsergeant.learn.reference.engine import NumpyEngine
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.self_play import SingleThreadRun
from drillsergeant.learn.wasm.calls import Kernels
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.memory.access import Memory, PlainMemory
from drillsergeant.memory.layout import Layout

ENGINES = ("wasm", "numpy")


class KernelPlace(Protocol):
    """A memory and the WebAssembly that works on it."""

    @property
    def memory(self) -> Memory:
        """The memory, zeroed."""

    def link(self, binary: bytes) -> Kernels:
        """A module that imports an unshared memory, made to work on this one."""


@dataclass(frozen=True)
class Rig:
    """`engine` plays `drill` over `memory`, which is laid out by `layout`."""

    drill: Drill
    engine: Engine
    layout: Layout
    memory: Memory

    @property
    def weights_offset(self) -> int:
        """Byte offset of the parameters that are played with."""
        return self.layout["weights.0"].offset

    def chunk_offset(self, worker: int) -> int:
        """Byte offset of a worker's chunk."""
        return self.layout[f"ring.{worker}.chunks"].offset

    def run(self, workers: int, seed: int) -> SingleThreadRun:
        """A run from fresh weights."""
        return SingleThreadRun(self.engine, self.layout, self.memory, workers, seed)


def make_rig(
    drill: Drill,
    sizes: RunSizes,
    engine: str,
    place: Callable[[int], KernelPlace],
    *,
    hidden: Sequence[int] = (),
    spare_workers: int = 0,
) -> Rig:
    """The rig of one of ENGINES; `place` makes a memory of at least so many bytes for compiled kernels.

    `hidden`: units of each hidden layer of the network, instead of the drill's default. Raises ValueError for sizes
    that cannot be played or compiled, or another engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine is {engine!r}, expected one of {', '.join(ENGINES)}")
    drill = resolve(drill)
    program = program_for(drill, hidden=hidden)
    layout = sizes.layout(program, spare_workers=spare_workers)
    if engine == "numpy":
        plain = PlainMemory(layout.total_bytes)
        network = Network.for_heads(len(drill.observation), drill.heads, program.network.hidden)
        return Rig(drill, NumpyEngine(drill, layout, plain, network), layout, plain)
    return kernel_rig(drill, program, layout, place)


def kernel_rig(drill: Drill, program: Program, layout: Layout, place: Callable[[int], KernelPlace]) -> Rig:
    """The rig of a program for unshared memory that is compiled already."""
    here = place(layout.total_bytes)
    return Rig(drill, KernelEngine(program, here.link(program.binary), layout, here.memory), layout, here.memory)
