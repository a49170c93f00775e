"""Draws many matches at once on a flat canvas, each as little more than its field, two squares and a ball.

Everything of one colour, over all matches, is one path: a canvas is asked a dozen things a frame, not thousands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.colours import DARK, LIGHT, faded
from drillsergeant.drawing.match import Fit, Point, fit
from drillsergeant.drills.contract import Body, Scene

LARGER = 1.45  # than life: a true square would be a few pixels
FACTORY_BODY_EDGE, FACTORY_BALL_EDGE = 0.14, 0.3  # of the size of a box, of the ball
FACTORY_RECESS_OPACITY = 0.6
BEGUN = 0.5  # a heading is a unit vector; one shorter than this belongs to a match that nobody has set up yet


@dataclass(frozen=True)
class Grid:
    """Where the matches lie: columns and rows of equal cells."""

    columns: int
    rows: int
    cell: Fit
    middles: tuple[Point, ...]


@lru_cache(maxsize=4)
def grid(scene: Scene, count: int, width_px: float, height_px: float) -> Grid:
    """Lay `count` fields out in a surface, as square a grid as possible: 64 are 8 by 8."""
    columns = max(1, math.isqrt(max(count - 1, 0)) + 1)
    rows = max(1, -(-count // columns))
    wide, high = width_px / columns, height_px / rows
    places = [divmod(index, columns) for index in range(count)]
    middles = tuple(((column + 0.5) * wide, (row + 0.5) * high) for row, column in places)
    return Grid(columns, rows, fit(scene, wide, high), middles)


def begun(scene: Scene, state: Mapping[str, float]) -> bool:
    """Return whether the bodies of `state` have been put on the field."""
    first = next((body.heading for body in scene.bodies if body.heading is not None), None)
    return first is None or math.hypot(state[first[0]], state[first[1]]) > BEGUN


def line_px(scale: float) -> float:
    """Return the width of the painted lines at `scale` pixels per metre."""
    return max(0.1 * scale, 0.75)


def draw_factory(canvas: Canvas, scene: Scene, matches: Sequence[Mapping[str, float]], dark: bool) -> None:
    """Draw every match (field name -> value, m) in a cell of its own."""
    colours = DARK if dark else LIGHT
    places = grid(scene, len(matches), canvas.width_px, canvas.height_px)
    scale = places.cell.scale
    line = line_px(scale)
    canvas.clear(colours.surround)
    fields, halves, goals = _grounds(scene, places)
    if scene.goal_half_width_m > 0:
        for goal, colour in zip(goals, colours.teams, strict=True):
            canvas.path(goal, faded(colour, FACTORY_RECESS_OPACITY), "", 0.0)
    canvas.path(fields, colours.stripes[0], colours.line, line)
    if scene.goal_half_width_m > 0:
        canvas.path(halves, "", colours.line, line)
    shown = [pair for pair in zip(places.middles, matches, strict=True) if begun(scene, pair[1])]
    for body in scene.bodies:
        size = LARGER * body.size_m * scale
        if body.kind == "box":
            colour = colours.nobody if body.team is None else colours.teams[body.team]
            canvas.path("".join(_boxes(body, size, scale, shown)), colour, colours.edge, FACTORY_BODY_EDGE * size)
        else:
            canvas.path(
                "".join(_discs(body, size, scale, shown)), colours.ball, colours.ball_edge, FACTORY_BALL_EDGE * size
            )


@lru_cache(maxsize=4)
def _grounds(scene: Scene, places: Grid) -> tuple[str, str, tuple[str, str]]:
    """Return the outlines of all fields, their halfway lines and circles, and the goals of either team, as paths."""
    scale = places.cell.scale
    length, width, cut = (scale * size for size in (scene.half_length_m, scene.half_width_m, scene.corner_m))
    goal, depth = scale * scene.goal_half_width_m, scale * scene.goal_depth_m
    long, short = 2 * (length - cut), 2 * (width - cut)
    outline = (
        f"h{long:.2f}l{cut:.2f} {cut:.2f}v{short:.2f}l{-cut:.2f} {cut:.2f}h{-long:.2f}"
        f"l{-cut:.2f} {-cut:.2f}v{-short:.2f}z"
    )
    fields = "".join(f"M{x - length + cut:.2f} {y - width:.2f}{outline}" for x, y in places.middles)
    if scene.round:
        fields = "".join(f"M{x - length:.2f} {y:.2f}{_round(length)}" for x, y in places.middles)
    across = f"v{2 * width:.2f}m{-goal:.2f} {-width:.2f}" + _round(goal)
    halves = "".join(f"M{x:.2f} {y - width:.2f}{across}" for x, y in places.middles)
    recess = f"h{depth:.2f}v{2 * goal:.2f}h{-depth:.2f}z"
    left, right = (
        "".join(f"M{x + start:.2f} {y - goal:.2f}{recess}" for x, y in places.middles)
        for start in (-length - depth, length)
    )
    return fields, halves, (left, right)


def _boxes(body: Body, size: float, scale: float, shown: Sequence[tuple[Point, Mapping[str, float]]]) -> Iterator[str]:
    """A square per match, turned to where the body looks."""
    for (x, y), state in shown:
        cos, sin = (state[name] for name in body.heading) if body.heading else (1.0, 0.0)
        length = size / (math.hypot(cos, sin) or 1.0)
        a, b = cos * length, sin * length
        left, top = x + scale * state[body.x] + a + b, y - scale * state[body.y] + a - b
        yield (f"M{left:.1f} {top:.1f}l{-2 * b:.1f} {-2 * a:.1f}l{-2 * a:.1f} {2 * b:.1f}l{2 * b:.1f} {2 * a:.1f}z")


def _discs(body: Body, size: float, scale: float, shown: Sequence[tuple[Point, Mapping[str, float]]]) -> Iterator[str]:
    """A circle per match."""
    circle = _round(size)
    for (x, y), state in shown:
        yield f"M{x + scale * state[body.x] - size:.1f} {y - scale * state[body.y]:.1f}{circle}"


def _round(radius: float) -> str:
    """Return a circle, from its leftmost point, as the rest of a path."""
    half = f"a{radius:.2f} {radius:.2f} 0 0 1 "
    return f"{half}{2 * radius:.2f} 0{half}{-2 * radius:.2f} 0z"
