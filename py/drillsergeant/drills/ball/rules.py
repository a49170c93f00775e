"""The numbers of the Ball Drill that a reader may change, beside those of its players, and the ball."""

from dataclasses import dataclass
from typing import NamedTuple

from drillsergeant.drills.boxes.players import BoxRules, length, player_of
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array


@dataclass(frozen=True)
class BallRules(BoxRules):
    """Sizes in m, times in s, masses in kg. Bounciness is the share of normal speed kept in a bounce."""

    time_limit_s: float = 20.0

    half_length_m: float = 6.0
    half_width_m: float = 4.0
    corner_m: float = 1.4  # corners are cut off at 45 degrees, so that no ball gets stuck in one
    goal_half_width_m: float = 1.8
    goal_depth_m: float = 0.9
    goal_line_m: float = 0.15  # how far beyond the line the ball's centre has to be

    ball_radius_m: float = 0.3
    ball_mass_kg: float = 0.3
    ball_drag_per_s: float = 1.6  # less, and a lucky bounce at one end rolls into the goal at the other
    ball_speed_max: float = 12.0  # m/s

    player_corner_m: float = 0.1  # rounding of a player's corners, as the ball and the walls feel it
    player_bulge: float = 0.35  # how much a face's normal fans out for the ball: 0 flat, 1 as on a disc

    stuck_s: float = 1.5  # a ball that stays within stuck_m of one spot for so long is dropped at the centre
    stuck_m: float = 0.8

    wall_ball_bounce: float = 0.75
    player_ball_bounce: float = 0.7
    wall_player_bounce: float = 0.2

    goal_reward: float = 2.0
    ball_to_goal_reward: float = 1.0  # for moving the ball from one goal to the other
    to_ball_reward: float = 1.0  # for closing a gap of one field length to the ball


class Disc(NamedTuple):
    """A ball, or another round thing: position in m, velocity in m/s; each f32 [N]."""

    x: Array
    y: Array
    vx: Array
    vy: Array


def ball_of(state: State) -> Disc:
    """Pick the ball out of a state."""
    return Disc(*(state[f"ball_{name}"] for name in Disc._fields))


def gap(state: State, player: int) -> Array:
    """Distance between a player and the ball, m; f32 [N]."""
    own, ball = player_of(state, player), ball_of(state)
    return length(ball.x - own.x, ball.y - own.y)


def lead(rules: BallRules, ball: Disc) -> Array:
    """Distance of the ball to the goal of team 0 less that to the goal of team 1, m; f32 [N]."""
    return length(ball.x + rules.half_length_m, ball.y) - length(ball.x - rules.half_length_m, ball.y)


class Spot(NamedTuple):
    """Where the ball last was when it got away from somewhere, m, and for how long it has stayed near, s; f32 [N]."""

    spot_x: Array
    spot_y: Array
    held_s: Array
