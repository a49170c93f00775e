"""Looking along rays: how far it is to a wall or a box, and whether anything stands between two places.

Boxes are squares with their edges along the axes. All arrays are f32 [N], distances in m.
"""

import math
from collections.abc import Sequence

import numpy as np

from drillsergeant.elementary import Array

FAR = 1e6  # stands for infinity, which not every shading language has
# Unit vectors to the right, up, left and down, and between them, counter-clockwise.
DIAGONAL = math.sqrt(0.5)
COMPASS = (
    *((1.0, 0.0), (DIAGONAL, DIAGONAL), (0.0, 1.0), (-DIAGONAL, DIAGONAL)),
    *((-1.0, 0.0), (-DIAGONAL, -DIAGONAL), (0.0, -1.0), (DIAGONAL, -DIAGONAL)),
)


def ray(
    x: Array, y: Array, direction: tuple[float, float], half_m: float, boxes: Sequence[tuple[Array, Array]]
) -> Array:
    """How far it is from (x, y), f32 [N], in a direction (a unit vector) to the first box, half an edge `half_m`, else
    FAR; f32 [N]."""
    inverse_x, inverse_y = (1.0 / part if abs(part) > 1.0 / FAR else FAR for part in direction)
    return _nearest(x, y, inverse_x, inverse_y, half_m, boxes)


def to_wall(x: Array, y: Array, direction: tuple[float, float], half_m: float) -> Array:
    """How far it is from (x, y), f32 [N], in a direction (a unit vector) to the wall of a square around (0, 0)."""
    ways = [
        (half_m - math.copysign(1.0, part) * place) * (1.0 / abs(part))
        for place, part in ((x, direction[0]), (y, direction[1]))
        if abs(part) > 1.0 / FAR
    ]
    nearer: Array = ways[0] if len(ways) == 1 else np.minimum(*ways)
    return nearer


def in_sight(
    x: Array, y: Array, to_x: Array, to_y: Array, half_m: float, boxes: Sequence[tuple[Array, Array]]
) -> Array:
    """Whether no box stands between (x, y) and (to_x, to_y): a mask [N]."""
    inverse_x, inverse_y = (1.0 / np.where(np.abs(way) > 1.0 / FAR, way, 1.0 / FAR) for way in (to_x - x, to_y - y))
    mask: Array = _nearest(x, y, inverse_x, inverse_y, half_m, boxes) >= 1.0
    return mask


def _nearest(
    x: Array,
    y: Array,
    inverse_x: float | Array,
    inverse_y: float | Array,
    half_m: float,
    boxes: Sequence[tuple[Array, Array]],
) -> Array:
    """After how many lengths of a direction, given by 1 / each part, the first of the boxes is entered, else FAR."""
    nearest = x * 0.0 + FAR
    for box_x, box_y in boxes:
        nearest = np.minimum(nearest, _entered(box_x - x, box_y - y, inverse_x, inverse_y, half_m))
    return nearest


def _entered(dx: Array, dy: Array, inverse_x: float | Array, inverse_y: float | Array, half_m: float) -> Array:
    """After how many lengths of a direction, given by 1 / each part, the box at (dx, dy) is entered; 0 inside."""
    ins, outs = [], []
    for middle, inverse in ((dx, inverse_x), (dy, inverse_y)):
        one, other = (middle - half_m) * inverse, (middle + half_m) * inverse
        ins.append(np.minimum(one, other))
        outs.append(np.maximum(one, other))
    entered, left = np.maximum(np.maximum(ins[0], ins[1]), 0.0), np.minimum(outs[0], outs[1])
    way: Array = np.where(left > entered, entered, FAR)
    return way
