"""A visitor's hand on the field: drags bodies, tells which player is meant. Nothing done here reaches the training."""

from __future__ import annotations

import math

from drillsergeant.drills.contract import Body, Scene
from drillsergeant.runtimes.show.screen_match import ScreenMatch

GRAB_SLACK_M = 0.4
THROW_KEEP_S = 0.08  # a pointer that has rested this long before it lets go throws nothing
THROW_MAX_M_S = 9.0


class Dragging:
    """Holds at most one body; while held, it stands where the pointer is. Let go, it moves on as the pointer did."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._screen_match: ScreenMatch | None = None
        self._body: Body | None = None
        self._target_m = (0.0, 0.0)
        self._velocity_m_s = (0.0, 0.0)
        self._moved_s = 0.0

    def drag(self, screen_match: ScreenMatch, x_m: float, y_m: float, now_s: float) -> None:
        """Grab the nearest body within reach of a place on the field of `screen_match`, or move the one held there."""
        if self._body is None:
            self._screen_match, self._body = screen_match, self._nearest(screen_match, x_m, y_m, self._scene.bodies)
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
            self._screen_match.match.put(dict(zip(self._body.velocity or (), velocity, strict=False)))
        self._body = self._screen_match = None

    def apply(self) -> None:
        """Put the held body at the pointer."""
        if self._body is None or self._screen_match is None:
            return
        values = {self._body.x: self._target_m[0], self._body.y: self._target_m[1]}
        self._screen_match.match.put(values | dict.fromkeys(self._body.velocity or (), 0.0))
        self._screen_match.look_again()

    def player_at(self, screen_match: ScreenMatch, x_m: float, y_m: float) -> int | None:
        """Return the player at a place on the field, if there is one."""
        players = tuple(body for body in self._scene.bodies if body.player is not None)
        body = self._nearest(screen_match, x_m, y_m, players)
        return None if body is None else body.player

    def _nearest(self, screen_match: ScreenMatch, x_m: float, y_m: float, bodies: tuple[Body, ...]) -> Body | None:
        state = screen_match.match.state()

        def beyond_m(body: Body) -> float:
            return math.hypot(state[body.x] - x_m, state[body.y] - y_m) - body.size_m

        best = min(bodies, key=beyond_m, default=None)
        return best if best is not None and beyond_m(best) <= GRAB_SLACK_M else None


def allowed(scene: Scene, body: Body, x_m: float, y_m: float) -> tuple[float, float]:
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
