"""Two paddles, one ball. An array has one number per match: no `if` on it, write np.where(condition, a, b)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform

SIDES = (1.0, -1.0)  # each player sees the field from its own end: all coordinates of the second are turned round


@dataclass(frozen=True)
class Pong:
    name: str = "pong"
    teams: tuple[int, ...] = (1, 1)
    action_repeat: int = 4
    tick_hz: int = 60
    time_limit_s: float = 15.0
    speed: float = 1.6  # of a paddle, m/s
    observation: tuple[str, ...] = ("own_y", "other_y", "ball_x", "ball_y", "ball_vx", "ball_vy")
    reward_terms: tuple[str, ...] = ("point", "follow")
    heads = (Discrete("move", ("stay", "up", "down")),)
    own = ("x0", "y0", "x1", "y1", "ball_x", "ball_y", "ball_vx", "ball_vy", "point")
    fields = {**COMMON_FIELDS, **dict.fromkeys(own, "f32")}
    paddles = tuple(Body("box", f"paddle{one}", f"x{one}", f"y{one}", 0.3, player=one, team=one) for one in (0, 1))
    scene = Scene(4.0, 2.0, bodies=(*paddles, Body("disc", "ball", "ball_x", "ball_y", 0.12)))
    words = Words("Pong", "Two paddles learn to return a ball.", ("Orange", "Blue"), "points", "Paddles.", "W, S")

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; seed, episode u32 [N]."""
        chance = [uniform(hash_u32(seed, episode, draw)) * 2.0 - 1.0 for draw in range(3)]
        zero, vx = chance[0] * 0.0, np.where(chance[0] > 0.0, np.float32(3.0), np.float32(-3.0))
        values = (zero - 3.5, zero, zero + 3.5, zero, zero, chance[1], vx, chance[2] * 2.0, zero)
        return dict(zip(self.fields, (seed, episode, seed & 0, *values), strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """1 / tick_hz s later; actions i32 [N]."""
        dt, new = 1.0 / self.tick_hz, {**state, "clock": state["clock"] + 1}
        x, y = state["ball_x"] + state["ball_vx"] * dt, state["ball_y"] + state["ball_vy"] * dt
        vx, vy = state["ball_vx"], np.where(np.abs(y) > 1.9, -np.sign(y) * np.abs(state["ball_vy"]), state["ball_vy"])
        for player, side in enumerate(SIDES):
            up = (actions[player][0] == 1).astype(np.float32) - (actions[player][0] == 2).astype(np.float32)
            own = new[f"y{player}"] = np.clip(state[f"y{player}"] + up * (side * self.speed * dt), -1.7, 1.7)
            hit = (x * side < -3.2) & (vx * side < 0.0) & (np.abs(y - own) < 0.45)
            vx = np.where(hit, np.clip(vx * -1.3, -9.0, 9.0), vx)  # faster at each return
            vy = np.where(hit, np.clip(vy + (y - own) * 4.0, -3.0, 3.0), vy)
        point = (x > 3.8).astype(np.float32) - (x < -3.8).astype(np.float32)
        return {**new, "ball_x": x, "ball_y": y, "ball_vx": vx, "ball_vy": vy, "point": point}

    def observe(self, state: State, player: int) -> list[Array]:
        """What a player sees, f32 [N] each."""
        names, side = (f"y{player}", f"y{1 - player}", "ball_x", "ball_y", "ball_vx", "ball_vy"), SIDES[player]
        return [state[name] * (side * size) for name, size in zip(names, (0.6, 0.6, 0.3, 0.5, 0.3, 0.3), strict=True)]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned, f32 [N] each."""
        gap = [np.abs(state["ball_y"] - state[f"y{player}"]) for state in (before, after)]
        return [(after["point"] - before["point"]) * SIDES[player], (gap[0] - gap[1]) * 0.1]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether it is over, masks [N], and who won, i32 [N]."""
        over, late = state["point"] != 0.0, state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(over, late & ~over, state["point"].astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, i32 [N] for each head."""
        gap = (state["ball_y"] - state[f"y{player}"]) * SIDES[player]
        return [np.where(np.abs(gap) < 0.2, 0, np.where(gap > 0.0, 1, 2)).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return ({1: 1, -1: 2}.get(up, 0),)
