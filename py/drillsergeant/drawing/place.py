"""How fields lie on a surface: metres, with y upwards, to pixels, with y downwards, and back.

The page uses it too, to turn a pointer into a place on a field.
"""

from __future__ import annotations

from dataclasses import dataclass

from drillsergeant.drills.contract import Scene

Point = tuple[float, float]

MARGIN_M = 0.45
BESIDE = 0.95  # fields lie next to each other unless they were smaller than this, by their size below each other


@dataclass(frozen=True)
class Fit:
    """How the field lies on a surface: pixels per metre, and the pixel of the field's middle."""

    scale: float
    middle_x: float
    middle_y: float

    def to_pixels(self, x_m: float, y_m: float) -> Point:
        """Return the pixel of a place on the field."""
        return self.middle_x + x_m * self.scale, self.middle_y - y_m * self.scale

    def to_field(self, x_px: float, y_px: float) -> Point:
        """Return the place on the field, in metres, of a pixel."""
        return (x_px - self.middle_x) / self.scale, (self.middle_y - y_px) / self.scale


def fit(scene: Scene, width_px: float, height_px: float) -> Fit:
    """Fit the field with goals and a margin into a surface, as large as it goes, in the middle."""
    half_x = scene.half_length_m + max(scene.goal_depth_m, 0.0) + MARGIN_M
    half_y = scene.half_width_m + MARGIN_M
    scale = max(min(width_px / (2 * half_x), height_px / (2 * half_y)), 1e-6)
    return Fit(scale, width_px / 2, height_px / 2)


def arrange(scene: Scene, count: int, width_px: float, height_px: float) -> list[Fit]:
    """Fit `count` fields into a surface, next to each other or, where they get larger by that, below each other."""
    beside, below = fit(scene, width_px / count, height_px), fit(scene, width_px, height_px / count)
    if beside.scale >= BESIDE * below.scale:
        return [Fit(beside.scale, width_px * (index + 0.5) / count, height_px / 2) for index in range(count)]
    return [Fit(below.scale, width_px / 2, height_px * (index + 0.5) / count) for index in range(count)]
