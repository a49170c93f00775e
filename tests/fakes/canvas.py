"""A canvas that keeps what is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence

from drillsergeant.drawing.place import Point


class Recorder:
    """Keeps (kind, points, colours) of each figure, and the outlines of paths by their fill."""

    def __init__(self, width_px: int = 800, height_px: int = 500) -> None:
        self.width_px, self.height_px = width_px, height_px
        self.drawn: list[tuple[str, list[Point], tuple[str, ...]]] = []
        self.paths: dict[str, str] = {}

    def resize(self, width_px: int, height_px: int) -> None:
        self.width_px, self.height_px = width_px, height_px

    def clear(self, colour: str) -> None:
        self.drawn.append(("clear", [], (colour,)))

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, line: float) -> None:
        self.drawn.append(("polygon", list(points), (fill, stroke)))

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        self.drawn.append(("disc", [(x, y), (x + radius, y), (x, y + radius)], (fill, stroke)))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        self.drawn.append(("line", list(points), (colour,)))

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        self.paths[fill or stroke] = outline

    def found(self, kind: str, colour: str) -> list[list[Point]]:
        return [points for name, points, colours in self.drawn if name == kind and colour in colours]
