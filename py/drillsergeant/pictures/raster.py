"""A match as pixels: the page's drawing on an array, with NumPy only.

`drawing.match` draws the match; this is the surface it draws on. Edges are soft: a pixel is covered by as much as its
middle lies within an outline, half a pixel to either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from drillsergeant.drawing.colours import rgba
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.place import MARGIN_M, Point
from drillsergeant.drills.contract import Scene
from drillsergeant.elementary import Array

WIDTH_PX = 640
SOFT_PX = 0.5
Box = tuple[slice, slice]
WHOLLY = np.ones((1, 1), np.float32)
PLAIN = Look()


class Raster:
    """`drawing.canvas.Canvas` over an array. Draws straight outlines and circles, which is all that a match has."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.resize(width_px, height_px)

    def resize(self, width_px: int, height_px: int) -> None:
        """Change the surface's size; its content is lost."""
        self.width_px, self.height_px = width_px, height_px
        self._pixels = np.zeros((height_px, width_px, 3), np.float32)

    def pixels(self) -> Array:
        """A copy of the picture, u8 [HEIGHT, WIDTH, 3]."""
        return np.rint(self._pixels * 255).astype(np.uint8)

    def clear(self, colour: str) -> None:
        """Fill everything."""
        self.rectangle(0, 0, self.width_px, self.height_px, colour)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill an axis-parallel rectangle, to whole pixels."""
        rows = slice(max(round(y), 0), max(round(y + height), 0))
        columns = slice(max(round(x), 0), max(round(x + width), 0))
        self._blend((rows, columns), WHOLLY, colour)

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon; an empty colour string leaves that part out."""
        closed = [*points, points[0]]
        if fill:
            box, x, y = self._within(points, SOFT_PX)
            distance = np.full(np.broadcast_shapes(x.shape, y.shape), np.inf, np.float32)
            inside = np.zeros(distance.shape, np.bool_)
            for (ax, ay), (bx, by) in pairwise(closed):
                # Only near the edge does it matter how far away that is.
                (near, wide), ex, ey = self._within([(ax, ay), (bx, by)], SOFT_PX)
                part = distance[_shifted(near, box[0]), _shifted(wide, box[1])]
                np.minimum(part, _to_segment(ex, ey, (ax, ay), (bx, by)), out=part)
                if ay != by:  # a ray to the right crosses this edge
                    rows = slice(*np.searchsorted(y[:, 0], sorted((ay, by))))
                    inside[rows] ^= x < (bx - ax) * (y[rows] - ay) / (by - ay) + ax
            self._blend(box, _cover(np.where(inside, -distance, distance)), fill)
        if stroke:
            self.line(closed, stroke, line)

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle; an empty colour string leaves that part out."""
        box, across, down = self._within([(x - radius, y - radius), (x + radius, y + radius)], SOFT_PX + line / 2)
        outside = np.hypot(across - x, down - y) - radius
        if fill:
            self._blend(box, _cover(outside), fill)
        if stroke:
            self._blend(box, _cover(np.abs(outside) - line / 2), stroke)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""
        (rows, columns), x, y = self._within(points, SOFT_PX + width / 2)
        cover = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        for pair in pairwise(points):
            # Only where this piece is: the outline of a field is long and thin.
            (near, wide), x, y = self._within(pair, SOFT_PX + width / 2)
            part = cover[_shifted(near, rows), _shifted(wide, columns)]
            np.maximum(part, _cover(_to_segment(x, y, *pair) - width / 2), out=part)
        self._blend((rows, columns), cover, colour)

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        """Refused with ValueError: only the factory's small matches are paths, and there is no factory here."""
        raise ValueError(f"an array of pixels draws no SVG paths, got {outline[:20]!r}: draw polygons, discs and lines")

    def _within(self, points: Sequence[Point], reach: float) -> tuple[Box, Array, Array]:
        """The pixels within `reach` of the points' bounding box; the middles of its columns [1][C] and rows [R][1]."""
        lows, highs = np.min(points, 0) - reach, np.max(points, 0) + reach
        left, top = (max(int(np.floor(low)), 0) for low in lows)
        right, bottom = (max(int(np.ceil(high)), 0) for high in highs)
        box = slice(top, min(bottom, self.height_px)), slice(left, min(right, self.width_px))
        rows, columns = (np.arange(each.start, max(each.start, each.stop), dtype=np.float32) + 0.5 for each in box)
        return box, columns[None, :], rows[:, None]

    def _blend(self, box: Box, cover: Array, colour: str) -> None:
        """Paint over the pixels of `box` by how much of each is covered, [R][C] or [1][1]."""
        *ink, opacity = rgba(colour)
        under = self._pixels[box]
        under += cover[..., None] * np.float32(opacity) * (np.array(ink, np.float32) - under)


def _cover(outside: Array) -> Array:
    """How much of a pixel is covered, in [0, 1], by how far outside, px, its middle lies."""
    return np.clip(SOFT_PX - outside, 0.0, 1.0)


def _to_segment(x: Array, y: Array, a: Point, b: Point) -> Array:
    """The distances of pixels from a segment, px."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy or 1.0), 0.0, 1.0)
    return np.hypot(x - a[0] - along * dx, y - a[1] - along * dy)


def _shifted(part: slice, whole: slice) -> slice:
    return slice(part.start - whole.start, max(part.stop, part.start) - whole.start)


def scene_picture(scene: Scene, state: Mapping[str, float], look: Look = PLAIN, width_px: int = WIDTH_PX) -> Array:
    """Draw a state as the page does, u8 [HEIGHT][WIDTH][red, green, blue]; the height is what the scene takes."""
    length_m, width_m = scene.half_length_m + scene.goal_depth_m + MARGIN_M, scene.half_width_m + MARGIN_M
    # An even height, which the makers of videos want.
    raster = Raster(width_px, 2 * round(width_px * width_m / length_m / 2))
    draw(raster, scene, [(state, look)])
    return raster.pixels()
