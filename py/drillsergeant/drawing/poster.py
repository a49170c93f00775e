"""A moment of a match as a picture in SVG, light and dark in one: what is shown before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from drillsergeant.drawing.maps.mosaic import LEVELS, MapPicture, tint
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.place import Point
from drillsergeant.drills.contract import Scene

SIZE_PX = (735, 445)  # the shape of the page's stage
DIGITS = 1  # behind the point, of pixels
LEGEND_PX = 34  # how high the line below a map is
SWATCH_PX = 8  # how wide a tint is there


class _Element(NamedTuple):
    """An element but for its colours."""

    text: str
    fill: str
    stroke: str


class SvgCanvas:
    """`drawing.canvas.Canvas` that keeps what is drawn as elements of SVG, in order."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.resize(width_px, height_px)

    def resize(self, width_px: int, height_px: int) -> None:
        """Change the surface's size; its content is lost."""
        self.width_px, self.height_px = width_px, height_px
        self.elements: list[_Element] = []

    def clear(self, colour: str) -> None:
        """Fill everything."""
        self.elements = [_Element(f'rect width="{self.width_px}" height="{self.height_px}"', colour, "")]

    def polygon(self, points: Sequence[Point], fill: str, stroke: str, line: float) -> None:
        """Fill and outline a closed polygon."""
        self.path(f"{_way(points)}z", fill, stroke, line)

    def disc(self, x: float, y: float, radius: float, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a circle."""
        place = f'circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}"'
        self.elements.append(_Element(place + _width(stroke, line), fill, stroke))

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Stroke an open path with round ends."""
        self.path(_way(points if len(points) > 1 else [*points, *points]), "", colour, width)

    def path(self, outline: str, fill: str, stroke: str, line: float) -> None:
        """Fill and outline a path in SVG's notation."""
        self.elements.append(_Element(f'path d="{outline}"{_width(stroke, line)}', fill, stroke))


def poster(scene: Scene, state: Mapping[str, float], trail: Sequence[Point] = ()) -> str:
    """The picture of a match in a state (field name -> value, m), with the ball's `trail`, oldest place first, m; its
    colours follow the reader's, light or dark."""
    themes = []
    for dark in (False, True):
        canvas = SvgCanvas(*SIZE_PX)
        draw(canvas, scene, [(state, Look(dark=dark, trail=trail))])
        themes.append(canvas.elements)
    names: dict[tuple[str, ...], str] = {}
    body = []
    for light, night in zip(*themes, strict=True):
        colours = light.fill, light.stroke, night.fill, night.stroke
        name = names.setdefault(colours, f"c{len(names)}")
        body.append(f'  <{light.text} class="{name}"/>')
    sheets = ["".join(_rule(name, *colours[at : at + 2]) for colours, name in names.items()) for at in (0, 2)]
    width, height = SIZE_PX
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            "  <style>",
            f"    path {{ stroke-linecap: round; stroke-linejoin: round }}{sheets[0]}",
            f"    @media (prefers-color-scheme: dark) {{{sheets[1]} }}",
            "  </style>",
            *body,
            "</svg>\n",
        )
    )


def map_poster(scene: Scene, state: Mapping[str, float], tinted: MapPicture, about: str) -> str:
    """The picture of a match on a floor that is tinted by a map, with a legend; `about`: what the numbers are. Its
    colours stand where they are used, so that several can stand on one page."""
    canvas = SvgCanvas(*SIZE_PX)
    draw(canvas, scene, [(state, Look(map=tinted))])
    width, height = SIZE_PX
    left, middle = width // 2 - LEVELS * SWATCH_PX // 2, height + LEGEND_PX * 2 // 3
    swatches = [
        f'<rect x="{left + SWATCH_PX * level}" y="{height + 10}" width="{SWATCH_PX}" height="14" fill="{tint(level)}"/>'
        for level in range(LEVELS)
    ]
    ends = (("end", left - 8, tinted.low), ("start", left + LEVELS * SWATCH_PX + 8, tinted.high))
    numbers = [f'<text x="{x}" y="{middle}" text-anchor="{side}">{value:+.2f}</text>' for side, x, value in ends]
    shapes = [
        f'<{each.text} fill="{each.fill or "none"}" stroke="{each.stroke or "none"}"/>' for each in canvas.elements
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + LEGEND_PX}" role="img" '
            f'aria-label={quoteattr(about)} stroke-linecap="round" stroke-linejoin="round" '
            'font-family="system-ui, sans-serif" font-size="14">',
            f"  <title>{escape(about)}</title>",
            f'  <rect width="{width}" height="{height + LEGEND_PX}" fill="#ffffff"/>',
            *(f"  {line}" for line in (*shapes, *swatches, *numbers)),
            "</svg>\n",
        )
    )


def _rule(name: str, fill: str, stroke: str) -> str:
    return f" .{name} {{ fill: {fill or 'none'}; stroke: {stroke or 'none'} }}"


def _way(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _width(stroke: str, line: float) -> str:
    return f' stroke-width="{_short(line)}"' if stroke else ""


def _short(value: float) -> str:
    return f"{round(value, DIGITS) + 0.0:g}"
