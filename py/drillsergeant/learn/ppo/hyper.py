"""PPO's hyperparameters, their allowed ranges and the one way to change them.

Values arrive from sliders and from JavaScript, where every number is a double: 2.0 is accepted for an integer, True
and "2" are not accepted for a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from drillsergeant.plain import plain


@dataclass(frozen=True)
class Range:
    """Closed interval of allowed values of one hyperparameter, and what it is for: what it does, then what raising and
    what lowering it brings. The page's tips and the terminal's help say the same words."""

    low: float
    high: float
    meaning: str
    raised: str
    lowered: str
    integer: bool = False

    def __str__(self) -> str:
        kind = "an integer" if self.integer else "a number"
        return f"{kind} from {self.low:.10g} to {self.high:.10g}"


RANGES: Mapping[str, Range] = {
    "learning_rate": Range(
        *(1e-6, 0.1, "How big a step each update takes."),
        raised="learns faster, until it tramples on what it knew",
        lowered="slow and safe",
    ),
    "clip_coef": Range(
        *(0.01, 1.0, "How far one update may change a choice."),
        raised="bigger jumps, more accidents",
        lowered="steady small changes",
    ),
    "entropy_coef": Range(
        *(0.0, 1.0, "A reward for keeping options open."),
        raised="keeps trying odd moves, never quite sure",
        lowered="settles early, perhaps on something poor",
    ),
    "epochs": Range(
        *(1, 16, "How often it studies each batch of play before playing on."),
        raised="squeezes more out of every match, but goes over stale ones",
        lowered="fresher play",
        integer=True,
    ),
    "minibatch_size": Range(
        *(64, 1_048_576, "How many decisions one step learns from."),
        raised="smoother and fewer steps",
        lowered="more, noisier steps",
        integer=True,
    ),
    "gamma": Range(
        *(0.0, 1.0, "How much a reward in the future counts now."),
        raised="patient",
        lowered="only the next moments count",
    ),
    "gae_lambda": Range(
        *(0.0, 1.0, "What an action is credited with."),
        raised="what really happened next (true, noisy)",
        lowered="its own forecast (calm, biased)",
    ),
    "value_coef": Range(
        *(0.0, 10.0, "How hard it works on foreseeing the outcome, next to choosing well."),
        raised="sharper forecasts, at the cost of the choice",
        lowered="choices first, judged by vaguer forecasts",
    ),
    "max_grad_norm": Range(
        *(0.01, 100.0, "Cuts a step that is longer than this."),
        raised="hardly ever brakes",
        lowered="brakes early",
    ),
}
# What files, addresses and embedders called them before; read for good, written no more.
FORMER_NAMES: Mapping[str, str] = {
    "clip": "clip_coef",
    "entropy": "entropy_coef",
    "lam": "gae_lambda",
    "minibatch": "minibatch_size",
}
ValueT = TypeVar("ValueT")


def current_names(values: Mapping[str, ValueT]) -> dict[str, ValueT]:
    """`values` with today's names for former ones, all others as they are.

    Raises: ValueError where one hyperparameter is given by both of its names, or values without names.
    """
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise ValueError(f"hyper is {values!r:.40}; give hyperparameters by name, such as {{'learning_rate': 0.004}}")
    for former, name in FORMER_NAMES.items():
        if former in values and name in values:
            raise ValueError(f"{former} is what {name} was called before, and both are given: leave {former} out")
    return {FORMER_NAMES.get(name, name): value for name, value in values.items()}


# Updates at the full step size, half a million decisions of one worker; by then it takes a third or so of the matches
# from the scripted player.
SETTLE_UPDATES = 64
LEAST_SHARE = 1.0 / 3.0


@dataclass(frozen=True)
class Hyper:
    """Settings of one PPO update. Immutable: `changed` gives a validated copy, the old value stays where it is held.

    The defaults learn Ball Drill fast per second of a slow learner; docs/experiments.md has what else was tried.
    """

    learning_rate: float = 6e-3
    clip_coef: float = 0.2
    entropy_coef: float = 0.003
    epochs: int = 1
    minibatch_size: int = 2048
    gamma: float = 0.98
    gae_lambda: float = 0.95
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
                near = get_close_matches(str(name), known, 1)
                meant = f"did you mean {near[0]!r}? There" if near else "there"
                raise ValueError(f"no hyperparameter named {name!r}; {meant} are {', '.join(known)}")
        everything: dict[str, Any] = {**asdict(self), **values}
        return Hyper(**everything)


def annealed(hyper: Hyper, updates: int) -> Hyper:
    """`hyper` as it is in force after so many updates: the step size falls with the square root of their number.

    A step size that learns the basics in seconds is noise to a policy that has them; falling steps, each smaller than
    the last and yet without a bound on their sum, are what stochastic approximation asks for (H. Robbins & S. Monro,
    Annals of Mathematical Statistics 22, 1951). But no further than LEAST_SHARE: below that the policy hardly moves any
    more; whether it needs finer steps still, `safeguards` finds out.
    """
    share = max(LEAST_SHARE, math.sqrt(SETTLE_UPDATES / updates)) if updates > SETTLE_UPDATES else 1.0
    return with_step_scaled(hyper, share)


def with_step_scaled(hyper: Hyper, factor: float) -> Hyper:
    """`hyper` with its learning rate times `factor` (up to 1), or the smallest that is allowed."""
    if factor == 1.0:
        return hyper
    return hyper.changed(learning_rate=floor_learning_rate(hyper.learning_rate * factor))


def floor_learning_rate(wanted: float) -> float:
    """`wanted`, or the smallest learning rate there may be."""
    return max(RANGES["learning_rate"].low, wanted)


def _checked(name: str, value: object) -> float | int:
    """`value` as the field's own type, or ValueError."""
    allowed = RANGES[name]
    if type(value) is float and not allowed.integer and allowed.low <= value <= allowed.high:
        return value  # without a sentence made ready for nothing: hundreds of times a second where a GPU plays
    value = plain(value)
    refusal = f"{name} must be {allowed}, got {value!r}"
    if isinstance(value, str):
        raise ValueError(f"{refusal}: write it in digits with a decimal point, as in 0.01")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{refusal} ({type(value).__name__})")
    if not allowed.low <= value <= allowed.high:  # false for NaN too
        raise ValueError(refusal)
    if not allowed.integer:
        return float(value)
    if value != int(value):
        raise ValueError(refusal)
    return int(value)
