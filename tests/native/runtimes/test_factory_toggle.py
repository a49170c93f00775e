"""The Factory button: what it sends, what stands above the field, and that hands off the hidden match."""

from __future__ import annotations

from drillsergeant.runtimes import protocol
from drillsergeant.runtimes.page_factory import HINT

from tests.native.runtimes.fake_page import Sitting


def boards(sitting: Sitting) -> list[str]:
    """Which heading can be seen."""
    hidden = {name: sitting.view.attributes.get((f"{name}-board", "hidden")) for name in ("match", "factory")}
    return [name for name, value in hidden.items() if value is None]


def test_the_button_and_its_key_change_the_view_and_back() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("factory")
    assert sitting.crew.take() == [("show", protocol.SetView("factory"))]
    assert sitting.view.attributes[("factory", "aria-pressed")] == "true"
    assert (boards(sitting), sitting.view.texts["hint"]) == (["factory"], HINT)
    assert sitting.page.on_key("KeyF", "f", True, "")
    assert sitting.crew.take() == [("show", protocol.SetView("match"))]
    assert sitting.view.attributes[("factory", "aria-pressed")] == "false"
    assert (boards(sitting), sitting.view.texts["hint"]) == (["match"], "Both play by the newest weights.")


def test_choosing_who_plays_brings_the_match_back() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("factory")
    sitting.crew.take()
    sitting.page.on_change("mode", "human_vs_ai")
    assert sitting.crew.take() == [("show", protocol.SetPlayers(protocol.VISITOR)), ("show", protocol.SetView("match"))]
    sitting.page.on_pointer("down", 10.0, 10.0)
    sitting.page.on_click("factory")
    assert [type(message) for _, message in sitting.crew.take()] == [protocol.Input, protocol.Input, protocol.SetView]
    sitting.page.on_pointer("down", 10.0, 10.0)
    assert sitting.crew.take() == []


def test_the_heading_says_how_many_matches_there_are_and_how_fast_they_go() -> None:
    def said(**values: float) -> tuple[str, str]:
        sitting = Sitting().boot()
        sitting.page.on_message("show", 0, protocol.Metrics("show", 0, {f"factory_{k}": v for k, v in values.items()}))
        return sitting.view.texts.get("factory-count", ""), sitting.view.texts.get("factory-pace", "")

    assert said(matches=512, shown=64, speed=0.0) == ("512", "64 of them here, waiting for Train")
    assert said(matches=7168, shown=64, speed=23.4) == ("7\u202f168", "64 of them here, 23× as fast as life")
    assert said(matches=8, shown=8, speed=1.24) == ("8", "1.2× as fast as life")
    assert said() == ("", "")
