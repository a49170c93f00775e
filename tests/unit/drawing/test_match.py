"""Drawing: everything stays on the canvas, lies where the state says, and the pointer's way back is exact."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from drillsergeant.drawing.colours import DARK, LIGHT, faded
from drillsergeant.drawing.match import CHOSEN_REACH, Look, blend, draw
from drillsergeant.drawing.place import Point, arrange, fit
from drillsergeant.drills.contract import Scene
from hypothesis import given
from hypothesis import strategies as some

from tests.fakes.canvas import Recorder
from tests.rigs.scenes import BARE, SCENE, STATE


@given(some.integers(50, 4000), some.integers(50, 4000), some.floats(-6, 6), some.floats(-4, 4))
def test_a_pixel_leads_back_to_its_place_on_the_field(width: int, height: int, x: float, y: float) -> None:
    place = fit(SCENE, width, height)
    assert place.to_field(*place.to_pixels(x, y)) == pytest.approx((x, y), abs=1e-9)


@pytest.mark.parametrize("size", [(800, 500), (360, 220), (300, 900), (1600, 300), (1, 1)])
@pytest.mark.parametrize("scene", [SCENE, BARE])
def test_the_whole_field_with_goals_lies_on_the_canvas(scene: Scene, size: tuple[int, int]) -> None:
    place = fit(scene, *size)
    x, y = place.to_pixels(scene.half_length_m + scene.goal_depth_m, -scene.half_width_m)
    assert size[0] / 2 < x < size[0]
    assert size[1] / 2 < y < size[1]


def test_up_on_the_field_is_up_on_the_screen() -> None:
    place = fit(SCENE, 800, 500)
    assert place.to_pixels(0, 1)[1] < place.to_pixels(0, -1)[1]
    assert place.to_pixels(1, 0)[0] > place.to_pixels(-1, 0)[0]


def test_player_and_ball_are_drawn_where_the_state_says_in_their_colours() -> None:
    canvas = Recorder()
    draw(canvas, SCENE, [(STATE, Look())])
    place = fit(SCENE, 800, 500)
    (box,) = canvas.found("polygon", LIGHT.teams[0])
    centre = sum(x for x, _ in box) / len(box), sum(y for _, y in box) / len(box)
    assert centre == pytest.approx(place.to_pixels(-2.0, 1.0), abs=0.5)
    assert max(x for x, _ in box) - min(x for x, _ in box) == pytest.approx(1.0 * place.scale, rel=1e-6)
    ball = canvas.found("disc", LIGHT.ball_edge)
    assert len(ball) == 1
    assert ball[0][0] == pytest.approx(place.to_pixels(3.0, -2.0))


def test_a_heading_between_two_directions_makes_nobody_smaller() -> None:
    def box(heading: float) -> list[Point]:
        canvas = Recorder()
        draw(canvas, SCENE, [({**STATE, "hx": 0.0, "hy": heading}, Look())])
        return canvas.found("polygon", LIGHT.teams[0])[0]

    assert box(0.3) == box(1.0)


def test_the_eyes_are_on_the_side_the_player_looks_to() -> None:
    place = fit(SCENE, 800, 500)
    centre = place.to_pixels(-2.0, 1.0)
    for heading, (dx, dy) in (((0.0, 1.0), (0, -1)), ((1.0, 0.0), (1, 0)), ((0.0, -1.0), (0, 1))):
        canvas = Recorder()
        draw(canvas, SCENE, [({**STATE, "hx": heading[0], "hy": heading[1]}, Look())])
        eyes = canvas.found("disc", LIGHT.pupil)
        assert len(eyes) == 2
        for eye in eyes:
            ahead = (eye[0][0] - centre[0]) * dx + (eye[0][1] - centre[1]) * dy
            assert ahead > 0.3 * 0.5 * place.scale


def test_a_dash_glows_and_running_does_not() -> None:
    def polygons(speed: float) -> int:
        canvas = Recorder()
        draw(canvas, SCENE, [({**STATE, "pvx": speed}, Look())])
        return sum(kind == "polygon" for kind, _, _ in canvas.drawn)

    assert polygons(4.7) == polygons(0.0)
    assert polygons(7.5) > polygons(4.7)


def test_a_goal_flashes_in_the_scorer_s_colour_and_fades() -> None:
    def flashes(look: Look) -> int:
        canvas = Recorder()
        draw(canvas, SCENE, [(STATE, look)])
        return len(canvas.found("polygon", faded(LIGHT.teams[1], 0.28 * look.flash)))

    assert flashes(Look(flash=0.5, scored_by=1)) == 1
    assert flashes(Look(flash=0.0, scored_by=1)) == 0
    assert flashes(Look(flash=0.5, scored_by=None)) == 0


def test_the_trail_is_a_ribbon_that_ends_in_a_point_and_needs_movement() -> None:
    def ribbons(trail: Sequence[Point]) -> list[list[Point]]:
        canvas = Recorder()
        draw(canvas, SCENE, [(STATE, Look(trail=trail))])
        return canvas.found("polygon", faded(LIGHT.trail, 0.38))

    assert ribbons([]) == ribbons([(0, 0)]) == ribbons([(1, 1)] * 9) == []
    (ribbon,) = ribbons([(0, 0), (1, 0), (1, 0), (2, 0)])
    assert ribbon[0] == pytest.approx(fit(SCENE, 800, 500).to_pixels(0, 0))
    assert ribbon[0] == pytest.approx(ribbon[-1])
    assert abs(ribbon[2][1] - ribbon[3][1]) == pytest.approx(2 * 0.85 * 0.3 * fit(SCENE, 800, 500).scale)


def test_dark_and_light_share_no_ground_and_a_drill_without_goals_has_none() -> None:
    dark, bare = Recorder(), Recorder()
    draw(dark, SCENE, [(STATE, Look(dark=True))])
    draw(bare, BARE, [(STATE, Look())])
    assert dark.drawn[0] == ("clear", [], (DARK.surround,))
    assert dark.found("polygon", DARK.stripes[1])
    assert not dark.found("polygon", LIGHT.stripes[0])
    assert bare.found("polygon", LIGHT.stripes[0])
    assert not bare.found("line", LIGHT.teams[0])
    assert not bare.found("polygon", LIGHT.stripes[1]), "only what is mown has stripes"


def test_blending_goes_from_tick_to_tick_and_never_through_a_kick_off() -> None:
    after = {**STATE, "px": -1.9, "bx": -3.0}
    half = blend(SCENE, STATE, after, 0.5)
    assert half["px"] == pytest.approx(-1.95)
    assert half["bx"] == -3.0, "the ball was put there; it did not travel"
    assert blend(SCENE, STATE, after, 0.0)["px"] == STATE["px"]


@given(some.integers(1, 3), some.integers(50, 4000), some.integers(50, 4000))
def test_fields_next_to_each_other_share_a_size_and_no_pixel(count: int, width: int, height: int) -> None:
    places = arrange(SCENE, count, width, height)
    assert len({place.scale for place in places}) == 1
    boxes = [(*place.to_pixels(-6.9, 4.0), *place.to_pixels(6.9, -4.0)) for place in places]
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    for (_, _, right, bottom), (left, top, _, _) in itertools.pairwise(boxes):
        assert left > right or top > bottom
    assert arrange(SCENE, 1, width, height) == [fit(SCENE, width, height)]


def test_fields_lie_in_the_longer_direction() -> None:
    beside, below = arrange(SCENE, 2, 800, 300), arrange(SCENE, 2, 300, 800)
    assert (beside[0].middle_y, below[0].middle_x) == (beside[1].middle_y, below[1].middle_x)
    assert beside[0].middle_x < beside[1].middle_x
    assert below[0].middle_y < below[1].middle_y


def test_two_matches_are_drawn_each_in_its_field_and_one_that_waits_is_dimmed() -> None:
    canvas = Recorder(735, 445)
    other = {**STATE, "bx": -3.0}
    draw(canvas, SCENE, [(STATE, Look(waiting=True)), (other, Look())])
    places = arrange(SCENE, 2, 735, 445)
    balls = [points[0] for points in canvas.found("disc", LIGHT.ball_edge)]
    assert balls == [pytest.approx(places[0].to_pixels(3.0, -2.0)), pytest.approx(places[1].to_pixels(-3.0, -2.0))]
    (dim,) = canvas.found("polygon", faded(LIGHT.surround, 0.55))
    assert max(x for x, _ in dim) < 735 / 2 < balls[1][0]


def test_the_player_looked_into_wears_a_ring() -> None:
    canvas = Recorder()
    draw(canvas, SCENE, [(STATE, Look(chosen=0))])
    ((middle, edge, _),) = canvas.found("disc", LIGHT.chosen)
    place = fit(SCENE, 800, 500)
    assert middle == pytest.approx(place.to_pixels(-2.0, 1.0))
    assert edge[0] - middle[0] == pytest.approx(CHOSEN_REACH * 0.5 * place.scale)
