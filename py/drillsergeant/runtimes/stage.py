"""Puts the show on its canvas: blends two ticks into the moment shown, keeps the ball's trail, fades the goal flash.

Or, where the visitor asks for the factory, the training matches in place of the show's own. A painter (WebGPU) draws
where there is one; the flat canvas draws the same picture until there is, and again when the painter's device is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from drillsergeant.drills.contract import Scene
from drillsergeant.runtimes.drawing import JUMP_M, Look, blend, draw
from drillsergeant.runtimes.drawing_factory import draw_factory
from drillsergeant.runtimes.drawing_shapes import Painter, Picture, factory_picture, match_picture
from drillsergeant.runtimes.factory import Factory
from drillsergeant.runtimes.host import Canvas
from drillsergeant.runtimes.show import Picture as Moment

TRAIL_POINTS = 14
FLASH_S = 0.9


class Stage:
    """Owns what the drawing remembers from frame to frame."""

    def __init__(self, scene: Scene, canvas: Canvas, factory: Factory) -> None:
        self._scene, self._canvas, self._factory = scene, canvas, factory
        self._ball = next((body for body in scene.bodies if body.kind == "disc"), None)
        self._trail: deque[tuple[float, float]] = deque(maxlen=TRAIL_POINTS)
        self._dark = False
        self._painter: Painter | None = None
        self.view = "match"

    def resize(self, width_px: int, height_px: int, dark: bool) -> None:
        """The canvas has a new size or the page a new theme."""
        self._canvas.resize(width_px, height_px)
        self._dark = dark

    def adopt(self, painter: Painter) -> None:
        """Let ``painter`` draw from the next frame on."""
        self._painter = painter

    def _painted(self, picture: Picture) -> bool:
        """Let the painter draw; one that cannot any more is dropped."""
        if self._painter is not None and self._painter.paint(picture):
            return True
        self._painter = None
        return False

    def facts(self) -> dict[str, object]:
        """Return what the page shows of the drawing, for METRICS."""
        return {
            "view": self.view,
            "renderer": self._painter.name if self._painter else "canvas2d",
            **self._factory.facts(),
        }

    def draw(self, before: Mapping[str, float], after: Mapping[str, float], moment: Moment) -> None:
        """Draw the moment ``moment.ahead`` of the way from one tick's state to the next, or the factory."""
        scene, canvas = self._scene, self._canvas
        size = canvas.width_px, canvas.height_px
        if self.view == "factory":
            matches = self._factory.look()
            if not (self._painter and self._painted(factory_picture(scene, *size, matches, self._dark))):
                draw_factory(canvas, scene, matches, self._dark)
            return
        state = blend(scene, before, after, moment.ahead)
        look = self._look(state, moment)
        if not (self._painter and self._painted(match_picture(scene, *size, state, look))):
            draw(canvas, scene, state, look)

    def _look(self, state: Mapping[str, float], moment: Moment) -> Look:
        if self._ball is not None:
            place = state[self._ball.x], state[self._ball.y]
            if self._trail and max(abs(a - b) for a, b in zip(place, self._trail[-1], strict=True)) > JUMP_M:
                self._trail.clear()
            if not self._trail or place != self._trail[-1]:  # a match that is paused keeps the trail it had
                self._trail.append(place)
        flash = max(0.0, 1.0 - moment.since_goal_s / FLASH_S)
        return Look(self._dark, self._trail, flash, moment.scored_by)
