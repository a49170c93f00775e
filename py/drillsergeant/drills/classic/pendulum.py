"""Pendulum-v1 with Gymnasium's exact dynamics: swing a rod up and hold it there, by a torque too weak to lift it.

The equations are those of `gymnasium.envs.classic_control.pendulum`, in f32; the torque is a number, the angle is kept
within half a turn. Nothing ends an episode but its 200 steps, and a good policy has a mean return above -250.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import (
    COMMON_FIELDS,
    Continuous,
    Dtype,
    MeanReturn,
    Outcome,
    Scene,
    State,
    Words,
)
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import Capsule, Circle, Linear, Text
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform

MOTION = ("theta", "theta_dot")
TORQUE = "torque"  # of the last tick, for the reward
SOLVED = MeanReturn(-250.0)
VIEW_M = 1.3  # half the width of the picture
ROD_M = 0.1  # half the width of the rod
COSTS = (1.0, 0.1, 0.001)  # of the squares of angle, speed and torque
# The scripted player: it is pushed up until it has the energy of standing, and near there held by angle and speed.
NEAR = 0.9  # cosine of the angle from where on it is held
HOLD = (10.0, 2.0)  # N m per radian and per radian/s
PUSH = 1.0  # N m per J that is lacking and radian/s


@dataclass(frozen=True)
class PendulumDrill:
    """The drill of the contract. A rod of 1 m and 1 kg; angles in radians from upright, counter-clockwise."""

    name: str = "pendulum"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 1
    tick_hz: int = 20
    time_limit_s: float = 10.0
    gravity: float = 10.0  # m/s**2
    torque_nm: float = 2.0
    speed_limit_per_s: float = 8.0
    start: tuple[float, float] = (math.pi, 1.0)  # each of MOTION begins anywhere up to here
    observation: tuple[str, ...] = ("cos", "sin", "theta_dot")
    objective: MeanReturn = SOLVED
    only_time_ends: bool = True
    reward_terms: tuple[str, ...] = ("angle", "speed", "torque")

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Pendulum",
            sentence="A hanging rod learns to swing up and to stand still, by a torque too weak to lift it.",
            counts=("Up", "Down"),
            win="rods that stand in the end",
            picture="A rod that turns about one of its ends.",
            keys="You turn the rod: A and D, or the left and right arrow.",
        )

    @property
    def heads(self) -> tuple[Continuous, ...]:
        """An action is a torque."""
        return (Continuous("torque", -self.torque_nm, self.torque_nm, "N m"),)

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: the angle and how fast it changes, and the last torque."""
        return {**COMMON_FIELDS, **dict.fromkeys((*MOTION, TORQUE), "f32")}

    @property
    def scene(self) -> Scene:
        """The rod, and the torque in figures."""
        upright = Linear("theta", 1.0, math.pi / 2.0)
        shapes = (
            Text(0.0, -VIEW_M, "{} N m", 0.16, Linear(TORQUE), 1, colour="ink", detail=True),
            Capsule(0.0, 0.0, ROD_M, upright, 1.0, colour="team0", edge="edge", edge_m=0.03, player=0, name="rod"),
            Circle(0.0, 0.0, 0.04, colour="edge", detail=True),
        )
        return Scene(VIEW_M, VIEW_M, ground=sheet(VIEW_M, VIEW_M).floor, shapes=shapes, background="paper")

    def reset(self, seed: Array, episode: Array) -> State:
        """At any angle, nearly at rest; `seed` and `episode` u32 [N]."""
        motion = [uniform(hash_u32(seed, episode, word)) * (2.0 * most) - most for word, most in enumerate(self.start)]
        return self._state(seed, episode, seed & 0, motion, motion[0] * 0.0)

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 0.05 s after a torque f32 [N], by Euler's method with the new speed, which is bounded."""
        torque = np.clip(actions[0][0], -self.torque_nm, self.torque_nm)
        sine, _ = sin_cos(state["theta"])
        dt = 1.0 / self.tick_hz
        speed = state["theta_dot"] + (sine * (1.5 * self.gravity) + torque * 3.0) * dt
        speed = np.clip(speed, -self.speed_limit_per_s, self.speed_limit_per_s)
        motion = (_wrapped(state["theta"] + speed * dt), speed)
        return self._state(state["seed"], state["episode"], state["clock"] + 1, motion, torque)

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each: Gymnasium's."""
        sine, cosine = sin_cos(state["theta"])
        return [cosine, sine, state["theta_dot"]]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What angle and speed were and what was done about it, each a cost, f32 [N]."""
        paid = (before["theta"], before["theta_dot"], after[TORQUE])
        return [value * value * -cost for value, cost in zip(paid, COSTS, strict=True)]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N], truncated by the time limit and never terminated; winner i32 [N], 1 of a rod that stands."""
        late = state["clock"] >= round(self.time_limit_s * self.tick_hz)
        _, cosine = sin_cos(state["theta"])
        return Outcome(late & ~late, late, (cosine > NEAR).astype(np.int32) * 2 - 1)

    def scripted(self, state: State, player: int) -> list[Array]:
        """Push along with the swing while it is too weak, against it while too strong, and hold near the top; the
        torque f32 [N]."""
        theta, speed = state["theta"], state["theta_dot"]
        _, cosine = sin_cos(theta)
        lacking = (1.0 - cosine) * (0.5 * self.gravity) - speed * speed * (1.0 / 6.0)
        pushed, held = lacking * speed * PUSH, theta * -HOLD[0] - speed * HOLD[1]
        return [np.clip(np.where(cosine > NEAR, held, pushed), -self.torque_nm, self.torque_nm)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Return the torque for the keys a human holds: to the right is clockwise."""
        return (self.torque_nm * max(-1, min(1, turn - right)),)

    def _state(self, seed: Array, episode: Array, clock: Array, motion: Sequence[Array], torque: Array) -> State:
        return dict(zip(self.fields, (seed, episode, clock, *motion, torque), strict=True))


def _wrapped(angle: Array) -> Array:
    """The same angle within half a turn of 0."""
    wrapped: Array = angle - np.rint(angle * (0.5 / math.pi)) * (2.0 * math.pi)
    return wrapped
