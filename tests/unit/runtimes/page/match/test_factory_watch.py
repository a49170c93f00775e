"""One training match, large: pressed where it is drawn, stepped through by keys, left by a press or another view."""

from __future__ import annotations

import pytest
from drillsergeant.drawing.factory import grid
from drillsergeant.runtimes.page.match.screen import HINTS, WATCHED
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting


def in_factory(shown: int = 64) -> Sitting:
    sitting = Sitting().boot()
    sitting.page.on_click("factory")
    tell(sitting, shown)
    sitting.fleet.take()
    return sitting


def tell(sitting: Sitting, shown: int) -> None:
    sitting.metrics("show", factory_matches=512, factory_shown=shown, factory_speed=20.0)


def press(sitting: Sitting, x_px: float, y_px: float) -> None:
    sitting.page.on_pointer("down", x_px, y_px)
    sitting.page.on_pointer("up", x_px + 2, y_px)


def watched(sitting: Sitting) -> list[int]:
    sent = [message for _, message in sitting.fleet.take()]
    assert all(isinstance(message, messages.WatchMatch) for message in sent)
    return [message.match for message in sent if isinstance(message, messages.WatchMatch)]


@pytest.mark.parametrize("shown", [1, 8, 60, 64])
def test_the_match_that_is_pressed_is_the_one_that_is_drawn_there(shown: int) -> None:
    sitting = in_factory(shown)
    width, height = sitting.view.size[:2]
    for match, cell in enumerate(grid(sitting.game.scene, shown, width, height).cells):
        press(sitting, cell.middle_x, cell.middle_y)
        press(sitting, 1.0, 1.0)
        assert watched(sitting) == [match, -1], "a second press, anywhere, shows all again"


def test_what_is_pressed_beside_them_or_dragged_over_them_is_none() -> None:
    sitting = in_factory(60)  # eight by eight cells, the last four of them empty
    press(sitting, 0.99 * sitting.view.size[0], 0.99 * sitting.view.size[1])
    sitting.page.on_pointer("down", 10.0, 10.0)
    sitting.page.on_pointer("move", 90.0, 10.0)
    sitting.page.on_pointer("up", 11.0, 10.0)
    sitting.page.on_pointer("up", 11.0, 10.0)
    assert watched(sitting) == []
    nothing = Sitting().boot()
    nothing.page.on_click("factory")
    nothing.fleet.take()
    press(nothing, 10.0, 10.0)
    assert watched(nothing) == [], "before the show has told how many there are"


def test_it_is_said_which_one_it_is_and_the_view_is_left_without_it() -> None:
    sitting = in_factory()
    press(sitting, 10.0, 10.0)
    tell(sitting, 64)
    assert sitting.view.texts["factory-pace"] == "Number 1 of 64, 20× as fast as life"
    assert sitting.view.texts["hint"] == WATCHED
    sitting.fleet.take()
    sitting.page.on_click("factory")
    sent = [message for _, message in sitting.fleet.take()]
    assert sent == [messages.SetView("match"), messages.WatchMatch()]
    sitting.page.on_click("factory")
    tell(sitting, 64)
    assert sitting.view.texts["hint"] == HINTS["factory"]
    assert sitting.view.texts["factory-pace"].startswith("64 of them here")


def test_arrow_keys_go_through_them_and_escape_shows_all() -> None:
    sitting = in_factory(3)
    for code in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "Escape", "ArrowLeft"):
        assert sitting.page.on_key(code, code, True, "")
    assert watched(sitting) == [0, 1, 2, 0, 2, -1, 2]
    assert not sitting.page.on_key("ArrowUp", "ArrowUp", True, ""), "that scrolls"
    sitting.page.on_click("factory")
    assert not sitting.page.on_key("ArrowRight", "ArrowRight", True, "")


def test_a_show_that_was_started_again_shows_the_one_that_was_watched() -> None:
    sitting = in_factory()
    press(sitting, 10.0, 10.0)
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    sent = [message for _, message in sitting.fleet.take()]
    assert sent.index(messages.WatchMatch(0)) > sent.index(messages.SetView("factory"))
