"""Acrobot-v1 with Gymnasium's exact dynamics: swing a hanging double pendulum up by torque at its elbow alone.

The equations are those of R. Sutton & A. Barto's book as in `gymnasium.envs.classic_control.acrobot`, integrated by one
fourth-order Runge-Kutta step per decision, in f32. Every step costs 1, so a good policy has a mean return above -100.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Discrete, Dtype, MeanReturn, Outcome, Scene, State, Words
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import Capsule, Circle, Cosine, Line, Linear
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform

HEADS = (Discrete("torque", ("to the left", "none", "to the right")),)
MOTION = ("theta1", "theta2", "theta1_dot", "theta2_dot")
SOLVED = MeanReturn(-100.0)
VIEW_M = 2.2  # half the width of the picture
ROD_M = 0.1  # half the width of a rod
PIVOT_TO_MASS_M, INERTIA = 0.5, 1.0  # of a link of 1 m and 1 kg: its centre of mass, its moment of inertia in kg m**2


@dataclass(frozen=True)
class AcrobotDrill:
    """The drill of the contract. Links of 1 m and 1 kg; angles in radians, `theta1` from hanging down, `theta2` from
    the first link's direction."""

    name: str = "acrobot"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 1
    tick_hz: int = 5
    time_limit_s: float = 100.0
    gravity: float = 9.8  # m/s**2
    torque_nm: float = 1.0
    start: float = 0.1  # each of MOTION begins anywhere up to here
    limit1_per_s: float = 4.0 * math.pi
    limit2_per_s: float = 9.0 * math.pi
    height_m: float = 1.0  # of the tip over the pivot: the goal
    observation: tuple[str, ...] = ("cos1", "sin1", "cos2", "sin2", "theta1_dot", "theta2_dot")
    objective: MeanReturn = SOLVED
    reward_terms: tuple[str, ...] = ("step",)

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="Acrobot",
            sentence="Two hanging rods learn to swing their tip above the line, by torque at the joint between them.",
            counts=("Up", "Late"),
            win="swings up in time",
            picture="Two rods that hang from a point, one from the end of the other, and swing.",
            keys="You bend the joint: A and D, or the left and right arrow.",
        )

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """An action has one part."""
        return HEADS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: both angles and how fast they change."""
        return {**COMMON_FIELDS, **dict.fromkeys(MOTION, "f32")}

    @property
    def scene(self) -> Scene:
        """The line to be reached, and two rods, one from the end of the other."""
        theta1 = Linear("theta1", 1.0, -math.pi / 2.0)  # from the direction to the right
        elbow = Cosine(theta1), Cosine(Linear("theta1"), -1.0)
        theta2 = replace(theta1, plus=Linear("theta2"))
        shapes = (
            Line(((-VIEW_M, self.height_m), (VIEW_M, self.height_m)), 0.03, colour="ink", opacity=0.6),
            Capsule(0.0, 0.0, ROD_M, theta1, 1.0, colour="nobody", edge="edge", edge_m=0.03, name="first rod"),
            Capsule(*elbow, ROD_M, theta2, 1.0, colour="team0", edge="edge", edge_m=0.03, player=0, name="second rod"),
            Circle(0.0, 0.0, 0.04, colour="edge", detail=True),
            Circle(*elbow, 0.04, colour="edge", detail=True),
        )
        return Scene(VIEW_M, VIEW_M, ground=sheet(VIEW_M, VIEW_M).floor, shapes=shapes, background="paper")

    def reset(self, seed: Array, episode: Array) -> State:
        """Nearly hanging and nearly at rest; `seed` and `episode` u32 [N]."""
        motion = [
            uniform(hash_u32(seed, episode, word)) * (2.0 * self.start) - self.start for word in range(len(MOTION))
        ]
        return self._state(seed, episode, seed & 0, motion)

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 0.2 s after an action i32 [N], by one Runge-Kutta step; angles are wrapped, speeds bounded."""
        torque = (actions[0][0].astype(np.float32) - 1.0) * self.torque_nm
        dt = 1.0 / self.tick_hz
        start = [state[name] for name in MOTION]
        slope1 = self._slope(start, torque)
        slope2 = self._slope(_ahead(start, slope1, dt / 2.0), torque)
        slope3 = self._slope(_ahead(start, slope2, dt / 2.0), torque)
        slope4 = self._slope(_ahead(start, slope3, dt), torque)
        slopes = zip(slope1, slope2, slope3, slope4, strict=True)
        weighted = [a + b * 2.0 + c * 2.0 + d for a, b, c, d in slopes]
        theta1, theta2, speed1, speed2 = _ahead(start, weighted, dt / 6.0)
        speed1 = np.clip(speed1, -self.limit1_per_s, self.limit1_per_s)
        speed2 = np.clip(speed2, -self.limit2_per_s, self.limit2_per_s)
        motion = (_wrapped(theta1), _wrapped(theta2), speed1, speed2)
        return self._state(state["seed"], state["episode"], state["clock"] + 1, motion)

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each: Gymnasium's."""
        sin1, cos1 = sin_cos(state["theta1"])
        sin2, cos2 = sin_cos(state["theta2"])
        return [cos1, sin1, cos2, sin2, state["theta1_dot"], state["theta2_dot"]]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """-1 for every step but the one that reaches the goal, f32 [N]."""
        return [self._up(after).astype(np.float32) - 1.0]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated above the line, truncated by the time limit; winner i32 [N]."""
        up = self._up(state)
        late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~up
        return Outcome(up, late, up.astype(np.int32) - late.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """Push the second rod against the swing of the first, which gains height by it; the action i32 [N]."""
        return [(state["theta1_dot"] < 0.0).astype(np.int32) * 2]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the action for the arrow keys a human holds."""
        return (1 + right,)

    def _up(self, state: State) -> Array:
        _, cos1 = sin_cos(state["theta1"])
        _, cos12 = sin_cos(state["theta1"] + state["theta2"])
        up: Array = -cos1 - cos12 > self.height_m
        return up

    def _slope(self, motion: Sequence[Array], torque: Array) -> list[Array]:
        """How fast each of MOTION changes: the book's equations of motion."""
        theta1, theta2, speed1, speed2 = motion
        reach, weight = PIVOT_TO_MASS_M, PIVOT_TO_MASS_M * self.gravity
        sin2, cos2 = sin_cos(theta2)
        sin1, _ = sin_cos(theta1)
        sin12, _ = sin_cos(theta1 + theta2)
        d1 = cos2 * (2.0 * reach) + (1.0 + 2.0 * reach * reach + 2.0 * INERTIA)
        d2 = cos2 * reach + (reach * reach + INERTIA)
        phi2 = sin12 * weight
        carried = sin2 * reach
        phi1 = sin1 * (weight + self.gravity) + phi2 - carried * speed2 * (speed2 + speed1 * 2.0)
        ratio = d2 / d1
        pull = torque + ratio * phi1 - carried * speed1 * speed1 - phi2
        turn2 = pull / ((reach * reach + INERTIA) - d2 * ratio)
        return [speed1, speed2, -(d2 * turn2 + phi1) / d1, turn2]

    def _state(self, seed: Array, episode: Array, clock: Array, motion: Sequence[Array]) -> State:
        return dict(zip(self.fields, (seed, episode, clock, *motion), strict=True))


def _ahead(start: Sequence[Array], slope: Sequence[Array], dt: float) -> list[Array]:
    """Where each of MOTION is after `dt` s with this slope."""
    return [value + rate * dt for value, rate in zip(start, slope, strict=True)]


def _wrapped(angle: Array) -> Array:
    """The same angle within half a turn of 0."""
    wrapped: Array = angle - np.rint(angle * (0.5 / math.pi)) * (2.0 * math.pi)
    return wrapped
