"""A visit: the match moves, Train raises the version on screen, controls work, nothing leaves the origin; and reach:
fingers that swipe, keys that are somebody else's, choices that stay.

One page for all of it; each test can be the first, and leaves the match as it found it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from build.promises.records import tally
from tests.rigs.pages.visitor import VIEWPORT, Household, Visitor


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who has the page open."""
    visitor = Visitor(household, address)
    visitor.open("?learner=wasm")
    visitor.until("nothing is learned yet", lambda: visitor.trainer("decisions") == 0)
    yield visitor
    visitor.close()


def sit_down(visitor: Visitor) -> None:
    """Play orange."""
    visitor.page.select_option("#player-left", "you")
    visitor.until("the visitor plays", lambda: visitor.show("players")[0] == -3)


def stand_up(visitor: Visitor) -> None:
    """Let the newest version play."""
    visitor.page.select_option("#player-left", "now")
    visitor.until("the newest plays", lambda: visitor.show("players")[0] == 0)


def test_a_human_plays_with_the_keyboard(opened: Visitor) -> None:
    page = opened.page
    learned = opened.trainer("decisions")
    sit_down(opened)
    assert opened.show("mode") == "human_vs_ai"
    page.click("#stage")
    page.keyboard.down("ArrowLeft")
    opened.until("orange ran to its own goal", lambda: opened.show("player0_x") < -3.0, 20)
    page.keyboard.up("ArrowLeft")
    page.keyboard.down("ArrowRight")
    opened.until("orange ran back", lambda: opened.show("player0_x") > 0.0, 20)
    page.keyboard.up("ArrowRight")
    stand_up(opened)
    assert opened.told()["errors"] == []
    assert opened.trainer("decisions") == learned


def test_things_can_be_dragged_in_every_mode(opened: Visitor) -> None:
    page = opened.page
    learned = opened.trainer("decisions")
    page.click("#play")
    opened.until("the match is held", lambda: opened.show("playing") is False)
    box = page.locator("#stage").bounding_box()
    assert box is not None
    scale = min(box["width"] / 14.7, box["height"] / 8.9)  # the drawn field with goals and margin, m
    middle_x, middle_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = opened.show("ball_x"), opened.show("ball_y")
    page.mouse.move(middle_x + before[0] * scale, middle_y - before[1] * scale)
    page.mouse.down()
    page.mouse.move(middle_x + 60, middle_y + 40, steps=4)
    opened.until("the ball followed", lambda: opened.show("ball_x") > 0.3 and opened.show("ball_y") < -0.3)
    page.keyboard.press("Space")
    opened.until_the_match_moves(60)
    page.mouse.move(middle_x - 60, middle_y - 40, steps=4)
    opened.until("the ball follows in play", lambda: opened.show("ball_x") < -0.3 and opened.show("ball_y") > 0.3)
    page.mouse.up()
    assert opened.trainer("decisions") == learned
    assert opened.told()["errors"] == []


def swipe(visitor: Visitor, x: float, y: float, by: float) -> None:
    """Draw a finger up the screen by so many pixels."""
    cdp = visitor.context.new_cdp_session(visitor.page)
    cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        there = {"x": x, "y": y - by * step / 10}
        cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
        visitor.page.wait_for_timeout(20)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    cdp.detach()


def test_a_swipe_over_the_field_scrolls_unless_one_plays(opened: Visitor) -> None:
    page = opened.page
    page.set_viewport_size({"width": 390, "height": 700})
    page.evaluate("scrollTo(0, 0)")
    middle = page.locator("#stage").bounding_box()
    assert middle is not None
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    swipe(opened, x, y, 200)
    opened.until("the page has scrolled", lambda: page.evaluate("scrollY") > 100)
    sit_down(opened)
    page.evaluate("scrollTo(0, 0)")
    swipe(opened, x, y, 200)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") < 20
    stand_up(opened)
    page.set_viewport_size(VIEWPORT)


def test_a_visitor_trains_pauses_plays_and_resets(opened: Visitor) -> None:
    page = opened.page
    assert page.evaluate("crossOriginIsolated") is True
    opened.until_the_match_moves(60)

    page.click("#train")
    opened.until("three versions were adopted on screen", lambda: opened.show("versions_adopted") >= 4)
    opened.until("updates are counted", lambda: (opened.trainer("updates") or 0) >= 3)
    assert int(page.inner_text("#metric-version")) >= 1
    assert opened.trainer("decisions") > 0
    assert opened.trainer("dropped") == 0
    opened.snapshot("training")

    page.click("#play")
    opened.until("the match is paused", lambda: opened.show("playing") is False)
    page.click("#train")
    opened.until("training stopped", lambda: opened.trainer("training") is False)
    page.wait_for_timeout(1000)  # the update in hand is told of later
    held, updates = opened.show("ticks"), opened.trainer("updates")
    page.wait_for_timeout(1200)
    assert (opened.show("ticks"), opened.trainer("updates")) == (held, updates)
    page.click("#step")
    opened.until("one step was played", lambda: opened.show("ticks") == held + 8)
    page.click("#play")

    page.select_option("#speed", "4")
    opened.type("#seed", "77")
    page.click("#reset")
    opened.until("a new match began", lambda: opened.show("clock_s") < 10 and opened.show("score_0") == 0)

    assert opened.told()["errors"] == []
    assert opened.told()["show_restarts"] == 0
    assert opened.complaints == []
    elsewhere = [url for url in opened.requests if not url.startswith((opened.address, "data:", "blob:"))]
    assert elsewhere == []
    tally(22, "requests", len(opened.requests))


def test_shortcuts_that_were_turned_off_are_off_after_a_reload(opened: Visitor) -> None:
    """So is the sound that was turned on, and what was hidden under the match."""
    page = opened.page
    page.keyboard.press("m")
    assert page.get_attribute("#sound", "aria-pressed") == "true"
    assert page.is_visible("#try-bold")
    page.click("#try-hide")
    assert not page.is_visible("#try-bold")
    page.keyboard.press("?")
    page.click("#shortcuts")
    page.click("#help-close")
    page.keyboard.press("f")
    page.reload()
    page.wait_for_selector("#train:not([disabled])")
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert page.get_attribute("#factory", "aria-pressed") == "false"
    assert page.get_attribute("#sound", "aria-pressed") == "true"
    assert not page.is_visible("#try-bold")
    page.click("#help")
    assert page.get_attribute("#shortcuts", "aria-pressed") == "false"
    page.click("#shortcuts")
    page.click("#help-close")
    page.keyboard.press("f")
    opened.until("the factory is shown", lambda: page.get_attribute("#factory", "aria-pressed") == "true")
    page.keyboard.press("f")
    opened.until("the match is back", lambda: opened.show("view") == "match")
