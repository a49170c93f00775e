"""Training whose result depends on nothing but its numbers: the same seed gives the same weights on every machine.

In lockstep a fixed number of rollout workers each play exactly one chunk with every version of the weights, and an
update waits for the chunks of all of them, taken in the order of the workers. Here one thread does all of it in turn;
workers that keep to the same rule come to the same weights. What else depends on time (evaluation, telemetry) has no
influence on the weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from drillsergeant.learn.engine import Engine
from drillsergeant.learn.ppo.hyper import Hyper, current_names
from drillsergeant.learn.self_play import SingleThreadRun
from drillsergeant.memory.access import Memory
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


def lockstep_run(engine: Engine, layout: Layout, memory: Memory, recipe: Recipe) -> SingleThreadRun:
    """The run of a recipe, not begun. Raises ValueError where the layout has other sizes."""
    plan = layout.plan
    found, wanted = (plan.workers, plan.matches, plan.horizon), (recipe.workers, recipe.matches, recipe.horizon)
    if found != wanted:
        raise ValueError(
            f"the layout has (workers, matches, horizon) {found}, the recipe {wanted}: plan from the recipe"
        )
    return SingleThreadRun(engine, layout, memory, recipe.workers, recipe.seed)


def run(engine: Engine, layout: Layout, memory: Memory, recipe: Recipe) -> str:
    """Train as the recipe says; returns the digest of the weights."""
    lockstep = lockstep_run(engine, layout, memory, recipe)
    for _ in range(recipe.updates):
        lockstep.update(recipe.hyper)
    return lockstep.digest()
