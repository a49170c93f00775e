"""What can be taken hold of in a match: bodies, and shapes that may be dragged; and where each may be put."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from drillsergeant.drawing.flatten import middle_of
from drillsergeant.drills.contract import Body, Scene, Shape
from drillsergeant.drills.shapes import Circle, Linear, Number, Rectangle


@dataclass(frozen=True)
class Grip:
    """Something to be pointed at: it hangs on `shape`, and follows the pointer where `moves`."""

    shape: Body | Shape
    size_m: float
    player: int | None
    moves: bool = True
    velocity: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is, such as "ball"."""
        return self.shape.name or "thing"

    def beyond_m(self, state: Mapping[str, float], x_m: float, y_m: float) -> float:
        """How far beyond its edge a place lies."""
        if isinstance(self.shape, Body):
            return math.hypot(state[self.shape.x] - x_m, state[self.shape.y] - y_m) - self.size_m
        (x, y), radius = middle_of(self.shape, state)
        return math.hypot(x - x_m, y - y_m) - radius

    def put(self, x_m: float, y_m: float) -> dict[str, float]:
        """The state fields with which it stands in a place, as far as it can be moved there, at rest."""
        values = dict.fromkeys(self.velocity, 0.0)
        if isinstance(self.shape, Body):
            return values | {self.shape.x: x_m, self.shape.y: y_m}
        for number, wanted in zip(_place(self.shape), (x_m, y_m), strict=True):
            if isinstance(number, Linear) and number.plus is None and number.scale != 0:
                values[number.field] = (wanted - number.offset) / number.scale
        return values


def _place(shape: Shape) -> tuple[Number, Number]:
    return (shape.x, shape.y) if isinstance(shape, Rectangle | Circle) else (0.0, 0.0)


def grips_of(scene: Scene) -> tuple[Grip, ...]:
    """What can be pointed at in a scene."""
    bodies = [Grip(body, body.size_m, body.player, velocity=body.velocity or ()) for body in scene.bodies]
    for shape in scene.shapes:
        moves = isinstance(shape, Rectangle | Circle) and shape.drag
        if moves or shape.player is not None:
            bodies.append(Grip(shape, 0.0, shape.player, moves))
    return tuple(bodies)


def allowed(scene: Scene, body: Body | Grip, x_m: float, y_m: float) -> tuple[float, float]:
    """Return the place nearest to (x_m, y_m) where `body` lies inside the field. A ball may be put into a goal."""
    size = body.size_m
    half_x, half_y = scene.half_length_m - size, scene.half_width_m - size
    if scene.round:
        far = math.hypot(x_m, y_m)
        inward = min(1.0, half_x / far) if far > 0 else 1.0
        return x_m * inward, y_m * inward
    if body.player is None and abs(y_m) < scene.goal_half_width_m - size:
        half_x += scene.goal_depth_m
    x, y = max(-half_x, min(half_x, x_m)), max(-half_y, min(half_y, y_m))
    over = abs(x) + abs(y) - (scene.half_length_m + scene.half_width_m - scene.corner_m - math.sqrt(2) * size)
    if scene.corner_m > 0 and over > 0 and abs(y) > scene.goal_half_width_m - size:  # straight back over the cut
        return x - math.copysign(over / 2, x), y - math.copysign(over / 2, y)
    return x, y
