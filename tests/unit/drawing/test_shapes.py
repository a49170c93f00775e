"""The pictures for WebGPU: their layout is the shader's, their shapes lie where Canvas 2D draws them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drillsergeant.drawing import shapes
from drillsergeant.drawing.colours import DARK, LIGHT, rgba
from drillsergeant.drawing.match import Look, arrange, fit
from drillsergeant.drawing.shapes import (
    BOX,
    DISC,
    FIELD,
    HEAD_FLOATS,
    RING,
    SHAPE_FLOATS,
    TRAIL,
    TRAIL_POINTS,
    TRAILS,
    Picture,
    factory_picture,
    match_picture,
)

from tests.rigs.scenes import BARE, SCENE, STATE

SHADER = (Path(__file__).parents[3] / "shaders" / "match.wgsl").read_text()
SIZE = (800, 500)


def rows_of(picture: Picture) -> list[list[float]]:
    body = picture.floats[HEAD_FLOATS:]
    return [list(body[at : at + SHAPE_FLOATS]) for at in range(0, len(body), SHAPE_FLOATS)]


def kinds(picture: Picture) -> list[int]:
    return [int(shape[3]) for shape in rows_of(picture)]


def test_the_shader_counts_the_same_floats() -> None:
    (head,) = re.findall(r"struct Picture \{(.*?)\n\}", SHADER, re.S)
    (shape,) = re.findall(r"struct Shape \{(.*?)\n\}", SHADER, re.S)
    fields = re.findall(r"^\s*\w+: (.+?),(?:\s*//.*)?$", head, re.M)
    sizes = {"vec4f": 1, "array<vec4f, 2>": 2, "array<vec4f, TRAILS * TRAIL_POINTS>": TRAILS * TRAIL_POINTS}
    assert fields[-1] == "array<Shape>"
    assert 4 * sum(sizes[kind] for kind in fields[:-1]) == HEAD_FLOATS
    assert 4 * shape.count("vec4f") == SHAPE_FLOATS


@pytest.mark.parametrize("name", ["FIELD", "BOX", "DISC", "RING", "TRAIL", "TRAIL_POINTS", "TRAILS"])
def test_the_shader_has_the_same_numbers(name: str) -> None:
    (value,) = re.findall(rf"const {name} = (\d+)u?;", SHADER)
    assert int(value) == getattr(shapes, name)


def test_a_match_is_its_field_then_its_bodies_where_the_state_says() -> None:
    picture = match_picture(SCENE, *SIZE, [(STATE, Look())])
    assert kinds(picture) == [FIELD, BOX, DISC]
    assert picture.count == 3
    place = fit(SCENE, *SIZE)
    field, box, disc = rows_of(picture)
    assert field[:3] == pytest.approx([400, 250, place.scale])
    assert box[:2] == pytest.approx(place.to_pixels(-2.0, 1.0))
    assert box[4:8] == [0.0, 1.0, 0.0, 1.0]  # looks up, does not glow, has eyes
    assert box[8:] == pytest.approx(rgba(LIGHT.teams[0]))
    assert disc[:3] == pytest.approx([*place.to_pixels(3.0, -2.0), 0.3 * place.scale])


def test_a_goal_adds_a_flash_and_a_ring_and_a_dash_a_glow() -> None:
    picture = match_picture(SCENE, *SIZE, [({**STATE, "pvx": 8.0}, Look(dark=True, flash=0.5, scored_by=1))])
    assert kinds(picture) == [FIELD, RING, BOX, DISC]
    field, ring, box, _ = rows_of(picture)
    assert field[8:] == pytest.approx(rgba(DARK.teams[1], 0.14))
    assert ring[0] < 400  # player 1 scores on the left
    assert box[6] == pytest.approx(1.0)
    assert kinds(match_picture(BARE, *SIZE, [(STATE, Look(flash=0.5, scored_by=1))])) == [FIELD, DISC]


def test_a_trail_lies_in_its_quad_and_never_has_more_points_than_the_shader() -> None:
    trail = [(0.1 * i, 0.02 * i * i - 2) for i in range(40)]
    picture = match_picture(SCENE, *SIZE, [(STATE, Look(trail=trail))])
    assert kinds(picture) == [FIELD, TRAIL, BOX, DISC]
    assert rows_of(picture)[1][6:8] == [0, TRAIL_POINTS]
    x, y, half_x, half_y = (rows_of(picture)[1][index] for index in (0, 1, 4, 5))
    place = fit(SCENE, *SIZE)
    for point in trail[-TRAIL_POINTS:]:
        at_x, at_y = place.to_pixels(*point)
        assert x - half_x < at_x < x + half_x
        assert y - half_y < at_y < y + half_y
    assert kinds(match_picture(SCENE, *SIZE, [(STATE, Look(trail=[(0, 0)] * 9))])) == [FIELD, BOX, DISC]


def test_two_matches_keep_their_trails_apart_and_the_chosen_player_wears_a_ring() -> None:
    trails = [[(0.1 * i, sign * 0.1 * i) for i in range(9)] for sign in (1, -1)]
    match_views = [(STATE, Look(trail=trails[0], chosen=0)), (STATE, Look(trail=trails[1], waiting=True))]
    picture = match_picture(SCENE, *SIZE, match_views)
    assert kinds(picture) == [FIELD, TRAIL, RING, BOX, DISC, FIELD, TRAIL, BOX, DISC]
    assert [shape[6:8] for shape in rows_of(picture) if shape[3] == TRAIL] == [[0, 9], [9, 9]]
    places = arrange(SCENE, 2, *SIZE)
    newest = [HEAD_FLOATS - 4 * TRAILS * TRAIL_POINTS + 4 * point for point in (8, 17)]
    for place, trail, at in zip(places, trails, newest, strict=True):
        assert list(picture.floats[at : at + 2]) == pytest.approx(place.to_pixels(*trail[-1]), rel=1e-5)
    assert rows_of(picture)[2][:2] == pytest.approx(places[0].to_pixels(-2.0, 1.0))
    assert rows_of(picture)[5][8:] == pytest.approx(rgba(LIGHT.surround, 0.55))


def test_the_factory_has_a_field_per_match_and_bodies_where_one_has_begun() -> None:
    picture = factory_picture(SCENE, *SIZE, [STATE, dict.fromkeys(STATE, 0.0), STATE], dark=False)
    assert kinds(picture) == [FIELD, FIELD, FIELD, BOX, BOX, DISC, DISC]
    again = factory_picture(SCENE, *SIZE, [STATE] * 3, dark=False)
    assert kinds(again) == [FIELD] * 3 + [BOX] * 3 + [DISC] * 3  # the fields that are kept were not added to


def test_colours_are_read_as_numbers() -> None:
    assert rgba("#ff8000", 0.5) == pytest.approx((1.0, 128 / 255, 0.0, 0.5))
    assert rgba("rgba(24,40,28,0.22)", 0.5) == pytest.approx((24 / 255, 40 / 255, 28 / 255, 0.11))
