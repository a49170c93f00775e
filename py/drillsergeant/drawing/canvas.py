"""What a match is drawn on: a flat surface, whoever provides it."""

from __future__ import annotations

from typing import Protocol

from drillsergeant.drawing.figures import Surface


class Canvas(Surface, Protocol):
    """A flat drawing surface in pixels, y down; colours are CSS colour strings, an empty one leaves that part out."""

    width_px: int
    height_px: int

    def resize(self, width_px: int, height_px: int) -> None:
        """Change the surface's size; its content is lost."""

    def clear(self, colour: str) -> None:
        """Fill everything."""

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a path in SVG's notation (`M0 0h9z`)."""
