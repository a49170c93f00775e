"""Draws a match on a flat canvas, or two side by side: field, goals, players, ball. Knows no rules, only the scene.

Field coordinates are metres, x to the right and y upwards, origin in the middle; pixels have y downwards. `arrange`
is the one place that relates the two: the page uses it too, to turn a pointer into a place on a field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.colours import DARK, LIGHT, Colours, faded
from drillsergeant.drills.contract import Body, Scene

Point = tuple[float, float]

MARGIN_M = 0.45
STRIPES = 10
ROUNDING = 0.34  # of a box's corners, as a share of half its edge
CORNER_POINTS = 4
LINE_M, POST_M, RING_M = 0.06, 0.09, 0.12  # widths of the painted lines, the goal posts, the ring after a goal
CHOSEN_M, CHOSEN_REACH = 0.07, 1.75  # the ring around the player looked into: its width, its radius in half edges
ROUND_LINES, ROUND_MIDDLE = 2.5, 0.3  # of a round field: its edge in lines, the circle in its middle in radii
BODY_EDGE, BALL_EDGE = 0.1, 0.13  # of half a box's edge, of the ball's radius
RECESS_OPACITY, FLASH_OPACITY, TRAIL_OPACITY, WAITING_OPACITY = 0.32, 0.28, 0.38, 0.55
TRAIL_WIDTH = 0.85  # of the ball, where it is new
DASH_FROM_M_S, DASH_FULL_M_S = 5.0, 8.0  # running reaches about 4.7 m/s; beyond that a player dashes
BESIDE = 0.95  # fields lie next to each other unless they were smaller than this, by their size below each other
JUMP_M = 1.5  # a body that moved further than this between two ticks was put there, it did not travel


@dataclass(frozen=True)
class Fit:
    """How the field lies on a surface: pixels per metre, and the pixel of the field's middle."""

    scale: float
    middle_x: float
    middle_y: float

    def to_pixels(self, x_m: float, y_m: float) -> Point:
        """Return the pixel of a place on the field."""
        return self.middle_x + x_m * self.scale, self.middle_y - y_m * self.scale

    def to_field(self, x_px: float, y_px: float) -> Point:
        """Return the place on the field, in metres, of a pixel."""
        return (x_px - self.middle_x) / self.scale, (self.middle_y - y_px) / self.scale


def fit(scene: Scene, width_px: float, height_px: float) -> Fit:
    """Fit the field with goals and a margin into a surface, as large as it goes, in the middle."""
    half_x = scene.half_length_m + max(scene.goal_depth_m, 0.0) + MARGIN_M
    half_y = scene.half_width_m + MARGIN_M
    scale = max(min(width_px / (2 * half_x), height_px / (2 * half_y)), 1e-6)
    return Fit(scale, width_px / 2, height_px / 2)


def arrange(scene: Scene, count: int, width_px: float, height_px: float) -> list[Fit]:
    """Fit `count` fields into a surface, next to each other or, where they get larger by that, below each other."""
    beside, below = fit(scene, width_px / count, height_px), fit(scene, width_px, height_px / count)
    if beside.scale >= BESIDE * below.scale:
        return [Fit(beside.scale, width_px * (index + 0.5) / count, height_px / 2) for index in range(count)]
    return [Fit(below.scale, width_px / 2, height_px * (index + 0.5) / count) for index in range(count)]


@dataclass(frozen=True)
class Look:
    """What a match looks like beside its state.

    `trail` are places the ball was at, oldest first, m. `flash` in [0, 1] fades after a goal of `scored_by`.
    `chosen` is the player who is ringed. A match that is `waiting` for the other one is dimmed.
    """

    dark: bool = False
    trail: Sequence[Point] = ()
    flash: float = 0.0
    scored_by: int | None = None
    chosen: int | None = None
    waiting: bool = False


MatchView: TypeAlias = tuple[Mapping[str, float], Look]
"""A match to draw: its state (field name -> value, m and m/s) and its look."""


def blend(scene: Scene, before: Mapping[str, float], after: Mapping[str, float], ahead: float) -> dict[str, float]:
    """Return the drawn fields a share `ahead` in [0, 1] of the way from one tick's state to the next."""
    blended: dict[str, float] = {}
    for body in scene.bodies:
        moved = math.hypot(after[body.x] - before[body.x], after[body.y] - before[body.y])
        share = 1.0 if moved > JUMP_M else ahead
        for name in (body.x, body.y, *(body.heading or ()), *(body.velocity or ())):
            blended[name] = before[name] + share * (after[name] - before[name])
    return blended


def draw(canvas: Canvas, scene: Scene, match_views: Sequence[MatchView]) -> None:
    """Draw the whole picture of one match, or of several next to each other, on `canvas`."""
    colours = DARK if match_views[0][1].dark else LIGHT
    canvas.clear(colours.surround)
    places = arrange(scene, len(match_views), canvas.width_px, canvas.height_px)
    for place, (state, look) in zip(places, match_views, strict=True):
        _match(canvas, scene, place, colours, state, look)


def _match(canvas: Canvas, scene: Scene, place: Fit, colours: Colours, state: Mapping[str, float], look: Look) -> None:
    _ground(canvas, scene, place, colours)
    if scene.goal_half_width_m > 0:
        _goals(canvas, scene, place, colours)
    tint = tint_of(look, colours)
    if tint is not None:
        _tint(canvas, scene, place, faded(*tint))
    if look.scored_by is not None and look.flash > 0 and scene.goal_half_width_m > 0:
        _ring(canvas, scene, place, colours.teams[look.scored_by], look)
    _lines(canvas, scene, place, colours)
    _trail(canvas, scene, place, colours, look.trail)
    for body in scene.bodies:
        if look.chosen is not None and body.player == look.chosen:
            x, y = place.to_pixels(state[body.x], state[body.y])
            radius = CHOSEN_REACH * body.size_m * place.scale
            canvas.disc(x, y, radius, "", colours.chosen, CHOSEN_M * place.scale)
    for body in scene.bodies:
        if body.kind == "box":
            _player(canvas, place, colours, body, state)
        else:
            _ball(canvas, place, colours, body, state)


def _ground(canvas: Canvas, scene: Scene, place: Fit, colours: Colours) -> None:
    """Calm stripes, as a mower leaves them."""
    if scene.round:
        canvas.disc(*place.to_pixels(0.0, 0.0), scene.half_length_m * place.scale, colours.stripes[0], "", 0.0)
        return
    width_m = 2 * scene.half_length_m / STRIPES
    for stripe in range(STRIPES):
        left_m = -scene.half_length_m + stripe * width_m
        colour = colours.stripes[stripe % 2]
        _block(canvas, place, (left_m, scene.half_width_m), (left_m + width_m, -scene.half_width_m), colour)


def _goals(canvas: Canvas, scene: Scene, place: Fit, colours: Colours) -> None:
    """Each recess in the colour of the team that defends it; team 0 attacks the goal at +x."""
    for team, end in ((0, -1.0), (1, 1.0)):
        near, far = end * scene.half_length_m, end * (scene.half_length_m + scene.goal_depth_m)
        half = scene.goal_half_width_m
        _block(
            canvas, place, (min(near, far), half), (max(near, far), -half), faded(colours.teams[team], RECESS_OPACITY)
        )
        from_line = near + end * POST_M / 2  # so that their round ends stop at the line
        posts = [place.to_pixels(x, y) for x, y in ((from_line, half), (far, half), (far, -half), (from_line, -half))]
        canvas.line(posts, colours.teams[team], POST_M * place.scale)


def tint_of(look: Look, colours: Colours) -> tuple[str, float] | None:
    """Return the colour over the whole field and its opacity: of who has just won, or of a match that waits."""
    if look.scored_by is not None and look.flash > 0:
        return colours.teams[look.scored_by], FLASH_OPACITY * look.flash
    return (colours.surround, WAITING_OPACITY) if look.waiting else None


def _tint(canvas: Canvas, scene: Scene, place: Fit, colour: str) -> None:
    length, width = scene.half_length_m, scene.half_width_m
    if scene.round:
        canvas.disc(*place.to_pixels(0.0, 0.0), length * place.scale, colour, "", 0.0)
    else:
        _block(canvas, place, (-length, width), (length, -width), colour)


def _ring(canvas: Canvas, scene: Scene, place: Fit, colour: str, look: Look) -> None:
    """A ring spreads from the goal that was hit."""
    end = 1.0 if look.scored_by == 0 else -1.0
    radius = ring_m(scene, look.flash) * place.scale
    middle = place.to_pixels(end * scene.half_length_m, 0.0)
    canvas.disc(*middle, radius, "", faded(colour, look.flash), RING_M * place.scale)


def ring_m(scene: Scene, flash: float) -> float:
    """Return the radius of the ring that spreads from the goal while its flash fades."""
    return scene.goal_half_width_m * (2.2 - 1.2 * flash)


def _lines(canvas: Canvas, scene: Scene, place: Fit, colours: Colours) -> None:
    """The painted lines; the cut corners are painted over in the colour of the surround."""
    length, width, cut = scene.half_length_m, scene.half_width_m, scene.corner_m
    line = LINE_M * place.scale
    if scene.round:
        middle = place.to_pixels(0.0, 0.0)
        canvas.disc(*middle, length * place.scale, "", colours.line, ROUND_LINES * line)
        canvas.disc(*middle, ROUND_MIDDLE * length * place.scale, "", colours.line, line)
        return
    for x, y in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
        if cut > 0:
            triangle = ((x * length, y * width), (x * (length - cut), y * width), (x * length, y * (width - cut)))
            canvas.polygon([place.to_pixels(*corner) for corner in triangle], colours.surround, colours.surround, 1.0)
    outline = [
        (length, width - cut), (length - cut, width), (cut - length, width), (-length, width - cut),
        (-length, cut - width), (cut - length, -width), (length - cut, -width), (length, cut - width),
    ]  # fmt: skip
    canvas.polygon([place.to_pixels(*corner) for corner in outline], "", colours.line, line)
    if scene.goal_half_width_m > 0:
        middle = place.to_pixels(0.0, 0.0)
        canvas.line([place.to_pixels(0.0, width), place.to_pixels(0.0, -width)], colours.line, line)
        canvas.disc(*middle, scene.goal_half_width_m * place.scale, "", colours.line, line)
        canvas.disc(*middle, 1.6 * line, colours.line, "", 0.0)


def _trail(canvas: Canvas, scene: Scene, place: Fit, colours: Colours, trail: Sequence[Point]) -> None:
    """Where the ball came from: one ribbon, pointed where it is oldest, as wide as the ball where it is new."""
    discs = [body for body in scene.bodies if body.kind == "disc"]
    pixels = [place.to_pixels(x, y) for x, y in trail]
    pixels = [here for here, before in zip(pixels, [None, *pixels], strict=False) if here != before]
    if not discs or len(pixels) < 3:
        return
    left, right = [], []
    for index, (x, y) in enumerate(pixels):
        (x0, y0), (x1, y1) = pixels[max(index - 1, 0)], pixels[min(index + 1, len(pixels) - 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        half = TRAIL_WIDTH * discs[0].size_m * place.scale * index / (len(pixels) - 1)
        across_x, across_y = -half * (y1 - y0) / length, half * (x1 - x0) / length
        left.append((x + across_x, y + across_y))
        right.append((x - across_x, y - across_y))
    canvas.polygon([*left, *reversed(right)], faded(colours.trail, TRAIL_OPACITY), "", 0.0)


def _ball(canvas: Canvas, place: Fit, colours: Colours, body: Body, state: Mapping[str, float]) -> None:
    x, y = place.to_pixels(state[body.x], state[body.y])
    radius = body.size_m * place.scale
    canvas.disc(x, y + 0.16 * radius, 1.12 * radius, colours.shadow, "", 0.0)
    canvas.disc(x, y, radius, colours.ball, colours.ball_edge, BALL_EDGE * radius)


def _player(canvas: Canvas, place: Fit, colours: Colours, body: Body, state: Mapping[str, float]) -> None:
    """A rounded box with two eyes on the side it looks to; a glow while it dashes."""
    x, y = place.to_pixels(state[body.x], state[body.y])
    half = body.size_m * place.scale
    cos, sin = heading(body, state)
    colour = colours.nobody if body.team is None else colours.teams[body.team]
    glow = dash(body, state)
    if glow > 0:
        canvas.polygon(_box(x, y, 1.45 * half, cos, sin), faded(colour, 0.2 * glow), "", 0.0)
        canvas.polygon(_box(x, y, 1.22 * half, cos, sin), faded(colour, 0.35 * glow), "", 0.0)
    canvas.polygon(_box(x, y + 0.12 * half, 1.04 * half, cos, sin), colours.shadow, "", 0.0)
    canvas.polygon(_box(x, y, half, cos, sin), colour, colours.edge, BODY_EDGE * half)
    if body.heading is not None:
        for across in (-0.42, 0.42):
            eye = x + half * (0.48 * cos - across * sin), y - half * (0.48 * sin + across * cos)
            canvas.disc(*eye, 0.24 * half, colours.eye, "", 0.0)
            canvas.disc(eye[0] + 0.08 * half * cos, eye[1] - 0.08 * half * sin, 0.12 * half, colours.pupil, "", 0.0)


def heading(body: Body, state: Mapping[str, float]) -> Point:
    """Return (cos, sin) of where a body looks."""
    if body.heading is None:
        return 1.0, 0.0
    return state[body.heading[0]], state[body.heading[1]]


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


def _block(canvas: Canvas, place: Fit, top_left: Point, bottom_right: Point, colour: str) -> None:
    """Fill an axis-parallel rectangle given by two corners in metres."""
    # Whole pixels: two neighbours with a soft edge between them would show a seam.
    left, top = (round(value) for value in place.to_pixels(*top_left))
    right, bottom = (round(value) for value in place.to_pixels(*bottom_right))
    canvas.rectangle(left, top, right - left, bottom - top, colour)
