"""The moment after a goal or a dropped ball, as it is drawn: in the net, in the air, in words, on either surface."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drawing.beat import HOP_S, HOPS, ROLL_M_S, Whistle, Word, hop_m, rolled_on, scorer_of
from drillsergeant.drawing.colours import LIGHT, faded
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.picture import match_picture
from drillsergeant.drawing.place import Point, fit
from drillsergeant.drills.contract import Scene
from hypothesis import given
from hypothesis import strategies as some

from tests.fakes.canvas import Recorder
from tests.rigs.pictures import kinds_of
from tests.rigs.scenes import BALL, BARE, PLAYER, SCENE, STATE

MATE = replace(PLAYER, name="player1", x="qx", y="qy", player=1)
RIVAL = replace(PLAYER, name="player2", x="rx", y="ry", player=2, team=1)
CROWD = replace(SCENE, bodies=(PLAYER, MATE, RIVAL, BALL))
CROWDED = {**STATE, "qx": 2.0, "qy": -2.0, "rx": 2.9, "ry": -2.0}
SIZE = (800, 500)
Drawn = list[tuple[str, list[Point], tuple[str, ...]]]


def added(scene: Scene, look: Look, size: tuple[int, int] = SIZE) -> Drawn:
    """What is drawn over the match as it would be without that look."""
    plain, canvas = Recorder(*size), Recorder(*size)
    draw(plain, scene, [(STATE, Look())])
    draw(canvas, scene, [(STATE, look)])
    assert canvas.drawn[: len(plain.drawn)] == plain.drawn
    return canvas.drawn[len(plain.drawn) :]


@given(some.floats(6.0, 6.6), some.floats(-1.3, 1.3), some.floats(-12, 12), some.floats(-12, 12), some.floats(0, 3))
def test_a_ball_runs_on_into_the_net_and_stays_in_it(x: float, y: float, vx: float, vy: float, since_s: float) -> None:
    for team, end in ((0, 1.0), (1, -1.0)):
        state = {**STATE, "bx": end * x, "by": y, "bvx": end * vx, "bvy": vy}
        now = rolled_on(SCENE, state, team, since_s)
        assert x - 1e-9 <= end * now["bx"] <= max(x, 6.6) + 1e-9
        assert abs(now["by"]) <= 1.0 + 1e-9
        assert {name: now[name] for name in now if name not in ("bx", "by")} == {
            name: state[name] for name in state if name not in ("bx", "by")
        }


def test_a_slow_ball_gets_there_too_and_what_is_not_in_the_goal_stays() -> None:
    slow = {**STATE, "bx": 6.1, "by": 0.0}
    assert rolled_on(SCENE, slow, 0, 0.1)["bx"] == pytest.approx(6.1 + 0.1 * ROLL_M_S, rel=0.05)
    assert rolled_on(SCENE, slow, 0, 1.0)["bx"] == pytest.approx(6.6)
    assert rolled_on(SCENE, STATE, 0, 1.0) == STATE, "it is far from the goal"
    assert rolled_on(SCENE, slow, 1, 1.0) == slow, "it is in the other one"
    assert rolled_on(BARE, STATE, 0, 1.0) == STATE, "there are no goals"


def test_who_hops_is_the_one_of_that_team_who_is_nearest_to_the_ball() -> None:
    assert [scorer_of(CROWD, CROWDED, team) for team in (0, 1)] == [1, 2]
    assert scorer_of(BARE, STATE, 0) is None
    assert scorer_of(replace(SCENE, bodies=(PLAYER,)), STATE, 0) == 0, "without a ball, whoever there is"


def test_hops_end_on_the_ground() -> None:
    assert hop_m(0.0) == 0.0 and hop_m(HOP_S / 2) > 0.4
    assert hop_m(HOP_S) == pytest.approx(0.0, abs=1e-9)
    assert hop_m(HOPS * HOP_S) == hop_m(9.0) == 0.0


def test_a_player_in_the_air_is_higher_on_screen_larger_and_alone_in_it() -> None:
    def boxes(look: Look) -> list[tuple[float, float]]:
        """The top of every box of orange, and its width."""
        canvas = Recorder()
        draw(canvas, CROWD, [(CROWDED, look)])
        found = canvas.found("polygon", LIGHT.teams[0])
        return [(min(y for _, y in box), max(x for x, _ in box) - min(x for x, _ in box)) for box in found]

    ground, air = boxes(Look()), boxes(Look(hop=(1, 0.5)))
    assert air[0] == ground[0]
    assert air[1][0] < ground[1][0] - 0.4 * fit(CROWD, 800, 500).scale
    assert air[1][1] > ground[1][1]


@pytest.mark.parametrize("size", [(800, 500), (360, 220), (300, 900), (1600, 300)])
@pytest.mark.parametrize("scene", [SCENE, BARE])
@pytest.mark.parametrize("text", ["Goal!", "Escaped!", "Orange has won"])
def test_the_word_lies_on_the_field_in_the_winners_colour(scene: Scene, size: tuple[int, int], text: str) -> None:
    lines, place = added(scene, Look(word=Word(text, 1, 0.5)), size), fit(scene, *size)
    left, top = place.to_pixels(-scene.half_length_m, scene.half_width_m)
    right, bottom = place.to_pixels(scene.half_length_m, -scene.half_width_m)
    half = len(lines) // 2
    assert [colours for _, _, colours in lines] == [(LIGHT.paper,)] * half + [(LIGHT.teams[1],)] * half
    assert half >= len(text) - 2
    assert all(left < x < right and top < y < bottom for _, points, _ in lines for x, y in points)


def test_a_word_grows_and_fades_and_is_the_same_lines_for_the_shader() -> None:
    def high(age: float) -> float:
        heights = [y for _, points, _ in added(SCENE, Look(word=Word("Goal!", 0, age))) for _, y in points]
        return max(heights) - min(heights)

    assert 0 < high(0.0) < high(0.1) < high(0.2) == high(0.7)
    late = Look(word=Word("Goal!", 0, 0.95))
    lines = added(SCENE, late)
    assert {colour for _, _, (colour,) in lines} == {faded(LIGHT.paper, 0.2), faded(LIGHT.teams[0], 0.2)}
    more = kinds_of(match_picture(SCENE, *SIZE, [(STATE, late)]))
    assert more == [*kinds_of(match_picture(SCENE, *SIZE, [(STATE, Look())])), *["line"] * len(lines)]


def test_a_dropped_ball_leaves_its_shade_and_a_whistle_and_is_ringed_where_it_is() -> None:
    look, place = Look(whistle=Whistle((-4.0, 3.0), 0.25)), fit(SCENE, *SIZE)
    drawn = added(SCENE, look)
    assert [kind for kind, _, _ in drawn] == ["disc", "disc", "disc", "polygon", "line", "line", "line"]
    (shade, ring, whistle), ink = ([points[0] for _, points, _ in drawn[:3]], drawn[2][2][0])
    assert ink == LIGHT.ink and drawn[0][2][0] == faded(LIGHT.ball, 0.75)
    assert shade == pytest.approx(place.to_pixels(-4.0, 3.0))
    assert ring == pytest.approx(place.to_pixels(3.0, -2.0))
    assert drawn[1][1][1][0] - ring[0] > 1.5 * BALL.size_m * place.scale
    assert whistle[1] < shade[1], "above it"
    more = kinds_of(match_picture(SCENE, *SIZE, [(STATE, look)]))
    assert more[-7:] == ["disc", "ring", "disc", "polygon", "line", "line", "line"], "the shader draws as much"
