"""What is on screen: which message each button sends, which board stands above the field, which controls work."""

from __future__ import annotations

from drillsergeant.drawing.place import arrange
from drillsergeant.runtimes.page.match.screen import HINTS
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, with_timeline


def boards(sitting: Sitting) -> list[str]:
    """Which heading can be seen."""
    hidden = {name: sitting.view.attributes.get((f"{name}-board", "hidden")) for name in messages.VIEWS}
    return [name for name, value in hidden.items() if value is None]


def test_the_factory_button_and_its_key_change_the_view_and_back() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("factory")
    assert sitting.fleet.take() == [("show", messages.SetView("factory"))]
    assert sitting.view.attributes[("factory", "aria-pressed")] == "true"
    assert (boards(sitting), sitting.view.texts["hint"]) == (["factory"], HINTS["factory"])
    assert sitting.page.on_key("KeyF", "f", True, "")
    assert sitting.fleet.take() == [("show", messages.SetView("match"))]
    assert sitting.view.attributes[("factory", "aria-pressed")] == "false"
    assert (boards(sitting), sitting.view.texts["hint"]) == (["match"], HINTS["match"])


def test_nobody_holds_or_touches_the_training_matches() -> None:
    sitting = Sitting().boot()
    assert sitting.enabled("play")
    sitting.page.on_click("factory")
    sitting.fleet.take()
    assert not any(sitting.enabled(name) for name in ("play", "step", "speed"))
    for key in (" ", "."):
        sitting.page.on_key("", key, True, "")
    sitting.page.on_pointer("down", 10.0, 10.0)
    sitting.page.on_pointer("move", 60.0, 10.0)
    sitting.page.on_pointer("up", 60.0, 10.0)
    assert sitting.fleet.take() == []
    sitting.page.on_click("factory")
    assert all(sitting.enabled(name) for name in ("play", "step", "speed"))


def test_choosing_who_plays_brings_the_match_back_and_leaving_it_drops_what_is_held() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("factory")
    sitting.fleet.take()
    sitting.page.on_change("player-left", "you")
    assert sitting.fleet.take() == [
        ("show", messages.SetView("match")),
        ("show", messages.SetPlayers(messages.VISITOR)),
    ]
    sitting.page.on_pointer("down", 10.0, 10.0)
    sitting.page.on_pointer("move", 60.0, 10.0)
    sitting.page.on_click("factory")
    assert [type(message) for _, message in sitting.fleet.take()] == [messages.Input] * 3 + [messages.SetView]


def test_a_show_that_was_started_again_shows_what_was_on_screen() -> None:
    sitting = with_timeline()
    sitting.page.on_click("compare")
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    sent = [message for _, message in sitting.fleet.take()]
    assert messages.SetView("compare") in sent
    assert messages.SetPlayers(11, messages.SCRIPTED, 1) in sent


def test_a_pointer_finds_the_field_it_is_on_and_the_scores_stand_above() -> None:
    sitting = with_timeline()
    sitting.page.on_click("compare")
    assert boards(sitting) == ["compare"]
    sitting.fleet.take()
    place = arrange(sitting.game.scene, 2, *sitting.view.size[:2])[1]
    sitting.page.on_pointer("down", *place.to_pixels(1.0, 1.0))
    sitting.page.on_pointer("up", *place.to_pixels(1.0, 1.0))
    ((_, tap),) = sitting.fleet.take()
    assert isinstance(tap, messages.Tap)
    assert tap.match == 2
    sitting.metrics("show", score_0=1, score_1=4, second={"score_0": 6, "score_1": 0})
    assert sitting.view.texts["compare-then-score"].split("\u2009") == ["1", ":", "4"]
    assert sitting.view.texts["compare-now-score"].split("\u2009") == ["6", ":", "0"]
    assert sitting.view.texts["compare-then"] == "v3"


def test_the_heading_says_how_many_matches_there_are_and_how_fast_they_go() -> None:
    def said(**values: float) -> tuple[str, str]:
        sitting = Sitting().boot()
        sitting.page.on_message("show", 0, messages.Metrics("show", 0, {f"factory_{k}": v for k, v in values.items()}))
        return sitting.view.texts.get("factory-count", ""), sitting.view.texts.get("factory-pace", "")

    assert said(matches=512, shown=64, speed=0.0) == ("512", "64 of them here, waiting for Train")
    assert said(matches=7168, shown=64, speed=23.4) == ("7\u202f168", "64 of them here, 23× as fast as life")
    assert said(matches=8, shown=8, speed=1.24) == ("8", "1.2× as fast as life")
    assert said() == ("", "")
