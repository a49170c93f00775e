"""Seven games so small that the right answer is known: each shows that one part of a learner works.

After Andy Jones, "Debugging Reinforcement Learning Systems" (2021). A failing probe names its culprit:

    probe-value      1 decision, reward 1                          the value loss and the optimiser
    probe-signal     random +-1 observed, which is the reward      the gradient through the network
    probe-delay      0 then 1 observed, reward 1 at the end        discounting and bootstrapping
    probe-action     2 actions, reward +1 or -1                    the advantage and the policy loss
    probe-both       the action must match the observed sign       the batching of all of it
    probe-number     a number, the nearer the better to one that     the Gaussian and its log standard deviation
                     follows from the observed sign
    probe-mask       the choice that is paid best is forbidden      the masks

One player, one tick a decision. Every match terminates by itself; none is ever truncated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from drillsergeant.drills.contract import (
    COMMON_FIELDS,
    Body,
    Continuous,
    Discrete,
    Dtype,
    Head,
    Outcome,
    Scene,
    State,
    Words,
)
from drillsergeant.elementary import Array, hash_u32


class Answer(NamedTuple):
    """What a learner must have found out about one observation."""

    signal: float  # the observation
    value: float
    action: int | None  # None: all actions are equally good, or actions are numbers
    number: float | None = None  # the best one, where they are


@dataclass(frozen=True)
class Probe:
    """Common part of all; this one by itself is `probe-value`.

    `signal` (f32) is all that is observed, `earned` (f32) what the last decision was paid.
    """

    name: str = "probe-value"
    teams: tuple[int, ...] = (1,)
    choices: int = 1
    action_repeat: int = 1
    tick_hz: int = 15
    time_limit_s: float = 10.0
    decisions: int = 1  # of one match
    observation: tuple[str, ...] = ("signal",)
    reward_terms: tuple[str, ...] = ("earned",)

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: the signal and what the last decision earned."""
        return {**COMMON_FIELDS, "signal": "f32", "earned": "f32"}

    @property
    def scene(self) -> Scene:
        """A disc at (signal, earned)."""
        return Scene(2.0, 2.0, bodies=(Body("disc", "signal", "signal", "earned", 0.2),))

    @property
    def words(self) -> Words:
        """Says what it is; a probe is for testing learners, not for watching."""
        return Words(
            title=f"Probe {self.name.removeprefix('probe-')}",
            sentence="A game so small that the right answer is known.",
            counts=("Right", "Wrong"),
            win="right answers",
            picture="A disc that jumps.",
            keys="The right arrow takes the second action.",
        )

    @property
    def heads(self) -> tuple[Head, ...]:
        """One, whose choices have numbers only."""
        return (Discrete("choice", tuple(map(str, range(self.choices)))),)

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """Return what has to be learned when rewards are discounted by `discount` a decision."""
        return (Answer(0.0, 1.0, None),)

    def first_signal(self, seed: Array, episode: Array) -> Array:
        """Return what is observed at the start, f32 [N]."""
        return (seed & 0).astype(np.float32)

    def next_signal(self, state: State) -> Array:
        """Return what is observed after a decision, f32 [N]."""
        return state["signal"]

    def pay(self, state: State, action: Array) -> Array:
        """Return the reward of an action, i32 or f32 [N], taken in a state, f32 [N]."""
        return np.ones_like(state["signal"])

    def reset(self, seed: Array, episode: Array) -> State:
        """Start matches; `seed` and `episode` u32 [N]."""
        clock = seed & 0
        values = (seed, episode, clock, self.first_signal(seed, episode), clock.astype(np.float32))
        return dict(zip(self.fields, values, strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state after one decision, a choice i32 [N] or a number f32 [N]."""
        earned, signal = self.pay(state, actions[0][0]), self.next_signal(state)
        values = (state["seed"], state["episode"], state["clock"] + 1, signal, earned)
        return dict(zip(self.fields, values, strict=True))

    def observe(self, state: State, player: int) -> list[Array]:
        """The signal f32 [N]."""
        return [state["signal"]]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What was earned, f32 [N]."""
        return [after["earned"]]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated after the last decision, never truncated; winner i32 [N], 1 if something was earned."""
        terminated = state["clock"] >= self.decisions
        return Outcome(terminated, terminated & ~terminated, (state["earned"] > 0.0).astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """Action 0, i32 [N], the only one of most probes."""
        return [(state["clock"] & 0).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Return the action of the right arrow key where there are two, else the only one."""
        return (min(max(right, 0), self.choices - 1),)


def random_sign(seed: Array, episode: Array) -> Array:
    """Return -1 or 1, each half of the time: f32 [N]."""
    sign: Array = (hash_u32(seed, episode, 0) & 1).astype(np.float32) * 2.0 - 1.0
    return sign


@dataclass(frozen=True)
class SignalProbe(Probe):
    """The reward is what was observed."""

    name: str = "probe-signal"

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """A signal is worth itself."""
        return (Answer(-1.0, -1.0, None), Answer(1.0, 1.0, None))

    def first_signal(self, seed: Array, episode: Array) -> Array:
        """-1 or 1, f32 [N]."""
        return random_sign(seed, episode)

    def pay(self, state: State, action: Array) -> Array:
        """The signal, f32 [N]."""
        return state["signal"]


@dataclass(frozen=True)
class DelayProbe(Probe):
    """Two decisions, paid at the end: the first is worth the discount."""

    name: str = "probe-delay"
    decisions: int = 2

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """Signal 0 is one decision earlier than signal 1."""
        return (Answer(0.0, discount, None), Answer(1.0, 1.0, None))

    def next_signal(self, state: State) -> Array:
        """1 after the first decision, f32 [N]."""
        return np.ones_like(state["signal"])

    def pay(self, state: State, action: Array) -> Array:
        """1 when the signal is on, f32 [N]."""
        return state["signal"]


@dataclass(frozen=True)
class ActionProbe(Probe):
    """Action 1 is paid 1, action 0 costs 1."""

    name: str = "probe-action"
    choices: int = 2

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """The better action is always taken, so the value is its reward."""
        return (Answer(0.0, 1.0, 1),)

    def pay(self, state: State, action: Array) -> Array:
        """1 for action 1, f32 [N]."""
        paid: Array = action.astype(np.float32) * 2.0 - 1.0
        return paid

    def scripted(self, state: State, player: int) -> list[Array]:
        """Action 1, i32 [N]."""
        return [(state["clock"] & 0).astype(np.int32) + 1]


@dataclass(frozen=True)
class BothProbe(ActionProbe):
    """Action 1 is right where 1 was observed, action 0 where -1 was."""

    name: str = "probe-both"

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """Both signals are worth 1 to whoever answers them rightly."""
        return (Answer(-1.0, 1.0, 0), Answer(1.0, 1.0, 1))

    def first_signal(self, seed: Array, episode: Array) -> Array:
        """-1 or 1, f32 [N]."""
        return random_sign(seed, episode)

    def pay(self, state: State, action: Array) -> Array:
        """1 for the matching action, -1 for the other, f32 [N]."""
        paid: Array = (action.astype(np.float32) * 2.0 - 1.0) * state["signal"]
        return paid

    def scripted(self, state: State, player: int) -> list[Array]:
        """The matching action, i32 [N]."""
        return [(state["signal"] > 0.0).astype(np.int32)]


@dataclass(frozen=True)
class NumberProbe(Probe):
    """The action is a number; the best one is far from the middle of its range, to one side or the other."""

    name: str = "probe-number"
    low: float = -2.0
    high: float = 4.0

    @property
    def heads(self) -> tuple[Head, ...]:
        """One number."""
        return (Continuous("number", self.low, self.high, ""),)

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """A quarter of the range from either end; hit exactly, it is paid 1."""
        return (Answer(-1.0, 1.0, None, -0.5), Answer(1.0, 1.0, None, 2.5))

    def first_signal(self, seed: Array, episode: Array) -> Array:
        """-1 or 1, f32 [N]."""
        return random_sign(seed, episode)

    def pay(self, state: State, action: Array) -> Array:
        """1 less half the square of how many half ranges the number f32 [N] is off, f32 [N]."""
        off = (action - self._best(state)) * (2.0 / (self.high - self.low))
        paid: Array = 1.0 - off * off * 0.5
        return paid

    def scripted(self, state: State, player: int) -> list[Array]:
        """The best number, f32 [N]."""
        return [self._best(state)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Return an end of the range for the arrow keys, its middle without."""
        return (0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * right,)

    def _best(self, state: State) -> Array:
        best: Array = state["signal"] * 1.5 + 1.0
        return best


@dataclass(frozen=True)
class MaskProbe(BothProbe):
    """Choice 0 is right where -1 was observed, choice 2 where 1 was, and the other one of them, which is paid more, is
    forbidden. Choice 1 is always there and always wrong."""

    name: str = "probe-mask"
    choices: int = 3

    def answers(self, discount: float) -> tuple[Answer, ...]:
        """Both signals are worth 1 to whoever answers them rightly."""
        return (Answer(-1.0, 1.0, 0), Answer(1.0, 1.0, 2))

    def allowed(self, state: State, player: int) -> list[Array]:
        """All but the choice on the other side, masks [N]."""
        return [state["signal"] < 0.0, state["signal"] != 0.0, state["signal"] > 0.0]

    def pay(self, state: State, action: Array) -> Array:
        """1 for the matching choice, -1 for choice 1, 3 for the one that is forbidden, f32 [N]."""
        side = (action.astype(np.float32) - 1.0) * state["signal"]
        return np.where(side == 0.0, -1.0, 2.0 - side)

    def scripted(self, state: State, player: int) -> list[Array]:
        """The matching choice, i32 [N]."""
        return [(state["signal"] > 0.0).astype(np.int32) * 2]


PROBES: tuple[type[Probe], ...] = (Probe, SignalProbe, DelayProbe, ActionProbe, BothProbe, NumberProbe, MaskProbe)
