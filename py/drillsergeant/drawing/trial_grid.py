"""Players side by side, as one picture in SVG: each one's way over the field in a match, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from drillsergeant.drawing.colours import LIGHT, Colours
from drillsergeant.drawing.place import Point, fit
from drillsergeant.drills.contract import Body, Scene

CELL_PX, GAP_PX, TEXT_PX = 150, 8, 13
LEFT_PX, TOP_PX = 96, 66
CAPTION_PX = 18
MOST_LETTERS = 22  # of a caption, in the width of a cell
BAD, GOOD = (0.91, 0.93, 0.95), (0.40, 0.72, 0.47)  # of what stands behind the caption


@dataclass(frozen=True)
class TrialCell:
    """One player: its `ways` (pieces of places by the body's name, m), how good it is in [0, 1], and in words."""

    ways: Mapping[str, Sequence[Sequence[Point]]]
    share: float | None
    text: str


def trial_grid(
    title: str,
    scene: Scene,
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    cells: Sequence[TrialCell | None],
) -> str:
    """The picture: `across` and `down` name an axis and its values, `cells` come row after row; None: not there yet."""
    columns, rows = len(across[1]), max(len(down[1]), 1)
    high = _height_of(scene)
    width = LEFT_PX + columns * (CELL_PX + GAP_PX)
    height = TOP_PX + rows * (high + CAPTION_PX + GAP_PX)
    parts = [
        _text(GAP_PX, 20, title, "start", bold=True),
        _text(LEFT_PX, 42, f"{across[0]} →", "start"),
        _text(GAP_PX, 58, f"{down[0]} ↓", "start") if down[1] else "",
    ]
    for column, value in enumerate(across[1]):
        parts.append(_text(LEFT_PX + column * (CELL_PX + GAP_PX) + CELL_PX / 2, 58, value, "middle"))
    for row, value in enumerate(down[1]):
        y = TOP_PX + row * (high + CAPTION_PX + GAP_PX) + high / 2
        parts.append(_text(LEFT_PX - GAP_PX, y, value, "end"))
    for number, cell in enumerate(cells):
        x = LEFT_PX + number % columns * (CELL_PX + GAP_PX)
        y = TOP_PX + number // columns * (high + CAPTION_PX + GAP_PX)
        inside = _cell(scene, cell, high) if cell else _rectangle(0, high + CAPTION_PX, "none", "#c5ccd2")
        parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{inside}</g>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}"'
    style = 'font-family="system-ui, sans-serif" role="img" style="background:#fff;max-width:100%"'
    return f'{head} {style} aria-label="{escape(title)}">{"".join(parts)}</svg>'


def ways_svg(scene: Scene, ways: Mapping[str, Sequence[Sequence[Point]]], width: int = CELL_PX) -> str:
    """One player's ways alone, as a picture of its own."""
    high = _height_of(scene)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CELL_PX} {high:.0f}" width="{width}">'
        f"{_field(scene, ways, high)}</svg>"
    )


def _height_of(scene: Scene) -> float:
    return float(round(CELL_PX * min(max(scene.half_width_m / scene.half_length_m, 0.4), 1.0)))


def _cell(scene: Scene, cell: TrialCell, high: float) -> str:
    share = min(max(cell.share or 0.0, 0.0), 1.0)
    colour = "#" + "".join(
        f"{round(255 * (low + (top - low) * share)):02x}" for low, top in zip(BAD, GOOD, strict=True)
    )
    said = cell.text if len(cell.text) <= MOST_LETTERS else f"{cell.text[: MOST_LETTERS - 1]}…"
    caption = _text(CELL_PX / 2, high + CAPTION_PX - 5, said, "middle")
    return f"{_rectangle(0, high + CAPTION_PX, colour)}{_field(scene, cell.ways, high)}{caption}"


def _field(scene: Scene, ways: Mapping[str, Sequence[Sequence[Point]]], high: float) -> str:
    place, colours = fit(scene, CELL_PX, high), LIGHT
    x, y = place.to_pixels(-scene.half_length_m, scene.half_width_m)
    wide, tall = 2 * scene.half_length_m * place.scale, 2 * scene.half_width_m * place.scale
    ground = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colours.stripes[0]}"/>'
    parts = [_rectangle(0, high, colours.surround), ground]
    for body in reversed(scene.bodies):
        for piece in ways.get(body.name, ()):
            points = " ".join("{:.1f},{:.1f}".format(*place.to_pixels(*each)) for each in piece)
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{_colour(body, colours)}" stroke-width="1.6"/>'
            )
        if ways.get(body.name):
            cx, cy = place.to_pixels(*ways[body.name][-1][-1])
            radius = max(body.size_m * place.scale, 2.5)
            colour, edge = _colour(body, colours), colours.edge
            parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{radius:.1f}" fill="{colour}" stroke="{edge}"/>')
    return "".join(parts)


def _colour(body: Body, colours: Colours) -> str:
    if body.team is not None:
        return colours.teams[body.team]
    return colours.ball if body.kind == "disc" else colours.nobody


def _rectangle(top: float, height: float, fill: str, stroke: str = "none") -> str:
    return f'<rect y="{top:.0f}" width="{CELL_PX}" height="{height:.0f}" rx="4" fill="{fill}" stroke="{stroke}"/>'


def _text(x: float, y: float, said: str, anchor: str, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{TEXT_PX}" text-anchor="{anchor}"{weight} fill="#22292f">'
        f"{escape(said)}</text>"
    )
