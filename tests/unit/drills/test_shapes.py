"""Shapes as data: they come back from JSON, follow the state as said, and a match between two ticks is in between."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from drillsergeant.drawing.match import blend, drawn_fields
from drillsergeant.drills import make
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.drills.grounds import court, ground_of, ring, sheet, soccer_field
from drillsergeant.drills.shapes import (
    AnyShape,
    Capsule,
    Circle,
    Cosine,
    Line,
    Linear,
    Polygon,
    Rectangle,
    Text,
    fields_of,
    points_of,
    shape_from,
)
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.program import Program

SUM = Linear("a", 2.0, 0.5, plus=Linear("b", -1.0))
SHAPES: tuple[AnyShape, ...] = (
    Rectangle(Linear("x"), 1.0, 2.0, 3.0, SUM, colour="team0", edge="edge", drag=True, player=0, name="cart"),
    Circle(Cosine(SUM, 2.0), 0.0, 0.5, opacity=0.5),
    Capsule(0.0, 0.0, 0.1, SUM, 1.0),
    Capsule(0.0, 0.0, 0.1, to=(Linear("x"), Cosine(Linear("a")))),
    Polygon(((0.0, 0.0), (1.0, Linear("y")), (0.0, 1.0)), angle=Linear("a")),
    Line(((0.0, 0.0), (Linear("x"), 1.0)), 0.2, detail=True),
    Text(0.0, 0.0, "speed {}", value=Linear("v"), digits=1),
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.kind))
def test_a_shape_comes_back_from_json(shape: AnyShape) -> None:
    assert shape_from(json.loads(json.dumps(asdict(shape)))) == shape


@pytest.mark.parametrize("name", ["ball", "cartpole", "acrobot", "chase"])
def test_a_scene_comes_back_with_its_program(name: str) -> None:
    program = build_program(make(name), shared=False, hidden=(8, 8))
    again = Program.from_json(program.to_json()).drill.scene
    assert again == make(name).scene
    assert hash(again) == hash(make(name).scene)


def test_the_fields_of_a_shape_and_which_of_them_are_angles() -> None:
    assert fields_of(SHAPES[0]) == {"x": False, "a": True, "b": True}
    assert fields_of(SHAPES[3]) == {"x": False, "a": True}
    assert fields_of(SHAPES[4]) == {"y": False, "a": True}
    assert fields_of(SHAPES[6]) == {"v": False}
    assert fields_of(Rectangle(0.0, 0.0, 1.0, 1.0)) == {}


def test_a_rod_ends_where_its_angle_says_for_one_match_and_for_many() -> None:
    (pivot, tip), radius = points_of(SHAPES[2], {"a": 0.1, "b": 0.2})
    assert (pivot, radius) == ((0.0, 0.0), 0.1)
    assert tip == pytest.approx((math.cos(0.5), math.sin(0.5)))
    state = {"a": np.array([0.1, -3.0], np.float32), "b": np.array([0.2, 1.0], np.float32)}
    (_, (x, y)), _ = points_of(SHAPES[2], state, np.cos)
    assert (x[0], y[0]) == pytest.approx(tip, rel=1e-5)
    assert (x[1], y[1]) == pytest.approx((math.cos(-6.5), math.sin(-6.5)), rel=1e-5)


def test_between_two_ticks_an_angle_goes_the_short_way_and_what_was_put_there_jumps() -> None:
    scene = Scene(1.0, 1.0, shapes=SHAPES)
    before = {"x": 0.0, "y": 0.0, "a": 3.0, "b": 0.0, "v": 0.0}
    after = {"x": 1.0, "y": 9.0, "a": -3.0, "b": 2.0, "v": 1.0}
    half = blend(scene, before, after, 0.5)
    assert half["x"] == 0.5
    assert half["y"] == 9.0
    assert half["a"] == pytest.approx(math.pi), "not through 0"
    assert half["b"] == pytest.approx(1.0)
    assert drawn_fields(scene) == {"x": False, "a": True, "b": True, "y": False, "v": False}


@pytest.mark.parametrize("name", ["cartpole", "acrobot"])
def test_the_rods_of_the_classic_drills_are_as_long_between_ticks_and_hang_together(name: str) -> None:
    drill, seed = make(name), np.arange(50, dtype=np.uint32)
    state = drill.reset(seed, seed * 0)
    for tick in range(60):
        before, state = state, drill.tick(state, [[(seed + tick) % 2 * 1]])
    rods = [shape for shape in drill.scene.shapes if isinstance(shape, Capsule)]
    for match in range(50):
        one, two = ({key: float(values[match]) for key, values in each.items()} for each in (before, state))
        between = blend(drill.scene, one, two, 0.37)
        (*_, end), _ = points_of(rods[0], between)
        for rod in rods:
            (start, tip), _ = points_of(rod, between)
            assert math.dist(start, tip) == pytest.approx(1.0)
        if len(rods) > 1:
            assert points_of(rods[1], between)[0][0] == pytest.approx(end)


def test_the_acrobots_tip_is_over_the_line_when_it_says_so() -> None:
    drill = make("acrobot")
    angles = np.random.default_rng(2).uniform(-3.1, 3.1, (2, 200)).astype(np.float32)
    state = drill.reset(np.arange(200, dtype=np.uint32), np.zeros(200, np.uint32))
    state |= {"theta1": angles[0], "theta2": angles[1]}
    up = drill.outcome(state)[0]
    second = [shape for shape in drill.scene.shapes if isinstance(shape, Capsule)][1]
    (_, (_, tip)), _ = points_of(second, state, np.cos)
    assert 5 < up.sum() < 100
    np.testing.assert_array_equal(tip > 1.0, up)


def test_a_scene_without_a_ground_has_the_one_that_its_numbers_say() -> None:
    body = Body("disc", "ball", "x", "y", 0.2)
    plain = Scene(3.0, 2.0, 0.0, 0.0, (body,))  # as scenes have always been written
    assert ground_of(plain) == court(3.0, 2.0)
    assert ground_of(Scene(6.0, 4.0, 1.3, 0.9, (body,), corner_m=1.4)) == soccer_field(6.0, 4.0, 1.3, 0.9, 1.4)
    assert ground_of(Scene(3.0, 3.0, 0.0, 0.0, (body,), round=True)) == ring(3.0)
    own = Scene(3.0, 2.0, ground=sheet(3.0, 2.0).floor, shapes=SHAPES)
    assert ground_of(own) == (sheet(3.0, 2.0).floor, SHAPES)
    assert ground_of(Scene(3.0, 2.0, shapes=SHAPES)).marks == (*court(3.0, 2.0).marks, *SHAPES)
    for name in ("ball", "sumo"):
        scene = make(name).scene
        assert scene.ground is not None
        assert ground_of(Scene(*(getattr(scene, part) for part in OLD))) == (scene.ground, scene.shapes)


OLD = ("half_length_m", "half_width_m", "goal_half_width_m", "goal_depth_m", "bodies", "corner_m", "round")


def test_the_stripes_of_a_field_stay_inside_of_its_cut_corners() -> None:
    for shape in soccer_field(6.0, 4.0, 1.3, 0.9, 1.4).floor:
        if shape.colour != "stripe":
            continue
        points, _ = points_of(shape, {})
        assert all(abs(x) <= 6.0 and abs(y) <= 4.0 and abs(x) + abs(y) <= 8.6 + 1e-9 for x, y in points)
