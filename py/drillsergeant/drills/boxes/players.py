"""Rotating boxes that run, turn and dash: the players of Ball Drill and Sumo Drill, their numbers and their motion.

All arrays are f32 [N] unless said otherwise; actions are those of `boxes.actions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from drillsergeant.drills.boxes.actions import HEADS, directions
from drillsergeant.drills.contract import Body, Discrete, State, team_of
from drillsergeant.elementary import Array

Coordinate = TypeVar("Coordinate", int, Array)


@dataclass(frozen=True)
class BoxRules:
    """Sizes in m, times in s, masses in kg. Bounciness is the share of normal speed kept in a bounce."""

    teams: tuple[int, ...] = (1, 1)
    tick_hz: int = 120
    action_repeat: int = 8

    player_half_m: float = 0.36
    player_mass_kg: float = 1.0
    player_push: float = 15.0  # m/s**2
    player_drag_per_s: float = 3.2
    player_speed_max: float = 9.0  # m/s
    turn_push: float = 60.0  # rad/s**2
    turn_drag_per_s: float = 9.0
    spin_max: float = 12.0  # rad/s

    dash_speed: float = 7.0  # m/s gained at once, along the heading
    dash_cooldown_s: float = 1.5

    player_player_bounce: float = 0.3

    @property
    def tick_s(self) -> float:
        """Length of one tick."""
        return 1.0 / self.tick_hz

    @property
    def player_inertia(self) -> float:
        """Moment of inertia of a player, a homogeneous square, in kg m**2."""
        return self.player_mass_kg * (2.0 * self.player_half_m) ** 2 / 6.0

    @property
    def player_fields(self) -> tuple[str, ...]:
        """The state fields of all players."""
        return tuple(f"player{player}_{name}" for player in range(sum(self.teams)) for name in Box._fields)

    def player_bodies(self) -> tuple[Body, ...]:
        """How to draw the players."""
        return tuple(
            Body(
                "box",
                f"player{player}",
                f"player{player}_x",
                f"player{player}_y",
                self.player_half_m,
                player,
                team_of(self.teams, player),
                heading=(f"player{player}_hx", f"player{player}_hy"),
                velocity=(f"player{player}_vx", f"player{player}_vy"),
            )
            for player in range(sum(self.teams))
        )

    @property
    def heads(self) -> tuple[Discrete, ...]:
        """The parts of an action: move, turn, dash."""
        return HEADS

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[int, ...]:
        """Return the action for the keys a human holds; of two directions at once, right and left win."""
        facing = seen_from(team_of(self.teams, player), 1)
        ahead, left = facing * right, facing * up
        move = {1: 1, -1: 2}.get(ahead) or {1: 3, -1: 4}.get(left, 0)
        return move, {1: 1, -1: 2}.get(turn, 0), int(dash)


class Box(NamedTuple):
    """A player: position in m, heading (unit vector), velocity in m/s, spin in rad/s; each f32 [N]."""

    x: Array
    y: Array
    hx: Array
    hy: Array
    vx: Array
    vy: Array
    spin: Array
    cooldown: Array  # s until the next dash


class Shift(NamedTuple):
    """What a contact changes on a player: f32 [N] each, 0 where there is no contact."""

    x: Array
    y: Array
    vx: Array
    vy: Array
    spin: Array


def player_of(state: State, player: int) -> Box:
    """Pick one player out of a state."""
    return Box(*(state[f"player{player}_{name}"] for name in Box._fields))


def seen_from(team: int, value: Coordinate) -> Coordinate:
    """Turn one world coordinate (f32 [N]) into the frame in which `team` attacks towards +x.

    The frame of team 1 is the world turned by half a turn, so both coordinates of any vector change sign.
    """
    return value if team == 0 else -value


def steer(rules: BoxRules, box: Box, action: Sequence[Array], team: int) -> Box:
    """A player of a team one tick after an action, i32 [N] a head; its fields are f32 [N]."""
    ahead, left, turn, dash = directions(action)
    dt = rules.tick_s
    dashes = dash & (box.cooldown <= 0.0)
    burst = dashes.astype(np.float32) * rules.dash_speed
    push, keep = rules.player_push * dt, 1.0 - rules.player_drag_per_s * dt
    vx = box.vx * keep + seen_from(team, ahead * push) + box.hx * burst
    vy = box.vy * keep + seen_from(team, left * push) + box.hy * burst
    spin = box.spin * (1.0 - rules.turn_drag_per_s * dt) + turn * (rules.turn_push * dt)
    hx, hy = _rotate(box.hx, box.hy, spin * dt)
    cooldown = np.where(dashes, rules.dash_cooldown_s, np.maximum(box.cooldown - dt, 0.0))
    return Box(box.x + vx * dt, box.y + vy * dt, hx, hy, vx, vy, spin, cooldown)


def shifted(box: Box, shift: Shift) -> Box:
    """Add what contacts change."""
    x, y, vx, vy, spin = shift
    return box._replace(x=box.x + x, y=box.y + y, vx=box.vx + vx, vy=box.vy + vy, spin=box.spin + spin)


def bounded(rules: BoxRules, box: Box) -> Box:
    """Bound a player's speed and spin."""
    factor = brake(box.vx, box.vy, rules.player_speed_max)
    spin = np.minimum(np.maximum(box.spin, -rules.spin_max), rules.spin_max)
    return box._replace(vx=box.vx * factor, vy=box.vy * factor, spin=spin)


def brake(vx: Array, vy: Array, limit: float) -> Array:
    """The factor f32 [N] that shortens a velocity f32 [N], m/s, to at most `limit` m/s."""
    factor: Array = limit / np.sqrt(np.maximum(vx * vx + vy * vy, limit * limit))
    return factor


def unit(x: Array, y: Array) -> tuple[Array, Array]:
    """Directions of vectors f32 [N], m; of a vector shorter than a millimetre, something shorter than 1."""
    size = length(x, y)
    return x / size, y / size


def length(x: Array, y: Array) -> Array:
    """Lengths of vectors f32 [N], m: at least a millimetre, so that they can be divided by."""
    size: Array = np.sqrt(np.maximum(x * x + y * y, 1e-6))
    return size


def _rotate(hx: Array, hy: Array, angle: Array) -> tuple[Array, Array]:
    """Turn a unit vector by a small angle in rad and draw its length back to 1 (one Newton step, no square root)."""
    x, y = hx - hy * angle, hy + hx * angle
    scale = 1.5 - (x * x + y * y) * 0.5
    return x * scale, y * scale
