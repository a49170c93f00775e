"""A game to begin with: run to the mark. An array has one number per match: no `if` on it, write np.where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Outcome, Scene, State, Words
from drillsergeant.elementary import Array, hash_u32, uniform


@dataclass(frozen=True)
class Blank:
    name: str = "blank"
    teams: tuple[int, ...] = (1,)  # one player; (1, 1): one against one
    action_repeat: int = 4  # ticks of an action: 60 / 4 = 15 decisions a second
    tick_hz: int = 60
    time_limit_s: float = 3.0
    half_m: float = 2.0
    speed: float = 2.0  # m/s
    observation: tuple[str, ...] = ("x", "mark")
    reward_terms: tuple[str, ...] = ("there", "nearer")
    heads = (Discrete("move", ("stay", "left", "right")),)
    fields = {**COMMON_FIELDS, "x": "f32", "y": "f32", "mark": "f32", "there": "f32"}
    words = Words("Run to the mark", "A square learns to run.", ("There", "Late"), "arrivals", "A square.", "A and D")

    @property
    def scene(self) -> Scene:
        mark = Body("disc", "mark", "mark", "y", 0.15)
        return Scene(self.half_m, 1.0, bodies=(mark, Body("box", "you", "x", "y", 0.2, player=0, team=0)))

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of a match; seed, episode u32 [N]."""
        x, mark = (uniform(hash_u32(seed, episode, draw)) * 3.6 - 1.8 for draw in (0, 1))  # chance is in [0, 1)
        clock, zero = seed & 0, x * 0.0
        return {"seed": seed, "episode": episode, "clock": clock, "x": x, "y": zero, "mark": mark, "there": zero}

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """1 / tick_hz s later; actions i32 [N]."""
        move = actions[0][0]  # of player 0, in the first head
        right = (move == 2).astype(np.float32) - (move == 1).astype(np.float32)
        x = np.clip(state["x"] + right * (self.speed / self.tick_hz), -1.8, 1.8)
        there = np.maximum(state["there"], (np.abs(state["mark"] - x) < 0.1).astype(np.float32))
        return {**state, "clock": state["clock"] + 1, "x": x, "there": there}

    def observe(self, state: State, player: int) -> list[Array]:
        """What a player sees, f32 [N] each."""
        return [state["x"] / self.half_m, (state["mark"] - state["x"]) / self.half_m]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """What a decision earned, f32 [N] each."""
        nearer = np.abs(before["mark"] - before["x"]) - np.abs(after["mark"] - after["x"])
        return [after["there"] - before["there"], nearer * 0.2]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Whether it is over, masks [N], and who won, i32 [N]."""
        there, late = state["there"] > 0.0, state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(there, late & ~there, there.astype(np.int32) - (late & ~there).astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """A player written by hand, i32 [N] for each head."""
        return [np.where(state["mark"] > state["x"], 2, 1).astype(np.int32)]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        return ({1: 2, -1: 1}.get(right, 0),)
