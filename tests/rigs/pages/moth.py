"""A game of some forty lines, as a visitor writes one over the blank one: a moth learns to find the lamp."""

MOTH = """from dataclasses import dataclass

import numpy as np
from drillsergeant.drills.contract import COMMON_FIELDS, Body, Discrete, Outcome, Scene, Words
from drillsergeant.elementary import hash_u32, uniform


@dataclass(frozen=True)
class Moth:
    name: str = "moth"
    teams: tuple = (1,)
    action_repeat: int = 4
    tick_hz: int = 60
    time_limit_s: float = 4.0
    observation: tuple = ("x", "y", "dx", "dy")
    reward_terms: tuple = ("lit", "nearer")
    heads = (Discrete("fly", ("rest", "right", "left", "up", "down")),)
    fields = {**COMMON_FIELDS, "x": "f32", "y": "f32", "lamp_x": "f32", "lamp_y": "f32", "lit": "f32"}
    words = Words("Moth", "A moth learns to find the lamp.", ("Lit", "Dark"), "lamps", "A moth, a lamp.", "WASD")
    bodies = (Body("disc", "lamp", "lamp_x", "lamp_y", 0.2), Body("box", "moth", "x", "y", 0.2, player=0, team=0))
    scene = Scene(3.0, 2.0, bodies=bodies)

    def reset(self, seed, episode):
        x, y, lamp_x, lamp_y = (uniform(hash_u32(seed, episode, n)) * 3.0 - 1.5 for n in range(4))
        new = {"seed": seed, "episode": episode, "clock": seed & 0, "x": x, "y": y}
        return {**new, "lamp_x": lamp_x, "lamp_y": lamp_y, "lit": x * 0.0}

    def tick(self, state, actions):
        fly, new = actions[0][0], {**state, "clock": state["clock"] + 1}
        for axis, more, edge in (("x", 1, 2.8), ("y", 3, 1.8)):
            way = (fly == more).astype(np.float32) - (fly == more + 1).astype(np.float32)
            new[axis] = np.clip(state[axis] + way * (2.0 / self.tick_hz), -edge, edge)
        return {**new, "lit": np.maximum(state["lit"], (gap(new) < 0.3).astype(np.float32))}

    def observe(self, state, player):
        x, y = state["x"] / 3.0, state["y"] / 2.0
        return [x, y, state["lamp_x"] / 3.0 - x, state["lamp_y"] / 2.0 - y]

    def reward(self, before, after, player):
        return [after["lit"] - before["lit"], (gap(before) - gap(after)) * 0.2]

    def outcome(self, state):
        lit, late = state["lit"] > 0.0, state["clock"] >= round(self.time_limit_s * self.tick_hz)
        return Outcome(lit, late & ~lit, lit.astype(np.int32) - (late & ~lit).astype(np.int32))

    def scripted(self, state, player):
        dx, dy = state["lamp_x"] - state["x"], state["lamp_y"] - state["y"]
        wide = np.abs(dx) > np.abs(dy)
        return [np.where(wide, np.where(dx > 0.0, 1, 2), np.where(dy > 0.0, 3, 4)).astype(np.int32)]

    def from_keys(self, player, right, up, turn, dash):
        return ({1: 1, -1: 2}.get(right) or {1: 3, -1: 4}.get(up, 0),)


def gap(state):
    dx, dy = state["lamp_x"] - state["x"], state["lamp_y"] - state["y"]
    return np.sqrt(dx * dx + dy * dy)
"""
