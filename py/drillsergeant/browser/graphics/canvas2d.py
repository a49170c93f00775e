"""The Canvas protocol over a 2D context of an OffscreenCanvas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import js


class Canvas2D:
    """Owns the context; the OffscreenCanvas belongs to the render worker for good."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._context = canvas.getContext("2d")
        self._context.lineCap = self._context.lineJoin = "round"
        self.width_px, self.height_px = int(canvas.width), int(canvas.height)

    def resize(self, width_px: int, height_px: int) -> None:
        """Change the surface's size; its content is lost."""
        self._canvas.width, self._canvas.height = width_px, height_px
        self.width_px, self.height_px = width_px, height_px
        self._context.lineCap = self._context.lineJoin = "round"

    def clear(self, colour: str) -> None:
        """Fill everything."""
        self._context.fillStyle = colour
        self._context.fillRect(0, 0, self.width_px, self.height_px)

    def polygon(self, points: Sequence[tuple[float, float]], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon; an empty colour string leaves that part out."""
        self._path(points)
        self._context.closePath()
        self._paint(fill, stroke, line)

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle; an empty colour string leaves that part out."""
        self._context.beginPath()
        self._context.arc(x, y, radius, 0, 2 * math.pi)
        self._paint(fill, stroke, line)

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""
        self._path(points)
        self._paint("", colour, width)

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a path in SVG's notation; an empty colour string leaves that part out."""
        context, path = self._context, js.Path2D.new(outline)
        if fill:
            context.fillStyle = fill
            context.fill(path)
        if stroke:
            context.strokeStyle, context.lineWidth = stroke, line
            context.stroke(path)

    def copy(self, surface: Any) -> None:
        """Put another canvas of the same size over everything."""
        self._context.drawImage(surface, 0, 0)

    def put(self, image: Any) -> None:
        """Put the pixels of an `ImageData` over everything."""
        self._context.putImageData(image, 0, 0)

    def _path(self, points: Sequence[tuple[float, float]]) -> None:
        context = self._context
        context.beginPath()
        context.moveTo(*points[0])
        for x, y in points[1:]:
            context.lineTo(x, y)

    def _paint(self, fill: str, stroke: str, line: float) -> None:
        context = self._context
        if fill:
            context.fillStyle = fill
            context.fill()
        if stroke:
            context.strokeStyle, context.lineWidth = stroke, line
            context.stroke()
