"""What a box can do, three heads: a move, a turn and a dash.

move: 0 stay, 1 forward (towards the opponent's goal), 2 back, 3 left, 4 right, whichever way the player is turned;
turn: 0 none, 1 counter-clockwise, 2 clockwise; dash: 0 no, 1 yes, along the heading.
"""

from collections.abc import Sequence

import numpy as np

from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array

HEADS = (
    Discrete("move", ("stay", "forward", "back", "left", "right")),
    Discrete("turn", ("straight", "counter-clockwise", "clockwise")),
    Discrete("dash", ("no dash", "dash")),
)


def directions(action: Sequence[Array]) -> tuple[Array, Array, Array, Array]:
    """(ahead, left, turn: f32 [N] in {-1, 0, 1}, dash: mask [N]) of an action, i32 [N] a head."""
    move, turn, dash = action
    ahead, left = _one(move == 1) - _one(move == 2), _one(move == 3) - _one(move == 4)
    return ahead, left, _one(turn == 1) - _one(turn == 2), dash == 1


def _one(mask: Array) -> Array:
    """1.0 where the mask is set, else 0.0; f32 [N]."""
    return mask.astype(np.float32)
