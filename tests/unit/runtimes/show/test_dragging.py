"""Where a body may be put: inside the field, whatever its shape; a ball into a goal too."""

from __future__ import annotations

import math

import pytest
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.runtimes.show.dragging import allowed
from hypothesis import given
from hypothesis import strategies as some

PLAYER = Body("box", "player0", "px", "py", 0.4, 0, 0)
BALL = Body("disc", "ball", "bx", "by", 0.3)
FIELD = Scene(6.0, 4.0, 1.8, 0.9, (PLAYER, BALL), corner_m=1.4)
RING = Scene(3.0, 3.0, 0.0, 0.0, (PLAYER,), round=True)
far = some.floats(-50, 50)


@given(far, far, some.sampled_from([PLAYER, BALL]))
def test_a_body_stays_inside_the_walls_and_the_cut_corners(x_m: float, y_m: float, body: Body) -> None:
    x, y = allowed(FIELD, body, x_m, y_m)
    assert abs(y) <= 4.0 - body.size_m + 1e-9
    in_goal = body is BALL and abs(y) < 1.8 - body.size_m
    assert abs(x) <= 6.0 - body.size_m + (0.9 if in_goal else 0.0) + 1e-9
    if not in_goal:
        assert abs(x) + abs(y) <= 10.0 - 1.4 - math.sqrt(2) * body.size_m + 1e-9


@given(far, far)
def test_a_body_stays_inside_a_ring(x_m: float, y_m: float) -> None:
    assert math.hypot(*allowed(RING, PLAYER, x_m, y_m)) <= 2.6 + 1e-9


def test_where_it_is_free_a_body_goes_where_the_pointer_is() -> None:
    assert allowed(FIELD, PLAYER, 2.0, -3.0) == (2.0, -3.0)
    assert allowed(RING, PLAYER, 1.0, -1.0) == (1.0, -1.0)
    assert allowed(FIELD, BALL, 9.0, 0.5) == (pytest.approx(6.6), 0.5)
    assert allowed(FIELD, PLAYER, 9.0, 0.5) == (pytest.approx(5.6), 0.5)
