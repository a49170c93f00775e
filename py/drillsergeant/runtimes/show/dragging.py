"""A visitor's hand on the field: drags bodies, and shapes that may be dragged; tells which player is meant.

Nothing done here reaches the training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from drillsergeant.drawing.grips import Grip, allowed, grips_of
from drillsergeant.drills.contract import Scene
from drillsergeant.runtimes.show.screen_match import ScreenMatch

GRAB_SLACK_M = 0.4
THROW_KEEP_S = 0.08  # a pointer that has rested this long before it lets go throws nothing
THROW_MAX_M_S = 9.0


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
