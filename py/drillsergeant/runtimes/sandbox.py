"""Dragging bodies of the show match with the pointer. Nothing dragged here ever reaches the training data."""

from __future__ import annotations

from drillsergeant.drills.contract import Body, Scene
from drillsergeant.learn.engine import ShowMatch

GRAB_SLACK_M = 0.4


class Sandbox:
    """Holds at most one body; while held, it stands where the pointer is, at rest."""

    def __init__(self, scene: Scene, match: ShowMatch) -> None:
        self._scene, self._match = scene, match
        self._held: Body | None = None
        self._target_m = (0.0, 0.0)

    @property
    def dragging(self) -> bool:
        """Whether a body is held."""
        return self._held is not None

    def drag(self, x_m: float, y_m: float) -> None:
        """Grab the nearest body within reach, or move the one held, to field coordinates in metres."""
        if self._held is None:
            self._held = self._nearest(x_m, y_m)
        half_x, half_y = self._scene.half_length_m, self._scene.half_width_m
        self._target_m = (max(-half_x, min(half_x, x_m)), max(-half_y, min(half_y, y_m)))

    def let_go(self) -> None:
        """Release the held body; it moves on from rest."""
        self._held = None

    def apply(self) -> None:
        """Put the held body at the pointer."""
        body = self._held
        if body is None:
            return
        values = {body.x: self._target_m[0], body.y: self._target_m[1]}
        values |= dict.fromkeys(body.velocity or (), 0.0)
        self._match.put(values)

    def _nearest(self, x_m: float, y_m: float) -> Body | None:
        state = self._match.state()

        def beyond_m(body: Body) -> float:
            dx, dy = state[body.x] - x_m, state[body.y] - y_m
            return float((dx * dx + dy * dy) ** 0.5) - body.size_m

        best = min(self._scene.bodies, key=beyond_m, default=None)
        return best if best is not None and beyond_m(best) <= GRAB_SLACK_M else None
