"""Reach: fingers that swipe, keys that are somebody else's, choices that stay."""

from tests.rigs.pages.visitor import Visitor


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


def test_a_swipe_over_the_field_scrolls_unless_one_plays(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 700})
    middle = page.locator("#stage").bounding_box()
    assert middle is not None
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2
    swipe(visitor, x, y, 200)
    visitor.until("the page has scrolled", lambda: page.evaluate("scrollY") > 100)
    page.evaluate("scrollTo(0, 0)")
    page.select_option("#player-left", "you")
    visitor.until("the visitor plays", lambda: visitor.show("players") == [-3, 0])
    page.evaluate("scrollTo(0, 0)")
    swipe(visitor, x, y, 200)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") < 20


def test_shortcuts_that_were_turned_off_are_off_after_a_reload(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.keyboard.press("?")
    page.click("#shortcuts")
    page.click("#help-close")
    page.keyboard.press("f")
    page.reload()
    page.wait_for_selector("#train:not([disabled])")
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert page.get_attribute("#factory", "aria-pressed") == "false"
    page.click("#help")
    assert page.get_attribute("#shortcuts", "aria-pressed") == "false"
    page.click("#shortcuts")
    page.click("#help-close")
    page.keyboard.press("f")
    visitor.until("the factory is shown", lambda: page.get_attribute("#factory", "aria-pressed") == "true")
