"""The numbers of the Ball Drill that a reader may change, and its state as named bodies."""

from dataclasses import dataclass
from typing import NamedTuple

from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array


@dataclass(frozen=True)
class BallRules:
    """Sizes in m, times in s, masses in kg. Bounciness is the share of normal speed kept in a bounce."""

    tick_hz: int = 120
    action_repeat: int = 8
    time_limit_s: float = 20.0

    half_length_m: float = 6.0
    half_width_m: float = 4.0
    corner_m: float = 1.4  # corners are cut off at 45 degrees, so that no ball gets stuck in one
    goal_half_width_m: float = 1.8
    goal_depth_m: float = 0.9
    goal_line_m: float = 0.15  # how far beyond the line the ball's centre has to be

    ball_radius_m: float = 0.3
    ball_mass_kg: float = 0.3
    ball_drag_per_s: float = 0.45
    ball_speed_max: float = 12.0  # m/s

    player_half_m: float = 0.36
    player_corner_m: float = 0.1  # rounding of a player's corners, as the ball and the walls feel it
    player_bulge: float = 0.35  # how much a face's normal fans out for the ball: 0 flat, 1 as on a disc
    player_mass_kg: float = 1.0
    player_push: float = 15.0  # m/s**2
    player_drag_per_s: float = 3.2
    player_speed_max: float = 9.0  # m/s
    turn_push: float = 60.0  # rad/s**2
    turn_drag_per_s: float = 9.0
    spin_max: float = 12.0  # rad/s

    dash_speed: float = 7.0  # m/s gained at once, along the heading
    dash_cooldown_s: float = 1.5

    wall_ball_bounce: float = 0.75
    player_ball_bounce: float = 0.7
    wall_player_bounce: float = 0.2
    player_player_bounce: float = 0.3

    goal_reward: float = 1.0
    ball_to_goal_reward: float = 1.0  # for moving the ball from one goal to the other
    to_ball_reward: float = 1.0  # for closing a gap of one field length to the ball

    @property
    def tick_s(self) -> float:
        """Length of one tick."""
        return 1.0 / self.tick_hz

    @property
    def player_inertia(self) -> float:
        """Moment of inertia of a player, a homogeneous square, in kg m**2."""
        return self.player_mass_kg * (2.0 * self.player_half_m) ** 2 / 6.0


class Disc(NamedTuple):
    """The ball: position in m, velocity in m/s; each f32 [N]."""

    x: Array
    y: Array
    vx: Array
    vy: Array


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


def ball_of(state: State) -> Disc:
    """Pick the ball out of a state."""
    return Disc(*(state[f"ball_{name}"] for name in Disc._fields))


def player_of(state: State, side: int) -> Box:
    """Pick the player of one side out of a state."""
    return Box(*(state[f"player{side}_{name}"] for name in Box._fields))


def seen_from(side: int, value: Array) -> Array:
    """Turn one world coordinate (f32 [N]) into the frame in which `side` attacks towards +x.

    The frame of side 1 is the world turned by half a turn, so both coordinates of any vector change sign.
    """
    return value if side == 0 else -value
