"""The hand-written player of the Ball Drill: gets behind the ball, pushes it at the goal, dashes when lined up.

It never changes: win rates over months of training runs are measured against it.
All arrays are f32 [N] unless said otherwise; positions are seen from the team it plays for (it attacks towards +x).
"""

import numpy as np

from drillsergeant.drills.ball.rules import BallRules, ball_of
from drillsergeant.drills.boxes.players import player_of, seen_from, unit
from drillsergeant.drills.boxes.scripted import move_towards, turn_towards
from drillsergeant.drills.contract import State, team_of
from drillsergeant.elementary import Array

REACTION_S = 0.2  # it steers for where things will be after this time
BEHIND_M = 1.0  # from the ball's centre to where it wants to start its push
DETOUR_M = 1.3  # how far it keeps from the ball's path while it runs around it
LINED_UP = 0.92  # cosine between its push and the goal at which it goes for the ball
SIDE_M = 0.8  # nearer than this to the side line the ball is pushed along it
DASH_REACH_M = 2.2
DASH_HEADING = 0.93  # cosine between heading and ball at which it dashes


def action(rules: BallRules, state: State, player: int) -> list[Array]:
    """Return actions, i32 [N] a head, see `boxes.actions`."""
    own, ball, team = player_of(state, player), ball_of(state), team_of(rules.teams, player)
    x, y = seen_from(team, own.x + own.vx * REACTION_S), seen_from(team, own.y + own.vy * REACTION_S)
    bx = seen_from(team, ball.x + ball.vx * REACTION_S)
    by = seen_from(team, ball.y + ball.vy * REACTION_S)

    # From the ball to the goal; nobody can get behind a ball at the side line, so that one is pushed along the line.
    at_side = np.abs(by) > rules.half_width_m - SIDE_M
    gx, gy = unit(rules.half_length_m + rules.goal_depth_m - bx, np.where(at_side, 0.0, -by))
    dx, dy = bx - x, by - y
    ux, uy = unit(dx, dy)
    lined_up = ux * gx + uy * gy > LINED_UP

    # Not lined up: run to the spot behind the ball; still in front of it: go around, on the side it is on already.
    behind = dx * gx + dy * gy
    past = np.where(gx * dy - gy * dx > 0.0, -DETOUR_M, gx * 0.0 + DETOUR_M)
    detour = np.where(behind < BEHIND_M * 0.5, past, 0.0)
    want_x = np.where(lined_up, bx, bx - gx * BEHIND_M - gy * detour) - x
    want_y = np.where(lined_up, by, by - gy * BEHIND_M + gx * detour) - y

    turn, along = turn_towards(own, team, ux, uy)
    near = dx * dx + dy * dy < DASH_REACH_M * DASH_REACH_M
    dash = (lined_up & near & (along > DASH_HEADING)).astype(np.int32)
    return [move_towards(want_x, want_y), turn, dash]
