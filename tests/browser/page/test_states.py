"""States and motion, with the browser's own accessibility tree: names that stay, numbers with units, less motion."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from build.browsers.docks import open_dock_of
from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Household, Visitor

TOGGLES = ("#train", "#play", "#factory", "#theme", "#safeguards", "#compare")
STATES = ("pressed", "checked", "expanded")


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor in whose page soccer was learned."""
    visitor = Visitor(household, address)
    visitor.open("?learner=wasm")
    visitor.page.click("#train")
    visitor.until("a version can be chosen", lambda: visitor.page.is_enabled("#compare"))
    visitor.until("the road begins", lambda: visitor.page.locator("#road-0[data-reached]").count() == 1, 90)
    visitor.page.click("#train")
    yield visitor
    visitor.close()


def heard(page: Page, selector: str) -> dict[str, Any]:
    """What a screen reader has of an element: its name, and the properties the browser computes."""
    cdp = page.context.new_cdp_session(page)
    root = cdp.send("DOM.getDocument")["root"]["nodeId"]
    node = cdp.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    tree = cdp.send("Accessibility.getPartialAXTree", {"nodeId": node, "fetchRelatives": False})["nodes"][0]
    cdp.detach()
    told = {each["name"]: each["value"].get("value") for each in tree["properties"]}
    return {**told, "name": tree["name"]["value"]}


def test_a_control_with_two_states_keeps_its_name_pressed_by_key_or_click(opened: Visitor) -> None:
    page = opened.page

    def by_key(selector: str) -> None:
        page.focus(selector)
        page.keyboard.press("Enter")

    def turn(selector: str, press: Callable[[str], None]) -> None:
        open_dock_of(page, selector)
        before = heard(page, selector)
        (state,) = set(STATES) & set(before)
        press(selector)
        opened.until(f"{selector} says so", lambda: heard(page, selector)[state] != before[state])
        after, seen = heard(page, selector), page.inner_text(selector)
        assert after["name"] == before["name"], "one name, whatever its state"
        if seen.isascii():  # the others show a picture
            assert seen.lower() in after["name"].lower(), "who says what is seen reaches it"

    for selector in TOGGLES:
        opened.until(f"{selector} works", lambda selector=selector: page.is_enabled(selector))
        for press in (by_key, page.click):
            turn(selector, press)
    page.keyboard.press("?")
    for press in (by_key, page.click):
        turn("#shortcuts", press)
    page.click("#help-close")


def test_every_slider_says_its_value_with_a_unit_and_says_the_next_one(opened: Visitor) -> None:
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    sliders = page.evaluate("[...document.querySelectorAll('input[type=range].slide')].map(({id}) => '#' + id)")
    assert len(sliders) == 9
    for selector in sliders:
        before = page.get_attribute(selector, "aria-valuetext") or ""
        page.focus(selector)
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        after = page.get_attribute(selector, "aria-valuetext") or ""
        assert after != before, selector
        digits, _, unit = after.partition(" ")
        assert float(digits) > float(before.split()[0]) and len(unit) > 2, after
    opened.type("#hyper-epochs", "3")
    page.keyboard.press("Enter")
    assert page.get_attribute("#slide-epochs", "aria-valuetext") == "3 epochs"
    page.click("#defaults")


def test_who_wants_less_motion_sees_the_match_alone_and_can_hold_it(opened: Visitor) -> None:
    page, field = opened.page, opened.page.locator("#match")
    page.emulate_media(reduced_motion="reduce")
    opened.until_the_match_moves()
    assert page.is_enabled("#play"), "the match is what one came for; it can be held"

    page.click("#train")
    page.click("#factory")
    opened.until("the factory is shown", lambda: opened.show("view") == "factory")
    opened.until("it is played", lambda: (opened.show("factory_speed") or 0.0) > 1.0)
    began_s, pictures = time.monotonic(), [field.screenshot() for _ in range(8)]
    changes = sum(one != other for one, other in pairwise(pictures))
    assert changes <= 1 + (time.monotonic() - began_s) / 2.0, "a still every two seconds"
    page.emulate_media(reduced_motion="no-preference")
    opened.until("it glides again", lambda: field.screenshot() != field.screenshot())
    page.click("#factory")
    page.click("#train")


def test_forced_colours_tell_the_road_and_axe_finds_nothing_serious(opened: Visitor) -> None:
    page = opened.page
    assert violations(page) == []
    page.emulate_media(forced_colors="active")
    edges = [
        page.locator(f"#road-{place}").evaluate("(one) => getComputedStyle(one).borderBottomColor") for place in (0, 4)
    ]
    assert page.locator("#road-4[data-reached]").count() == 1 or edges[0] != edges[1]
    page.emulate_media(forced_colors="none")
    assert opened.told()["errors"] == []
    assert opened.complaints == [] and opened.warnings == []
