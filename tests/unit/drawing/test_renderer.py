"""The stage: a painter draws while it can, the flat canvas before and after, and no frame is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from drillsergeant.drawing.picture import BALL, Picture
from drillsergeant.drawing.place import fit
from drillsergeant.drills import make
from drillsergeant.drills.contract import Outcome, Player
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.wasm.engine import KernelEngine
from drillsergeant.learn.wasm.scratch import plan_for
from drillsergeant.memory.layout import Layout
from drillsergeant.runtimes.show.beat import DropBeat, WinBeat
from drillsergeant.runtimes.show.factory import Factory
from drillsergeant.runtimes.show.renderer import Renderer
from drillsergeant.runtimes.show.screen_match import ScreenMatch

from tests.fakes.canvas import Recorder
from tests.rigs.pictures import kinds_of, lively, rows_of

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

    def actions(self) -> Sequence[int]:
        return []

    def act(self, actions: Sequence[int]) -> None:
        """Nobody plays."""

    def insight(self, player: int) -> Insight:
        return Insight([], 0.0, [])

    def picked(self, player: int) -> Sequence[float]:
        return []

    def influences(self, player: int, baseline: Sequence[float]) -> list[float]:
        return []

    def suppose(
        self, player: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]
    ) -> Sequence[Insight]:
        return [self.insight(player) for _ in changes]

    def earned(self, player: int) -> list[float]:
        return []

    def tick(self) -> None:
        """It stands."""

    def finish(self) -> Outcome[bool, int]:
        return Outcome(False, False, 0)


class Hall:
    """A stage over a canvas that remembers."""

    def __init__(self) -> None:
        self.layout = Layout(plan_for(PROGRAM, 1, 8, horizon=4))
        self.memory, self.time_s = NativeMemory(self.layout.total_bytes), 0.0
        self.canvas = Recorder()
        self.factory = Factory(PROGRAM, self.layout, self.memory, lambda: self.time_s)
        self.renderer = Renderer(SCENE, self.canvas, self.factory)
        self.screen_matches = [ScreenMatch(PROGRAM.drill, Still(), 1), ScreenMatch(PROGRAM.drill, Still(), 1)]

    def start(self) -> None:
        """Let the training matches begin."""
        KernelEngine(PROGRAM, self.memory.link(PROGRAM.binary), self.layout, self.memory).collector(0, 9)
        self.time_s += 1.0

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


def test_one_training_match_is_drawn_as_large_as_the_match_once_it_has_begun() -> None:
    hall, brush = Hall(), Brush(lasts=3)
    hall.renderer.adopt(brush)
    hall.renderer.watch(3)
    hall.frame("factory")
    assert kinds_of(brush.painted[-1]).count("ring") == 8, "nobody has begun: all are shown"
    hall.start()
    hall.frame("factory")
    assert lively(brush.painted[-1]) == PLAYED
    there, ball = hall.factory.look()[3], rows_of(brush.painted[-1])[-1]
    assert ball[:2] == pytest.approx(fit(SCENE, 800, 500).to_pixels(there["ball_x"], there["ball_y"]), rel=1e-5)
    hall.renderer.watch(-1)
    hall.frame("factory")
    assert sorted(lively(brush.painted[-1])) == sorted(PLAYED * 8)
    hall.renderer.watch(7)
    assert hall.frame("factory") and not hall.canvas.paths, "flat, too, and no grid of them"
    hall.renderer.watch(8)
    assert hall.frame("factory") and hall.canvas.paths, "there are only eight"


def test_what_lingers_is_drawn_where_the_match_itself_has_gone_on() -> None:
    hall, brush = Hall(), Brush(lasts=2)
    hall.renderer.adopt(brush)
    (screen_match, _) = hall.screen_matches
    hall.frame()
    plain = kinds_of(brush.painted[-1])
    ended = {**STATE, "ball_x": 6.2, "ball_y": 0.0, "ball_vx": 9.0, "ball_vy": 0.0}
    screen_match.win = WinBeat(SCENE, ended, 0, "Goal!", 0.45)
    screen_match.drop = DropBeat((1.0, 1.0), 0.1)
    hall.frame()
    picture = brush.painted[-1]
    (ball,) = [row for row in rows_of(picture) if row[3] == BALL]
    assert ball[0] > fit(SCENE, 800, 500).to_pixels(6.4, 0.0)[0]
    more = kinds_of(picture)[len(plain) :]
    assert more.count("line") > 10 and "ring" in more, "a word and a whistle"


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
