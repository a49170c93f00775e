"""PPO's knobs, their allowed ranges and the one way to change them.

Values arrive from sliders and from JavaScript, where every number is a double: 2.0 is accepted for an integer, True
and "2" are not accepted for a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Range:
    """Closed interval of allowed values of one hyperparameter."""

    low: float
    high: float
    integer: bool = False

    def __str__(self) -> str:
        kind = "an integer" if self.integer else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


RANGES: Mapping[str, Range] = {
    "learning_rate": Range(1e-6, 0.1),
    "clip": Range(0.01, 1.0),
    "entropy": Range(0.0, 1.0),
    "epochs": Range(1, 16, integer=True),
    "minibatch": Range(64, 1_048_576, integer=True),
    "gamma": Range(0.0, 1.0),
    "lam": Range(0.0, 1.0),
    "value_coef": Range(0.0, 10.0),
    "max_grad_norm": Range(0.01, 100.0),
}


# Updates at the full step size, half a million decisions of one worker; by then it takes half of the matches from the
# scripted player.
SETTLE_UPDATES = 64
LEAST_SHARE = 1.0 / 3.0


@dataclass(frozen=True)
class Hyper:
    """Settings of one PPO update. Immutable: `changed` gives a validated copy, the old value stays where it is held.

    The defaults are what learned Ball Drill fastest per second of a slow learner, see this package's README.
    """

    learning_rate: float = 6e-3
    clip: float = 0.2
    entropy: float = 0.003
    epochs: int = 1
    minibatch: int = 2048
    gamma: float = 0.98
    lam: float = 0.95
    value_coef: float = 0.5
    max_grad_norm: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _checked(field.name, getattr(self, field.name)))

    def changed(self, **values: object) -> Hyper:
        """A copy with `values` replaced. Raises ValueError naming the field, the value and the allowed range."""
        known = [field.name for field in fields(self)]
        for name in values:
            if name not in known:
                raise ValueError(f"no hyperparameter named {name!r}; there are {', '.join(known)}")
        everything: dict[str, Any] = {**asdict(self), **values}
        return Hyper(**everything)


def annealed(hyper: Hyper, updates: int) -> Hyper:
    """`hyper` as it is in force after so many updates: the step size falls with the square root of their number.

    A step size that learns the basics in seconds is noise to a policy that has them; falling steps, each smaller than
    the last and yet without a bound on their sum, are what stochastic approximation asks for (H. Robbins & S. Monro,
    Annals of Mathematical Statistics 22, 1951). But no further than LEAST_SHARE: below that the policy hardly moved any
    more (KL 0.0001 an update after 12 M decisions); whether it needs finer steps still, `safeguards` finds out.
    """
    if updates <= SETTLE_UPDATES:
        return hyper
    step = hyper.learning_rate * max(LEAST_SHARE, math.sqrt(SETTLE_UPDATES / updates))
    return hyper.changed(learning_rate=max(RANGES["learning_rate"].low, step))


def _checked(name: str, value: object) -> float | int:
    """`value` as the field's own type, or ValueError."""
    allowed = RANGES[name]
    refusal = f"{name} must be {allowed}, got {value!r}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{refusal} ({type(value).__name__})")
    if not allowed.low <= value <= allowed.high:  # false for NaN too
        raise ValueError(refusal)
    if not allowed.integer:
        return float(value)
    if value != int(value):
        raise ValueError(refusal)
    return int(value)
