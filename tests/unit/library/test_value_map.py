"""A value map by hand: each cell is the policy's own answer to the observation of the match with the ball there."""

from __future__ import annotations

from xml.etree import ElementTree

import drillsergeant
import numpy as np
import pytest
from drillsergeant.drawing.maps.compass import Compass
from drillsergeant.drawing.maps.mosaic import LEVELS, MapPicture
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill
from drillsergeant.library.policy import Policy, schema_of


def opinionated(drill: Drill) -> Policy:
    """A policy that has learned nothing and yet is sure of much."""
    random, schema = np.random.default_rng(3), schema_of(drill)
    tensors = {name: random.normal(0.0, 0.4, shape).astype(np.float32) for name, shape in schema.tensors.items()}
    return Policy.from_tensors(drill, tensors)


def start_of(drill: Drill) -> dict[str, np.ndarray]:
    return drill.reset(np.full(1, 9, np.uint32), np.zeros(1, np.uint32))


@pytest.mark.parametrize("player", [0, 1])
def test_a_cell_is_what_the_policy_says_with_the_ball_at_rest_there(player: int) -> None:
    drill = make("ball")
    policy, state = opinionated(drill), start_of(drill)
    state = {**state, "ball_vx": np.full(1, 3.0, np.float32)}
    found = drillsergeant.value_map(policy, state, player=player)
    assert found.values.shape == (13, 20) and found.thing == "ball"
    assert np.isnan(found.values[0, 0]) and np.isnan(found.values).sum() < 20, "the corners are cut off"
    for row, column in ((6, 3), (2, 10), (12, 9)):
        x, y = found.x_m[column], np.clip(found.y_m[row], -3.7, 3.7)  # no further than a ball can lie
        moved = {"ball_x": x, "ball_y": y, "ball_vx": 0.0, "ball_vy": 0.0}
        there = state | {name: np.full(1, value, np.float32) for name, value in moved.items()}
        seen = np.stack(drill.observe(there, player), -1)
        assert found.values[row, column] == pytest.approx(policy.value(seen)[0], abs=1e-5)
        move = policy.probabilities(seen)[0][:5]  # stay, forward, back, left, right
        ahead, left = move[1] - move[2], move[3] - move[4]
        side = 1 if player == 0 else -1
        assert found.arrows[row, column] == pytest.approx([side * ahead, side * left], abs=1e-5)
    assert found.state["ball_vx"] == 3.0, "the match that was asked about is as it was"


def test_anything_that_can_be_put_elsewhere_can_be_asked_about() -> None:
    drill = make("ball")
    policy, state = opinionated(drill), start_of(drill)
    maps = [drillsergeant.value_map(policy, state, thing=thing) for thing in ("", "ball", "player0", "player1")]
    assert np.array_equal(maps[0].values, maps[1].values, equal_nan=True)
    assert len({float(np.nansum(each.values)) for each in maps}) == 3
    cart = make("cartpole")
    along = drillsergeant.value_map(opinionated(cart))
    assert along.thing == "cart" and np.ptp(along.values, axis=0).max() == 0.0 < np.ptp(along.values, axis=1).min()


def test_what_cannot_be_asked_is_refused_with_a_remedy() -> None:
    drill = make("ball")
    policy = opinionated(drill)
    with pytest.raises(ValueError, match="thing is 'goal', in ball there are player0, player1, ball"):
        drillsergeant.value_map(policy, thing="goal")
    with pytest.raises(ValueError, match="player is 2, ball has the players 0 to 1"):
        drillsergeant.value_map(policy, player=2)
    with pytest.raises(ValueError, match="lacks or has too much of clock"):
        drillsergeant.value_map(policy, {name: 0.0 for name in drill.fields if name != "clock"})
    with pytest.raises(ValueError, match="nothing in pendulum can be put elsewhere"):
        drillsergeant.value_map(opinionated(make("pendulum")))


def test_the_picture_has_every_cell_in_a_tint_between_its_lowest_and_its_highest() -> None:
    drill = make("ball")
    found = drillsergeant.value_map(opinionated(drill), start_of(drill))
    root = ElementTree.fromstring(found._repr_svg_())
    low, high = np.nanmin(found.values), np.nanmax(found.values)
    assert [each.text for each in root if each.tag.endswith("text")] == [f"{low:+.2f}", f"{high:+.2f}"]
    assert "class" not in found._repr_svg_(), "two of them on one page have colours of their own"
    assert f"{low:+.2f} to {high:+.2f}" in repr(found)
    picture = MapPicture.__new__(MapPicture)
    picture.low, picture.high = -1.0, 3.0
    assert [picture.level(value) for value in (-9.0, -1.0, 1.0, 3.0, 9.0)] == [
        0,
        0,
        LEVELS // 2,
        LEVELS - 1,
        LEVELS - 1,
    ]


def test_directions_are_those_of_the_keys_a_human_would_hold() -> None:
    ball, cart, volley, rod = (make(name) for name in ("ball", "cartpole", "volley", "pendulum"))
    sure = [[0.0, 0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0]]  # left, for who attacks to the right: upwards
    assert Compass(ball.heads, ball.from_keys, 0).arrow(sure) == pytest.approx((0.0, 1.0))
    assert Compass(ball.heads, ball.from_keys, 1).arrow(sure) == pytest.approx((0.0, -1.0))
    compass = Compass(cart.heads, cart.from_keys, 0)
    assert compass.arrow([[0.0, 1.0]]) == pytest.approx((1.0, 0.0))
    assert compass.arrow([[1.0, 0.0]]) == pytest.approx((-1.0, 0.0))
    assert compass.arrow([[0.5, 0.5]]) == pytest.approx((0.0, 0.0))
    assert Compass(volley.heads, volley.from_keys, 0).points
    torque = Compass(rod.heads, rod.from_keys, 0)  # a number: a key to the right is a torque clockwise
    assert torque.arrow([[-2.0, 0.1]]) == pytest.approx((1.0, 0.0))
    assert torque.arrow([[1.0, 0.1]]) == pytest.approx((-0.5, 0.0))
