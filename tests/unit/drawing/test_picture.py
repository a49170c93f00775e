"""The pictures for WebGPU: their layout is the shader's, their shapes lie where Canvas 2D draws them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drillsergeant.drawing import picture as numbers
from drillsergeant.drawing.colours import DARK, LIGHT, rgba
from drillsergeant.drawing.match import Look
from drillsergeant.drawing.picture import (
    BALL,
    BOX,
    HEAD_FLOATS,
    LINE,
    POINTS,
    RING,
    SHAPE_FLOATS,
    factory_picture,
    match_picture,
)
from drillsergeant.drawing.place import arrange, fit

from tests.rigs.pictures import kinds_of, lively, points_of, rows_of
from tests.rigs.scenes import BARE, SCENE, STATE

SHADER = (Path(__file__).parents[3] / "shaders" / "match.wgsl").read_text()
SIZE = (800, 500)


def test_the_shader_counts_the_same_floats() -> None:
    (head,) = re.findall(r"struct Picture \{(.*?)\n\}", SHADER, re.S)
    (shape,) = re.findall(r"struct Shape \{(.*?)\n\}", SHADER, re.S)
    fields = re.findall(r"^\s*\w+: (.+?),(?:\s*//.*)?$", head, re.M)
    assert fields[-1] == "array<Shape>"
    assert fields[:-1] == ["vec4f"] * (HEAD_FLOATS // 4)
    assert 4 * shape.count("vec4f") == SHAPE_FLOATS


@pytest.mark.parametrize("name", ["POINTS", "BOX", "BALL", "RING", "DISC", "POLYGON", "LINE"])
def test_the_shader_has_the_same_numbers(name: str) -> None:
    (value,) = re.findall(rf"const {name} = (\d+)u?;", SHADER)
    assert int(value) == getattr(numbers, name)


def test_a_match_is_its_field_then_its_bodies_where_the_state_says() -> None:
    picture = match_picture(SCENE, *SIZE, [(STATE, Look())])
    kinds = kinds_of(picture)
    assert kinds[0] == "polygon", "the floor"
    assert kinds[-2:] == ["player", "ball"]
    assert picture.count == len(rows_of(picture))
    place = fit(SCENE, *SIZE)
    floor = [(x, y) for x, y, _ in points_of(rows_of(picture), 0)]
    assert len(floor) == 8
    assert floor[0] == pytest.approx(place.to_pixels(6.0, 4.0 - 1.4))
    box, ball = rows_of(picture)[-2:]
    assert box[:2] == pytest.approx(place.to_pixels(-2.0, 1.0))
    assert box[4:8] == [0.0, 1.0, 0.0, 1.0]  # looks up, does not glow, has eyes
    assert box[8:] == pytest.approx(rgba(LIGHT.teams[0]))
    assert ball[:3] == pytest.approx([*place.to_pixels(3.0, -2.0), 0.3 * place.scale])


def test_a_goal_adds_a_flash_and_a_ring_and_a_dash_a_glow() -> None:
    picture = match_picture(SCENE, *SIZE, [({**STATE, "pvx": 8.0}, Look(dark=True, flash=0.5, scored_by=1))])
    assert lively(picture) == ["flash", "spreading ring", "player", "ball"]
    (flash,) = [row for row in rows_of(picture) if row[8:] == pytest.approx(rgba(DARK.teams[1], 0.14))]
    ring = next(row for row in rows_of(picture) if row[3] == RING and row[11] == pytest.approx(0.5))
    assert flash[0] == 400 and ring[0] < 400  # player 1 scores on the left
    (box,) = [row for row in rows_of(picture) if row[3] == BOX]
    assert box[6] == pytest.approx(1.0)
    assert lively(match_picture(BARE, *SIZE, [(STATE, Look(flash=0.5, scored_by=1))])) == ["flash", "ball"]


def test_a_trail_lies_in_its_quad() -> None:
    trail = [(0.1 * i, 0.02 * i * i - 2) for i in range(14)]
    picture = match_picture(SCENE, *SIZE, [(STATE, Look(trail=trail))])
    assert lively(picture) == ["trail", "player", "ball"]
    rows = rows_of(picture)
    at = next(at for at, row in enumerate(rows) if row[3] == LINE and points_of(rows, at)[0][2] == 0.0)
    x, y, half_x, half_y = (rows[at][index] for index in (0, 1, 4, 5))
    place = fit(SCENE, *SIZE)
    for (px, py, half), there in zip(points_of(rows, at), trail, strict=True):
        assert (px, py) == pytest.approx(place.to_pixels(*there), rel=1e-5)
        assert x - half_x < px - half <= px + half < x + half_x
        assert y - half_y < py - half <= py + half < y + half_y
    assert rows[at][8:] == pytest.approx(rgba(LIGHT.trail, 0.38))
    assert lively(match_picture(SCENE, *SIZE, [(STATE, Look(trail=[(0, 0)] * 9))])) == ["player", "ball"]


def test_two_matches_keep_their_trails_apart_and_the_chosen_player_wears_a_ring() -> None:
    trails = [[(0.1 * i, sign * 0.1 * i) for i in range(9)] for sign in (1, -1)]
    match_views = [(STATE, Look(trail=trails[0], chosen=0)), (STATE, Look(trail=trails[1], waiting=True))]
    picture = match_picture(SCENE, *SIZE, match_views)
    assert lively(picture) == ["trail", "player", "ball", "trail", "player", "ball"]
    rows, places = rows_of(picture), arrange(SCENE, 2, *SIZE)
    ribbons = [at for at, row in enumerate(rows) if row[3] == LINE and points_of(rows, at)[0][2] == 0.0]
    for place, trail, at in zip(places, trails, ribbons, strict=True):
        assert points_of(rows, at)[-1][:2] == pytest.approx(place.to_pixels(*trail[-1]), rel=1e-5)
    (ring,) = [row for row in rows if row[3] == RING and row[8:] == pytest.approx(rgba(LIGHT.chosen))]
    assert ring[:2] == pytest.approx(places[0].to_pixels(-2.0, 1.0))
    (dim,) = [row for row in rows if row[8:] == pytest.approx(rgba(LIGHT.surround, 0.55))]
    assert dim[0] == pytest.approx(places[1].middle_x)


def test_the_factory_has_a_field_per_match_and_bodies_where_one_has_begun() -> None:
    picture = factory_picture(SCENE, *SIZE, [STATE, dict.fromkeys(STATE, 0.0), STATE], dark=False)
    assert kinds_of(picture)[-4:] == ["player", "player", "ball", "ball"]
    assert kinds_of(picture).count("ring") == 3, "a centre circle for each"
    again = factory_picture(SCENE, *SIZE, [STATE] * 3, dark=False)
    assert kinds_of(again)[:-6] == kinds_of(picture)[:-4], "the fields that are kept were not added to"
    assert kinds_of(again)[-6:] == ["player"] * 3 + ["ball"] * 3
    gliding = factory_picture(SCENE, *SIZE, [{**STATE, "hx": 0.0, "hy": -0.1}], dark=False)
    (box,) = [row for row in rows_of(gliding) if row[3] == BOX]
    assert box[4:6] == [0.0, -1.0], "one that turns round is short for a moment, and is there"


def test_rows_of_points_are_counted_and_draw_nothing() -> None:
    rows = rows_of(match_picture(SCENE, *SIZE, [(STATE, Look())]))
    assert sum(row[3] == POINTS for row in rows) == sum((int(row[6]) + 1) // 2 for row in rows if row[3] in (5, 6))
    assert all(row[:3] == [0.0, 0.0, 0.0] for row in rows if row[3] == POINTS)
    assert rows[-1][3] == BALL


def test_colours_are_read_as_numbers() -> None:
    assert rgba("#ff8000", 0.5) == pytest.approx((1.0, 128 / 255, 0.0, 0.5))
    assert rgba("rgba(24,40,28,0.22)", 0.5) == pytest.approx((24 / 255, 40 / 255, 28 / 255, 0.11))
