"""Grounds that drills play on, as shapes: a soccer field, a ring, a bare court, a plain sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from drillsergeant.drills.contract import Scene, Shape
from drillsergeant.drills.shapes import Circle, Line, Polygon, Rectangle

STRIPES = 10  # as a mower leaves them
LINE_M, POST_M = 0.06, 0.09  # widths of the painted lines and of the goal posts
RECESS_OPACITY = 0.32
RING_LINES, RING_MIDDLE = 2.5, 0.3  # the edge of a ring, in lines; the circle in its middle, of its radius
Corner = tuple[float, float]


class GroundShapes(NamedTuple):
    """What is played on and what is painted on it. The first shape of `floor` is what lights up after a goal, and the
    marks are seen through that."""

    floor: tuple[Shape, ...]
    marks: tuple[Shape, ...]


def soccer_field(
    half_length_m: float, half_width_m: float, goal_half_width_m: float, goal_depth_m: float, corner_m: float = 0.0
) -> GroundShapes:
    """A mown field with cut corners, painted lines and two goals, each in the colour of the team that defends it."""
    length, width, goal = half_length_m, half_width_m, goal_half_width_m
    outline = _octagon(length, width, corner_m)
    floor: list[Shape] = [Polygon(outline, colour="ground")]
    wide = 2 * length / STRIPES
    for stripe in range(1, STRIPES, 2):
        left = stripe * wide - length
        across = _stripe(left, left + wide, length, width, corner_m)
        floor.append(Polygon(across, colour="stripe", detail=True))
    for team, end in ((0, -1.0), (1, 1.0)):
        colour, far, middle = f"team{team}", end * (length + goal_depth_m), end * (length + goal_depth_m / 2)
        floor.append(Rectangle(middle, 0.0, goal_depth_m, 2 * goal, colour=colour, opacity=RECESS_OPACITY))
        near = end * (length + POST_M / 2)  # so that the round ends of the posts stop at the line
        posts = ((near, goal), (far, goal), (far, -goal), (near, -goal))
        floor.append(Line(posts, POST_M, colour=colour, detail=True))
    marks = (
        _painted(outline),
        Line(((0.0, width), (0.0, -width)), LINE_M, colour="line"),
        Circle(0.0, 0.0, goal, colour="", edge="line", edge_m=LINE_M),
        Circle(0.0, 0.0, 1.6 * LINE_M, colour="line", detail=True),
    )
    return GroundShapes(tuple(floor), marks)


def ring(radius_m: float) -> GroundShapes:
    """A disc with a heavy edge and a circle in its middle."""
    edge = Circle(0.0, 0.0, radius_m, colour="", edge="line", edge_m=RING_LINES * LINE_M)
    middle = Circle(0.0, 0.0, RING_MIDDLE * radius_m, colour="", edge="line", edge_m=LINE_M, detail=True)
    return GroundShapes((Circle(0.0, 0.0, radius_m, colour="ground"),), (edge, middle))


def court(half_length_m: float, half_width_m: float, corner_m: float = 0.0) -> GroundShapes:
    """A floor with a line around it."""
    outline = _octagon(half_length_m, half_width_m, corner_m)
    return GroundShapes((Polygon(outline, colour="ground"),), (_painted(outline),))


def sheet(half_length_m: float, half_width_m: float) -> GroundShapes:
    """Plain paper, for drawings: take the background `paper` with it."""
    return GroundShapes((Rectangle(0.0, 0.0, 2 * half_length_m, 2 * half_width_m, colour="paper"),), ())


def _painted(outline: Sequence[Corner]) -> Line:
    return Line((*outline, outline[0]), LINE_M, colour="line")


def _octagon(length: float, width: float, cut: float) -> tuple[Corner, ...]:
    """The corners, each once."""
    corners = (
        (length, width - cut), (length - cut, width), (cut - length, width), (-length, width - cut),
        (-length, cut - width), (cut - length, -width), (length - cut, -width), (length, cut - width),
    )  # fmt: skip
    return tuple(dict.fromkeys(corners))


def _stripe(left: float, right: float, length: float, width: float, cut: float) -> tuple[Corner, ...]:
    """From side to side of a field, what lies between two places along it."""
    bends = [x for x in (cut - length, length - cut) if left < x < right]
    upper = [(x, width - max(0.0, abs(x) - (length - cut))) for x in (left, *bends, right)]
    return (*upper, *((x, -y) for x, y in reversed(upper)))


def ground_of(scene: Scene) -> GroundShapes:
    """What lies under the bodies of a scene, from below: its floor, and every other shape of it."""
    if scene.ground is not None:
        return GroundShapes(scene.ground, scene.shapes)
    size = scene.half_length_m, scene.half_width_m
    if scene.round:
        ground = ring(scene.half_length_m)
    elif scene.goal_half_width_m > 0:
        ground = soccer_field(*size, scene.goal_half_width_m, scene.goal_depth_m, scene.corner_m)
    else:
        ground = court(*size, scene.corner_m)
    return GroundShapes(ground.floor, (*ground.marks, *scene.shapes))
