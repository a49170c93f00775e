"""A poster: the scene that the canvas draws, once, in colours for light and for dark."""

from xml.etree import ElementTree

from drillsergeant.drawing.colours import DARK, LIGHT
from drillsergeant.drawing.match import Look, draw
from drillsergeant.drawing.poster import SIZE_PX, SvgCanvas, poster
from drillsergeant.drills import make

from tests.fakes.canvas import Recorder
from tests.rigs.scenes import SCENE, STATE

SVG = "{http://www.w3.org/2000/svg}"
UPRIGHT = {"x": 0.5, "x_dot": 0.0, "theta": 0.1, "theta_dot": 0.0}


def test_everything_that_is_drawn_is_in_it_once_and_in_order() -> None:
    recorder = Recorder(*SIZE_PX)
    draw(recorder, SCENE, [(STATE, Look())])
    root = ElementTree.fromstring(poster(SCENE, STATE))
    found = [each.tag.removeprefix(SVG) for each in root if each.tag != f"{SVG}style"]
    kinds = {"clear": "rect", "polygon": "path", "line": "path", "disc": "circle"}
    assert found == [kinds[kind] for kind, *_ in recorder.drawn]


def test_its_colours_are_those_of_the_page_in_the_light_and_in_the_dark() -> None:
    root = ElementTree.fromstring(poster(SCENE, STATE))
    style = root.findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for sheet, mine, other in ((light, LIGHT, DARK), (dark, DARK, LIGHT)):
        assert all(f"fill: {colour};" in sheet for colour in (mine.surround, mine.teams[0]))
        assert other.surround not in sheet
    names = {each.get("class") for each in root if each.tag != f"{SVG}style"}
    assert all(f".{name} {{" in light and f".{name} {{" in dark for name in names)


def test_the_trail_of_the_ball_is_drawn_behind_the_ball() -> None:
    places = [(0.2 * step, 0.1 * step) for step in range(5)]
    plain, trailed = (poster(SCENE, STATE, trail).count("<path") for trail in ((), places))
    assert trailed == plain + 1


def test_a_drill_of_shapes_alone_is_drawn_by_them() -> None:
    root = ElementTree.fromstring(poster(make("cartpole").scene, UPRIGHT))
    assert root.get("viewBox") == "0 0 {} {}".format(*SIZE_PX)
    assert len(root.findall(f"{SVG}path")) >= 4 and len(root.findall(f"{SVG}circle")) == 1


def test_numbers_are_short_and_a_line_of_one_point_is_a_dot() -> None:
    canvas = SvgCanvas(10, 10)
    canvas.line([(1.0, 2.04)], "#123456", 0.25)
    canvas.disc(1.26, -0.04, 3.0, "#123456", "", 0.0)
    assert [each.text for each in canvas.elements] == [
        'path d="M1 2L1 2" stroke-width="0.2"',
        'circle cx="1.3" cy="0" r="3"',
    ]
