"""The moment after a goal, or after the referee dropped a ball, as it is drawn. Nothing here moves a match."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.drawing.colours import Colours, faded
from drillsergeant.drawing.figures import Surface
from drillsergeant.drawing.place import Fit, Point
from drillsergeant.drawing.stroke_font import strokes
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.drills.shapes import ADVANCE

ROLL_M_S, ROLL_DRAG_PER_S = 2.5, 2.5  # at least so fast a ball rolls on into the net; what slows it there
HOPS, HOP_S, HOP_M = 3, 0.3, 0.5
WORD_HIGH, WORD_WIDE, WORD_UP = 0.2, 0.8, 0.5  # of the field: the word's height and width at most, and how far up
GROWN, FADING = 0.15, 0.75  # of the word's time: when it is whole, when it begins to fade
STROKE, EDGE = 0.17, 0.3  # of a letter's height: the width of its lines, and of what lies behind them
WHISTLE_M, WHISTLE_UP_M = 0.3, 0.95  # its radius; how far above the ball it stands
WIDEN = 1.5  # how much larger than the ball the ring is that closes around it where it is dropped


@dataclass(frozen=True)
class Word:
    """What is written over the field in a team's colour; `age` of its time has passed, in [0, 1]."""

    text: str
    team: int
    age: float


@dataclass(frozen=True)
class Whistle:
    """A ball was taken from `place`, m, and dropped elsewhere; `age` of its time has passed, in [0, 1]."""

    place: Point
    age: float


def ball_of(scene: Scene) -> Body | None:
    """The ball of a scene, where it has one."""
    return next((body for body in scene.bodies if body.kind == "disc"), None)


def scorer_of(scene: Scene, state: Mapping[str, float], team: int) -> int | None:
    """The player of `team` that is nearest to the ball; None where it has none that is a body."""
    ball, mine = ball_of(scene), [body for body in scene.bodies if body.team == team and body.player is not None]

    def gap(body: Body) -> float:
        return 0.0 if ball is None else math.hypot(state[body.x] - state[ball.x], state[body.y] - state[ball.y])

    return min(mine, key=gap).player if mine else None


def rolled_on(scene: Scene, state: Mapping[str, float], team: int, since_s: float) -> Mapping[str, float]:
    """A state in which `team` scored, `since_s` later: the ball has run into the net, everything else stands."""
    ball, end = ball_of(scene), 1.0 if team == 0 else -1.0
    if ball is None or scene.goal_half_width_m <= 0 or end * state[ball.x] < scene.half_length_m - ball.size_m:
        return state
    speed_x, speed_y = (state[name] for name in ball.velocity) if ball.velocity else (0.0, 0.0)
    coasted_s = (1.0 - math.exp(-ROLL_DRAG_PER_S * since_s)) / ROLL_DRAG_PER_S
    net_x, post_y = scene.half_length_m + scene.goal_depth_m - ball.size_m, scene.goal_half_width_m - ball.size_m
    x = min(net_x, end * state[ball.x] + max(end * speed_x, ROLL_M_S) * coasted_s)
    y = max(-post_y, min(post_y, state[ball.y] + speed_y * coasted_s))
    return {**state, ball.x: end * max(x, end * state[ball.x]), ball.y: y}


def hop_m(since_s: float) -> float:
    """How high above the ground a scorer is, m, `since_s` after it scored."""
    return HOP_M * abs(math.sin(math.pi * since_s / HOP_S)) if since_s < HOPS * HOP_S else 0.0


def draw_word(surface: Surface, scene: Scene, place: Fit, colours: Colours, word: Word) -> None:
    """Write it large over the upper half of the field: it grows at first, and fades in the end."""
    letters = max(1, len(word.text)) * ADVANCE
    height_m = min(2 * WORD_HIGH * scene.half_width_m, 2 * WORD_WIDE * scene.half_length_m / letters)
    height_m *= min(1.0, 0.5 + 0.5 * word.age / GROWN)
    shown = min(1.0, (1.0 - word.age) / (1.0 - FADING))
    up_m, high_px = WORD_UP * scene.half_width_m, height_m * place.scale
    lines = [
        tuple(place.to_pixels(height_m * x, up_m + height_m * y) for x, y in stroke) for stroke in strokes(word.text)
    ]
    for colour, width in ((colours.paper, EDGE), (colours.teams[word.team], STROKE)):
        for points in lines:
            surface.line(points, faded(colour, shown), width * high_px)


def draw_whistle(
    surface: Surface, scene: Scene, place: Fit, colours: Colours, whistle: Whistle, state: Mapping[str, float]
) -> None:
    """The ball fades where it was taken, beneath a referee's whistle, and a ring closes around it where it is now."""
    ball, shown = ball_of(scene), 1.0 - whistle.age
    if ball is None:
        return
    radius, ink = ball.size_m * place.scale, faded(colours.ink, min(1.0, 2 * shown))
    surface.disc(*place.to_pixels(*whistle.place), radius, faded(colours.ball, shown), "", 0.0)
    around = radius * (1.0 + WIDEN * shown)
    here = place.to_pixels(state[ball.x], state[ball.y])
    surface.disc(*here, around, "", faded(colours.line, shown), 0.2 * radius)
    x_m, y_m = whistle.place[0], min(whistle.place[1] + WHISTLE_UP_M, scene.half_width_m)
    size = WHISTLE_M

    def at(right: float, up: float) -> Point:
        return place.to_pixels(x_m + right * size, y_m + up * size)

    surface.disc(*at(0.0, 0.0), size * place.scale, ink, "", 0.0)
    surface.polygon([at(0.0, 1.0), at(2.2, 1.0), at(2.2, 0.3), at(0.0, 0.3)], ink, "", 0.0)
    for right, up in ((-0.9, 1.6), (0.0, 2.0), (0.9, 1.6)):
        surface.line([at(0.7 * right, 0.8 * up), at(right, up)], ink, 0.25 * size * place.scale)
