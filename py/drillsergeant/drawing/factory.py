"""Draws many matches at once on a flat canvas, each as little more than its field, its shapes, its players and a ball.

Everything of one colour, over all matches, is one path: a canvas is asked a dozen things a frame, not thousands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.colours import DARK, LIGHT, Colours
from drillsergeant.drawing.figures import DiscFigure, Figure, LineFigure, PolygonFigure
from drillsergeant.drawing.flatten import Still, figures_of, inks, layers_of
from drillsergeant.drawing.place import Fit, fit
from drillsergeant.drills.contract import Body, Scene

Style: TypeAlias = "tuple[str, str, float]"

LARGER = 1.45  # than life: a true square would be a few pixels
FACTORY_BODY_EDGE, FACTORY_BALL_EDGE = 0.14, 0.3  # of the size of a box, of the ball
LEAST_PX = 0.75  # how wide a line is at least


@dataclass(frozen=True)
class Grid:
    """Where the matches lie: columns and rows of equal cells."""

    columns: int
    rows: int
    cell: Fit
    cells: tuple[Fit, ...]


@lru_cache(maxsize=4)
def grid(scene: Scene, count: int, width_px: float, height_px: float) -> Grid:
    """Lay `count` fields out in a surface, as square a grid as possible: 64 are 8 by 8."""
    columns = max(1, math.isqrt(max(count - 1, 0)) + 1)
    rows = max(1, -(-count // columns))
    wide, high = width_px / columns, height_px / rows
    places = [divmod(index, columns) for index in range(count)]
    cell = fit(scene, wide, high)
    cells = tuple(Fit(cell.scale, (column + 0.5) * wide, (row + 0.5) * high) for row, column in places)
    return Grid(columns, rows, cell, cells)


def begun(scene: Scene, state: Mapping[str, float]) -> bool:
    """Return whether the bodies of `state` have been put on the field: a match that nobody has set up has only zeros.

    A heading that glides from one direction to another is a short one for a moment, and that match has begun.
    """
    first = next((body.heading for body in scene.bodies if body.heading is not None), None)
    return first is None or any(state[name] != 0.0 for name in first)


def draw_factory(canvas: Canvas, scene: Scene, matches: Sequence[Mapping[str, float]], dark: bool) -> None:
    """Draw every match (field name -> value, m) in a cell of its own."""
    colours = DARK if dark else LIGHT
    cells = grid(scene, len(matches), canvas.width_px, canvas.height_px).cells
    canvas.clear(colours.named(scene.background))
    if not matches:
        return
    for path, style in _paths_of(factory_floor(scene, len(matches), canvas.width_px, canvas.height_px, colours)):
        canvas.path(path, *style)
    shown = [pair for pair in zip(cells, matches, strict=True) if begun(scene, pair[1])]
    for shape in layers_of(scene, details=False).moving:
        ink = inks(shape, colours)
        figures = [each for cell, state in shown for each in figures_of(shape, ink, state, cell, LEAST_PX)]
        for path, style in joined(figures):
            canvas.path(path, *style)
    for body in scene.bodies:
        size = LARGER * body.size_m * cells[0].scale
        if body.kind == "box":
            colour = colours.nobody if body.team is None else colours.teams[body.team]
            canvas.path("".join(_boxes(body, size, shown)), colour, colours.edge, FACTORY_BODY_EDGE * size)
        else:
            canvas.path("".join(_discs(body, size, shown)), colours.ball, colours.ball_edge, FACTORY_BALL_EDGE * size)


@lru_cache(maxsize=4)
def factory_floor(scene: Scene, count: int, width_px: float, height_px: float, colours: Colours) -> Still:
    """The floors of all matches and what stands still on them, shape by shape: the cells do not overlap."""
    layers, cells = layers_of(scene, details=False), grid(scene, count, width_px, height_px).cells
    still = [(shape, inks(shape, colours)) for shape in (*layers.floor, *layers.marks)]
    return Still(each for shape, ink in still for cell in cells for each in figures_of(shape, ink, {}, cell, LEAST_PX))


@lru_cache(maxsize=4)
def _paths_of(still: Still) -> list[tuple[str, Style]]:
    return joined(still.figures)


def joined(figures: Iterable[Figure]) -> list[tuple[str, Style]]:
    """Figures as paths in SVG's notation: neighbours that are painted alike are one."""
    groups = groupby(figures, _style)
    return [("".join(map(_path, alike)), style) for style, alike in groups]


def _style(figure: Figure) -> Style:
    """Fill, stroke, and the width of the stroke."""
    return ("", figure.colour, figure.width) if isinstance(figure, LineFigure) else figure[-3:]


def _path(figure: Figure) -> str:
    if isinstance(figure, DiscFigure):
        return f"M{figure.x - figure.radius:.2f} {figure.y:.2f}{_round(figure.radius)}"
    rest = "".join(f"L{x:.2f} {y:.2f}" for x, y in figure.points)
    return f"M{rest[1:]}{'z' if isinstance(figure, PolygonFigure) else ''}"


def _boxes(body: Body, size: float, shown: Sequence[tuple[Fit, Mapping[str, float]]]) -> Iterator[str]:
    """A square per match, turned to where the body looks."""
    for cell, state in shown:
        cos, sin = (state[name] for name in body.heading) if body.heading else (1.0, 0.0)
        length = size / (math.hypot(cos, sin) or 1.0)
        a, b = cos * length, sin * length
        x, y = cell.to_pixels(state[body.x], state[body.y])
        left, top = x + a + b, y + a - b
        yield (f"M{left:.1f} {top:.1f}l{-2 * b:.1f} {-2 * a:.1f}l{-2 * a:.1f} {2 * b:.1f}l{2 * b:.1f} {2 * a:.1f}z")


def _discs(body: Body, size: float, shown: Sequence[tuple[Fit, Mapping[str, float]]]) -> Iterator[str]:
    """A circle per match."""
    circle = _round(size)
    for cell, state in shown:
        x, y = cell.to_pixels(state[body.x], state[body.y])
        yield f"M{x - size:.1f} {y:.1f}{circle}"


def _round(radius: float) -> str:
    """Return a circle, from its leftmost point, as the rest of a path."""
    half = f"a{radius:.2f} {radius:.2f} 0 0 1 "
    return f"{half}{2 * radius:.2f} 0{half}{-2 * radius:.2f} 0z"
