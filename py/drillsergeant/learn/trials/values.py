"""A drill with other values of its tunables: numbers, and how much reward terms count (`tunables`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from drillsergeant.drills import resolve
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.per_match import vars_of, with_numbers
from drillsergeant.drills.weighted import Weighted
from drillsergeant.learn.trials.tunables import REWARD


def numbers_of(drill: Drill) -> dict[str, float]:
    """The numbers of a drill, by their names."""
    written: Drill = getattr(drill, "written", drill)
    return {name: value for name, value in vars_of(written).items() if type(value) is float}


def tunable_name(drill: Drill, name: str) -> str:
    """What a drill calls it that people call `name`: `to_ball_reward` for "to_ball", where it has such a number.

    Raises ValueError, naming what there is, for what is neither a number nor a reward term.
    """
    numbers, terms = numbers_of(drill), tuple(drill.reward_terms)
    if name in terms and f"{name}{REWARD}" in numbers:
        return f"{name}{REWARD}"
    if name in numbers or name in terms:
        return name
    free = [term for term in terms if f"{term}{REWARD}" not in numbers]
    raise ValueError(
        f"drill {drill.name} has no number and no reward term {name!r}; there are {', '.join([*numbers, *free])}"
    )


def with_values(drill: Drill, values: Mapping[str, float]) -> Drill:
    """The drill with these values, by names as `tunable_name` has them."""
    numbers = {name: value for name, value in values.items() if name in numbers_of(drill)}
    weights = {name: value for name, value in values.items() if name not in numbers}
    other: Drill = getattr(drill, "written", drill)
    if numbers:
        declared: set[str] = {each.name for each in fields(other) if each.init} if is_dataclass(other) else set()
        known: Any = other
        other = replace(known, **numbers) if set(numbers) <= declared else with_numbers(other, numbers)
    other = resolve(other)
    return Weighted(other, weights) if weights else other
