"""The picture of a value map: tinted cells, darker where less is expected, and arrows on them.

Tints differ in lightness all the way, so that they tell apart for every kind of sight. Cells end at whole pixels:
there are no seams between them, however they are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

from drillsergeant.drawing.colours import faded
from drillsergeant.drawing.maps.cells import Cells, MapRow
from drillsergeant.drawing.place import Fit, Point

TINTS = ("#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725")  # viridis, by Smith and van der Walt
LEVELS = 24
OPACITY = 0.72
NEUTRAL = "#8a9299"  # of a map without spread: none of the scale's tints
PALE, DARK = "#ffffff", "#10181c"  # of arrows, on dark and on light cells
LIGHT_FROM = 0.6  # of the way from the lowest value to the highest
SHORTEST = 0.12  # an arrow that is shorter says nothing
ARROW_LENGTH, ARROW_WIDTH = 0.42, 0.17  # half of an arrow's, by a cell's smaller side

Tile = tuple[tuple[Point, ...], str]  # an outline in pixels, and its CSS colour


class MosaicRow:
    """The tiles and arrows of a row of cells. Equal to nothing but itself: what is made of it is kept by it."""

    def __init__(self, tiles: Sequence[Tile]) -> None:
        self.tiles = tuple(tiles)

    @cached_property
    def paths(self) -> dict[str, str]:
        """The tiles of each colour as one path in SVG's notation."""
        found: dict[str, str] = {}
        for points, colour in self.tiles:
            way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            found[colour] = f"{found.get(colour, '')}M{way}z"
        return found


class Mosaic:
    """All rows of a map."""

    def __init__(self, rows: Sequence[MosaicRow]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def paths(self) -> dict[str, str]:
        """As of a row; arrows after the tiles."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for colour, path in row.paths.items():
                found.setdefault(colour, []).append(path)
        ordered = sorted(found, key=lambda colour: colour in (PALE, DARK))
        return {colour: "".join(found[colour]) for colour in ordered}


class MapPicture:
    """A map that is being drawn, or is: the rows there are, tinted by where their values lie between `low` and `high`.
    `arrows`: whether there are some. `flat`: it has no spread, and no tint means anything."""

    def __init__(self, cells: Cells, low: float, high: float, arrows: bool, *, flat: bool = False) -> None:
        self.cells, self.low, self.high, self.arrows, self.flat = cells, low, high, arrows, flat
        self.rows: list[MapRow] = []
        self._place: Fit | None = None
        self._drawn: list[MosaicRow] = []
        self._whole: Mosaic | None = None

    @property
    def complete(self) -> bool:
        """Whether all rows are there."""
        return len(self.rows) == self.cells.rows

    def drawn(self, place: Fit) -> list[MosaicRow]:
        """The rows there are, on a surface; each is made once."""
        if place != self._place:
            self._place, self._drawn, self._whole = place, [], None
        for row in self.rows[len(self._drawn) :]:
            self._drawn.append(MosaicRow(self._tiles(row, place)))
        return self._drawn

    def mosaic(self, place: Fit) -> Mosaic:
        """All of them."""
        rows = self.drawn(place)
        if self._whole is None or len(self._whole.rows) != len(rows):
            self._whole = Mosaic(rows)
        return self._whole

    def _tiles(self, row: MapRow, place: Fit) -> list[Tile]:
        cells, tiles, arrows = self.cells, [], []
        middle_y = cells.middle(row.number, 0)[1]
        top, bottom = (place.to_pixels(0.0, middle_y + side * cells.height_m / 2)[1] for side in (1, -1))
        half = min(cells.width_m, cells.height_m) * place.scale
        levels = [None if value is None else self.level(value) for value in row.values]
        begin, neutral = 0, faded(NEUTRAL, OPACITY)
        for end in range(1, cells.columns + 1):  # neighbours of one tint are one tile
            if end < cells.columns and levels[end] == levels[begin]:
                continue
            level = levels[begin]
            if level is not None:
                left = place.to_pixels(cells.middle(row.number, begin)[0] - cells.width_m / 2, 0.0)[0]
                right = place.to_pixels(cells.middle(row.number, end - 1)[0] + cells.width_m / 2, 0.0)[0]
                tiles.append(
                    (_box(round(left), round(top), round(right), round(bottom)), neutral if self.flat else tint(level))
                )
            begin = end
        for column, (level, arrow) in enumerate(zip(levels, row.arrows, strict=True)):
            if self.arrows and level is not None and arrow is not None and math.hypot(*arrow) > SHORTEST:
                at = place.to_pixels(*cells.middle(row.number, column))
                ink = DARK if level >= LIGHT_FROM * (LEVELS - 1) else PALE
                arrows.append((_dart(at, arrow, half), ink))
        return tiles + arrows

    def level(self, value: float) -> int:
        """Which of LEVELS tints a value has."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return min(max(round(share * (LEVELS - 1)), 0), LEVELS - 1)


def tint(level: int) -> str:
    """The CSS colour of a level, from 0 to LEVELS - 1."""
    return faded(_mixed(level / (LEVELS - 1)), OPACITY)


def _mixed(share: float) -> str:
    at = share * (len(TINTS) - 1)
    first = min(int(at), len(TINTS) - 2)
    parts = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in TINTS[first : first + 2]]
    red, green, blue = (round(a + (at - first) * (b - a)) for a, b in zip(*parts, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _dart(at: Point, arrow: Point, cell_px: float) -> tuple[Point, ...]:
    """An arrow's outline around a place: as long as it is sure."""
    length = math.hypot(*arrow)
    ahead, aside = ARROW_LENGTH * cell_px, ARROW_WIDTH * cell_px
    x, y = arrow[0] / length, -arrow[1] / length
    reach = ahead * (0.35 + 0.65 * length)
    back = at[0] - reach * x, at[1] - reach * y
    return (
        (at[0] + reach * x, at[1] + reach * y),
        (back[0] - aside * y, back[1] + aside * x),
        (back[0] + 0.35 * reach * x, back[1] + 0.35 * reach * y),
        (back[0] + aside * y, back[1] - aside * x),
    )
