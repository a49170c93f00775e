"""The strip, the map's choices and what a player looks at: what the page asks for, and what it makes of the answers."""

from __future__ import annotations

import pytest
from drillsergeant.drills.contract import Body, Scene
from drillsergeant.runtimes.page.match.inside.inspector import NOWHERE, WHERE, names
from drillsergeant.runtimes.page.match.inside.reward_strip import SHOWN
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game

INSIDE = {
    "match": 0,
    "player": 0,
    "clock_s": 3.0,
    "probabilities": [[0.4, 0.6], [0.3, 0.7]],
    "value": 0.5,
    "entropy": 1.2,
    "observation": [0.1, 0.2],
    "picked": [1, 0],
    "influences": [-0.2, 0.8],
    "recalled": -1,
    "decisions": [[1, 2.8, "", 0.5], [2, 2.9, "", -0.25], [3, 3.0, "for", 1.0]],
}


def looking(**changes: object) -> Sitting:
    sitting = Sitting().boot()
    sitting.page.on_change("inside-player", "0")
    sitting.metrics("show", inside={**INSIDE, **changes})
    sitting.fleet.take()
    return sitting


def test_every_term_is_a_row_by_its_own_scale_with_what_ended() -> None:
    rows = looking().view.strips["strip-rows"]
    assert len(rows) == 3 and rows[0].name == "reward"
    paths = dict(rows[1].paths)
    slots = [300 * (SHOWN - back + 0.5) / SHOWN for back in (3, 2, 1)]
    assert paths["gain"] == f"M{slots[0]:.1f} 12v-6.0M{slots[2]:.1f} 12v-12.0"
    assert paths["loss"] == f"M{slots[1]:.1f} 12v3.0"
    assert dict(rows[2].paths)["for"].startswith(f"M{slots[2]:.1f} ") and rows[2].text == "won"
    assert rows[0].text == "+1.000"


def test_scrubbing_holds_the_match_and_asks_for_that_decision_until_it_plays_on() -> None:
    sitting = looking()
    sitting.page.on_change("strip-at", "-2")
    assert sitting.fleet.take() == [("show", messages.Pause()), ("show", messages.Recall(1))]
    assert sitting.view.texts["strip-said"].startswith("2 decisions ago (2.8 s): earned +0.500")
    sitting.metrics("show", version=68, inside={**INSIDE, "decisions": [], "recalled": 1, "version": 3})
    assert sitting.view.texts["metric-version"] == "3", "the weights that played then"
    assert sitting.view.texts["strip-said"].endswith(" It chose run, no dash.")
    line = sitting.view.attributes[("inside-line", "points")]
    sitting.metrics("show", inside={**INSIDE, "decisions": [], "recalled": 1, "clock_s": 2.8, "value": -0.5})
    assert sitting.view.texts["inside-value"] == "\u22120.50"
    assert sitting.view.attributes[("inside-line", "points")] == line, "what it expected since is still there"
    sitting.metrics("show", inside={**INSIDE, "decisions": [[4, 3.1, "", 0.0]], "recalled": 1})
    assert sitting.view.values["strip-at"] == "-3", "what comes late moves nothing"
    sitting.page.on_change("strip-at", "-149")
    assert sitting.fleet.take() == [("show", messages.Recall(1))], "no further back than there is something"
    sitting.page.on_click("strip-now")
    assert sitting.fleet.take() == [("show", messages.Recall(-1))]
    assert sitting.view.attributes[("strip-now", "disabled")] == "" and sitting.view.values["strip-at"] == "0"
    sitting.page.on_change("strip-at", "-1")
    sitting.metrics("show", inside={**INSIDE, "decisions": [], "recalled": 2})
    sitting.metrics("show", inside={**INSIDE, "decisions": [], "recalled": -1})
    assert sitting.view.values["strip-at"] == "0", "the match has gone on"


def test_the_strip_is_put_away_with_its_player_and_keeps_no_more_than_it_shows() -> None:
    sitting = looking()
    many = [[number, number / 15, "", 0.1] for number in range(4, 400)]
    sitting.metrics("show", inside={**INSIDE, "decisions": many})
    assert dict(sitting.view.strips["strip-rows"][1].paths)["gain"].count("M") == SHOWN
    assert sitting.view.attributes[("strip", "hidden")] is None
    sitting.page.on_change("inside-player", "0")
    assert sitting.view.attributes[("strip", "hidden")] is None, "the same player goes on"
    sitting.page.on_change("inside-player", "-1")
    assert sitting.view.attributes[("strip", "hidden")] == ""
    sitting.metrics("show", inside=INSIDE)
    assert sitting.view.attributes[("strip", "hidden")] == "", "that was told before"
    sitting.view.time_s += 2.0
    sitting.metrics("show", inside=INSIDE)
    assert sitting.view.attributes[("strip", "hidden")] is None, "tapped again"


def test_a_map_is_asked_for_with_arrows_or_without_and_saved_once_it_is_there() -> None:
    sitting = looking()
    offered = sitting.view.rows["map-of"]
    assert offered[0] == ("-1", "no map") and len(offered) > 1
    sitting.page.on_change("map-of", offered[1][0])
    sitting.page.on_click("map-arrows")
    asked = [messages.SetMap(0, True), messages.SetMap(0, False)]
    assert sitting.fleet.take() == [("show", message) for message in asked]
    assert sitting.view.attributes[("map-save", "disabled")] == ""
    sitting.metrics("show", inside={**INSIDE, "map": {"low": -0.456, "high": 1.0}})
    assert (sitting.view.texts["map-low"], sitting.view.texts["map-high"]) == ("\u22120.46", "+1.00")
    assert sitting.view.attributes[("map-save", "disabled")] is None
    assert sitting.view.attributes[("map-flat", "hidden")] == ""
    sitting.metrics("show", inside={**INSIDE, "map": {"low": 0.5, "high": 0.5, "flat": True}})
    assert sitting.view.attributes[("map-flat", "hidden")] is None, "in a sentence, and without a scale"
    assert sitting.view.attributes[("map-scale", "hidden")] == ""
    sitting.page.on_click("map-save")
    assert sitting.fleet.take() == [("show", messages.ExportMap())]
    sitting.page.on_change("map-of", "77")
    assert sitting.fleet.take() == [("show", messages.SetMap(-1, False))]
    assert sitting.view.attributes[("map-legend", "hidden")] == ""


def test_a_game_in_which_nothing_can_be_put_elsewhere_says_so() -> None:
    sitting = Sitting(game=small_game(scene=Scene(1.0, 1.0))).boot()
    assert sitting.view.attributes[("map-none", "hidden")] is None
    assert sitting.view.attributes[("map-choices", "hidden")] == ""


def test_what_is_one_of_several_is_called_by_a_plain_name() -> None:
    bodies = tuple(Body("box", name, f"{name}_x", f"{name}_y", 0.2) for name in ("crate0", "crate1", "old_ball"))
    sitting = Sitting(game=small_game(scene=Scene(1.0, 1.0, bodies=bodies))).boot()
    offered = [text for _, text in sitting.view.rows["map-of"]]
    assert offered[1:] == ["if crate 1 were there", "if crate 2 were there", "if the old ball were there"]


@pytest.mark.parametrize("leave", ["factory", "replay-watch"])
def test_nobody_is_looked_into_who_is_not_on_screen(leave: str) -> None:
    sitting = looking()
    view = sitting.view
    assert sitting.enabled("inside-player") and view.texts["inside-where"] == WHERE
    sitting.page.on_click(leave)
    if leave != "factory":
        sitting.page.on_message("show", 0, messages.ReplayCut(b"", "ball.dshr"))
        sitting.page.on_message("show", 0, messages.ReplayRead("", 1200, 120))
    assert ("show", messages.Inspect(-1)) in sitting.fleet.take(), "the show need not think aloud"
    assert not sitting.enabled("inside-player") and view.texts["inside-where"] == NOWHERE
    view.time_s += 2.0
    sitting.metrics("show", inside=INSIDE)
    sitting.page.on_change("inside-player", "0")
    assert view.values["inside-player"] == "-1" and view.attributes[("strip", "hidden")] == ""
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert not sitting.enabled("inside-player"), "nor by a show that is started again"
    sitting.page.on_click("factory" if leave == "factory" else "replay-back")
    assert sitting.enabled("inside-player")
    sitting.page.on_change("inside-player", "0")
    assert ("show", messages.Inspect(0)) in sitting.fleet.take()


def test_a_show_that_is_started_again_hears_whom_to_look_into_and_the_map() -> None:
    sitting = looking()
    sitting.page.on_change("map-of", "0")
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    heard = [message for _, message in sitting.fleet.take()]
    assert messages.Inspect(0) in heard and messages.SetMap(0, True) in heard


def test_what_matters_most_stands_first_and_its_bar_says_for_or_against() -> None:
    (bars,) = looking().view.bars["inside-looks"]
    assert [bar.text for bar in bars] == ["+0.80", "\u22120.20"]
    assert (bars[0].start, bars[0].length) == pytest.approx((0.5, 0.5))
    assert bars[1].start == pytest.approx(0.5 - bars[1].length)


@pytest.mark.parametrize(
    ("teams", "called"),
    [((1,), ["the player"]), ((1, 1), ["Orange", "Blue"]), ((2, 1), ["Orange 1", "Orange 2", "Blue"])],
    ids=str,
)
def test_players_are_called_by_their_colours_where_there_are_several(teams: tuple[int, ...], called: list[str]) -> None:
    assert names(teams) == called
