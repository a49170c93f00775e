"""What the hand-written players of Ball and Sumo do alike: turning what they want into an action.

All arrays are f32 [N] unless said otherwise, seen from the team that is played for.
"""

import numpy as np

from drillsergeant.drills.boxes.players import Box, seen_from
from drillsergeant.elementary import Array

SPIN_AHEAD_S = 0.12  # it aims for where its present spin will have turned it after this time
AIM = 0.08  # sine of the angle within which it does not turn


def move_towards(want_x: Array, want_y: Array) -> Array:
    """The move, i32 [N], along the longer part of the way there."""
    ahead = 2 - (want_x > 0.0).astype(np.int32)
    sideways = 4 - (want_y > 0.0).astype(np.int32)
    move: Array = np.where(np.abs(want_x) > np.abs(want_y), ahead, sideways)
    return move


def turn_towards(own: Box, team: int, ux: Array, uy: Array) -> tuple[Array, Array]:
    """The turn, i32 [N], that brings the heading to the direction (ux, uy), and the cosine between the two now."""
    hx, hy = seen_from(team, own.hx), seen_from(team, own.hy)
    along, across = ux * hx + uy * hy, uy * hx - ux * hy
    aim = np.where(along > 0.0, across, np.where(across > 0.0, across * 0.0 + 1.0, across * 0.0 - 1.0))
    aim = aim - own.spin * SPIN_AHEAD_S
    turn = (aim > AIM).astype(np.int32) + (aim < -AIM).astype(np.int32) * 2
    return turn, along
