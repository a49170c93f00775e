"""What a measurement stands on: a place that runs modules, and there a memory laid out as the product lays it out."""

from __future__ import annotations

from typing import Protocol

from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.calls import Calls, Kernels
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import Arena, plan_for
from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import Layout

DRILL = "ball"
# What the page chooses by default (`runtimes.supervisor.setup`).
MATCHES, HORIZON = 512, 16
SEED = 1
SPARE_BYTES = 1 << 20


class BenchPlace(Protocol):
    """Somewhere modules run. `program` is Ball Drill compiled for memory of the place's own kind."""

    shared: bool
    program: Program

    def memory(self, size_bytes: int) -> Memory:
        """A new, zeroed memory of at least this size."""
        ...

    def link(self, memory: Memory, binary: bytes) -> Kernels:
        """Compile a module and link it to a memory made here."""
        ...

    def compile(self, binary: bytes) -> object:
        """Compile a module and no more."""
        ...


class Ground:
    """One rollout worker and one trainer on a memory of their own, with the place's program linked to it."""

    def __init__(self, place: BenchPlace, matches: int = MATCHES, horizon: int = HORIZON) -> None:
        program = place.program
        self.program, self.matches, self.horizon = program, matches, horizon
        self.drill: Drill = make(DRILL)
        self.layout = Layout(plan_for(program, 1, matches, horizon))
        self.memory = place.memory(self.layout.total_bytes + SPARE_BYTES)
        self.kernels = place.link(self.memory, program.binary)
        self.calls = Calls(program, self.kernels)
        self.spare = Arena(self.layout.total_bytes, self.layout.total_bytes + SPARE_BYTES)
        self.weights_offset = self.layout["weights.0"].offset
        self.chunk_offset = self.layout["ring.0.chunks"].offset
        self.engine(self.kernels).learner(SEED).write_parameters(self.weights_offset)

    @property
    def decisions(self) -> int:
        """Agent decisions in a chunk."""
        return self.layout.plan.agents * self.horizon

    def engine(self, kernels: Kernels) -> KernelEngine:
        """The product's engine over these kernels, which must be linked to this ground's memory."""
        return KernelEngine(self.program, kernels, self.layout, self.memory)
