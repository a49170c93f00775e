"""Catch what drifts about. An array has one number per match: no `if` on it, write np.where(condition, a, b)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform


@dataclass(frozen=True)
class Chase:
    name: str = "chase"
    teams: tuple[int, ...] = (1,)
    action_repeat: int = 4
    tick_hz: int = 60
    time_limit_s: float = 6.0
    speed: float = 2.0  # m/s
    observation: tuple[str, ...] = ("x", "y", "dx", "dy", "drift_x", "drift_y")
    reward_terms: tuple[str, ...] = ("caught", "nearer")
    heads = (Discrete("move", ("stay", "right", "left", "up", "down")),)
    own = ("x", "y", "prey_x", "prey_y", "drift_x", "drift_y", "caught")
    fields = {**COMMON_FIELDS, **dict.fromkeys(own, "f32")}
    bodies = (Body("disc", "prey", "prey_x", "prey_y", 0.2), Body("box", "you", "x", "y", 0.2, player=0, team=0))
    scene = Scene(3.0, 3.0, bodies=bodies)
    words = Words("Catch", "A square learns to catch.", ("Caught", "Lost"), "catches", "A square and a disc.", "WASD")

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; seed, episode u32 [N]."""
        place = [uniform(hash_u32(seed, episode, draw)) * 5.6 - 2.8 for draw in range(6)]
        values = (seed, episode, seed & 0, *place[:4], place[4] * 0.4, place[5] * 0.4, place[0] * 0.0)
        return dict(zip(self.fields, values, strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """1 / tick_hz s later; actions i32 [N]."""
        way, drift, new = actions[0][0], 1.0 / self.tick_hz, {**state, "clock": state["clock"] + 1}
        for axis, more, less in (("x", 1, 2), ("y", 3, 4)):
            step = (way == more).astype(np.float32) - (way == less).astype(np.float32)
            new[axis] = np.clip(state[axis] + step * (self.speed / self.tick_hz), -2.8, 2.8)
            place, speed = state[f"prey_{axis}"] + state[f"drift_{axis}"] * drift, state[f"drift_{axis}"]
            new[f"drift_{axis}"] = np.where(np.abs(place) > 2.8, -speed, speed)
            new[f"prey_{axis}"] = np.clip(place, -2.8, 2.8)
        return {**new, "caught": np.maximum(state["caught"], (_gap(new) < 0.4).astype(np.float32))}

    def observe(self, state: State, player: int) -> list[Array]:
        """What a player sees, f32 [N] each."""
        x, y = state["x"] / 3.0, state["y"] / 3.0
        return [x, y, state["prey_x"] / 3.0 - x, state["prey_y"] / 3.0 - y, state["drift_x"], state["drift_y"]]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned, f32 [N] each."""
        return [after["caught"] - before["caught"], (_gap(before) - _gap(after)) * 0.2]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether it is over, masks [N], and who won, i32 [N]."""
        caught, late = state["caught"] > 0.0, state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(caught, late & ~caught, caught.astype(np.int32) - (late & ~caught).astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, i32 [N] for each head."""
        dx, dy = state["prey_x"] - state["x"], state["prey_y"] - state["y"]
        wide = np.abs(dx) > np.abs(dy)
        return [np.where(wide, np.where(dx > 0.0, 1, 2), np.where(dy > 0.0, 3, 4)).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return ({1: 1, -1: 2}.get(right) or {1: 3, -1: 4}.get(up, 0),)


def _gap(state: State) -> Array:
    dx, dy = state["prey_x"] - state["x"], state["prey_y"] - state["y"]
    gap: Array = np.sqrt(dx * dx + dy * dy)
    return gap
