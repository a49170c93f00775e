"""Where a body may be put: inside the field, whatever its shape; a ball into a goal too."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from drillsergeant.drawing.grips import allowed
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.drills.shapes import Capsule, Linear, Rectangle
from drillsergeant.runtimes.show.dragging import Dragging
from drillsergeant.runtimes.show.screen_match import ScreenMatch
from hypothesis import given
from hypothesis import strategies as some

from tests.fakes.theatre import Theatre

PLAYER = Body("box", "player0", "px", "py", 0.4, 0, 0)
BALL = Body("disc", "ball", "bx", "by", 0.3)
FIELD = Scene(6.0, 4.0, 1.8, 0.9, (PLAYER, BALL), corner_m=1.4)
RING = Scene(3.0, 3.0, 0.0, 0.0, (PLAYER,), round=True)
far = some.floats(-50, 50)
CART = Rectangle(Linear("x", 2.0, 1.0), 0.5, 0.6, 0.4, player=0, drag=True)
POLE = Capsule(Linear("x", 2.0, 1.0), 0.5, 0.1, Linear("theta"), 2.0)
RAIL = Scene(3.0, 2.0, shapes=(CART, POLE))


def parked() -> ScreenMatch:
    """A match of CartPole whose cart stands at 0.5, drawn by `RAIL` at 2."""
    (match,) = Theatre(name="cartpole").show.screen_matches
    match.match.put({"x": 0.5, "theta": 0.125})
    return match


def stand(match: ScreenMatch) -> tuple[float, float]:
    return match.match.state()["x"], match.match.state()["theta"]


def test_a_shape_that_may_be_dragged_follows_along_what_it_can_be_moved() -> None:
    match, dragging = parked(), Dragging(RAIL)
    dragging.drag(match, 2.0, 2.5, 0.0)
    dragging.apply()
    assert stand(match) == (0.5, 0.125), "too far away to be meant"
    dragging.let_go()
    dragging.drag(match, 2.1, 0.6, 0.0)
    dragging.drag(match, -2.0, -1.9, 0.1)
    dragging.apply()
    assert stand(match) == (-1.5, 0.125), "2 * -1.5 + 1 is where the pointer is; its height is fixed"
    dragging.let_go(0.1)
    assert stand(match) == (-1.5, 0.125), "it has no speed to be thrown with"


def test_shapes_that_do_not_say_so_are_not_dragged_and_a_player_is_found_by_its_shape() -> None:
    match, dragging = parked(), Dragging(Scene(3.0, 2.0, shapes=(replace(CART, drag=False), POLE)))
    dragging.drag(match, 2.1, 0.6, 0.0)
    dragging.drag(match, -1.0, 0.6, 0.1)
    dragging.apply()
    assert stand(match) == (0.5, 0.125)
    assert dragging.player_at(match, 2.2, 0.4) == 0
    assert dragging.player_at(match, -2.0, -1.0) is None


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
