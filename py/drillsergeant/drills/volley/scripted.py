"""The hand-written player of Volley Drill: runs to where the ball will come down, and meets it in the air.

It never changes: win rates over months of training runs are measured against it. It knows what a player sees, seen from
its own side: x grows away from the net. All arrays are f32 [N] unless said otherwise.
"""

import numpy as np

from drillsergeant.drills.ball.rules import ball_of
from drillsergeant.drills.contract import State
from drillsergeant.drills.volley.court import CourtRules, slime_of
from drillsergeant.elementary import Array

BEHIND_M = 0.6  # it wants to be so much farther from the net than the ball, and so throws it forward
HOME_M = 10.0  # where it waits while the ball comes down on the other side
NEAR_M = 0.25  # it stands still when this near to where it wants to be
JUMP_WITHIN_M, JUMP_BELOW_M = 1.6, 3.4  # sideways and upwards, to a ball that falls


def action(rules: CourtRules, state: State, player: int, side: float) -> list[Array]:
    """Return actions, i32 [N] a head. `side`: the player's sign of x."""
    own, ball = slime_of(state, player), ball_of(state)
    x, ball_x, ball_vx = own.x * side, ball.x * side, ball.vx * side
    above = np.maximum(ball.y - (rules.floor_m + rules.slime_m + rules.ball_m), 0.0)
    falls_s = (ball.vy + np.sqrt(ball.vy * ball.vy + above * (2.0 * rules.gravity))) * (1.0 / rules.gravity)
    wall = rules.half_length_m - rules.ball_m
    lands = ball_x + ball_vx * falls_s
    lands = np.where(lands > wall, 2.0 * wall - lands, lands)
    want = np.where(lands > 0.0, lands + BEHIND_M, HOME_M)
    forward, back = x > want + NEAR_M, x < want - NEAR_M
    near = (np.abs(ball_x - x) < JUMP_WITHIN_M) & (ball.y - own.y < JUMP_BELOW_M)
    jump = near & (ball.vy < 0.0) & (ball_x > 0.0)
    return [forward.astype(np.int32) + back.astype(np.int32) * 2, jump.astype(np.int32)]
