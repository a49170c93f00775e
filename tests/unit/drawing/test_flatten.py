"""Shapes as figures: each covers the area it should, all who draw get the same list, and letters can be read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from drillsergeant.drawing.colours import DARK, LIGHT, rgba
from drillsergeant.drawing.factory import draw_factory
from drillsergeant.drawing.figures import DiscFigure, Figure, LineFigure, PolygonFigure, put
from drillsergeant.drawing.flatten import flatten, middle_of
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.picture import HEAD_FLOATS, LINE, POINTS, factory_picture, match_picture
from drillsergeant.drawing.place import Fit, Point, fit
from drillsergeant.drawing.stroke_font import LETTERS, strokes
from drillsergeant.drills.contract import Scene
from drillsergeant.drills.grounds import sheet
from drillsergeant.drills.shapes import (
    COLOURS,
    AnyShape,
    Capsule,
    Circle,
    Cosine,
    Line,
    Linear,
    Polygon,
    Rectangle,
    Text,
)
from drillsergeant.elementary import Array
from drillsergeant.pictures.raster import Raster

from tests.fakes.canvas import Recorder
from tests.rigs.pictures import NAMES, points_of, rows_of

PLACE = Fit(20.0, 60.0, 60.0)  # 20 pixels a metre, a surface of 6 by 6 m
STATE = {"x": 0.4, "y": -0.3, "angle": 0.6, "long": 1.8}
X, Y, ANGLE = Linear("x"), Linear("y", 2.0, 0.3), Linear("angle", -1.0, 0.2)
SPIN = Linear("angle")
WHITE = "#ffffff"


def covered(*shapes: AnyShape) -> Array:
    """How much of each pixel is white, f32 [120][120]."""
    raster = Raster(120, 120)
    raster.clear("#000000")
    put(raster, flatten(shapes, STATE, PLACE, LIGHT))
    cover: Array = raster.pixels()[..., 0] / np.float32(255)
    return cover


def far_from_segment(x: Array, y: Array, a: Point, b: Point) -> Array:
    """How far places are from a segment, f32 like x and y [R][C]."""
    along = ((x - a[0]) * (b[0] - a[0]) + (y - a[1]) * (b[1] - a[1])) / ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2)
    along = np.clip(along, 0, 1)
    far: Array = np.hypot(x - a[0] - along * (b[0] - a[0]), y - a[1] - along * (b[1] - a[1]))
    return far


def in_box(x: Array, y: Array) -> Array:
    """How far places are outside of a turned box of 1.8 by 1 m around (0.4, -0.3), f32 like x and y [R][C]."""
    c, s = math.cos(-0.4), math.sin(-0.4)
    u, v = c * (x - 0.4) + s * (y + 0.3), -s * (x - 0.4) + c * (y + 0.3)
    far: Array = np.maximum(np.abs(u) - 0.9, np.abs(v) - 0.5)
    return far


def in_triangle(x: Array, y: Array) -> Array:
    """The same of a triangle, negative inside, f32 like x and y [R][C]."""
    edges = [((-1.0, -1.0), (1.5, -1.0)), ((1.5, -1.0), (0.0, 1.5)), ((0.0, 1.5), (-1.0, -1.0))]
    sides = [((b[1] - a[1]) * (x - a[0]) - (b[0] - a[0]) * (y - a[1])) / math.dist(a, b) for a, b in edges]
    far: Array = np.max(sides, axis=0)
    return far


END = (0.4 + math.cos(-0.4), -0.3 + math.sin(-0.4))
ANALYTIC: dict[str, tuple[AnyShape, Callable[[Array, Array], Array]]] = {
    "rectangle": (Rectangle(X, Y, Linear("long"), 1.0, ANGLE, colour=WHITE), in_box),
    "circle": (Circle(X, Y, 0.9, colour=WHITE), lambda x, y: np.hypot(x - 0.4, y + 0.3) - 0.9),
    "ring": (Circle(X, Y, 0.9, colour="", edge=WHITE, edge_m=0.3),
             lambda x, y: np.abs(np.hypot(x - 0.4, y + 0.3) - 0.9) - 0.15),
    "capsule": (Capsule(X, Y, 0.4, ANGLE, 1.0, colour=WHITE),
                lambda x, y: far_from_segment(x, y, (0.4, -0.3), END) - 0.4),
    "two points": (Capsule(-1.0, 1.0, 0.3, to=(X, Y), colour=WHITE),
                   lambda x, y: far_from_segment(x, y, (-1.0, 1.0), (0.4, -0.3)) - 0.3),
    "rod": (Capsule(Cosine(SPIN), Cosine(Linear("angle", 1.0, -math.pi / 2)), 0.2, to=(0.0, 0.0), colour=WHITE),
            lambda x, y: far_from_segment(x, y, (0.0, 0.0), (math.cos(0.6), math.sin(0.6))) - 0.2),
    "polygon": (Polygon(((-1.0, -1.0), (1.5, -1.0), (0.0, 1.5)), colour=WHITE), in_triangle),
    "line": (Line(((-1.0, 0.0), (1.0, 0.0), (1.0, 1.0)), 0.5, colour=WHITE),
             lambda x, y: np.minimum(far_from_segment(x, y, (-1, 0), (1, 0)),
                                     far_from_segment(x, y, (1, 0), (1, 1))) - 0.25),
}  # fmt: skip


@pytest.mark.parametrize("name", ANALYTIC)
def test_a_shape_covers_what_lies_in_it_and_nothing_else(name: str) -> None:
    shape, outside_m = ANALYTIC[name]
    rows, columns = np.indices((120, 120)) + 0.5
    outside = 20.0 * outside_m((columns - 60.0) / 20.0, (60.0 - rows) / 20.0)
    cover = covered(shape)
    assert (outside < -1.0).sum() > 100
    assert cover[outside < -1.0].min() == 1.0
    assert cover[outside > 1.0].max() == 0.0
    assert cover.sum() == pytest.approx(float(np.clip(0.5 - outside, 0, 1).sum()), rel=0.01)


def test_an_edge_lies_half_in_and_half_out_and_a_rod_has_one_all_round() -> None:
    edged = replace(ANALYTIC["capsule"][0], colour="#ff0000", edge="#0000ff", edge_m=0.2)
    wide, narrow = flatten([edged], STATE, PLACE, LIGHT)
    assert isinstance(wide, LineFigure) and isinstance(narrow, LineFigure)
    assert (wide.width, narrow.width) == pytest.approx((20.0, 12.0))
    assert (wide.colour, narrow.colour) == ("#0000ff", "#ff0000")


def test_a_line_is_never_too_thin_to_be_seen_and_an_edge_never_hides_what_it_is_around() -> None:
    line, filled = Line(((0.0, 0.0), (1.0, 0.0)), 0.01), replace(ANALYTIC["capsule"][0], edge="edge", edge_m=0.01)
    ring = Circle(0.0, 0.0, 1.0, colour="", edge="line", edge_m=0.01)
    thin, wide, narrow, circle = flatten([line, filled, ring], STATE, PLACE, LIGHT, least_px=0.75)
    assert isinstance(thin, LineFigure) and isinstance(wide, LineFigure) and isinstance(narrow, LineFigure)
    assert isinstance(circle, DiscFigure)
    assert (thin.width, wide.width, narrow.width, circle.line) == pytest.approx((0.75, 16.2, 15.8, 0.75))


def test_a_place_and_a_size_follow_the_state_and_a_point_of_view_is_turned_with_its_polygon() -> None:
    corner = Polygon(((1.0, 0.0), (2.0, 0.0), (1.0, 1.0)), X, Y, SPIN)
    (figure,) = flatten([corner], {**STATE, "angle": math.pi / 2}, PLACE, LIGHT)
    assert isinstance(figure, PolygonFigure)
    assert figure.points[0] == pytest.approx(PLACE.to_pixels(0.4, -0.3 + 1.0))
    assert middle_of(Rectangle(1.0, 2.0, 3.0, 4.0), {}) == ((1.0, 2.0), 2.5)


def test_letters_are_lines_of_their_height_and_a_value_is_written_with_its_digits() -> None:
    text = Text(0.0, 1.0, "V {}", 0.6, X, 2, colour="ink")
    figures = flatten([text], STATE, PLACE, LIGHT)
    assert all(isinstance(figure, LineFigure) and figure.colour == LIGHT.ink for figure in figures)
    assert len(figures) == len(strokes("V 0.40"))
    ys = [y for figure in figures if isinstance(figure, LineFigure) for _, y in figure.points]
    assert (max(ys) - min(ys), (max(ys) + min(ys)) / 2) == pytest.approx((12.0, 40.0))


def test_every_letter_is_another_one_inside_of_its_frame() -> None:
    assert len({strokes(letter) for letter in LETTERS}) == len(LETTERS) - 1, "O and 0 are drawn alike"
    for letter in LETTERS:
        for stroke in strokes(letter):
            assert len(stroke) > 1
            assert all(abs(x) <= 2 / 6 and abs(y) <= 0.5 for x, y in stroke), letter
    assert strokes("a") == strokes("A")
    assert strokes("é") == strokes("#"), "what is not known is a box"


@pytest.mark.parametrize("name", COLOURS)
def test_every_colour_has_a_name_in_both_themes(name: str) -> None:
    for theme in (LIGHT, DARK):
        assert rgba(theme.named(name))[3] == 1.0
    assert (LIGHT.named("#112233 #445566"), DARK.named("#112233 #445566")) == ("#112233", "#445566")
    assert LIGHT.named("#112233") == DARK.named("#112233") == "#112233"


EVERY = (
    *(shape for shape, _ in ANALYTIC.values()),
    replace(ANALYTIC["capsule"][0], edge="edge"),
    replace(ANALYTIC["rectangle"][0], edge="edge", opacity=0.5),
    Text(0.0, 2.0, "GO 7%", colour="ink"),
)
SCENE = Scene(3.0, 3.0, ground=sheet(3.0, 3.0).floor, shapes=EVERY, background="paper")


def as_rows(figures: Sequence[Figure]) -> list[tuple[str, tuple[float, ...]]]:
    """What the shader should be told of figures: kind and, where it has points, those."""
    rows: list[tuple[str, tuple[float, ...]]] = []
    for figure in figures:
        if isinstance(figure, DiscFigure):
            disc = (figure.x, figure.y, figure.radius)
            rows += [("disc", disc)] * bool(figure.fill) + [("ring", disc)] * bool(figure.stroke)
        elif isinstance(figure, PolygonFigure):
            rows.append(("polygon", tuple(value for point in figure.points for value in point)))
            if figure.stroke:
                closed = (*figure.points, figure.points[0])
                rows.append(("line", tuple(value for point in closed for value in point)))
        else:
            rows.append(("line", tuple(value for point in figure.points for value in point)))
    return rows


def test_the_canvas_and_the_shader_get_the_same_figures() -> None:
    place = fit(SCENE, 147, 89)  # so small that no line is drawn in pieces
    figures = [*flatten(SCENE.ground or (), {}, place, LIGHT), *flatten(SCENE.shapes, STATE, place, LIGHT)]
    canvas = Recorder(147, 89)
    draw(canvas, SCENE, [(STATE, Look())])
    assert canvas.drawn[0] == ("clear", [], (LIGHT.paper,))
    assert len(canvas.drawn) == 1 + len(figures)
    for (_, points, _), figure in zip(canvas.drawn[1:], figures, strict=True):
        assert points[0] == ((figure.x, figure.y) if isinstance(figure, DiscFigure) else figure.points[0])
    picture = match_picture(SCENE, 147, 89, [(STATE, Look())])
    rows = rows_of(picture)
    told = [(at, row) for at, row in enumerate(rows) if row[3] != POINTS]
    for (at, row), (kind, numbers) in zip(told, as_rows(figures), strict=True):
        assert NAMES[int(row[3])] == kind
        there = row[:3] if kind in ("disc", "ring") else [v for x, y, _ in points_of(rows, at) for v in (x, y)]
        assert there == pytest.approx(numbers, rel=1e-5, abs=1e-4)
    assert picture.clear == rgba(LIGHT.paper)


def test_a_long_line_is_told_piece_by_piece_where_it_is_opaque_and_whole_where_it_is_not() -> None:
    line = Line(((-2.0, 0.0), (2.0, 0.0), (2.0, 2.0)), colour="ink")
    for shape, pieces in ((line, 2), (replace(line, opacity=0.5), 1)):
        picture = match_picture(Scene(3.0, 3.0, ground=(), shapes=(shape,)), 800, 800, [({}, Look())])
        assert [row[3] for row in rows_of(picture) if row[3] != POINTS] == [LINE] * pieces


def test_the_factory_draws_every_shape_of_every_match_and_leaves_details_out() -> None:
    scene = replace(SCENE, shapes=(*EVERY[:2], replace(EVERY[1], detail=True, colour="#123456")))
    matches = [{**STATE, "x": 0.1 * match} for match in range(5)]
    canvas = Recorder()
    draw_factory(canvas, scene, matches, dark=False)
    assert canvas.drawn == [("clear", [], (LIGHT.paper,))]
    assert canvas.paths[WHITE].count("M") == 5, "the circles; the boxes before them had the same colour"
    assert "#123456" not in canvas.paths
    picture = factory_picture(scene, 800, 500, matches, dark=False)
    kinds = [NAMES[int(kind)] for kind in picture.floats[HEAD_FLOATS + 3 :: 12] if kind != POINTS]
    assert kinds == ["polygon"] * 5 + ["polygon"] * 5 + ["disc"] * 5
