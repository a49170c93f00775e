"""The match and the factory as the numbers that `shaders/match.wgsl` draws: `drawing.match` with another pen.

A picture is one array of f32: a head of `HEAD_FLOATS` (sizes and colours; `Picture` in the shader) and then rows of
`SHAPE_FLOATS`, in the order they are drawn. A shape that has points is followed by rows of the kind `POINTS`, which
hold two points each and draw nothing. Lengths are pixels, y downwards.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from drillsergeant.drawing.colours import DARK, LIGHT, Colours, Rgba, rgba
from drillsergeant.drawing.factory import (
    FACTORY_BALL_EDGE,
    FACTORY_BODY_EDGE,
    LARGER,
    LEAST_PX,
    begun,
    factory_floor,
    grid,
)
from drillsergeant.drawing.figures import put
from drillsergeant.drawing.flatten import Still, figures_of, inks, layers_of
from drillsergeant.drawing.maps.mosaic import Mosaic, MosaicRow
from drillsergeant.drawing.match import BALL_EDGE, BODY_EDGE, MatchView, draw_match, heading
from drillsergeant.drawing.place import Point, arrange
from drillsergeant.drills.contract import Body, Scene

POINTS, BOX, BALL, RING, DISC, POLYGON, LINE = range(7)  # kinds of rows
HEAD_FLOATS = 4 * 6
SHAPE_FLOATS = 12
BLANK: Rgba = (0.0, 0.0, 0.0, 0.0)
SPLIT_PX = 200.0  # a line over more than this is drawn piece by piece: in quads that hold little beside it
PointsPx = Sequence[tuple[float, float, float]]


class Picture:
    """A picture being put together; `clear` is the colour behind everything."""

    def __init__(self, head: array[float], clear: Rgba) -> None:
        self.floats = array("f", head)
        self.clear = clear

    @property
    def count(self) -> int:
        """How many rows there are."""
        return (len(self.floats) - HEAD_FLOATS) // SHAPE_FLOATS

    def add(self, kind: int, place: Point, size: float, turn: Sequence[float], colour: Rgba) -> None:
        """Draw one more shape over the others; `turn` holds the four numbers the shader wants for its kind."""
        self.floats.extend((*place, size, kind, *turn, *colour))

    def add_points(self, kind: int, points: PointsPx, colour: Rgba) -> None:
        """Draw what hangs on points (x, y, half width), in the quad that holds it."""
        left, right = min(x - half for x, _, half in points), max(x + half for x, _, half in points)
        top, bottom = min(y - half for _, y, half in points), max(y + half for _, y, half in points)
        reach = (right - left) / 2 + 1, (bottom - top) / 2 + 1
        self.add(kind, ((left + right) / 2, (top + bottom) / 2), 0.0, (*reach, len(points), 0.0), colour)
        for one, two in zip(points[::2], [*points[1::2], (0.0, 0.0, 0.0)], strict=False):
            self.floats.extend((0.0, 0.0, 0.0, POINTS, *one, 0.0, *two, 0.0))


class Painter(Protocol):
    """Somebody who draws pictures on the show's canvas, for as long as it has a device to draw with."""

    @property
    def name(self) -> str:
        """What the page calls it."""

    def paint(self, picture: Picture) -> bool:
        """Draw; False where that is no longer possible and nothing was drawn."""


class PicturePen:
    """A `drawing.match.Pen` that adds to a picture."""

    def __init__(self, picture: Picture, colours: Colours) -> None:
        self._picture, self._colours = picture, colours

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon."""
        if fill:
            self._picture.add_points(POLYGON, [(x, y, 0.0) for x, y in points], rgba(fill))
        if stroke:
            self.line((*points, points[0]), stroke, line)

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle."""
        if fill:
            self._picture.add(DISC, (x, y), radius, (0, 0, 0, 0), rgba(fill))
        if stroke:
            self._picture.add(RING, (x, y), radius, (line, 0, 0, 0), rgba(stroke))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""
        ink, path = rgba(colour), [(x, y, width / 2) for x, y in points]
        if len(path) == 1:
            path = path * 2
        pieces: Sequence[PointsPx] = [path]
        if ink[3] == 1.0 and math.dist(*_extent(points)) > SPLIT_PX:
            pieces = list(pairwise(path))
        for piece in pieces:
            self._picture.add_points(LINE, piece, ink)

    def still(self, still: Still) -> None:
        """Draw figures that were made once."""
        self._picture.floats.extend(_rows_of(still, self._colours))

    def mosaic(self, mosaic: Mosaic) -> None:
        """Row after row."""
        for row in mosaic.rows:
            self._picture.floats.extend(tiles_of(row))

    def player(self, at: Point, half: float, turn: Point, glow: float, eyes: bool, colour: str) -> None:
        """A rounded box."""
        self._picture.add(BOX, at, half, (*turn, glow, float(eyes)), rgba(colour))

    def ball(self, at: Point, radius: float) -> None:
        """A disc and its shadow."""
        self._picture.add(BALL, at, radius, (0, 0, 0, 0), rgba(self._colours.ball))

    def ribbon(self, points: PointsPx, colour: str) -> None:
        """A line that gets wider."""
        self._picture.add_points(LINE, points, rgba(colour))


def match_picture(scene: Scene, width_px: int, height_px: int, match_views: Sequence[MatchView]) -> Picture:
    """Return what `drawing.match.draw` would draw on a surface of this size."""
    colours = DARK if match_views[0][1].dark else LIGHT
    head = _head(width_px, height_px, (BODY_EDGE, BALL_EDGE), rgba(colours.shadow), colours)
    picture = Picture(head, rgba(colours.named(scene.background)))
    pen, places = PicturePen(picture, colours), arrange(scene, len(match_views), width_px, height_px)
    for place, (state, look) in zip(places, match_views, strict=True):
        draw_match(pen, scene, place, colours, state, look)
    return picture


def factory_picture(
    scene: Scene, width_px: int, height_px: int, matches: Sequence[Mapping[str, float]], dark: bool
) -> Picture:
    """Return what `drawing.factory.draw_factory` would draw on a surface of this size."""
    colours = DARK if dark else LIGHT
    cells = grid(scene, len(matches), width_px, height_px).cells
    head = _head(width_px, height_px, (FACTORY_BODY_EDGE, FACTORY_BALL_EDGE), BLANK, colours)
    picture = Picture(head, rgba(colours.named(scene.background)))
    pen = PicturePen(picture, colours)
    pen.still(factory_floor(scene, len(matches), width_px, height_px, colours))
    shown = [pair for pair in zip(cells, matches, strict=True) if begun(scene, pair[1])]
    for shape in layers_of(scene, details=False).moving:
        ink = inks(shape, colours)
        for cell, state in shown:
            put(pen, figures_of(shape, ink, state, cell, LEAST_PX))
    for body in scene.bodies:
        colour = rgba(_colour(body, colours))
        for cell, state in shown:
            at, size = cell.to_pixels(state[body.x], state[body.y]), LARGER * body.size_m * cell.scale
            if body.kind == "disc":
                picture.add(BALL, at, size, (0, 0, 0, 0), colour)
                continue
            picture.add(BOX, at, size, (*heading(body, state), 0.0, 0.0), colour)
    return picture


def _colour(body: Body, colours: Colours) -> str:
    if body.kind == "disc":
        return colours.ball
    return colours.nobody if body.team is None else colours.teams[body.team]


def _extent(points: Sequence[Point]) -> tuple[Point, Point]:
    """The lowest and the highest of either coordinate."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys)), (max(xs), max(ys))


@lru_cache(maxsize=16)
def _rows_of(still: Still, colours: Colours) -> array[float]:
    """Figures that stand still as rows."""
    picture = Picture(array("f", bytes(4 * HEAD_FLOATS)), BLANK)
    put(PicturePen(picture, colours), still.figures)
    return picture.floats[HEAD_FLOATS:]


@lru_cache(maxsize=64)  # of a map that is shown, and the next one
def tiles_of(row: MosaicRow) -> array[float]:
    """The tiles and arrows of a map's row as rows; each has four points."""
    floats = array("f")
    for ((ax, ay), (bx, by), (cx, cy), (dx, dy)), colour in row.tiles:
        left, right, top, bottom = min(ax, bx, cx, dx), max(ax, bx, cx, dx), min(ay, by, cy, dy), max(ay, by, cy, dy)
        middle, reach = ((left + right) / 2, (top + bottom) / 2), ((right - left) / 2 + 1, (bottom - top) / 2 + 1)
        floats.extend((*middle, 0.0, POLYGON, *reach, 4.0, 0.0, *rgba(colour)))
        floats.extend((0.0, 0.0, 0.0, POINTS, ax, ay, 0.0, 0.0, bx, by, 0.0, 0.0))
        floats.extend((0.0, 0.0, 0.0, POINTS, cx, cy, 0.0, 0.0, dx, dy, 0.0, 0.0))
    return floats


@lru_cache(maxsize=8)
def _head(width_px: int, height_px: int, edges: tuple[float, float], shadow: Rgba, colours: Colours) -> array[float]:
    """Everything before the rows; `edges`: outlines of player and ball by their size."""
    head = array("f", (width_px, height_px, 0.0, 0.0, *edges, 0.0, 0.0))
    for ink in (rgba(colours.edge), rgba(colours.eye), rgba(colours.pupil), shadow):
        head.extend(ink)
    return head
