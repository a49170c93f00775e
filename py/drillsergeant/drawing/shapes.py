"""The match and the factory as the numbers that `shaders/match.wgsl` draws: the twin of `drawing`, shape by shape.

A picture is one array of f32: a head of `HEAD_FLOATS` (sizes, colours, the trail; `Picture` in the shader) and
then `SHAPE_FLOATS` per shape, in the order they are drawn. Lengths are pixels, y downwards.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from drillsergeant.drawing.colours import DARK, LIGHT, Colours, Rgba, rgba
from drillsergeant.drawing.factory import (
    FACTORY_BALL_EDGE,
    FACTORY_BODY_EDGE,
    FACTORY_RECESS_OPACITY,
    LARGER,
    begun,
    grid,
    line_px,
)
from drillsergeant.drawing.match import (
    BALL_EDGE,
    BODY_EDGE,
    CHOSEN_M,
    CHOSEN_REACH,
    LINE_M,
    POST_M,
    RECESS_OPACITY,
    RING_M,
    ROUND_LINES,
    STRIPES,
    TRAIL_OPACITY,
    TRAIL_WIDTH,
    Fit,
    Look,
    MatchView,
    Point,
    arrange,
    dash,
    heading,
    ring_m,
    tint_of,
)
from drillsergeant.drills.contract import Body, Scene

FIELD, BOX, DISC, RING, TRAIL = range(5)  # kinds of shapes
TRAIL_POINTS, TRAILS = 16, 2  # points of a trail, trails in a picture
HEAD_FLOATS = 4 * (13 + TRAILS * TRAIL_POINTS)
SHAPE_FLOATS = 12
BLANK: Rgba = (0.0, 0.0, 0.0, 0.0)


class Picture:
    """A picture being put together; `clear` is the colour behind everything."""

    def __init__(self, head: array[float], clear: Rgba) -> None:
        self.floats = array("f", head)
        self.clear = clear
        self._trail_points = 0

    @property
    def count(self) -> int:
        """How many shapes there are."""
        return (len(self.floats) - HEAD_FLOATS) // SHAPE_FLOATS

    def add(self, kind: int, place: Point, size: float, turn: Sequence[float], colour: Rgba) -> None:
        """Draw one more shape over the others; `turn` holds the four numbers the shader wants for its kind."""
        self.floats.extend((*place, size, kind, *turn, *colour))

    def leave_trail(self, points: Sequence[tuple[float, float, float]]) -> int:
        """Keep a trail's points (x, y, half width), oldest first, at most `TRAIL_POINTS`; returns the first's place
        among all that are kept."""
        first, self._trail_points = self._trail_points, self._trail_points + len(points)
        start = HEAD_FLOATS - 4 * TRAILS * TRAIL_POINTS + 4 * first
        for index, point in enumerate(points):
            self.floats[start + 4 * index : start + 4 * index + 3] = array("f", point)
        return first


class Painter(Protocol):
    """Somebody who draws pictures on the show's canvas, for as long as it has a device to draw with."""

    @property
    def name(self) -> str:
        """What the page calls it."""

    def paint(self, picture: Picture) -> bool:
        """Draw; False where that is no longer possible and nothing was drawn."""


def match_picture(scene: Scene, width_px: int, height_px: int, match_views: Sequence[MatchView]) -> Picture:
    """Return what `drawing.match.draw` would draw on a surface of this size."""
    dark = match_views[0][1].dark
    colours = DARK if dark else LIGHT
    places = arrange(scene, len(match_views), width_px, height_px)
    picture = Picture(_match_head(scene, width_px, height_px, places[0].scale, dark), rgba(colours.surround))
    for place, (state, look) in zip(places, match_views, strict=True):
        _add_match(picture, scene, place, colours, state, look)
    return picture


def _add_match(
    picture: Picture, scene: Scene, place: Fit, colours: Colours, state: Mapping[str, float], look: Look
) -> None:
    tint = tint_of(look, colours)
    picture.add(FIELD, place.to_pixels(0.0, 0.0), place.scale, (0, 0, 0, 0), rgba(*tint) if tint else BLANK)
    if look.scored_by is not None and look.flash > 0 and scene.goal_half_width_m > 0:
        end = 1.0 if look.scored_by == 0 else -1.0
        goal = place.to_pixels(end * scene.half_length_m, 0.0)
        line = (RING_M * place.scale, 0, 0, 0)
        colour = rgba(colours.teams[look.scored_by], look.flash)
        picture.add(RING, goal, ring_m(scene, look.flash) * place.scale, line, colour)
    _add_trail(picture, scene, place, look.trail, rgba(colours.trail, TRAIL_OPACITY))
    for body in scene.bodies:
        if look.chosen is not None and body.player == look.chosen:
            at, radius = place.to_pixels(state[body.x], state[body.y]), CHOSEN_REACH * body.size_m * place.scale
            picture.add(RING, at, radius, (CHOSEN_M * place.scale, 0, 0, 0), rgba(colours.chosen))
    for body in scene.bodies:
        size = body.size_m * place.scale
        _add_body(picture, body, state, place.to_pixels(state[body.x], state[body.y]), size, colours, eyes=True)


def factory_picture(
    scene: Scene, width_px: int, height_px: int, matches: Sequence[Mapping[str, float]], dark: bool
) -> Picture:
    """Return what `drawing.factory.draw_factory` would draw on a surface of this size."""
    colours = DARK if dark else LIGHT
    places = grid(scene, len(matches), width_px, height_px)
    scale = places.cell.scale
    fields = _factory_fields(scene, len(matches), width_px, height_px, dark)
    picture = Picture(fields, rgba(colours.surround))
    for body in scene.bodies:
        size = LARGER * body.size_m * scale
        for (x, y), state in zip(places.middles, matches, strict=True):
            if begun(scene, state):
                at = x + scale * state[body.x], y - scale * state[body.y]
                _add_body(picture, body, state, at, size, colours, eyes=False)
    return picture


def _add_body(
    picture: Picture, body: Body, state: Mapping[str, float], at: Point, size: float, colours: Colours, *, eyes: bool
) -> None:
    if body.kind == "disc":
        picture.add(DISC, at, size, (0, 0, 0, 0), rgba(colours.ball))
        return
    cos, sin = heading(body, state)
    length = math.hypot(cos, sin) or 1.0
    glow = dash(body, state) if eyes else 0.0
    colour = rgba(colours.nobody if body.team is None else colours.teams[body.team])
    turn = (cos / length, sin / length, glow, float(eyes and body.heading is not None))
    picture.add(BOX, at, size, turn, colour)


def _add_trail(picture: Picture, scene: Scene, place: Fit, trail: Sequence[Point], colour: Rgba) -> None:
    """A ribbon through the last places of the ball, pointed where it is oldest, in the quad that holds it."""
    radius = next((body.size_m * place.scale for body in scene.bodies if body.kind == "disc"), 0.0)
    pixels = [place.to_pixels(x, y) for x, y in trail][-TRAIL_POINTS:]
    pixels = [here for here, before in zip(pixels, [None, *pixels], strict=False) if here != before]
    if len(pixels) < 3:
        return
    widest = TRAIL_WIDTH * radius
    points = [(x, y, widest * index / (len(pixels) - 1)) for index, (x, y) in enumerate(pixels)]
    first = picture.leave_trail(points)
    left, right = min(x for x, _ in pixels), max(x for x, _ in pixels)
    top, bottom = min(y for _, y in pixels), max(y for _, y in pixels)
    half = (right - left) / 2 + widest + 1, (bottom - top) / 2 + widest + 1
    picture.add(TRAIL, ((left + right) / 2, (top + bottom) / 2), 0.0, (*half, first, len(points)), colour)


@lru_cache(maxsize=4)
def _match_head(scene: Scene, width_px: int, height_px: int, scale: float, dark: bool) -> array[float]:
    surface = (width_px, height_px, LINE_M * scale, POST_M * scale)
    colours = DARK if dark else LIGHT
    return _head(scene, surface, (RECESS_OPACITY, BODY_EDGE, BALL_EDGE), colours.stripes, rgba(colours.shadow), colours)


@lru_cache(maxsize=4)
def _factory_fields(scene: Scene, count: int, width_px: int, height_px: int, dark: bool) -> array[float]:
    """The head and the fields, which change with nothing but the surface."""
    colours, places = DARK if dark else LIGHT, grid(scene, count, width_px, height_px)
    scale = places.cell.scale
    surface = (width_px, height_px, line_px(scale), 0.0)
    plain = colours.stripes[0], colours.stripes[0]
    opacities = FACTORY_RECESS_OPACITY, FACTORY_BODY_EDGE, FACTORY_BALL_EDGE
    picture = Picture(_head(scene, surface, opacities, plain, BLANK, colours), BLANK)
    for middle in places.middles:
        picture.add(FIELD, middle, scale, (0, 0, 0, 0), BLANK)
    return picture.floats


def _head(
    scene: Scene,
    surface: Sequence[float],
    weights: tuple[float, float, float],
    stripes: tuple[str, str],
    shadow: Rgba,
    colours: Colours,
) -> array[float]:
    """Everything before the shapes; `weights`: opacity of a recess, outlines of box and disc by their size."""
    recess, body_edge, ball_edge = weights
    field_m = (scene.half_length_m, scene.half_width_m, scene.goal_half_width_m, scene.goal_depth_m)
    inks = (*stripes, colours.line, *colours.teams, colours.edge, colours.eye, colours.pupil)
    head = array("f", (*surface, *field_m, scene.corner_m, STRIPES, recess, 0.0, body_edge, ball_edge))
    head.extend((float(scene.round), ROUND_LINES if surface[3] else 0.0))
    for ink in inks:
        head.extend(rgba(ink))
    head.extend((*shadow, *(0.0,) * (4 * TRAILS * TRAIL_POINTS)))
    return head
