"""Training whose result depends on nothing but its numbers: the same seed gives the same weights on every machine.

In lockstep a fixed number of rollout workers each play exactly one chunk with every version of the weights, and an
update waits for the chunks of all of them, taken in the order of the workers. Here one thread does all of it in turn;
workers that keep to the same rule come to the same weights. What else depends on time (evaluation, telemetry) has no
influence on the weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from drillsergeant.learn.engine import Engine
from drillsergeant.learn.ppo.hyper import Hyper, current_names
from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import Layout


@dataclass(frozen=True)
class Recipe:
    """Everything the weights depend on. `hyper` is spelled out, so that new defaults do not change old results."""

    drill: str
    workers: int
    matches: int
    horizon: int
    seed: int
    updates: int
    hyper: Hyper

    def plain(self) -> dict[str, object]:
        """As plain numbers and strings, for a file."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, object]) -> Recipe:
        """The inverse of `plain`. Raises ValueError for hyperparameters out of range."""
        names = ("workers", "matches", "horizon", "seed", "updates")
        numbers = {name: int(str(values[name])) for name in names}
        hyper = values["hyper"]
        if not isinstance(hyper, Mapping):
            raise ValueError(f"hyper of a recipe is {hyper!r}, needs the mapping made by Recipe.plain")
        return cls(drill=str(values["drill"]), **numbers, hyper=Hyper(**current_names(hyper)))


class Lockstep:
    """The collectors and the learner of one recipe over a memory, driven in turn."""

    def __init__(self, engine: Engine, layout: Layout, memory: Memory, recipe: Recipe) -> None:
        plan = layout.plan
        found, wanted = (plan.workers, plan.matches, plan.horizon), (recipe.workers, recipe.matches, recipe.horizon)
        if found != wanted:
            raise ValueError(
                f"the layout has (workers, matches, horizon) {found}, the recipe {wanted}: plan from the recipe"
            )
        self._memory, self._size_bytes, self._hyper = memory, plan.parameter_count * WORD_BYTES, recipe.hyper
        self._weights = layout["weights.0"].offset
        self._slots = [layout[f"ring.{worker}.chunks"].offset for worker in range(plan.workers)]
        self._collectors = [engine.collector(worker, recipe.seed) for worker in range(plan.workers)]
        self._learner = engine.learner(recipe.seed)
        self._learner.write_parameters(self._weights)

    def update(self) -> Mapping[str, float]:
        """One chunk of every worker, then one update; returns its metrics."""
        for collector, slot in zip(self._collectors, self._slots, strict=True):
            collector.collect(self._weights, slot)
        metrics = self._learner.learn(self._slots, self._hyper)
        self._learner.write_parameters(self._weights)
        return metrics

    def digest(self) -> str:
        """SHA-256 of the bytes of the current parameters, in hexadecimal."""
        parameters = bytearray(self._size_bytes)
        self._memory.read(self._weights, parameters)
        return hashlib.sha256(parameters).hexdigest()


def run(engine: Engine, layout: Layout, memory: Memory, recipe: Recipe) -> str:
    """Train as the recipe says; returns the digest of the weights."""
    lockstep = Lockstep(engine, layout, memory, recipe)
    for _ in range(recipe.updates):
        lockstep.update()
    return lockstep.digest()
