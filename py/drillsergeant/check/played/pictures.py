"""Whether what is drawn lies in the picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.elementary import Array


def find_out_of_scene(played: Playthrough) -> Iterator[DrillFinding]:
    """Follow every shape through the matches; wholly outside of the scene, nobody sees it."""
    drill = played.seats.drill
    running = ~played.over
    for body in drill.scene.bodies:
        x, y = (played.values(name)[running] for name in (body.x, body.y))
        outside = _outside(drill.scene, body, x, y)
        if not outside.any():
            continue
        k = int(np.argmax(outside))
        width, height = 2 * drill.scene.half_length_m, 2 * drill.scene.half_width_m
        said = (
            f"{body.name} is outside of the picture in {outside.mean():.1%} of the states, as at "
            f"({x[k]:.3g}, {y[k]:.3g}); the scene has {width:g} by {height:g} m around (0, 0)"
        )
        remedy = "make the scene larger, or let tick keep it inside: np.clip, or a bounce"
        yield DrillFinding(Kind.OUT_OF_SCENE, said, remedy, line_of(drill, "scene"), Severity.WARNING)


def _outside(scene: Scene, body: Body, x: Array, y: Array) -> Array:
    """Where nothing of a body is inside, a mask like x and y."""
    reach = scene.half_length_m + scene.goal_depth_m + body.size_m
    outside: Array = ~((np.abs(x) <= reach) & (np.abs(y) <= scene.half_width_m + body.size_m))
    return outside
