"""The three figures that every picture is made of, in pixels with y downwards, and who can draw them.

Colours are CSS colours. An empty one leaves that part out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from drillsergeant.drawing.place import Point


class PolygonFigure(NamedTuple):
    """A closed outline, filled and outlined."""

    points: tuple[Point, ...]
    fill: str
    stroke: str
    line: float


class DiscFigure(NamedTuple):
    """A circle, filled and outlined."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str
    line: float


class LineFigure(NamedTuple):
    """An open path with round ends."""

    points: tuple[Point, ...]
    colour: str
    width: float


Figure: TypeAlias = "PolygonFigure | DiscFigure | LineFigure"


class Surface(Protocol):
    """Whoever draws figures: a canvas, or the numbers for the shader."""

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon."""

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle."""

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""


def put(surface: Surface, figures: Iterable[Figure]) -> None:
    """Draw figures, in order."""
    for figure in figures:
        if isinstance(figure, PolygonFigure):
            surface.polygon(*figure)
        elif isinstance(figure, DiscFigure):
            surface.disc(*figure)
        else:
            surface.line(*figure)
