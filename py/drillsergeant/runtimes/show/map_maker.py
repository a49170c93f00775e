"""The value map of the match on screen, made a row a frame, so that no frame is late for it.

A map is of one moment: the state is taken when its first row is asked about, and it is shown when the last one is
there. Until then the one before it stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from drillsergeant.drawing.maps.cells import cells_of, things_of
from drillsergeant.drawing.maps.compass import Compass
from drillsergeant.drawing.maps.mosaic import MapPicture
from drillsergeant.learn.engine import ShowMatch
from drillsergeant.learn.program import DrillFacts

OUTSIDE = 0.05  # of the range of tints: so far beyond it values may lie before there is another range
SAME = 0.002  # in the unit of rewards: values that differ by less are the same
NARROW = 0.6  # of the range: another one where values fill no more of it


class MapMaker:
    """One map: of `player`, if `thing` (by its number in `things_of`) were elsewhere."""

    def __init__(self, drill: DrillFacts, match: ShowMatch, player: int, thing: int, arrows: bool) -> None:
        self._drill, self._match, self._player = drill, match, player
        self._grip = things_of(drill.scene)[thing]
        self._cells = cells_of(drill.scene)
        self._compass = Compass(drill.heads, drill.from_keys, player)
        self._arrows = arrows and self._compass.points
        self._made_of: tuple[Mapping[str, float], int] | None = None
        self._shown_of: tuple[Mapping[str, float], int] | None = None
        self._range: tuple[float, float] | None = None
        self.shown: MapPicture | None = None
        self.coming: MapPicture | None = None

    def frame(self, state: Mapping[str, float], version: int) -> None:
        """Ask about the next row, of a match in this state by weights of this version; about nothing where the map that
        is shown is of just that."""
        if self.coming is None:
            settled = self.shown is not None and self._range == (self.shown.low, self.shown.high)
            if settled and self._shown_of is not None and self._shown_of[0] is state and self._shown_of[1] == version:
                return
            self._made_of = state, version
            self.coming = MapPicture(self._cells, *(self._range or (0.0, 1.0)), self._arrows)
        assert self._made_of is not None, "a map that has begun is of something"
        row = len(self.coming.rows)
        answers = self._match.suppose(self._player, self._made_of[0], self._cells.changes(row, self._grip))
        self.coming.rows.append(self._cells.answered(row, answers, self._compass))
        if self.coming.complete:
            self._finish(self.coming)

    def _finish(self, picture: MapPicture) -> None:
        values = [value for row in picture.rows for value in row.values if value is not None]
        low, high = min(values), max(values)
        flat = self._flat(picture)
        untinted = self._range is None or (self.shown is not None and self.shown.flat)
        self._range = (low, low) if flat else _range(low, high, None if untinted else self._range)
        if flat or untinted:
            rows, picture = picture.rows, MapPicture(self._cells, *self._range, self._arrows, flat=flat)
            picture.rows = rows
        self.shown, self.coming, self._shown_of = picture, None, self._made_of

    def _flat(self, picture: MapPicture) -> bool:
        """Whether it expects the same wherever the thing is.

        Rows may be by different weights, which come while it is made: they are compared by one cell of each, asked
        about at once. Only then, so that a map with a spread costs what it did.
        """
        if any(_spread(row.values) > SAME for row in picture.rows):
            return False
        assert self._made_of is not None, "a map that is complete is of something"
        wholes = [self._cells.changes(row, self._grip) for row in range(self._cells.rows)]
        column = [whole[len(whole) // 2] for whole in wholes if whole]
        answers = self._match.suppose(self._player, self._made_of[0], column)
        return _spread([answer.value for answer in answers]) <= SAME

    def facts(self) -> dict[str, object]:
        """What the page writes of the map that is shown: its range, in the unit of rewards, and whether it
        has no spread."""
        return {} if self.shown is None else {"low": self.shown.low, "high": self.shown.high, "flat": self.shown.flat}

    def file(self) -> bytes:
        """The map that is shown, as JSON: `library.value_map` of the same policy and `state` has the same numbers.

        Raises ValueError where there is none yet.
        """
        if self.shown is None or self._shown_of is None:
            raise ValueError("the map is not there yet: save it when the field is tinted")
        cells = self._cells
        content = {
            "drill": self._drill.called or self._drill.name,
            "player": self._player,
            "thing": self._grip.name,
            "weights_version": self._shown_of[1],
            "state": dict(self._shown_of[0]),
            "x_m": [cells.middle(0, column)[0] for column in range(cells.columns)],
            "y_m": [cells.middle(row, 0)[1] for row in range(cells.rows)],
            "values": [list(row.values) for row in self.shown.rows],
            "arrows": [list(row.arrows) for row in self.shown.rows],
        }
        return json.dumps(content).encode()


def _spread(values: Sequence[float | None]) -> float:
    found = [value for value in values if value is not None]
    return max(found) - min(found) if found else 0.0


def _range(low: float, high: float, old: tuple[float, float] | None) -> tuple[float, float]:
    """The range of tints: the old one for as long as it fits, so that the same tint means the same."""
    if old is None:
        return low, high
    slack = OUTSIDE * (old[1] - old[0])
    fits = low >= old[0] - slack and high <= old[1] + slack and high - low >= NARROW * (old[1] - old[0])
    return old if fits else (low, high)
