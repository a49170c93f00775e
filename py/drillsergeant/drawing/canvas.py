"""What a match is drawn on: a flat surface, whoever provides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Canvas(Protocol):
    """A flat drawing surface in pixels, y down; colours are CSS colour strings."""

    width_px: int
    height_px: int

    def resize(self, width_px: int, height_px: int) -> None:
        """Change the surface's size; its content is lost."""

    def clear(self, colour: str) -> None:
        """Fill everything."""

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill an axis-parallel rectangle."""

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon; an empty colour string leaves that part out."""

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle; an empty colour string leaves that part out."""

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a path in SVG's notation (`M0 0h9z`); an empty colour string leaves that part out."""
