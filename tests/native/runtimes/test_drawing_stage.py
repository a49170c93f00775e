"""The stage: a painter draws while it can, the flat canvas before and after, and no frame is left out."""

from __future__ import annotations

from drillsergeant.kernels.native import NativeMemory
from drillsergeant.learn.kernel_scratch import plan_for
from drillsergeant.memory.layout import Layout
from drillsergeant.runtimes.drawing_shapes import FIELD, HEAD_FLOATS, Picture
from drillsergeant.runtimes.factory import Factory
from drillsergeant.runtimes.show import Picture as Moment
from drillsergeant.runtimes.stage import Stage

from tests.native.runtimes.test_drawing_factory import Paths
from tests.native.runtimes.test_factory import PROGRAM

SCENE = PROGRAM.drill.scene
STATE = {name: 0.5 for name in PROGRAM.drill.fields}


class Brush:
    """A painter that loses its device after some pictures."""

    name = "webgpu"

    def __init__(self, lasts: int) -> None:
        self.left = lasts
        self.painted: list[Picture] = []

    def paint(self, picture: Picture) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        self.painted.append(picture)
        return True


class Hall:
    """A stage over a canvas that remembers."""

    def __init__(self) -> None:
        layout = Layout(plan_for(PROGRAM, 1, 8, horizon=4))
        self.canvas = Paths()
        factory = Factory(PROGRAM, layout, NativeMemory(layout.total_bytes), lambda: 0.0)
        self.stage = Stage(SCENE, self.canvas, factory)

    def frame(self) -> bool:
        """Draw once; returns whether the flat canvas was used."""
        self.canvas.drawn.clear()
        self.stage.draw(STATE, STATE, Moment())
        return bool(self.canvas.drawn)


def test_a_painter_draws_until_its_device_is_lost_and_the_same_frame_is_drawn_flat() -> None:
    hall, brush = Hall(), Brush(lasts=2)
    assert hall.frame()
    hall.stage.adopt(brush)
    assert hall.stage.facts()["renderer"] == "webgpu"
    assert [hall.frame() for _ in range(4)] == [False, False, True, True]
    assert hall.stage.facts()["renderer"] == "canvas2d"
    hall.stage.adopt(Brush(lasts=1))
    assert not hall.frame()


def test_either_way_the_factory_is_drawn_when_it_is_asked_for() -> None:
    hall, brush = Hall(), Brush(lasts=1)
    hall.stage.view = "factory"
    assert hall.stage.facts()["view"] == "factory"
    assert hall.frame()
    assert hall.canvas.paths
    hall.stage.adopt(brush)
    assert not hall.frame()
    (picture,) = brush.painted
    assert picture.count == 8  # nobody has begun: eight fields
    assert picture.floats[HEAD_FLOATS + 3] == FIELD
