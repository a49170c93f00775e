"""A round field: a disc with its lines, on the canvas as in the numbers for the shader; a flash stays in it."""

import pytest
from drillsergeant.drawing.colours import LIGHT, faded
from drillsergeant.drawing.factory import draw_factory
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.picture import BOX, DISC, HEAD_FLOATS, RING, SHAPE_FLOATS, match_picture
from drillsergeant.drawing.place import fit
from drillsergeant.drills.contract import Scene

from tests.fakes.canvas import Recorder
from tests.rigs.scenes import PLAYER, STATE

RING_SCENE = Scene(3.0, 3.0, 0.0, 0.0, (PLAYER,), round=True)


def test_the_field_is_a_disc_with_an_edge_and_a_circle_in_its_middle() -> None:
    canvas = Recorder()
    draw(canvas, RING_SCENE, [(STATE, Look())])
    radius = RING_SCENE.half_length_m * fit(RING_SCENE, 800, 500).scale
    (ground,) = [points for points in canvas.found("disc", LIGHT.stripes[0])]
    assert ground[1][0] - ground[0][0] == pytest.approx(radius)
    edge, middle = canvas.found("disc", LIGHT.line)
    assert edge[1][0] - edge[0][0] == pytest.approx(radius)
    assert middle[1][0] - middle[0][0] == pytest.approx(0.3 * radius)
    assert canvas.found("polygon", LIGHT.stripes[0]) == []


def test_a_win_lights_up_the_disc_and_nothing_beside_it() -> None:
    canvas = Recorder()
    draw(canvas, RING_SCENE, [(STATE, Look(flash=1.0, scored_by=1))])
    flash = faded(LIGHT.teams[1], 0.28)
    assert len(canvas.found("disc", flash)) == 1
    assert canvas.found("polygon", flash) == []


def test_the_shader_gets_the_same_discs_and_no_ring_spreads_where_there_is_no_goal() -> None:
    lit = match_picture(RING_SCENE, 800, 500, [(STATE, Look(flash=1.0, scored_by=0))])
    kinds = [int(kind) for kind in lit.floats[HEAD_FLOATS + 3 :: SHAPE_FLOATS]]
    assert kinds == [DISC, DISC, RING, RING, BOX]  # floor, flash, edge, middle, player


def test_the_factory_draws_discs() -> None:
    canvas = Recorder()
    draw_factory(canvas, RING_SCENE, [STATE, STATE], False)
    assert canvas.paths[LIGHT.stripes[0]].count("a") == 4
