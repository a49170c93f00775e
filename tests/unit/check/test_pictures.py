"""Shapes that nobody sees are found, those that follow the state and those that stand still."""

from __future__ import annotations

from dataclasses import replace

from drillsergeant.check.check_drill import check_drill
from drillsergeant.check.findings import Kind
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Scene
from drillsergeant.drills.shapes import Capsule, Linear, Rectangle, Text


class Astray(ChaseDrill):
    @property
    def scene(self) -> Scene:
        x, far = Linear("chaser_x"), Linear("chaser_x", 2.0, 5.0)  # which of them strays
        shapes = (Capsule(x, 0.0, 0.1, Linear("chaser_vx"), 1.0), Rectangle(far, 0.0, 1.0, 0.5, name="kite"))
        return replace(super().scene, shapes=(*shapes, Text(0.0, 9.0, "nobody sees this")))


def test_a_shape_that_strays_and_one_that_never_was_in_the_scene() -> None:
    report = check_drill(Astray())
    assert {each.kind for each in report} == {Kind.OUT_OF_SCENE}
    kite, text = (each.sentence for each in report)
    assert kite.startswith("kite is outside of the picture in ")
    assert text.startswith("a text is outside of the picture in 100.0% of the states, as at (0, 9)")
