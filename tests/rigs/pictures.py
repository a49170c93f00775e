"""What there is in a picture for the shader, by name."""

from __future__ import annotations

from drillsergeant.drawing.picture import (
    BALL,
    BOX,
    DISC,
    HEAD_FLOATS,
    LINE,
    POINTS,
    POLYGON,
    RING,
    SHAPE_FLOATS,
    Picture,
)

NAMES = {POINTS: "points", BOX: "player", BALL: "ball", RING: "ring", DISC: "disc", POLYGON: "polygon", LINE: "line"}
Row = list[float]


def rows_of(picture: Picture) -> list[Row]:
    body = picture.floats[HEAD_FLOATS:]
    return [list(body[at : at + SHAPE_FLOATS]) for at in range(0, len(body), SHAPE_FLOATS)]


def kinds_of(picture: Picture) -> list[str]:
    """The names of the shapes, in order."""
    return [NAMES[int(row[3])] for row in rows_of(picture) if row[3] != POINTS]


def points_of(rows: list[Row], at: int) -> list[tuple[float, float, float]]:
    """The points (x, y, half width) of the shape in a row."""
    count = int(rows[at][6])
    found = [(row[k], row[k + 1], row[k + 2]) for row in rows[at + 1 : at + 1 + (count + 1) // 2] for k in (4, 8)]
    return found[:count]


def lively(picture: Picture) -> list[str]:
    """What is not painted on the field: bodies, trails (lines that begin in a point), and what flashes or is ringed.

    A field has shapes of one opacity, 1 or that of a goal's recess; a flash that has begun to fade has another.
    """
    rows, found = rows_of(picture), []
    for at, row in enumerate(rows):
        if row[3] in (BOX, BALL):
            found.append(NAMES[int(row[3])])
        elif row[3] == LINE and points_of(rows, at)[0][2] == 0.0:
            found.append("trail")
        elif row[3] in (RING, POLYGON) and 0.0 < row[11] < 0.3:
            found.append("flash")
        elif row[3] == RING and 0.3 < row[11] < 0.99:
            found.append("spreading ring")
    return found
