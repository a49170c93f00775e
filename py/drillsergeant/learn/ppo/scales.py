"""What the learner's numbers are measured in: mean and spread of observations and returns, as they have been of late.

The optimiser works on observations and returns of mean 0 and spread 1, in parameters that mean the same with these: the
first layer and the value's row of the head are rescaled when an update begins, and scaled back when it ends, so that
everybody else sees a plain network over plain numbers. When the scales move on, what the network computes stays, to
rounding. For returns that is PopArt (H. van Hasselt et al. 2016, https://arxiv.org/abs/1602.07714).

Plain f64 from + - * / and sqrt, so the same bits everywhere; no NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from drillsergeant.learn.ppo.limits import MOST_COUNT, SANE, counted

# The newest batch's weight, once there were so many: scales are a moving average over about as many updates.
MEMORY_UPDATES = 100
# Observations that vary little are scaled up no further than as if by this: what is rare would drown the rest. With
# 0.02 here, Ball Drill was learned half as fast (docs/experiments.md).
SMALLEST_SPREAD = 0.5
# Returns that are all alike are measured by a share of their size.
SMALLEST_RETURN_SHARE = 0.1
SMALLEST_RETURN_SPREAD = 1e-4
NEAR = 0.05  # what a network is rescaled by changes nothing that it computes, and little of how it learns
LARGEST = SANE * SANE  # of a mean or a variance: the square of what a chunk may hold


class Moments(NamedTuple):
    """Of numbers minus `shift`: how many, their sum and the sum of their squares."""

    shift: float
    rows: int
    total: float
    squares: float


def pooled(parts: Sequence[Moments]) -> Moments:
    """The moments of all chunks of a batch, which have the same shift, added in order."""
    rows, total, squares = 0, 0.0, 0.0
    for part in parts:
        rows, total, squares = rows + part.rows, total + part.total, squares + part.squares
    return Moments(parts[0].shift, rows, total, squares)


@dataclass(frozen=True)
class Scale:
    """Mean and variance, as of late."""

    mean: float = 0.0
    variance: float = 1.0

    def moved(self, moments: Moments, weight: float) -> Scale:
        """The mixture of this and a batch; `weight` in (0, 1] is the batch's share."""
        offset = moments.total / moments.rows
        within = max(0.0, moments.squares / moments.rows - offset * offset)
        step = moments.shift + offset - self.mean
        variance = (1.0 - weight) * (self.variance + weight * step * step) + weight * within
        return Scale(_bounded(self.mean + weight * step), _bounded(variance))


@dataclass(frozen=True)
class Scales:
    """The scale of every observation entry and of the returns, from so many updates.

    `fresh`: the weights are as they were drawn, for numbers of spread 1. Otherwise they are somebody's policy.
    """

    observations: tuple[Scale, ...]
    returns: Scale = Scale()
    updates: int = 0
    fresh: bool = True

    @classmethod
    def unknown(cls, observation_size: int, *, fresh: bool) -> Scales:
        """Before the first update."""
        return cls((Scale(),) * observation_size, fresh=fresh)

    def moved(self, observations: Sequence[Moments], returns: Moments) -> Scales:
        """With one more batch."""
        weight = max(1.0 / (self.updates + 1), 1.0 / MEMORY_UPDATES)
        entries = tuple(scale.moved(each, weight) for scale, each in zip(self.observations, observations, strict=True))
        return replace(
            self,
            observations=entries,
            returns=self.returns.moved(returns, weight),
            updates=counted(self.updates),
            fresh=False,
        )

    def near(self, other: Scales) -> bool:
        """Whether no mean has moved by more than a share NEAR of its spread, and no spread by more of itself."""
        means = zip([*self.means, self.returns.mean], [*other.means, other.returns.mean], strict=True)
        spreads = zip([*self.spreads, self.return_spread], [*other.spreads, other.return_spread], strict=True)
        return all(
            abs(mean - was) <= NEAR * before and abs(spread - before) <= NEAR * before
            for (mean, was), (spread, before) in zip(means, spreads, strict=True)
        )

    def plain(self) -> dict[str, object]:
        """As numbers and lists, for a file."""
        means, variances = zip(*((scale.mean, scale.variance) for scale in self.observations), strict=True)
        returns = [self.returns.mean, self.returns.variance]
        counted = {"updates": self.updates, "fresh": self.fresh}
        return {"means": list(means), "variances": list(variances), "returns": returns, **counted}

    @classmethod
    def from_plain(cls, values: object, observation_size: int) -> Scales:
        """The inverse of `plain`. Raises ValueError for what is none, or of another number of observation entries."""
        if not isinstance(values, dict):
            raise ValueError(f"scales are a {type(values).__name__}, expected an object")
        means, variances, returns = (_numbers(values.get(name)) for name in ("means", "variances", "returns"))
        if (len(means), len(variances), len(returns)) != (observation_size, observation_size, 2):
            found = f"{len(means)} means, {len(variances)} variances and {len(returns)} numbers of returns"
            raise ValueError(f"scales have {found}, expected {observation_size}, as many, and 2")
        if min(*variances, returns[1]) < 0.0:
            raise ValueError("scales have a variance below 0")
        updates, fresh = values.get("updates"), values.get("fresh")
        if type(updates) is not int or not 0 <= updates <= MOST_COUNT or type(fresh) is not bool:
            found = f"scales are of {updates!r} updates, fresh: {fresh!r}"
            raise ValueError(f"{found}; expected a count up to {MOST_COUNT} and true or false")
        return cls(tuple(map(Scale, means, variances)), Scale(*returns), updates, fresh)

    @cached_property
    def means(self) -> list[float]:
        """Of the observation entries."""
        return [scale.mean for scale in self.observations]

    @cached_property
    def spreads(self) -> list[float]:
        """What observation entries are divided by."""
        return [max(math.sqrt(scale.variance), SMALLEST_SPREAD) for scale in self.observations]

    @cached_property
    def return_spread(self) -> float:
        """What returns are divided by."""
        least = max(SMALLEST_RETURN_SPREAD, SMALLEST_RETURN_SHARE * abs(self.returns.mean))
        return max(math.sqrt(self.returns.variance), least)


def _bounded(value: float) -> float:
    """No further than LARGEST; what is no number stays none, and is dropped with what it would rescale."""
    return value if abs(value) <= LARGEST or math.isnan(value) else math.copysign(LARGEST, value)


def _numbers(values: object) -> list[float]:
    """A list of numbers that parameters may be scaled by. Raises ValueError for anything else."""
    if not isinstance(values, list) or not all(type(value) in (int, float) for value in values):
        raise ValueError("scales have to be lists of numbers")
    if not all(abs(value) <= LARGEST for value in values):  # false for NaN too
        raise ValueError(f"scales hold a number above {LARGEST:g}, or none at all")
    return [float(value) for value in values]
