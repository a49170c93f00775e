"""The same drill, plan and seed on both engines, each over a memory of its own: for tests that compare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from drillsergeant.drills import make, resolve
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.hide.drill import HideDrill
from drillsergeant.drills.per_match import between, lessons
from drillsergeant.drills.squad.drill import SquadDrill
from drillsergeant.elementary import Array
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.formulas.linear import ORDERED
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.program import Program
from drillsergeant.learn.reference.engine import NumpyEngine
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout

from tests.rigs.mixed_drill import MixedDrill

BITS = np.dtype(np.uint32)
F32 = np.dtype(np.float32)
SMALL_HIDDEN = (16, 16)
# Ragged and regular shapes of runs (drill, matches, horizon, workers) that every learner makes its updates on.
UPDATED = (
    ("ball", 16, 4, 2),
    ("short", 3, 8, 1),
    ("chase", 5, 4, 3),
    ("chase", 150, 2, 1),
    ("probe-both", 7, 2, 2),
    ("probe-number", 7, 2, 2),
)


@dataclass(frozen=True)
class Reminded(BallDrill):
    """Ball Drill with three looks."""

    look_back: int = 3


# Drills with matches of a quarter or half a second, so that many are truncated.
SHORT: Mapping[str, Drill] = {
    "short": BallDrill(time_limit_s=0.25),
    "short-trio": SquadDrill(time_limit_s=0.25),
    "short-2-1": SquadDrill(teams=(2, 1), time_limit_s=0.25),
    "short-1-3": SquadDrill(teams=(1, 3), time_limit_s=0.25),
    "mixed": MixedDrill(),
    "mixed-1-2": MixedDrill(teams=(1, 2)),
    "brief-hide": HideDrill(time_limit_s=0.5),
    "short-between": resolve(
        BallDrill(time_limit_s=0.25, player_push=between(5.0, 25.0), ball_radius_m=between(0.2, 0.5))
    ),
    "short-looks": resolve(Reminded(time_limit_s=0.25)),
    "short-lessons": resolve(BallDrill(time_limit_s=0.25, player_push=lessons(5.0, 15.0, 25.0))),
}


def drill_named(name: str) -> Drill:
    """A registered drill, or one of SHORT."""
    return SHORT[name] if name in SHORT else make(name)


@cache
def program_of(name: str, hidden: tuple[int, ...] = SMALL_HIDDEN) -> Program:
    """The unshared program of a drill, compiled once per test run."""
    return build_program(drill_named(name), shared=False, hidden=hidden)


@dataclass(frozen=True)
class Pair:
    """Both engines. `layout` is that of both memories."""

    program: Program
    layout: Layout
    kernel: KernelEngine
    numpy: NumpyEngine
    kernel_memory: NativeMemory
    numpy_memory: NativeMemory

    @property
    def memories(self) -> tuple[NativeMemory, NativeMemory]:
        """That of the kernels first."""
        return self.kernel_memory, self.numpy_memory

    def same_bits(self, offset: int, shape: tuple[int, ...], used: int) -> bool:
        """Whether both memories agree in the first `used` entries of the last axis of an array."""
        one, two = (memory.array(offset, shape, BITS)[..., :used] for memory in self.memories)
        return bool((one == two).all())

    def differing(self, slot: int) -> list[str]:
        """Fields of the chunk in a slot that differ in some bit of some agent."""
        names = ("obs", "action", "allowed", "logp", "reward", "terminated", "truncated", "value")
        regions = [self.layout.chunk_field(name, slot) for name in names]
        agents = self.layout.plan.agents
        return [each.name for each in regions if not self.same_bits(each.offset, each.shape, agents)]

    def same_parameters(self, offset: int) -> bool:
        """Whether the parameters at an offset agree in every bit."""
        count = self.layout.plan.parameter_count
        return self.same_bits(offset, (count,), count)


def pair(
    name: str,
    matches: int,
    horizon: int,
    workers: int = 1,
    hidden: tuple[int, ...] = SMALL_HIDDEN,
    duels: int = 0,
) -> Pair:
    """Both engines, the NumPy one with ordered sums."""
    program = program_of(name, hidden)
    layout = Layout(plan_for(program, workers, matches, horizon, duels=duels))
    memories = NativeMemory(layout.total_bytes), NativeMemory(layout.total_bytes)
    drill = drill_named(name)
    network = Network.for_heads(len(drill.observation), drill.heads, hidden, ORDERED)
    kernel = KernelEngine(program, memories[0].link(program.binary), layout, memories[0])
    return Pair(program, layout, kernel, NumpyEngine(drill, layout, memories[1], network), *memories)


def decisive(pair_: Pair, seed: int) -> Array:
    """Parameters f32 [P] of a policy with preferences, for the network of both engines."""
    drill, hidden = pair_.program.drill, pair_.program.network.hidden
    return decisive_parameters(Network.for_heads(len(drill.observation), drill.heads, hidden), seed)


def decisive_parameters(network: Network, seed: int) -> Array:
    """Parameters f32 [P] of a policy with preferences, unlike a fresh one: the head's weights are scaled up."""
    parameters = network.initial(seed)
    network.head.of(parameters)[:-1] *= 100.0
    network.log_std(parameters)[:] = np.linspace(-1.0, 0.5, network.log_stds)
    return parameters
