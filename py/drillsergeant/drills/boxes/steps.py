"""What a player can do that walks along the axes whichever way it looks, as in Chase Drill and Hide-and-catch.

move: 0 stay, 1 right, 2 left, 3 up, 4 down.
"""

import numpy as np

from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array

STEPS = (Discrete("move", ("stay", "right", "left", "up", "down")),)


def ways(move: Array) -> tuple[Array, Array]:
    """(right, up), f32 [N] in {-1, 0, 1}, of a move i32 [N]."""
    right = (move == 1).astype(np.float32) - (move == 2).astype(np.float32)
    return right, (move == 3).astype(np.float32) - (move == 4).astype(np.float32)


def step_of_keys(right: int, up: int) -> tuple[int, ...]:
    """The action for the arrow keys a human holds; of two directions at once, right and left win."""
    return ({1: 1, -1: 2}.get(right) or {1: 3, -1: 4}.get(up, 0),)
