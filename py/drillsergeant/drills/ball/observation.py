"""What a player of the Ball Drill observes, and what it is rewarded for.

Both are the same for either team of one: `seen_from` turns the world so that one's own attack goes towards +x.
All arrays are f32 [N].
"""

import numpy as np

from drillsergeant.drills.ball.rules import BallRules, ball_of
from drillsergeant.drills.ball.rules import gap as _gap  # by these names in code that readers have saved
from drillsergeant.drills.ball.rules import lead as _lead
from drillsergeant.drills.boxes.players import length, player_of, seen_from
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array

OWN = ("own_x", "own_y", "own_heading_x", "own_heading_y", "own_vx", "own_vy", "own_spin", "own_cooldown")
BALL = (
    "ball_dx",
    "ball_dy",
    "ball_distance",
    "ball_direction_x",
    "ball_direction_y",
    "ball_ahead",
    "ball_aside",
    "ball_vx",
    "ball_vy",
    "ball_x",
    "ball_y",
)
GOAL = ("goal_direction_x", "goal_direction_y", "aim_along", "aim_across")
OTHER = (
    "other_dx",
    "other_dy",
    "other_heading_x",
    "other_heading_y",
    "other_vx",
    "other_vy",
    "other_spin",
    "other_cooldown",
)
OBSERVATION = (*OWN, *BALL, *GOAL, *OTHER, "time_passed")
REWARD_TERMS = ("goal", "ball_to_goal", "to_ball")

# Typical sizes, so that entries are of magnitude about 1.
NEAR_M = 4.0
SPEED = 5.0  # m/s
SPIN = 8.0  # rad/s


def observe(rules: BallRules, state: State, player: int) -> list[Array]:
    """The entries named in OBSERVATION, f32 [N] each.

    Directions are unit vectors; "ahead" and "aside" measure the ball's direction along and across one's heading, "aim"
    the direction from the ball to the goal along and across the direction from oneself to the ball: 1 and 0 mean that
    pushing on now sends the ball to the goal.
    """
    own, other, ball = player_of(state, player), player_of(state, 1 - player), ball_of(state)
    dx, dy, distance = _towards(player, own.x, own.y, ball.x, ball.y)
    ux, uy = dx / distance, dy / distance
    hx, hy = seen_from(player, own.hx), seen_from(player, own.hy)
    bx, by = seen_from(player, ball.x), seen_from(player, ball.y)
    gx = rules.half_length_m - bx
    to_goal = length(gx, by)
    gx, gy = gx / to_goal, -by / to_goal
    limit_ticks = rules.time_limit_s * rules.tick_hz
    return [
        seen_from(player, own.x) * (1.0 / rules.half_length_m),
        seen_from(player, own.y) * (1.0 / rules.half_width_m),
        hx,
        hy,
        seen_from(player, own.vx) * (1.0 / SPEED),
        seen_from(player, own.vy) * (1.0 / SPEED),
        own.spin * (1.0 / SPIN),
        own.cooldown * (1.0 / rules.dash_cooldown_s),
        dx * (1.0 / NEAR_M),
        dy * (1.0 / NEAR_M),
        distance * (1.0 / NEAR_M),
        ux,
        uy,
        ux * hx + uy * hy,
        uy * hx - ux * hy,
        seen_from(player, ball.vx) * (1.0 / SPEED),
        seen_from(player, ball.vy) * (1.0 / SPEED),
        bx * (1.0 / rules.half_length_m),
        by * (1.0 / rules.half_width_m),
        gx,
        gy,
        ux * gx + uy * gy,
        ux * gy - uy * gx,
        seen_from(player, other.x - own.x) * (1.0 / NEAR_M),
        seen_from(player, other.y - own.y) * (1.0 / NEAR_M),
        seen_from(player, other.hx),
        seen_from(player, other.hy),
        seen_from(player, other.vx) * (1.0 / SPEED),
        seen_from(player, other.vy) * (1.0 / SPEED),
        other.spin * (1.0 / SPIN),
        other.cooldown * (1.0 / rules.dash_cooldown_s),
        np.minimum(state["clock"].astype(np.float32) * (1.0 / limit_ticks), 1.0),
    ]


def reward(rules: BallRules, before: State, after: State, player: int) -> list[Array]:
    """The terms named in REWARD_TERMS, f32 [N] each, earned between two states.

    goal: +-1. The other two are differences of potentials (Ng, Harada & Russell 1999), so that running in circles
    earns nothing: how much nearer the ball is to the opponent's goal than to one's own, and how near one is to it.
    """
    goal = seen_from(player, after["scored"] - before["scored"]) * rules.goal_reward
    nearer = (_lead(rules, ball_of(after)) - _lead(rules, ball_of(before))) * (
        rules.ball_to_goal_reward / (4.0 * rules.half_length_m)
    )
    closer = (_gap(before, player) - _gap(after, player)) * (rules.to_ball_reward / (2.0 * rules.half_length_m))
    return [goal, seen_from(player, nearer), closer]


def _towards(player: int, x: Array, y: Array, to_x: Array, to_y: Array) -> tuple[Array, Array, Array]:
    """Return the vector from one point to another as `player` sees it, and its length, m."""
    dx, dy = seen_from(player, to_x - x), seen_from(player, to_y - y)
    return dx, dy, length(dx, dy)
