"""A round field: a disc with its lines, on the canvas as in the numbers for the shader; a flash stays in it."""

import pytest
from drillsergeant.drawing.colours import LIGHT, faded
from drillsergeant.drawing.factory import draw_factory
from drillsergeant.drawing.match import Look, draw, fit
from drillsergeant.drawing.shapes import RING, match_picture
from drillsergeant.drills.contract import Scene

from tests.fakes.canvas import Recorder
from tests.rigs.scenes import PLAYER, STATE

RING_SCENE = Scene(3.0, 3.0, 0.0, 0.0, (PLAYER,), round=True)
ROUND_AT = 14  # of the head: behind the two outlines


def test_the_field_is_a_disc_with_an_edge_and_a_circle_in_its_middle() -> None:
    canvas = Recorder()
    draw(canvas, RING_SCENE, [(STATE, Look())])
    radius = RING_SCENE.half_length_m * fit(RING_SCENE, 800, 500).scale
    (ground,) = [points for points in canvas.found("disc", LIGHT.stripes[0])]
    assert ground[1][0] - ground[0][0] == pytest.approx(radius)
    assert len(canvas.found("disc", LIGHT.line)) == 2
    assert canvas.found("rectangle", LIGHT.stripes[0]) == []


def test_a_win_lights_up_the_disc_and_nothing_beside_it() -> None:
    canvas = Recorder()
    draw(canvas, RING_SCENE, [(STATE, Look(flash=1.0, scored_by=1))])
    flash = faded(LIGHT.teams[1], 0.28)
    assert len(canvas.found("disc", flash)) == 1
    assert canvas.found("rectangle", flash) == []


def test_the_shader_is_told() -> None:
    lit = match_picture(RING_SCENE, 800, 500, [(STATE, Look(flash=1.0, scored_by=0))])
    assert lit.floats[ROUND_AT] == 1.0
    assert RING not in [int(kind) for kind in lit.floats[-12 * lit.count + 3 :: 12]]


def test_the_factory_draws_discs() -> None:
    canvas = Recorder()
    draw_factory(canvas, RING_SCENE, [STATE, STATE], False)
    assert all(path.count("a") == 4 for path in list(canvas.paths.values())[:1])
