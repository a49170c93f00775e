"""The hand-written players of Hide-and-catch, which know no more than they see or are told.

They never change: win rates over months of training runs are measured against them. All arrays are f32 [N] unless said
otherwise; what is returned is a move, i32 [N].
"""

import numpy as np

from drillsergeant.drills.boxes.players import length
from drillsergeant.drills.boxes.rays import COMPASS, ray
from drillsergeant.drills.contract import State
from drillsergeant.drills.hide.rules import CATCHERS, RUNNER, HideRules, crates_of, walker_of
from drillsergeant.elementary import Array

RIGHT, UP, LEFT, DOWN = COMPASS[::2]
MIDDLE = 0.15  # how much the runner is drawn to the middle, per m; a catcher pushes it by 1 / distance
BLOCKED_M = 0.5  # a catcher goes round a crate that is nearer than this


def flee(state: State) -> Array:
    """The runner, i32 [N]: away from the catchers that it sees, and from the walls; it stays while it sees none."""
    own, seen = walker_of(state, RUNNER), np.maximum(state["seen0"], state["seen1"])
    x, y = own.x * -MIDDLE, own.y * -MIDDLE
    for catcher in CATCHERS:
        each, known = walker_of(state, catcher), state[f"seen{catcher}"]
        dx, dy = own.x - each.x, own.y - each.y
        distance = length(dx, dy)
        push = known / (distance * distance)
        x, y = x + dx * push, y + dy * push
    move: Array = np.where(seen > 0.0, _along(x, y, np.abs(x) > np.abs(y)), 0)
    return move


def hunt(rules: HideRules, state: State, player: int) -> Array:
    """A catcher, i32 [N]: to where the runner was last seen, round the crate that stands before it."""
    own, crates = walker_of(state, player), crates_of(state)
    dx, dy = state["spot_x"] - own.x, state["spot_y"] - own.y
    reach = rules.crate_half_m + rules.radius_m
    near = {way: ray(own.x, own.y, way, reach, crates) < BLOCKED_M for way in (RIGHT, UP, LEFT, DOWN)}
    blocked_x = ((dx > 0.0) & near[RIGHT]) | ((dx < 0.0) & near[LEFT])
    blocked_y = ((dy > 0.0) & near[UP]) | ((dy < 0.0) & near[DOWN])
    along_x = (np.abs(dx) > np.abs(dy)) & ~blocked_x | blocked_y
    # Going round, it keeps to the side to which it has begun to.
    x = np.where(blocked_y, own.vx, dx)
    y = np.where(blocked_x, own.vy, dy)
    return _along(x, y, along_x)


def _along(x: Array, y: Array, along_x: Array) -> Array:
    """The move, i32 [N], to the side or up and down, the way the vector (x, y) points."""
    move: Array = np.where(along_x, 2 - (x > 0.0).astype(np.int32), 4 - (y > 0.0).astype(np.int32))
    return move
