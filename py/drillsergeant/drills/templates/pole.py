"""Hold a pole up. An array has one number per match: no `if` on it, write np.where(condition, a, b)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Discrete, Outcome, Scene, State, Words
from drillsergeant.drills.shapes import Capsule, Linear, Rectangle
from drillsergeant.elementary import Array, hash_u32, sin_cos, uniform


@dataclass(frozen=True)
class Pole:
    name: str = "pole"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 2
    tick_hz: int = 60
    time_limit_s: float = 6.0
    push: float = 8.0  # m/s**2
    gravity: float = 9.8  # m/s**2
    pole_m: float = 1.0
    observation: tuple[str, ...] = ("x", "speed", "lean", "lean_speed")
    reward_terms: tuple[str, ...] = ("upright", "fell")
    heads = (Discrete("push", ("left", "right")),)
    own = ("x", "speed", "lean", "lean_speed")  # m, m/s, rad to the right, rad/s
    fields = {**COMMON_FIELDS, **dict.fromkeys(own, "f32")}
    words = Words("Hold it up", "A cart learns to hold a pole.", ("Held", "Fell"), "held", "A cart, a pole.", "A, D")

    @property
    def scene(self) -> Scene:
        cart = Rectangle(Linear("x"), 0.0, 0.3, 0.15, colour="team0", player=0)
        pole = Capsule(Linear("x"), 0.1, 0.06, Linear("lean", -1.0, np.pi / 2), self.pole_m, colour="ink")
        return Scene(3.0, 1.5, shapes=(cart, pole))

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; seed, episode u32 [N]."""
        start = [uniform(hash_u32(seed, episode, draw)) * 0.2 - 0.1 for draw in range(4)]
        return dict(zip(self.fields, (seed, episode, seed & 0, *start), strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """1 / tick_hz s later; actions i32 [N]."""
        push, dt = np.where(actions[0][0] == 1, self.push, -self.push).astype(np.float32), 1.0 / self.tick_hz
        sine, cosine = sin_cos(state["lean"])
        speed = state["speed"] + push * dt
        turn = state["lean_speed"] + (sine * self.gravity - cosine * push) * (dt / self.pole_m)
        x, lean = state["x"] + speed * dt, state["lean"] + turn * dt
        return {**state, "clock": state["clock"] + 1, "x": x, "speed": speed, "lean": lean, "lean_speed": turn}

    def observe(self, state: State, player: int) -> list[Array]:
        """What a player sees, f32 [N] each."""
        return [state["x"] / 2.5, state["speed"] / 2.0, state["lean"] * 2.0, state["lean_speed"] * 0.5]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned, f32 [N] each."""
        fell = _fell(after).astype(np.float32)
        return [(1.0 - fell) * 0.02, -fell]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether it is over, masks [N], and who won, i32 [N]."""
        fell, late = _fell(state), state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(fell, late & ~fell, (late & ~fell).astype(np.int32) - fell.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, i32 [N] for each head."""
        wish = state["lean"] * 4.0 + state["lean_speed"] + state["x"] * 0.3 + state["speed"] * 0.5
        return [(wish > 0.0).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return (int(right > 0),)


def _fell(state: State) -> Array:
    fell: Array = (np.abs(state["lean"]) > 0.6) | (np.abs(state["x"]) > 2.5)
    return fell
