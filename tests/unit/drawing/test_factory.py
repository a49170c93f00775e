"""The drawing of many matches: cells, bodies in their own cell, nothing of a match that has not begun."""

from __future__ import annotations

import re

import pytest
from drillsergeant.drawing.colours import LIGHT
from drillsergeant.drawing.factory import draw_factory, grid

from tests.fakes.canvas import Recorder
from tests.rigs.scenes import BARE, SCENE, STATE

START = re.compile(r"M(-?[\d.]+) (-?[\d.]+)")


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(64, 8, 8), (8, 3, 3), (6, 3, 2), (4, 2, 2), (2, 2, 1), (1, 1, 1), (0, 1, 1)]
)
def test_the_grid_is_as_square_as_it_goes(count: int, columns: int, rows: int) -> None:
    places = grid(SCENE, count, 800, 480)
    assert (places.columns, places.rows, len(places.cells)) == (columns, rows, count)
    assert all(0 < cell.middle_x < 800 and 0 < cell.middle_y < 480 for cell in places.cells)


def test_every_ball_lies_in_the_cell_of_its_match() -> None:
    canvas = Recorder(800, 480)
    draw_factory(canvas, SCENE, [STATE] * 64, dark=False)
    places = grid(SCENE, 64, 800, 480)
    starts = START.findall(canvas.paths[LIGHT.ball])
    assert len(starts) == 64
    for (left, y), cell in zip(starts, places.cells, strict=True):
        # The ball is right of and below the middle, the cell 100 by 60.
        assert cell.middle_x < float(left) < cell.middle_x + 50
        assert float(y) == pytest.approx(cell.middle_y + 2.0 * cell.scale, abs=0.06)


def test_a_match_that_has_not_begun_shows_its_field_alone() -> None:
    canvas = Recorder(800, 480)
    draw_factory(canvas, SCENE, [STATE, dict.fromkeys(STATE, 0.0)], dark=False)
    assert len(START.findall(canvas.paths[LIGHT.stripes[0]])) == 2
    assert len(START.findall(canvas.paths[LIGHT.teams[0]])) == len(START.findall(canvas.paths[LIGHT.ball])) == 1


def test_a_field_without_goals_and_no_match_at_all_can_be_drawn() -> None:
    bare, nobody = Recorder(800, 480), Recorder(800, 480)
    draw_factory(bare, BARE, [STATE], dark=True)
    draw_factory(nobody, SCENE, [], dark=False)
    assert nobody.drawn == [("clear", [], (LIGHT.surround,))]
    assert not any("NaN" in path or "inf" in path for path in bare.paths.values())
