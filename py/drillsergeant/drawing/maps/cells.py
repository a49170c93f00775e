"""The cells of a value map: a grid over the field, and what is changed in a match to ask about each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from drillsergeant.drawing.grips import Grip, allowed, grips_of
from drillsergeant.drawing.maps.compass import Compass
from drillsergeant.drawing.place import Point
from drillsergeant.drills.contract import Scene
from drillsergeant.learn.engine import Insight

LONG_SIDE = 20  # cells along the longer side of a field
INSIDE_M = 1e-6  # how far a place may be put back and still be inside


class MapRow(NamedTuple):
    """What a policy makes of a row of cells, from left to right: the reward it expects, and where it would go (x to the
    right, y upwards, at most 1 long); None outside the field. Row 0 is the uppermost."""

    number: int
    values: Sequence[float | None]
    arrows: Sequence[Point | None]


@dataclass(frozen=True)
class Cells:
    """A grid over a scene. `inside` tells of each row, from above, which cells' middles lie on the field."""

    scene: Scene
    columns: int
    rows: int
    inside: tuple[tuple[bool, ...], ...]

    @property
    def width_m(self) -> float:
        """Of a cell."""
        return 2.0 * self.scene.half_length_m / self.columns

    @property
    def height_m(self) -> float:
        """Of a cell."""
        return 2.0 * self.scene.half_width_m / self.rows

    def middle(self, row: int, column: int) -> Point:
        """The middle of a cell, m."""
        return _middle(self.scene, self.columns, self.rows, row, column)

    def changes(self, row: int, grip: Grip) -> list[dict[str, float]]:
        """For each cell of a row that is inside, the state fields with which `grip` is there, at rest: where a visitor
        could put it, so that near a wall it does not stick out of the field."""
        places = [self.middle(row, column) for column in range(self.columns) if self.inside[row][column]]
        return [grip.put(*allowed(self.scene, grip, *place)) for place in places]

    def answered(self, row: int, insights: Sequence[Insight], compass: Compass) -> MapRow:
        """The row of the map, of what a player makes of `changes`."""
        left = iter(insights)
        answers = [next(left) if inside else None for inside in self.inside[row]]
        return MapRow(
            row,
            [None if answer is None else answer.value for answer in answers],
            [None if answer is None else compass.arrow(answer.probabilities) for answer in answers],
        )


@lru_cache(maxsize=8)
def cells_of(scene: Scene) -> Cells:
    """The grid over a scene in which something can be put elsewhere, of cells that are nearly square."""
    edge = 2.0 * max(scene.half_length_m, scene.half_width_m) / LONG_SIDE
    columns, rows = (max(1, round(2.0 * half / edge)) for half in (scene.half_length_m, scene.half_width_m))
    point = replace(things_of(scene)[0], size_m=0.0, player=0)  # a player stays out of the goals
    inside = []
    for row in range(rows):
        places = [_middle(scene, columns, rows, row, column) for column in range(columns)]
        inside.append(tuple(math.dist(allowed(scene, point, *place), place) < INSIDE_M for place in places))
    return Cells(scene, columns, rows, tuple(inside))


def things_of(scene: Scene) -> tuple[Grip, ...]:
    """What a map may be about: whatever in a scene can be put elsewhere."""
    return tuple(grip for grip in grips_of(scene) if grip.moves)


def _middle(scene: Scene, columns: int, rows: int, row: int, column: int) -> Point:
    x, y = (2 * column + 1) / columns - 1.0, 1.0 - (2 * row + 1) / rows
    return x * scene.half_length_m, y * scene.half_width_m
