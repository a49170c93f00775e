"""The pictures: a shot near a goal is livelier than a kick-off, and what is cut out holds all that was asked for.

The icons are what the page's manifest says, so that it can be installed.
"""

import json
import re
from typing import Any, ClassVar

import pytest

from build.measure import pictures
from build.pins import ROOT

WEB = ROOT / "web"
MANIFEST = json.loads((WEB / "manifest.webmanifest").read_text())
PNG_START, SIZE_AT, COLOUR_TYPE_AT = b"\x89PNG\r\n\x1a\n", 16, 25
WITH_ALPHA = 6


def report(ball: tuple[float, float], one: tuple[float, float], two: tuple[float, float]) -> dict[str, Any]:
    bodies = {"ball": ball, "player0": one, "player1": two}
    return {f"{name}_{axis}": place[i] for name, place in bodies.items() for i, axis in enumerate("xy")}


def test_a_shot_at_the_goal_is_livelier_than_a_kick_off_or_a_scrum_in_the_middle() -> None:
    kick_off = report((0.0, 0.0), (-3.0, 1.0), (3.0, -1.0))
    scrum = report((0.3, 0.0), (-0.4, 0.0), (1.0, 0.1))
    shot = report((5.0, 0.5), (3.5, 0.4), (5.8, 0.0))
    liveliest = pictures.liveliness(scrum, shot)
    assert liveliest > pictures.liveliness(kick_off, scrum) > pictures.liveliness(kick_off, kick_off)


class Drawn:
    """A page of which only the places of two elements are known."""

    BOXES: ClassVar = {
        "#a": {"x": 100.0, "y": 50.0, "width": 300.0, "height": 20.0},
        "#b": {"x": 120.0, "y": 80.0, "width": 400.0, "height": 200.0},
    }

    def locator(self, selector: str) -> Any:
        box = self.BOXES.get(selector)
        return type("Located", (), {"bounding_box": lambda _self: box})()


def test_a_cutting_holds_every_element_that_can_be_seen() -> None:
    page: Any = Drawn()
    cut = pictures.around(page, "#a", "#b", "#hidden")
    air = pictures.AIR
    assert cut == pytest.approx({"x": 100 - air, "y": 50 - air, "width": 420 + 2 * air, "height": 230 + 2 * air})


def test_every_icon_is_there_in_the_size_the_manifest_says() -> None:
    sizes = set()
    for icon in MANIFEST["icons"]:
        content = (WEB / icon["src"]).read_bytes()
        if icon["type"] == "image/png":
            assert content.startswith(PNG_START)
            side = int.from_bytes(content[SIZE_AT : SIZE_AT + 4])
            assert icon["sizes"] == f"{side}x{int.from_bytes(content[SIZE_AT + 4 : SIZE_AT + 8])}"
            maskable = icon.get("purpose") == "maskable"
            assert (content[COLOUR_TYPE_AT] == WITH_ALPHA) is not maskable, "what is cut to a circle has a ground"
            sizes.add((side, maskable))
    assert {(192, False), (512, False), (512, True)} <= sizes, "what Chromium wants"


def test_the_page_names_the_manifest_and_has_its_colours() -> None:
    page, style = (WEB / "index.html").read_text(), (WEB / "styles" / "style.css").read_text()
    assert '<link rel="manifest" href="manifest.webmanifest">' in page
    paper = re.search(r"--paper: light-dark\((#\w+), (#\w+)\)", style)
    assert paper
    for scheme, colour in zip(("light", "dark"), paper.groups(), strict=True):
        assert f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {scheme})">' in page
    assert MANIFEST["theme_color"] == MANIFEST["background_color"] == paper[1]
    assert MANIFEST["start_url"] == MANIFEST["scope"] == "./" and MANIFEST["display"] == "standalone"
    icon = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
    assert icon and (WEB / icon[1]).read_bytes().startswith(PNG_START)
