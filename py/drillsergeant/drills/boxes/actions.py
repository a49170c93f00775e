"""The 30 actions of a box: action = move + 5 * turn + 15 * dash.

move: 0 stay, 1 forward (towards the opponent's goal), 2 back, 3 left, 4 right, whichever way the player is turned;
turn: 0 none, 1 counter-clockwise, 2 clockwise; dash: 0 no, 1 yes, along the heading.
"""

from typing import TypeVar

import numpy as np

from drillsergeant.elementary import Array

MOVES = ("stay", "forward", "back", "left", "right")
TURNS = ("straight", "counter-clockwise", "clockwise")
DASHES = ("no dash", "dash")
ACTIONS: tuple[tuple[str, ...], ...] = tuple((move, turn, dash) for dash in DASHES for turn in TURNS for move in MOVES)
ACTION_COUNT = len(ACTIONS)
_TURN, _DASH = len(MOVES), len(MOVES) * len(TURNS)  # what one more in turn, in dash adds to an action
Code = TypeVar("Code", int, Array)


def encode_action(move: int, turn: int, dash: int) -> int:
    """Return the action for indices into MOVES and TURNS and dash in {0, 1}."""
    if not (0 <= move < len(MOVES) and 0 <= turn < len(TURNS) and dash in (0, 1)):
        raise ValueError(
            f"no action has move={move}, turn={turn}, dash={dash}: "
            f"give move in 0..{len(MOVES) - 1}, turn in 0..{len(TURNS) - 1}, dash 0 or 1"
        )
    return action_of(move, turn, dash)


def action_of(move: Code, turn: Code, dash: Code) -> Code:
    """The action of indices that are known to be right: ints, or arrays i32 [N]."""
    code: Code = move + turn * _TURN + dash * _DASH
    return code


def decode_action(action: Array) -> tuple[Array, Array, Array, Array]:
    """Return (ahead, left, turn: f32 [N] in {-1, 0, 1}, dash: mask [N]) of actions i32 [N], without a division."""
    dash = action >= _DASH
    rest = np.where(dash, action - _DASH, action)
    clockwise, turns = rest >= 2 * _TURN, rest >= _TURN
    move = np.where(clockwise, rest - 2 * _TURN, np.where(turns, rest - _TURN, rest))
    turn = _one(turns) - _one(clockwise) - _one(clockwise)
    return _one(move == 1) - _one(move == 2), _one(move == 3) - _one(move == 4), turn, dash


def _one(mask: Array) -> Array:
    """1.0 where the mask is set, else 0.0; f32 [N]."""
    return mask.astype(np.float32)
