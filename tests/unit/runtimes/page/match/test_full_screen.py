"""The match on the whole screen: by button and key, left by Escape too, offered only where it can be had."""

from __future__ import annotations

from drillsergeant.runtimes.page.match.full_screen import FullScreenButton

from tests.fakes.page import FakeView, Sitting


def pressed(view: FakeView) -> str | None:
    return view.attributes.get(("full-screen", "aria-pressed"))


def test_the_match_fills_the_screen_and_the_button_follows_whoever_leaves_it() -> None:
    sitting = Sitting().boot()
    view = sitting.view
    assert view.attributes[("full-screen", "hidden")] is None
    sitting.page.on_click("full-screen")
    assert (view.filled, pressed(view)) == ("centre", "true")
    view.full_screen(False)  # Escape, which is the browser's own
    assert pressed(view) == "false"
    assert sitting.page.on_key("KeyZ", "z", True, "")
    assert (view.filled, pressed(view)) == ("centre", "true")
    sitting.page.on_click("full-screen")
    assert (view.filled, pressed(view)) == ("", "false")


def test_where_the_browser_cannot_it_is_not_offered_and_its_key_does_nothing() -> None:
    view = FakeView()
    view.can_fill = False
    button = FullScreenButton(view)
    button.turn()
    assert view.attributes[("full-screen", "hidden")] == "" and view.filled == ""
