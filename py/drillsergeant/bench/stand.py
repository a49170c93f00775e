"""Every measurement by name, made when it is first asked for. Figures come from `Race`s, profiles split one up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise

from drillsergeant.bench import compiling, layers, learning, play
from drillsergeant.bench.ground import BenchPlace
from drillsergeant.bench.timing import Measure
from drillsergeant.learn.heads import policy_rows
from drillsergeant.learn.program import Program

Make = Callable[[BenchPlace], Measure]


def measures(program: Program) -> Mapping[str, Make]:
    """What can be measured, in the order in which it is printed; layers in the shapes of the program's network."""
    obs, head = len(program.drill.observation), policy_rows(program.drill.heads) + 1
    widths = [obs, *program.network.hidden, head]
    table: dict[str, Make] = {
        "physics": play.physics,
        "rollout": play.rollout,
        "learner": learning.learner,
    }
    first, *between, last = pairwise(widths)
    shapes: dict[tuple[int, int], Sequence[str]] = dict.fromkeys(between, layers.KINDS)
    shapes |= {first: ("forward+tanh", "to_weights"), last: ("forward", "to_inputs", "to_weights")}
    for (inputs, outputs), kinds in shapes.items():
        for kind in kinds:
            table[f"dense {inputs}x{outputs} {kind}"] = partial(layers.layer, kind=kind, inputs=inputs, outputs=outputs)
    return table | {
        "compile: trace and emit physics": compiling.physics,
        "compile: trace and emit program": compiling.program,
        "compile: trace and emit squad": compiling.squad,
        "compile: engine": compiling.engine,
        "call: empty kernel": compiling.call,
        "call: empty kernel by name": compiling.call_by_name,
        "call: load one cell": compiling.memory_access,
        "profile: rollout chunk": play.RolloutProfile,
        "profile: learner update": learning.LearnerProfile,
    }


class Stand:
    """The measurements in one place."""

    def __init__(self, place: BenchPlace) -> None:
        self._place, self._table = place, measures(place.program)
        self._made: dict[str, Measure] = {}

    def names(self) -> list[str]:
        """Every measurement."""
        return list(self._table)

    def round(self, name: str, seconds: float) -> Mapping[str, float]:
        """One round of it. The first one of all makes it and is slower: code is still being compiled."""
        return self._measure(name).round(seconds)

    def unit(self, name: str) -> str:
        """The unit of its numbers."""
        return self._measure(name).unit

    def drop(self, name: str) -> None:
        """Forget it, and with it the memory it holds."""
        self._made.pop(name, None)

    def _measure(self, name: str) -> Measure:
        if name not in self._made:
            self._made[name] = self._table[name](self._place)
        return self._made[name]
