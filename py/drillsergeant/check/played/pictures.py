"""Whether what is drawn lies in the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import Body, Scene, Shape
from drillsergeant.drills.shapes import fields_of, points_of
from drillsergeant.elementary import Array


def find_out_of_scene(played: Playthrough) -> Iterator[DrillFinding]:
    """Follow every shape through the matches; wholly outside of the scene, nobody sees it."""
    drill = played.seats.drill
    running = ~played.over
    scene = drill.scene
    drawn: list[Body | Shape] = [*scene.bodies, *(scene.ground or ()), *scene.shapes]
    for shape in drawn:
        names = (shape.x, shape.y) if isinstance(shape, Body) else tuple(fields_of(shape))
        state = {name: played.values(name)[running] for name in names}
        low, high = _body_box(shape, state) if isinstance(shape, Body) else _shape_box(shape, state)
        outside = _outside(scene, low, high)
        if not outside.any():
            continue
        k = int(np.argmax(outside))
        x, y = (((low[axis] + high[axis]) / 2 + np.zeros(outside.shape))[k] for axis in range(2))
        width, height = 2 * scene.half_length_m, 2 * scene.half_width_m
        what = shape.name or f"a {type(shape).__name__.lower()}"
        said = (
            f"{what} is outside of the picture in {outside.mean():.1%} of the states, as at "
            f"({x:.3g}, {y:.3g}); the scene has {width:g} by {height:g} m around (0, 0)"
        )
        remedy = "make the scene larger, or let tick keep it inside: np.clip, or a bounce"
        yield DrillFinding(Kind.OUT_OF_SCENE, said, remedy, line_of(drill, "scene"), Severity.WARNING)


def _body_box(body: Body, state: Mapping[str, Array]) -> tuple[list[Array], list[Array]]:
    """The lowest and the highest place of a body, x and y [N] each."""
    middle = [state[body.x], state[body.y]]
    return [at - body.size_m for at in middle], [at + body.size_m for at in middle]


def _shape_box(shape: Shape, state: Mapping[str, Array]) -> tuple[list[Array], list[Array]]:
    """The same of a shape, [1] each where it stands still."""
    points, reach = points_of(shape, state, np.cos)
    axes = [np.array(np.broadcast_arrays(*(np.atleast_1d(point[axis]) for point in points))) for axis in range(2)]
    return [axis.min(axis=0) - reach for axis in axes], [axis.max(axis=0) + reach for axis in axes]


def _outside(scene: Scene, low: list[Array], high: list[Array]) -> Array:
    """Where nothing of a shape is inside, a mask [N]; what is not a number is nowhere."""
    reach = scene.half_length_m + scene.goal_depth_m
    inside = (low[0] <= reach) & (high[0] >= -reach) & (low[1] <= scene.half_width_m) & (high[1] >= -scene.half_width_m)
    outside: Array = ~inside
    return outside
