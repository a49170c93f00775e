"""Puts the show on its canvas: blends two ticks into the moment shown, keeps the balls' trails, fades the goal flash.
For who wants less motion it leaves out trails and flashes, and shows the factory in stills; the match itself plays.

Or, where the visitor asks for the factory, the training matches in place of the show's own, or one of them. A painter
(WebGPU) draws where there is one; the flat canvas draws the same picture until there is, and again when the painter's
device is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from drillsergeant.drawing.beat import ball_of
from drillsergeant.drawing.canvas import Canvas
from drillsergeant.drawing.factory import begun, draw_factory
from drillsergeant.drawing.match import JUMP_M, Look, MatchView, blend, draw
from drillsergeant.drawing.picture import Painter, Picture, factory_picture, match_picture, tiles_of
from drillsergeant.drawing.place import Point, arrange
from drillsergeant.drills.contract import Scene
from drillsergeant.runtimes.show.factory import Factory
from drillsergeant.runtimes.show.screen_match import ScreenMatch

TRAIL_POINTS = 14
FLASH_S = 0.9
STILL_S = 2.0  # from one picture of the factory to the next, where nothing should glide


class Renderer:
    """Owns what the drawing remembers from frame to frame."""

    def __init__(self, scene: Scene, canvas: Canvas, factory: Factory) -> None:
        self._scene, self._canvas, self._factory = scene, canvas, factory
        self._ball = ball_of(scene)
        self._trails: WeakKeyDictionary[ScreenMatch, deque[Point]] = WeakKeyDictionary()
        self._dark = self._calm = False
        self._watched = -1
        self._painter: Painter | None = None

    def resize(self, width_px: int, height_px: int, dark: bool, calm: bool = False) -> None:
        """The canvas has a new size or the page a new theme; `calm`: only the match moves."""
        self._canvas.resize(width_px, height_px)
        self._dark, self._calm = dark, calm

    def watch(self, match: int) -> None:
        """Of the training matches show this one alone; -1: all."""
        self._watched = match

    def adopt(self, painter: Painter) -> None:
        """Let `painter` draw from the next frame on."""
        self._painter = painter

    def _painted(self, picture: Picture) -> bool:
        """Let the painter draw; one that cannot any more is dropped."""
        if self._painter is not None and self._painter.paint(picture):
            return True
        self._painter = None
        return False

    def facts(self) -> dict[str, object]:
        """Return what the page shows of the drawing, for METRICS."""
        return {"renderer": self._painter.name if self._painter else "canvas2d", **self._factory.facts()}

    def draw(self, view: str, screen_matches: Sequence[ScreenMatch]) -> None:
        """Draw the matches, each as far between its last two ticks as its moment says, or the factory."""
        if view != "factory":
            self._draw_matches([self._match_view(screen_match) for screen_match in screen_matches])
            self._prepare(screen_matches)
            return
        matches = self._factory.look(STILL_S if self._calm else 0.0)
        if 0 <= self._watched < len(matches) and begun(self._scene, matches[self._watched]):
            self._draw_matches([(matches[self._watched], Look(self._dark))])
            return
        size = self._canvas.width_px, self._canvas.height_px
        if not (self._painter and self._painted(factory_picture(self._scene, *size, matches, self._dark))):
            draw_factory(self._canvas, self._scene, matches, self._dark)

    def _draw_matches(self, match_views: Sequence[MatchView]) -> None:
        size = self._canvas.width_px, self._canvas.height_px
        if not (self._painter and self._painted(match_picture(self._scene, *size, match_views))):
            draw(self._canvas, self._scene, match_views)

    def _prepare(self, screen_matches: Sequence[ScreenMatch]) -> None:
        """Make the pictures of a map's rows as these come, so that no frame makes them all."""
        places = arrange(self._scene, len(screen_matches), self._canvas.width_px, self._canvas.height_px)
        for place, screen_match in zip(places, screen_matches, strict=True):
            if screen_match.map is not None and screen_match.map.coming is not None:
                for row in screen_match.map.coming.drawn(place):
                    _ = tiles_of(row) if self._painter else row.paths

    def _match_view(self, screen_match: ScreenMatch) -> MatchView:
        moment, win, drop = screen_match.moment, screen_match.win, screen_match.drop
        shown = None if screen_match.map is None else screen_match.map.shown
        if screen_match.recalled is not None:
            return screen_match.recalled.state, Look(self._dark, chosen=screen_match.ringed, map=shown)
        state = win.state if win else blend(self._scene, screen_match.before, screen_match.after, moment.ahead)
        flash, trail = max(0.0, 1.0 - moment.since_goal_s / FLASH_S), self._trail(screen_match, state)
        look = Look(
            self._dark,
            () if self._calm else trail,
            0.0 if self._calm else flash,
            moment.scored_by,
            screen_match.ringed,
            screen_match.waiting and win is None,
            None if win is None else win.hop,
            None if drop is None else drop.whistle,
            None if win is None else win.word,
            shown,
        )
        return state, look

    def _trail(self, screen_match: ScreenMatch, state: Mapping[str, float]) -> Sequence[Point]:
        """Where the ball of a match was in the last frames; a match that is held keeps the trail it had."""
        if self._ball is None:
            return ()
        trail = self._trails.setdefault(screen_match, deque(maxlen=TRAIL_POINTS))
        place = state[self._ball.x], state[self._ball.y]
        if trail and max(abs(a - b) for a, b in zip(place, trail[-1], strict=True)) > JUMP_M:
            trail.clear()
        if not trail or place != trail[-1]:
            trail.append(place)
        return trail
