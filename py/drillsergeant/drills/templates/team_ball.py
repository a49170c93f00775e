"""Two against two, one ball. An array has one number per match: no `if` on it, write np.where(condition, a, b)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform

SIDES = (1.0, 1.0, -1.0, -1.0)  # each team sees the field from its own end: it attacks the goal at +x


@dataclass(frozen=True)
class TeamBall:
    name: str = "team-ball"
    teams: tuple[int, ...] = (2, 2)
    action_repeat: int = 6
    tick_hz: int = 60
    time_limit_s: float = 10.0
    speed: float = 2.0  # m/s
    kick: float = 12.0  # 1/s
    observation = ("x", "y", "vx", "vy", *(what + axis for what in ("ball_", "mate_", "one_", "two_") for axis in "xy"))
    reward_terms: tuple[str, ...] = ("goal", "ball", "nearer")
    heads = (Discrete("move", ("stay", "right", "left", "up", "down")),)
    own = (*(a + n for n in "0123" for a in "xy"), "x", "y", "vx", "vy", "goal")
    fields = {**COMMON_FIELDS, **dict.fromkeys(own, "f32")}
    players = tuple(Body("box", f"player{n}", f"x{n}", f"y{n}", 0.2, n, n // 2) for n in range(4))
    scene = Scene(3.0, 2.0, 0.8, 0.4, bodies=(*players, Body("disc", "ball", "x", "y", 0.2, velocity=("vx", "vy"))))
    words = Words("Team ball", "Teams of two learn to score.", ("Orange", "Blue"), "goals", "Four squares.", "WASD")

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; seed, episode u32 [N]."""
        chance = [uniform(hash_u32(seed, episode, draw)) for draw in range(9)]
        zero, place = chance[0] * 0.0, []
        for n, side in enumerate(SIDES):
            place += [(chance[n] * 2.0 + 0.5) * -side, (chance[4 + n] * 3.0 - 1.5) * side]
        values = (seed, episode, seed & 0, *place, zero, chance[8] * 2.0 - 1.0, zero, zero, zero)
        return dict(zip(self.fields, values, strict=True))

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """1 / tick_hz s later; actions i32 [N]."""
        dt, new = 1.0 / self.tick_hz, {**state, "clock": state["clock"] + 1}
        push = {"x": state["x"] * 0.0, "y": state["y"] * 0.0}
        for n, side in enumerate(SIDES):
            for axis, more, edge in (("x", 1, 2.8), ("y", 3, 1.8)):
                way = (actions[n][0] == more).astype(np.float32) - (actions[n][0] == more + 1).astype(np.float32)
                new[f"{axis}{n}"] = np.clip(state[f"{axis}{n}"] + way * (self.speed * side * dt), -edge, edge)
            dx, dy = state["x"] - new[f"x{n}"], state["y"] - new[f"y{n}"]
            near = (dx * dx + dy * dy < 0.16).astype(np.float32) * (self.kick * dt * 4.0)  # who touches it, kicks it
            push["x"], push["y"] = push["x"] + dx * near, push["y"] + dy * near
        for axis, edge in (("x", 3.0), ("y", 1.8)):
            speed = np.clip(state[f"v{axis}"] * (1.0 - dt) + push[axis], -3.5, 3.5)
            place = state[axis] + speed * dt
            new[axis] = np.clip(place, -edge, edge)
            new[f"v{axis}"] = np.where(np.abs(place) > edge, speed * -0.6, speed)
        inside = (np.abs(new["y"]) < 0.8) & (np.abs(new["x"]) >= 3.0)
        return {**new, "goal": np.where(inside, np.sign(new["x"]), np.float32(0.0))}

    def observe(self, state: State, player: int) -> list[Array]:
        """What a player sees, f32 [N] each."""
        own, team = (state[f"x{player}"], state[f"y{player}"]), player // 2 * 2
        others = (team + 1 - player % 2, 2 - team, 3 - team)
        seen = [state[a + n] - own[a == "y"] for n in ("", *map(str, others)) for a in "xy"]
        return [each * (0.4 * SIDES[player]) for each in (*own, state["vx"], state["vy"], *seen)]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned, f32 [N] each."""
        n, side = player, SIDES[player]
        away = [(each["x"] - each[f"x{n}"], each["y"] - each[f"y{n}"]) for each in (before, after)]
        gap = [np.sqrt(dx * dx + dy * dy) for dx, dy in away]
        goal, ball = after["goal"] - before["goal"], after["x"] - before["x"]
        return [goal * side, ball * (0.2 * side), (gap[0] - gap[1]) * 0.05]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether it is over, masks [N], and who won, i32 [N]."""
        over, late = state["goal"] != 0.0, state["clock"] >= round(self.time_limit_s * self.tick_hz)
        ahead = np.where(over, state["goal"], np.sign(state["x"]))  # when time is up, who has kept the ball away
        return Outcome(over, late & ~over, ahead.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, i32 [N] for each head: to behind the ball, then through it."""
        dx = (state["x"] - state[f"x{player}"]) * SIDES[player] - 0.15
        dy = (state["y"] - state[f"y{player}"]) * SIDES[player]
        wide = np.abs(dx) > np.abs(dy)
        return [np.where(wide, np.where(dx > 0.0, 1, 2), np.where(dy > 0.0, 3, 4)).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return ({1: 1, -1: 2}.get(right) or {1: 3, -1: 4}.get(up, 0),)
