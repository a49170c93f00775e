"""A scene's shapes in a state as figures: the one list that Canvas 2D, WebGPU and arrays of pixels all draw."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from drillsergeant.drawing.colours import Colours, faded
from drillsergeant.drawing.figures import DiscFigure, Figure, LineFigure, PolygonFigure
from drillsergeant.drawing.place import Fit, Point
from drillsergeant.drawing.stroke_font import strokes
from drillsergeant.drills.contract import Scene, Shape
from drillsergeant.drills.grounds import ground_of
from drillsergeant.drills.shapes import (
    Capsule,
    Circle,
    Line,
    Text,
    fields_of,
    points_of,
    value_of,
)

LETTER_WIDTH = 0.13  # of a line of a letter, by its height


class Layers:
    """The shapes of a scene, from below: the floor, marks that stand still, and the rest, which may move.

    `details`: whether those are there that are left out where many small matches are drawn.
    """

    def __init__(self, scene: Scene, details: bool) -> None:
        floor, shapes = (tuple(shape for shape in shapes if details or not shape.detail) for shapes in ground_of(scene))
        still = next((at for at, shape in enumerate(shapes) if fields_of(shape)), len(shapes))
        self.floor, self.marks, self.moving = floor, shapes[:still], shapes[still:]


@lru_cache(maxsize=8)
def layers_of(scene: Scene, details: bool = True) -> Layers:
    """The layers of a scene, made once."""
    return Layers(scene, details)


class Still:
    """Figures that stand still, made once for a place on a surface. Equal to nothing but itself, so that what is made
    of it is kept by it."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures = tuple(figures)


@lru_cache(maxsize=8)
def still_floor(scene: Scene, place: Fit, colours: Colours) -> Still:
    """The floor of a match."""
    return Still(flatten(layers_of(scene).floor, {}, place, colours))


@lru_cache(maxsize=8)
def still_marks(scene: Scene, place: Fit, colours: Colours) -> Still:
    """The marks on the floor of a match."""
    return Still(flatten(layers_of(scene).marks, {}, place, colours))


def flatten(
    shapes: Iterable[Shape], state: Mapping[str, float], place: Fit, colours: Colours, least_px: float = 0.0
) -> list[Figure]:
    """Shapes as figures, in order. `least_px`: how wide a line is at least."""
    return [figure for shape in shapes for figure in figures_of(shape, inks(shape, colours), state, place, least_px)]


def lit(shape: Shape, place: Fit, colours: Colours, colour: str, opacity: float) -> list[Figure]:
    """The first shape of a floor all in one colour."""
    return flatten((replace(shape, colour=colour, opacity=opacity, edge=""),), {}, place, colours)


def middle_of(shape: Shape, state: Mapping[str, float]) -> tuple[Point, float]:
    """The middle of the box around a shape, and its radius: half the diagonal, m."""
    points, reach = points_of(shape, state)
    left, right = min(x for x, _ in points) - reach, max(x for x, _ in points) + reach
    low, high = min(y for _, y in points) - reach, max(y for _, y in points) + reach
    return ((left + right) / 2, (low + high) / 2), math.hypot(right - left, high - low) / 2


def figures_of(
    shape: Shape, ink: tuple[str, str], state: Mapping[str, float], place: Fit, least_px: float = 0.0
) -> Iterator[Figure]:
    """One shape as figures, its inside and its edge in two CSS colours."""
    scale, (fill, edge) = place.scale, ink
    # An edge around something may be thinner: it would hide what is inside.
    edge_px = max(shape.edge_m * scale, 0.0 if fill else least_px) if edge else 0.0
    if isinstance(shape, Text):
        yield from _letters(shape, state, place, fill, least_px)
        return
    points, reach = points_of(shape, state)
    pixels = tuple(place.to_pixels(x, y) for x, y in points)
    if isinstance(shape, Circle):
        yield DiscFigure(*pixels[0], reach * scale, fill, edge, edge_px)
    elif isinstance(shape, Capsule | Line):
        width = max(2 * reach * scale, least_px)
        if edge:
            yield LineFigure(pixels, edge, width + edge_px)
        if fill and width > edge_px:
            yield LineFigure(pixels, fill, width - edge_px)
    else:
        yield PolygonFigure(pixels, fill, edge, edge_px)


@lru_cache(maxsize=256)
def inks(shape: Shape, colours: Colours) -> tuple[str, str]:
    """The CSS colours of a shape's inside and of its edge."""
    fill, edge = (faded(colours.named(name), shape.opacity) if name else "" for name in (shape.colour, shape.edge))
    return fill, edge


def _letters(shape: Text, state: Mapping[str, float], place: Fit, ink: str, least_px: float) -> Iterator[Figure]:
    text = shape.text
    if shape.value is not None:
        text = text.replace("{}", f"{value_of(shape.value, state):.{shape.digits}f}")
    x, y = value_of(shape.x, state), value_of(shape.y, state)
    width = max(LETTER_WIDTH * shape.height_m * place.scale, least_px)
    for stroke in strokes(text):
        points = tuple(place.to_pixels(x + shape.height_m * u, y + shape.height_m * v) for u, v in stroke)
        yield LineFigure(points, ink, width)
