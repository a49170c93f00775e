"""Why it did that: the strip, a moment again, the value map and its file, what it looks at: in one visit."""

from __future__ import annotations

import json
from pathlib import Path

import drillsergeant
import numpy as np
from drillsergeant.library.policy import Policy
from playwright.sync_api import Page, ViewportSize

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 860}


def saved(page: Page, button: str) -> bytes:
    """The file that a button gives."""
    with page.expect_download() as download:
        page.click(button)
    return Path(download.value.path()).read_bytes()


def the_map_is_the_librarys(visitor: Visitor) -> None:
    """Of the same policy and the same moment."""
    page = visitor.page
    content = json.loads(saved(page, "#map-save"))
    page.click("#dock-runs")
    policy = Policy.load(saved(page, "#runs-export"))
    assert content["weights_version"] == visitor.show("version")
    native = drillsergeant.value_map(policy, content["state"], player=0, thing="ball")
    values = np.array(content["values"], np.float32)
    assert np.array_equal(np.isnan(values), np.isnan(native.values))
    assert np.nanmax(np.abs(values - native.values)) < 1e-5 and np.nanstd(values) > 0.01
    arrows = np.array([[arrow or (np.nan, np.nan) for arrow in row] for row in content["arrows"]])
    assert np.nanmax(np.abs(arrows - native.arrows)) < 1e-5


def a_moment_again(visitor: Visitor) -> None:
    """The strip is scrubbed by keyboard, and let go."""
    page = visitor.page
    page.click("#dock-inside")
    visitor.until("it goes on looking", lambda: visitor.show("inside") is not None)
    page.click("#play")
    visitor.until("the strip is filled anew", lambda: page.is_visible("#strip"))
    visitor.until_the_match_moves(120)
    page.focus("#strip-at")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    visitor.until("a moment is shown again", lambda: "It chose " in page.inner_text("#strip-said"))
    visitor.until("it is held for that", lambda: visitor.show("playing") is False)
    assert page.inner_text("#play") == "Play"
    back = -int(page.input_value("#strip-at"))
    assert 5 <= back < 20, "five, and as many as came before the match was held"
    said = page.inner_text("#strip-said")
    assert said.startswith(f"{back} decisions ago (")
    assert page.get_attribute("#strip-at", "aria-valuetext") == said.split(" It chose")[0]
    visitor.snapshot("why_again")
    page.click("#strip-now")
    visitor.until("it is as it was", lambda: visitor.show("inside")["recalled"] == -1)
    page.click("#map-arrows")
    assert page.get_attribute("#map-arrows", "aria-pressed") == "false"


def on_a_phone(visitor: Visitor) -> None:
    """It all fits, and axe finds nothing."""
    page = visitor.page
    page.set_viewport_size(PHONE)
    visitor.until_it_fits()
    assert page.is_visible("#strip") and violations(page, "#strip", "#inside") == []
    page.locator("#strip").scroll_into_view_if_needed()
    visitor.snapshot("why_phone")
    page.set_viewport_size(DESK)


def other_games(visitor: Visitor) -> None:
    """One that has no map, and one with a map of its own."""
    page = visitor.page
    page.select_option("#drill-choice", "pendulum")
    visitor.until("the rod is there", lambda: visitor.told()["drill"] == "pendulum")
    page.click("#dock-inside")
    visitor.until("it has no map", lambda: page.is_visible("#map-none"))
    assert page.is_hidden("#map-choices")
    page.select_option("#drill-choice", "cartpole")
    visitor.until("the cart is there", lambda: visitor.told()["drill"] == "cartpole")
    page.click("#dock-inside")
    page.click("#play")
    page.select_option("#map-of", label="if the player were there")
    visitor.until("the rail is tinted", lambda: page.is_enabled("#map-save"))
    visitor.snapshot("why_cart")
    page.select_option("#inside-player", "-1")
    visitor.until("the strip is put away", lambda: page.is_hidden("#strip"))


def test_why_it_did_that(visitor: Visitor) -> None:
    visitor.open("?learner=wasm")
    page = visitor.page
    page.set_viewport_size(DESK)
    assert page.is_hidden("#strip"), "nobody has asked yet"
    page.click("#train")
    visitor.until("it has learned a little", lambda: (visitor.trainer("t_s") or 0) > 3)
    page.click("#train")
    visitor.until("training rests", lambda: visitor.trainer("training") is False)

    page.click("#dock-inside")
    visitor.until("the strip is there", lambda: page.is_visible("#strip"))
    visitor.until("it looks at something", lambda: page.locator("#inside-looks .bar-row").count() == 8)
    names = page.locator(".strip-name").all_inner_texts()
    assert names == ["reward", "goal", "ball to goal", "to ball", "won or lost"]
    visitor.until("a second has passed", lambda: "15" in (page.get_attribute(".strip-row .strip-gain", "d") or "x15"))

    page.select_option("#map-of", label="if the ball were there")
    visitor.until("the map has a range", lambda: page.is_enabled("#map-save"))
    page.click("#play")
    visitor.until("the match is held", lambda: visitor.show("playing") is False)
    visitor.snapshot("why")
    assert violations(page, "#strip", "#inside") == []
    the_map_is_the_librarys(visitor)
    a_moment_again(visitor)
    on_a_phone(visitor)
    other_games(visitor)
    assert visitor.told()["errors"] == [] and visitor.complaints == []
