"""What a page decides once, before anything is shared: which drill, how many workers, how large the batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.drills import make
from drillsergeant.learn.network import Network
from drillsergeant.memory.layout import Plan

MAX_ROLLOUT_WORKERS = 14
DEFAULT_DRILL = "ball"


@dataclass(frozen=True)
class Setup:
    """The choices. ``options`` go to every worker with INIT."""

    drill: str
    seed: int
    plan: Plan
    options: dict[str, object]


def choose_setup(cores: int, parameters: Mapping[str, str]) -> Setup:
    """Return the set-up for a machine of ``cores`` and the values of the page's address.

    Known parameters: drill, seed, workers, matches, horizon. A value that makes no sense is refused.

    Raises: ValueError naming the parameter, its value and what is allowed.
    """
    name = parameters.get("drill", DEFAULT_DRILL)
    drill = make(name)
    network = Network(len(drill.observation), drill.action_count)
    workers = _whole(parameters, "workers", default_workers(cores), 1, 64)
    plan = Plan(
        workers=workers,
        matches=_whole(parameters, "matches", 256, 4, 8192),
        sides=drill.sides,
        horizon=_whole(parameters, "horizon", 16, 1, 256),
        observation_size=len(drill.observation),
        action_count=drill.action_count,
        parameter_count=network.size,
    )
    seed = _whole(parameters, "seed", 1, 0, 2**32 - 1)
    return Setup(name, seed, plan, {"engine": "numpy"})


def default_workers(cores: int) -> int:
    """One core is the trainer's, and on larger machines one is left to page and show."""
    return max(1, min(MAX_ROLLOUT_WORKERS, cores - 2))


def _whole(parameters: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = parameters.get(name)
    if text is None:
        return default
    value = int(text) if text.isascii() and text.isdigit() else None
    if value is None or not low <= value <= high:
        raise ValueError(f"{name}={text!r} in the page's address must be a whole number from {low} to {high}")
    return value
