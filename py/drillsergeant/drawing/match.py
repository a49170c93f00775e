"""Draws a match on a flat canvas, or two side by side: field, goals, players, ball. Knows no rules, only the scene.

What is drawn in which order is said once, in `draw_match`, for whatever there is to draw with: a `Pen`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

from drillsergeant.drawing.beat import Whistle, Word, ball_of, draw_whistle, draw_word
from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.colours import DARK, LIGHT, Colours, faded
from drillsergeant.drawing.figures import Surface, put
from drillsergeant.drawing.flatten import Still, flatten, layers_of, lit, middle_of, still_floor, still_marks
from drillsergeant.drawing.maps.mosaic import MapPicture, Mosaic
from drillsergeant.drawing.place import Fit, Point, arrange
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.drills.shapes import fields_of

ROUNDING = 0.34  # of a box's corners, as a share of half its edge
CORNER_POINTS = 4
RING_M = 0.12  # width of the ring after a goal
CHOSEN_M, CHOSEN_REACH = 0.07, 1.75  # the ring around the player looked into: its width, its radius in half edges
CHOSEN_AROUND = 1.15  # its radius around a shape, by the shape's own
BODY_EDGE, BALL_EDGE = 0.1, 0.13  # of half a box's edge, of the ball's radius
FLASH_OPACITY, TRAIL_OPACITY, WAITING_OPACITY = 0.28, 0.38, 0.55
TRAIL_WIDTH = 0.85  # of the ball, where it is new
DASH_FROM_M_S, DASH_FULL_M_S = 5.0, 8.0  # running reaches about 4.7 m/s; beyond that a player dashes
JUMP_M = 1.5  # a body that moved further than this between two ticks was put there, it did not travel
NEARER = 0.15  # how much larger a player is by every unit it is in the air
TURN = 2.0 * math.pi


@dataclass(frozen=True)
class Look:
    """What a match looks like beside its state.

    `trail` are places the ball was at, oldest first, m. `flash` in [0, 1] fades after a goal of `scored_by`.
    `chosen` is the player who is ringed. A match that is `waiting` for the other one is dimmed.
    `hop`: a player in the air, and how high, m. A `whistle` and a `word` tell what has just happened. A `map` tints the
    floor.
    """

    dark: bool = False
    trail: Sequence[Point] = ()
    flash: float = 0.0
    scored_by: int | None = None
    chosen: int | None = None
    waiting: bool = False
    hop: tuple[int, float] | None = None
    whistle: Whistle | None = None
    word: Word | None = None
    map: MapPicture | None = None


MatchView: TypeAlias = tuple[Mapping[str, float], Look]
"""A match to draw: its state (field name -> value, m and m/s) and its look."""


class Pen(Surface, Protocol):
    """Whoever draws a match: figures, and what has a look of its own."""

    def still(self, still: Still) -> None:
        """Draw figures that were made once."""

    def mosaic(self, mosaic: Mosaic) -> None:
        """Draw the tiles of a map."""

    def player(self, at: Point, half: float, turn: Point, glow: float, eyes: bool, colour: str) -> None:
        """Draw a rounded box of half edge `half`, turned to (cos, sin); the glow is in [0, 1]."""

    def ball(self, at: Point, radius: float) -> None:
        """Draw a ball."""

    def ribbon(self, points: Sequence[tuple[float, float, float]], colour: str) -> None:
        """Draw a trail through places (x, y, half width), oldest first."""


@lru_cache(maxsize=4)
def shape_fields(scene: Scene) -> Mapping[str, bool]:
    """The state fields that the shapes of a scene follow, in order, and whether each is an angle."""
    found: dict[str, bool] = {}
    for shape in scene.shapes:
        for name, is_angle in fields_of(shape).items():
            found[name] = found.get(name, False) or is_angle
    return found


def drawn_fields(scene: Scene) -> Mapping[str, bool]:
    """The state fields that a scene is drawn from, bodies first, and whether each is an angle."""
    bodies = [name for body in scene.bodies for name in (body.x, body.y, *(body.heading or ()), *(body.velocity or ()))]
    return {**dict.fromkeys(bodies, False), **shape_fields(scene)}


def shortest(way: float) -> float:
    """A difference of two angles, the short way round."""
    return way - TURN * round(way / TURN)


def blend(scene: Scene, before: Mapping[str, float], after: Mapping[str, float], ahead: float) -> dict[str, float]:
    """Return the drawn fields a share `ahead` in [0, 1] of the way from one tick's state to the next."""
    blended: dict[str, float] = {}
    for name, is_angle in shape_fields(scene).items():
        way = shortest(after[name] - before[name]) if is_angle else after[name] - before[name]
        blended[name] = after[name] if abs(way) > JUMP_M and not is_angle else before[name] + ahead * way
    for body in scene.bodies:
        moved = math.hypot(after[body.x] - before[body.x], after[body.y] - before[body.y])
        share = 1.0 if moved > JUMP_M else ahead
        for name in (body.x, body.y, *(body.heading or ()), *(body.velocity or ())):
            blended[name] = before[name] + share * (after[name] - before[name])
    return blended


def draw(canvas: Canvas, scene: Scene, match_views: Sequence[MatchView]) -> None:
    """Draw the whole picture of one match, or of several next to each other, on `canvas`."""
    colours = DARK if match_views[0][1].dark else LIGHT
    canvas.clear(colours.named(scene.background))
    places = arrange(scene, len(match_views), canvas.width_px, canvas.height_px)
    pen = CanvasPen(canvas, colours)
    for place, (state, look) in zip(places, match_views, strict=True):
        draw_match(pen, scene, place, colours, state, look)


def draw_match(pen: Pen, scene: Scene, place: Fit, colours: Colours, state: Mapping[str, float], look: Look) -> None:
    """Draw one match, from below: the floor and what lights it up, marks and shapes, the trail, rings, the bodies."""
    layers = layers_of(scene)
    pen.still(still_floor(scene, place, colours))
    if look.map is not None:
        pen.mosaic(look.map.mosaic(place))
    tint = tint_of(look, colours)
    if tint is not None and layers.floor:
        put(pen, lit(layers.floor[0], place, colours, *tint))
    if look.scored_by is not None and look.flash > 0 and scene.goal_half_width_m > 0:
        _ring(pen, scene, place, colours.teams[look.scored_by], look)
    pen.still(still_marks(scene, place, colours))
    put(pen, flatten(layers.moving, state, place, colours))
    _trail(pen, scene, place, colours, look.trail)
    if look.chosen is not None:
        _chosen(pen, scene, place, colours, state, look.chosen)
    for body in scene.bodies:
        at, size = place.to_pixels(state[body.x], state[body.y]), body.size_m * place.scale
        if body.kind == "disc":
            pen.ball(at, size)
            continue
        if look.hop is not None and look.hop[0] == body.player:
            at, size = _lifted(pen, at, size, look.hop[1] * place.scale, colours)
        eyes, colour = body.heading is not None, colours.nobody if body.team is None else colours.teams[body.team]
        pen.player(at, size, heading(body, state), dash(body, state), eyes, colour)
    if look.whistle is not None:
        draw_whistle(pen, scene, place, colours, look.whistle, state)
    if look.word is not None:
        draw_word(pen, scene, place, colours, look.word)


def _lifted(pen: Pen, at: Point, size: float, up_px: float, colours: Colours) -> tuple[Point, float]:
    """Where a player in the air is drawn, and how large: nearer to who looks on. Its shadow stays on the ground."""
    pen.disc(*at, size, colours.shadow, "", 0.0)
    return (at[0], at[1] - up_px), size + NEARER * up_px


def tint_of(look: Look, colours: Colours) -> tuple[str, float] | None:
    """Return the colour over the whole field and its opacity: of who has just won, or of a match that waits."""
    if look.scored_by is not None and look.flash > 0:
        return colours.teams[look.scored_by], FLASH_OPACITY * look.flash
    return (colours.surround, WAITING_OPACITY) if look.waiting else None


def _ring(pen: Pen, scene: Scene, place: Fit, colour: str, look: Look) -> None:
    """A ring spreads from the goal that was hit."""
    end = 1.0 if look.scored_by == 0 else -1.0
    radius = scene.goal_half_width_m * (2.2 - 1.2 * look.flash) * place.scale
    middle = place.to_pixels(end * scene.half_length_m, 0.0)
    pen.disc(*middle, radius, "", faded(colour, look.flash), RING_M * place.scale)


def _chosen(pen: Pen, scene: Scene, place: Fit, colours: Colours, state: Mapping[str, float], player: int) -> None:
    """A ring around a player."""
    rings = [
        ((state[body.x], state[body.y]), CHOSEN_REACH * body.size_m) for body in scene.bodies if body.player == player
    ]
    for shape in scene.shapes:
        if shape.player == player:
            middle, radius = middle_of(shape, state)
            rings.append((middle, CHOSEN_AROUND * radius))
    for at, radius in rings:
        pen.disc(*place.to_pixels(*at), radius * place.scale, "", colours.chosen, CHOSEN_M * place.scale)


def _trail(pen: Pen, scene: Scene, place: Fit, colours: Colours, trail: Sequence[Point]) -> None:
    """Where the ball came from: one ribbon, pointed where it is oldest, as wide as the ball where it is new."""
    ball = ball_of(scene)
    pixels = [place.to_pixels(x, y) for x, y in trail]
    pixels = [here for here, before in zip(pixels, [None, *pixels], strict=False) if here != before]
    if ball is None or len(pixels) < 3:
        return
    widest = TRAIL_WIDTH * ball.size_m * place.scale
    points = [(x, y, widest * index / (len(pixels) - 1)) for index, (x, y) in enumerate(pixels)]
    pen.ribbon(points, faded(colours.trail, TRAIL_OPACITY))


class CanvasPen:
    """A `Pen` on a flat canvas."""

    def __init__(self, canvas: Canvas, colours: Colours) -> None:
        self._canvas, self._colours = canvas, colours
        self.polygon, self.disc, self.line = canvas.polygon, canvas.disc, canvas.line

    def still(self, still: Still) -> None:
        """Draw figures that were made once."""
        put(self._canvas, still.figures)

    def mosaic(self, mosaic: Mosaic) -> None:
        """One path for each colour."""
        for colour, outline in mosaic.paths.items():
            self._canvas.path(outline, colour, "", 0.0)

    def player(self, at: Point, half: float, turn: Point, glow: float, eyes: bool, colour: str) -> None:
        """A rounded box with two eyes on the side it looks to; a glow while it dashes."""
        canvas, colours, (x, y), (cos, sin) = self._canvas, self._colours, at, turn
        if glow > 0:
            canvas.polygon(_box(x, y, 1.45 * half, cos, sin), faded(colour, 0.2 * glow), "", 0.0)
            canvas.polygon(_box(x, y, 1.22 * half, cos, sin), faded(colour, 0.35 * glow), "", 0.0)
        canvas.polygon(_box(x, y + 0.12 * half, 1.04 * half, cos, sin), colours.shadow, "", 0.0)
        canvas.polygon(_box(x, y, half, cos, sin), colour, colours.edge, BODY_EDGE * half)
        for across in (-0.42, 0.42) if eyes else ():
            eye = x + half * (0.48 * cos - across * sin), y - half * (0.48 * sin + across * cos)
            canvas.disc(*eye, 0.24 * half, colours.eye, "", 0.0)
            canvas.disc(eye[0] + 0.08 * half * cos, eye[1] - 0.08 * half * sin, 0.12 * half, colours.pupil, "", 0.0)

    def ball(self, at: Point, radius: float) -> None:
        """A disc and its shadow."""
        (x, y), colours = at, self._colours
        self._canvas.disc(x, y + 0.16 * radius, 1.12 * radius, colours.shadow, "", 0.0)
        self._canvas.disc(x, y, radius, colours.ball, colours.ball_edge, BALL_EDGE * radius)

    def ribbon(self, points: Sequence[tuple[float, float, float]], colour: str) -> None:
        """A polygon, as wide as the ribbon is at each of its places."""
        left, right = [], []
        for index, (x, y, half) in enumerate(points):
            (x0, y0, _), (x1, y1, _) = points[max(index - 1, 0)], points[min(index + 1, len(points) - 1)]
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            across_x, across_y = -half * (y1 - y0) / length, half * (x1 - x0) / length
            left.append((x + across_x, y + across_y))
            right.append((x - across_x, y - across_y))
        self._canvas.polygon([*left, *reversed(right)], colour, "", 0.0)


def heading(body: Body, state: Mapping[str, float]) -> Point:
    """Return (cos, sin) of where a body looks; what is between two directions need not be a unit vector."""
    if body.heading is None:
        return 1.0, 0.0
    cos, sin = state[body.heading[0]], state[body.heading[1]]
    length = math.hypot(cos, sin) or 1.0
    return cos / length, sin / length


def dash(body: Body, state: Mapping[str, float]) -> float:
    """How much of a dash this is, in [0, 1], by the speed."""
    if body.velocity is None:
        return 0.0
    speed = math.hypot(state[body.velocity[0]], state[body.velocity[1]])
    return max(0.0, min(1.0, (speed - DASH_FROM_M_S) / (DASH_FULL_M_S - DASH_FROM_M_S)))


def _unit_box() -> list[Point]:
    """Outline of a rounded square with half edge 1."""
    points: list[Point] = []
    for corner in range(4):
        middle = math.radians(45 + 90 * corner)
        x, y = (1 - ROUNDING) * math.copysign(1, math.cos(middle)), (1 - ROUNDING) * math.copysign(1, math.sin(middle))
        for step in range(CORNER_POINTS):
            angle = math.radians(90 * (corner + step / (CORNER_POINTS - 1)))
            points.append((x + ROUNDING * math.cos(angle), y + ROUNDING * math.sin(angle)))
    return points


_UNIT_BOX = _unit_box()


def _box(x: float, y: float, half: float, cos: float, sin: float) -> list[Point]:
    """Return the outline in pixels of a rounded box around (x, y), turned to (cos, sin)."""
    return [(x + half * (cos * u - sin * v), y - half * (sin * u + cos * v)) for u, v in _UNIT_BOX]
