"""The stage: a painter draws while it can, the flat canvas before and after, and no frame is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant.drawing.picture import Picture
from drillsergeant.drills import make
from drillsergeant.drills.contract import Outcome, Player
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout
from drillsergeant.runtimes.show.factory import Factory
from drillsergeant.runtimes.show.renderer import Renderer
from drillsergeant.runtimes.show.screen_match import ScreenMatch

from tests.fakes.canvas import Recorder
from tests.rigs.pictures import kinds_of, lively

PROGRAM = build_program(make("ball"), shared=False, hidden=(16, 16))
SCENE = PROGRAM.drill.scene
STATE = {name: 0.5 for name in PROGRAM.drill.fields}
PLAYED = ["player", "player", "ball"]


class Brush:
    """A painter that loses its device after some pictures."""

    name = "webgpu"

    def __init__(self, lasts: int) -> None:
        self.left = lasts
        self.painted: list[Picture] = []

    def paint(self, picture: Picture) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        self.painted.append(picture)
        return True


class Still:
    """A match that stands where `state` says."""

    def __init__(self) -> None:
        self.now = dict(STATE)

    def reset(self, seed: int, lesson: int = 0) -> None:
        """It stands."""

    def state(self) -> Mapping[str, float]:
        return self.now

    def put(self, values: Mapping[str, float]) -> None:
        self.now |= values

    def adopt(self, weights_offset: int, player: int) -> None:
        """Nobody plays."""

    def decide(self, players: Mapping[int, Player], visitor_action: Sequence[float] = ()) -> None:
        """Nobody plays."""

    def insight(self, player: int) -> Insight:
        return Insight([], 0.0, [])

    def tick(self) -> None:
        """It stands."""

    def finish(self) -> Outcome[bool, int]:
        return Outcome(False, False, 0)


class Hall:
    """A stage over a canvas that remembers."""

    def __init__(self) -> None:
        layout = Layout(plan_for(PROGRAM, 1, 8, horizon=4))
        self.canvas = Recorder()
        factory = Factory(PROGRAM, layout, NativeMemory(layout.total_bytes), lambda: 0.0)
        self.renderer = Renderer(SCENE, self.canvas, factory)
        self.screen_matches = [ScreenMatch(PROGRAM.drill, Still(), 1), ScreenMatch(PROGRAM.drill, Still(), 1)]

    def frame(self, view: str = "match") -> bool:
        """Draw once; returns whether the flat canvas was used."""
        self.canvas.drawn.clear()
        self.renderer.draw(view, self.screen_matches if view == "compare" else self.screen_matches[:1])
        return bool(self.canvas.drawn)


def test_a_painter_draws_until_its_device_is_lost_and_the_same_frame_is_drawn_flat() -> None:
    hall, brush = Hall(), Brush(lasts=2)
    assert hall.frame()
    hall.renderer.adopt(brush)
    assert hall.renderer.facts()["renderer"] == "webgpu"
    assert [hall.frame() for _ in range(4)] == [False, False, True, True]
    assert hall.renderer.facts()["renderer"] == "canvas2d"
    hall.renderer.adopt(Brush(lasts=1))
    assert not hall.frame()


def test_either_way_the_factory_is_drawn_when_it_is_asked_for() -> None:
    hall, brush = Hall(), Brush(lasts=1)
    assert hall.frame("factory")
    assert hall.canvas.paths
    hall.renderer.adopt(brush)
    assert not hall.frame("factory")
    (picture,) = brush.painted
    assert kinds_of(picture).count("ring") == 8  # nobody has begun: eight fields with a centre circle each
    assert lively(picture) == []


def drawn(hall: Hall, brush: Brush, view: str) -> list[str]:
    """What is not painted on the field in a picture of one match whose ball has moved, after a goal."""
    for step in range(3):
        hall.screen_matches[0].match.put({"ball_x": 0.2 * step})
        for screen_match in hall.screen_matches:
            screen_match.look_again()
        hall.frame(view)
    return lively(brush.painted[-1])


def test_two_matches_are_drawn_with_trails_of_their_own() -> None:
    hall, brush = Hall(), Brush(lasts=3)
    hall.renderer.adopt(brush)
    assert drawn(hall, brush, "compare") == ["trail", *PLAYED, *PLAYED]


def test_on_a_calm_canvas_a_goal_leaves_neither_trail_nor_flash_and_the_players_stay() -> None:
    hall, brush = Hall(), Brush(lasts=9)
    hall.renderer.adopt(brush)
    moment = hall.screen_matches[0].moment
    moment.scored_by, moment.since_goal_s = 0, 0.1
    alive = drawn(hall, brush, "match")
    hall.renderer.resize(800, 500, dark=False, calm=True)
    assert drawn(hall, brush, "match") == PLAYED
    assert alive == ["flash", "spreading ring", "trail", *PLAYED]
    hall.renderer.resize(800, 500, dark=False)
    assert drawn(hall, brush, "match") == alive
