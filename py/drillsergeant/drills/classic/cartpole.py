"""CartPole-v1 with Gymnasium's exact dynamics: push a cart left or right so that the pole on it stays upright.

The equations are those of A. Barto, R. Sutton & C. Anderson (1983) as in `gymnasium.envs.classic_control.cartpole`, in
f32. What is solved is what Gymnasium calls solved: a mean return of 475 over 100 episodes.
Everything is elementwise over N matches (arrays [N], f32 unless said otherwise), see `contract`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Discrete, Dtype, MeanReturn, Outcome, Scene, State, Words
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import Capsule, Circle, Line, Linear, Rectangle
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform

HEADS = (Discrete("push", ("left", "right")),)
MOTION = ("x", "x_dot", "theta", "theta_dot")
SOLVED = MeanReturn(475.0)
VIEW_M = 1.0  # half the height of the picture
RAIL_M = -0.6  # where the rail is drawn
WOOD = "#b9783f #d9a066"
LEAN = (0.1, 0.3, 1.0, 0.3)  # of the scripted player, for each of MOTION


@dataclass(frozen=True)
class CartPoleDrill:
    """The drill of the contract. Sizes in m, times in s, angles in radians from upright, to the right."""

    name: str = "cartpole"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 1
    tick_hz: int = 50
    time_limit_s: float = 10.0
    gravity: float = 9.8  # m/s**2
    cart_kg: float = 1.0
    pole_kg: float = 0.1
    half_pole_m: float = 0.5
    force_n: float = 10.0
    start: float = 0.05  # each of MOTION begins anywhere up to here
    x_limit_m: float = 2.4
    theta_limit: float = 12.0 * math.pi / 180.0
    observation: tuple[str, ...] = MOTION
    objective: MeanReturn = SOLVED
    reward_terms: tuple[str, ...] = ("upright",)

    @property
    def words(self) -> Words:
        """What the page says of it."""
        return Words(
            title="CartPole",
            sentence="A cart learns to balance a pole for ten seconds, by nothing but pushes to the left and right.",
            counts=("Held", "Fell"),
            win="poles held",
            picture="A cart on a rail, seen from the side, with a pole that is hinged to it and stands upright.",
            keys="You push the cart: A and D, or the left and right arrow.",
        )

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """An action has one part."""
        return HEADS

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State: cart and pole."""
        return {**COMMON_FIELDS, **dict.fromkeys(MOTION, "f32")}

    @property
    def scene(self) -> Scene:
        """A rail, the cart on it, and the pole that is hinged to the cart; the cart can be dragged along the rail."""
        x, upright = Linear("x"), Linear("theta", -1.0, math.pi / 2.0)
        shapes = (
            Line(((-self.x_limit_m, RAIL_M), (self.x_limit_m, RAIL_M)), colour="ink"),
            Rectangle(x, RAIL_M, 0.5, 0.3, colour="team0", edge="edge", edge_m=0.03, player=0, name="cart", drag=True),
            Capsule(
                x, RAIL_M, 0.05, upright, 2.0 * self.half_pole_m, colour=WOOD, edge="edge", edge_m=0.03, name="pole"
            ),
            Circle(x, RAIL_M, 0.03, colour="edge", detail=True),
        )
        size = self.x_limit_m, VIEW_M
        return Scene(*size, ground=sheet(*size).floor, shapes=shapes, background="paper")

    def reset(self, seed: Array, episode: Array) -> State:
        """Nearly upright and nearly at rest in the middle; `seed` and `episode` u32 [N]."""
        motion = [
            uniform(hash_u32(seed, episode, word)) * (2.0 * self.start) - self.start for word in range(len(MOTION))
        ]
        return self._state(seed, episode, seed & 0, motion)

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 0.02 s after an action i32 [N], by Euler's method."""
        x, x_dot, theta, theta_dot = (state[name] for name in MOTION)
        sine, cosine = sin_cos(theta)
        dt, total_kg, swing = 1.0 / self.tick_hz, self.cart_kg + self.pole_kg, self.pole_kg * self.half_pole_m
        force = actions[0][0].astype(np.float32) * (2.0 * self.force_n) - self.force_n
        push = (force + theta_dot * theta_dot * sine * swing) * (1.0 / total_kg)
        inertia = (4.0 / 3.0 - cosine * cosine * (self.pole_kg / total_kg)) * self.half_pole_m
        theta_acc = (sine * self.gravity - cosine * push) / inertia
        x_acc = push - theta_acc * cosine * (swing / total_kg)
        motion = (x + x_dot * dt, x_dot + x_acc * dt, theta + theta_dot * dt, theta_dot + theta_acc * dt)
        return self._state(state["seed"], state["episode"], state["clock"] + 1, motion)

    def observe(self, state: State, player: int) -> list[Array]:
        """The entries named in `observation`, f32 [N] each: Gymnasium's."""
        return [state[name] for name in MOTION]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """1 for every step, the last one too, f32 [N]."""
        return [after["x"] * 0.0 + 1.0]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Masks [N] terminated by a fall or the end of the rail, truncated by the time limit; winner i32 [N]."""
        off = np.abs(state["x"]) > self.x_limit_m
        fell = off | (np.abs(state["theta"]) > self.theta_limit)
        held = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~fell
        return Outcome(fell, held, held.astype(np.int32) - fell.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """Push to where the pole leans and falls, and so that the cart comes back; the action i32 [N]."""
        lean = [state[name] * weight for name, weight in zip(MOTION, LEAN, strict=True)]
        return [(lean[0] + lean[1] + lean[2] + lean[3] > 0.0).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the action for the arrow keys a human holds; there is always a push, to the left without any."""
        return (int(right > 0),)

    def _state(self, seed: Array, episode: Array, clock: Array, motion: Sequence[Array]) -> State:
        return dict(zip(self.fields, (seed, episode, clock, *motion), strict=True))
