"""Looking into a player: what the page asks for, and what it makes of the answer."""

from __future__ import annotations

import pytest
from drillsergeant.drills.contract import Continuous, Discrete
from drillsergeant.learn.program import keys_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.match.inside.inspector import ABOUT_TO, IN_YOUR_PLACE, names
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game, spelt, with_timeline

INSIDE = {
    "match": 0,
    "player": 1,
    "clock_s": 3.0,
    "probabilities": [[0.4, 0.6], [0.3, 0.7]],
    "value": -0.25,
    "entropy": 1.28,
    "observation": [-0.75, 9.0],
}


def told(**changes: object) -> Sitting:
    sitting = Sitting().boot()
    sitting.metrics("show", inside={**INSIDE, **changes})
    return sitting


def test_a_player_is_chosen_by_select_and_let_go_again() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("inside-player", "1")
    assert sitting.fleet.take() == [("show", messages.Inspect(1))]
    assert sitting.view.attributes[("inside-body", "hidden")] is None
    sitting.page.on_change("inside-player", "-1")
    assert sitting.fleet.take() == [("show", messages.Inspect(-1))]
    assert sitting.view.attributes[("inside-body", "hidden")] == ""
    sitting.page.on_change("inside-player", "9")
    assert sitting.fleet.take() == [("show", messages.Inspect(-1))]


def test_a_player_that_was_pointed_at_opens_the_panel() -> None:
    sitting = told()
    assert sitting.view.values["inside-player"] == "1"
    assert sitting.view.attributes[("inside-body", "hidden")] is None
    assert sitting.view.texts["inside-who"] == "Blue"


def test_every_part_of_an_action_has_its_chances_and_they_sum_to_one() -> None:
    groups = told().view.bars["inside-actions"]
    assert [[bar.name for bar in group] for group in groups] == [["stay", "run"], ["no dash", "dash"]]
    lengths = [[bar.length for bar in group] for group in groups]
    assert lengths == [pytest.approx([0.4, 0.6]), pytest.approx([0.3, 0.7])]
    assert [bar.text for bar in groups[1]] == ["30 %", "70 %"]
    assert told().view.texts["inside-plan"] == "run, dash (42 %)"


def test_a_number_has_a_bar_where_it_lies_in_its_range_as_wide_as_it_is_spread() -> None:
    sitting = Sitting().boot()
    push = Continuous("push", -2.0, 2.0, "N")
    sitting.page.on_drill(small_game(heads=(Discrete("move", ("stay", "run")), push)))
    sitting.metrics("show", inside={**INSIDE, "player": 0, "probabilities": [[0.4, 0.6], [-0.5, 0.5]]})
    _, (bar,) = sitting.view.bars["inside-actions"]
    assert (bar.name, bar.start, bar.length, bar.text) == ("push", 0.25, 0.25, "\u22120.50 ± 0.50 N")
    assert sitting.view.texts["inside-plan"] == "run, push \u22120.50 N (60 %)"
    sitting.metrics("show", inside={**INSIDE, "player": 0, "probabilities": [[0.4, 0.6], [3.0, 2.0]]})
    _, (bar,) = sitting.view.bars["inside-actions"]
    assert (bar.start, bar.length, bar.text) == (0.75, 0.25, "3.00 ± 2.00 N"), "no further than the range"
    assert sitting.view.texts["inside-plan"] == "run, push 2.00 N (60 %)", "what is played"


def test_what_it_sees_goes_left_and_right_of_the_middle_and_not_over_the_edge() -> None:
    ((own, ball),) = told().view.bars["inside-seen"]
    assert (own.name, own.start, own.length, own.text) == ("own x", 0.25, 0.25, "\u22120.75")
    assert (ball.start, ball.length, ball.text) == (0.5, 0.5, "9.00")


def test_what_it_expects_is_drawn_over_ten_seconds_of_the_match() -> None:
    sitting = told()
    for step in range(100):
        sitting.metrics("show", inside={**INSIDE, "clock_s": 3.0 + 0.2 * step, "value": 0.5})
        sitting.metrics("show", inside={**INSIDE, "clock_s": 3.0 + 0.2 * step, "value": 0.5})  # held: no time passes
    points = (sitting.view.attributes[("inside-line", "points")] or "").split()
    assert len(points) == 50
    x, y = (float(part) for part in points[-1].split(","))
    assert (x, y) == (300.0, 17.5)  # half way up for half a goal
    assert float(points[0].split(",")[0]) >= 0
    sitting.metrics("show", inside={**INSIDE, "clock_s": 0.1})
    assert len((sitting.view.attributes[("inside-line", "points")] or "").split()) == 1, "another match"


def test_the_panel_follows_to_another_view_and_closes_in_the_factory() -> None:
    sitting = with_timeline()
    sitting.page.on_change("inside-player", "0")
    sitting.fleet.take()
    sitting.page.on_click("compare")
    assert ("show", messages.Inspect(0, 1)) in sitting.fleet.take()
    assert sitting.view.texts["inside-who"] == "Orange then"
    sitting.page.on_click("compare")
    assert ("show", messages.Inspect(0)) in sitting.fleet.take()
    sitting.page.on_click("factory")
    assert sitting.view.attributes[("inside-body", "hidden")] == ""
    assert sitting.view.values["inside-player"] == "-1"


def test_a_show_that_is_new_goes_on_thinking_aloud() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("inside-player", "1")
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert ("show", messages.Inspect(1)) in sitting.fleet.take()


def test_the_same_drill_with_other_eyes_is_looked_into_still_and_its_old_sights_are_left_out() -> None:
    sitting = told()
    sitting.page.on_drill(small_game(observation=("own_x", "ball", "new")))
    assert sitting.view.values["inside-player"] == "1"
    assert ("show", messages.Inspect(1)) in sitting.fleet.take()
    sitting.metrics("show", inside=INSIDE)
    sitting.metrics("show", inside={**INSIDE, "observation": [0.1, 0.2, 0.3]})
    ((*_, new),) = sitting.view.bars["inside-seen"]
    assert (new.name, new.text) == ("new", "0.30")
    sitting.page.on_drill(small_game(name="chase"))
    assert sitting.view.values["inside-player"] == "-1", "another drill has other players"


def test_an_address_may_ask_for_it() -> None:
    sitting = Sitting(Opening(given={"panel": "inside"}))
    sitting.metrics("show", clock_s=0.1)  # a match may be seen to move before its worker has said that it is there
    assert sitting.boot().view.values["inside-player"] == "0"
    sitting.page.on_change("inside-player", "-1")
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert sitting.view.values["inside-player"] == "-1", "only what it opens with"


def test_players_of_one_colour_have_numbers() -> None:
    assert names((1, 1)) == ["Orange", "Blue"]
    assert names((2, 1)) == ["Orange 1", "Orange 2", "Blue"]
    sitting = Sitting().boot()
    sitting.page.on_drill(small_game(teams=(2, 1), keys=keys_of(spelt, 3)))
    assert sitting.view.rows["inside-player"][1:] == [("0", "Orange 1"), ("1", "Orange 2"), ("2", "Blue")]
    sitting.page.on_change("inside-player", "2")
    assert ("show", messages.Inspect(2)) in sitting.fleet.take()
    assert sitting.view.texts["inside-who"] == "Blue"


def test_who_steers_a_player_is_not_told_what_it_is_about_to_do() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("inside-player", "0")
    assert sitting.view.texts["inside-doing"] == ABOUT_TO
    sitting.page.on_change("player-left", "you")
    assert sitting.view.texts["inside-doing"] == IN_YOUR_PLACE
    sitting.page.on_change("inside-player", "1")
    assert sitting.view.texts["inside-doing"] == ABOUT_TO
    sitting.page.on_change("inside-player", "0")
    sitting.page.on_click("factory")
    sitting.page.on_click("factory")
    sitting.page.on_change("inside-player", "0")
    assert sitting.view.texts["inside-doing"] == IN_YOUR_PLACE
    sitting.page.on_change("player-left", "now")
    assert sitting.view.texts["inside-doing"] == ABOUT_TO
