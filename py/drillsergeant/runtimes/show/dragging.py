"""A visitor's hand on the field: drags bodies, and shapes that may be dragged; tells which player is meant.

Nothing done here reaches the training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.drawing.flatten import middle_of
from drillsergeant.drills.contract import Body, Scene, Shape
from drillsergeant.drills.shapes import Circle, Linear, Number, Rectangle
from drillsergeant.runtimes.show.screen_match import ScreenMatch

GRAB_SLACK_M = 0.4
THROW_KEEP_S = 0.08  # a pointer that has rested this long before it lets go throws nothing
THROW_MAX_M_S = 9.0


@dataclass(frozen=True)
class Grip:
    """Something to be pointed at: it hangs on `shape`, and follows the pointer where `moves`."""

    shape: Body | Shape
    size_m: float
    player: int | None
    moves: bool = True
    velocity: tuple[str, ...] = ()

    def beyond_m(self, state: Mapping[str, float], x_m: float, y_m: float) -> float:
        """How far beyond its edge a place lies."""
        if isinstance(self.shape, Body):
            return math.hypot(state[self.shape.x] - x_m, state[self.shape.y] - y_m) - self.size_m
        (x, y), radius = middle_of(self.shape, state)
        return math.hypot(x - x_m, y - y_m) - radius

    def put(self, x_m: float, y_m: float) -> dict[str, float]:
        """The state fields with which it stands in a place, as far as it can be moved there, at rest."""
        values = dict.fromkeys(self.velocity, 0.0)
        if isinstance(self.shape, Body):
            return values | {self.shape.x: x_m, self.shape.y: y_m}
        for number, wanted in zip(_place(self.shape), (x_m, y_m), strict=True):
            if isinstance(number, Linear) and number.plus is None and number.scale != 0:
                values[number.field] = (wanted - number.offset) / number.scale
        return values


def _place(shape: Shape) -> tuple[Number, Number]:
    return (shape.x, shape.y) if isinstance(shape, Rectangle | Circle) else (0.0, 0.0)


def grips_of(scene: Scene) -> tuple[Grip, ...]:
    """What can be pointed at in a scene."""
    bodies = [Grip(body, body.size_m, body.player, velocity=body.velocity or ()) for body in scene.bodies]
    for shape in scene.shapes:
        moves = isinstance(shape, Rectangle | Circle) and shape.drag
        if moves or shape.player is not None:
            bodies.append(Grip(shape, 0.0, shape.player, moves))
    return tuple(bodies)


class Dragging:
    """Holds at most one body; while held, it stands where the pointer is. Let go, it moves on as the pointer did."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._grips = scene, grips_of(scene)
        self._screen_match: ScreenMatch | None = None
        self._body: Grip | None = None
        self._target_m = (0.0, 0.0)
        self._velocity_m_s = (0.0, 0.0)
        self._moved_s = 0.0

    def drag(self, screen_match: ScreenMatch, x_m: float, y_m: float, now_s: float) -> None:
        """Grab the nearest body within reach of a place on the field of `screen_match`, or move the one held there."""
        if self._body is None:
            grips = [grip for grip in self._grips if grip.moves]
            self._screen_match, self._body = screen_match, self._nearest(screen_match, x_m, y_m, grips)
            self._velocity_m_s, self._moved_s = (0.0, 0.0), now_s
        if self._body is None:
            return
        place = allowed(self._scene, self._body, x_m, y_m)
        passed_s = now_s - self._moved_s
        if passed_s > 0:
            share = min(1.0, passed_s / THROW_KEEP_S)
            news = ((to - at) / passed_s for to, at in zip(place, self._target_m, strict=True))
            self._velocity_m_s = tuple(
                old + share * (new - old)  # type: ignore[assignment]
                for old, new in zip(self._velocity_m_s, news, strict=True)
            )
        self._target_m, self._moved_s = place, now_s

    def let_go(self, now_s: float = math.inf) -> None:
        """Release the held body; it is thrown where the pointer was moving."""
        if self._body is not None and self._screen_match is not None and now_s - self._moved_s < THROW_KEEP_S:
            speed = math.hypot(*self._velocity_m_s)
            slower = min(1.0, THROW_MAX_M_S / speed) if speed > 0 else 1.0
            velocity = (slower * part for part in self._velocity_m_s)
            self._screen_match.put(dict(zip(self._body.velocity, velocity, strict=False)))
        self._body = self._screen_match = None

    def apply(self) -> None:
        """Put the held body at the pointer."""
        if self._body is None or self._screen_match is None:
            return
        self._screen_match.put(self._body.put(*self._target_m))
        self._screen_match.look_again()

    def player_at(self, screen_match: ScreenMatch, x_m: float, y_m: float) -> int | None:
        """Return the player at a place on the field, if there is one."""
        grip = self._nearest(screen_match, x_m, y_m, [grip for grip in self._grips if grip.player is not None])
        return None if grip is None else grip.player

    def _nearest(self, screen_match: ScreenMatch, x_m: float, y_m: float, grips: Sequence[Grip]) -> Grip | None:
        state = screen_match.shown
        away = [grip.beyond_m(state, x_m, y_m) for grip in grips]
        best = min(away, default=math.inf)
        return grips[away.index(best)] if best <= GRAB_SLACK_M else None


def allowed(scene: Scene, body: Body | Grip, x_m: float, y_m: float) -> tuple[float, float]:
    """Return the place nearest to (x_m, y_m) where `body` lies inside the field. A ball may be put into a goal."""
    size = body.size_m
    half_x, half_y = scene.half_length_m - size, scene.half_width_m - size
    if scene.round:
        far = math.hypot(x_m, y_m)
        inward = min(1.0, half_x / far) if far > 0 else 1.0
        return x_m * inward, y_m * inward
    if body.player is None and abs(y_m) < scene.goal_half_width_m - size:
        half_x += scene.goal_depth_m
    x, y = max(-half_x, min(half_x, x_m)), max(-half_y, min(half_y, y_m))
    over = abs(x) + abs(y) - (scene.half_length_m + scene.half_width_m - scene.corner_m - math.sqrt(2) * size)
    if scene.corner_m > 0 and over > 0 and abs(y) > scene.goal_half_width_m - size:  # straight back over the cut
        return x - math.copysign(over / 2, x), y - math.copysign(over / 2, y)
    return x, y
