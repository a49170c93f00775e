"""Who plays and the timeline: what each choice sends, what the slider says, what happens to a version that goes."""

from __future__ import annotations

import pytest
from drillsergeant.runtimes.page.match.players import AT_NOW, EMPTY, GONE, TO_BOT, TO_ITSELF, versions_of
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import NEWEST, RANDOM, SCRIPTED, VISITOR

from tests.fakes.page import CONTEST, TIMELINE, Sitting, with_timeline


def seated(sitting: Sitting) -> list[messages.SetPlayers]:
    return [message for _, message in sitting.fleet.take() if isinstance(message, messages.SetPlayers)]


def on_field(sitting: Sitting) -> list[tuple[int, int]]:
    return [(each.left, each.right) for each in seated(sitting) if each.match == 0]


def test_before_there_is_a_version_the_page_says_how_to_get_one() -> None:
    sitting = Sitting().boot()
    assert not any(sitting.enabled(name) for name in ("timeline", "now", "compare", "duel", "rewind"))
    for name in ("compare", "duel", "rewind"):
        sitting.page.on_click(name)
    sitting.page.on_change("player-right", "then")
    assert [type(message) for _, message in sitting.fleet.take() if not isinstance(message, messages.SetPlayers)] == []
    assert sitting.view.values["player-right"] == "now"
    assert sitting.view.texts["status"] == EMPTY


def test_the_slider_puts_a_version_on_the_field_at_once_and_says_which() -> None:
    sitting = with_timeline()
    assert sitting.view.attributes[("timeline", "max")] == "3"
    assert (sitting.view.values["timeline"], sitting.view.texts["timeline-text"]) == ("3", AT_NOW)
    sitting.page.on_change("timeline", "2")
    assert on_field(sitting) == [(13, 13)]
    assert sitting.view.texts["timeline-text"] == "v1240, 3.1 M decisions, 62 % wins, rating 1130, the best so far"
    assert sitting.view.attributes[("timeline", "aria-valuetext")] == sitting.view.texts["timeline-text"]
    assert (sitting.view.values["player-left"], sitting.view.values["player-right"]) == ("then", "then")
    sitting.metrics("show", version=2000)
    assert sitting.view.texts["metric-version"] == "1240"
    sitting.page.on_change("timeline", "0")
    assert on_field(sitting) == [(11, 11)]
    sitting.page.on_change("timeline", "3")
    assert on_field(sitting) == [(NEWEST, NEWEST)]
    sitting.metrics("show", version=2001)
    assert sitting.view.texts["metric-version"] == "2001"


@pytest.mark.parametrize("value", ["", "-1", "99", "nan", "inf", "two"])
def test_a_slider_that_stands_nowhere_stands_at_now(value: str) -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", value)
    assert on_field(sitting) == [(NEWEST, NEWEST)]


def test_the_slider_leaves_the_visitor_and_the_bot_where_they_are() -> None:
    sitting = with_timeline()
    sitting.page.on_change("player-left", "you")
    assert on_field(sitting) == [(VISITOR, NEWEST)]
    sitting.page.on_change("timeline", "1")
    assert on_field(sitting) == [(VISITOR, 12)]
    sitting.page.on_change("player-right", "bot")
    sitting.page.on_change("player-left", "random")
    assert on_field(sitting) == [(VISITOR, SCRIPTED), (RANDOM, SCRIPTED)]
    sitting.page.on_change("timeline", "0")
    assert on_field(sitting) == [(RANDOM, 11)], "somebody has to play the version that was asked for"


def test_then_against_now_and_back() -> None:
    sitting = with_timeline()
    sitting.page.on_click("duel")
    assert on_field(sitting) == [(NEWEST, 11)]
    assert sitting.view.values["timeline"] == "0"
    sitting.page.on_click("now")
    assert on_field(sitting) == [(NEWEST, NEWEST)]
    assert sitting.view.values["timeline"] == "3"


def test_side_by_side_both_play_the_bot_and_the_slider_changes_then() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    sitting.fleet.take()
    sitting.page.on_click("compare")
    assert sitting.fleet.take() == [
        ("show", messages.SetPlayers(12, SCRIPTED, 1)),
        ("show", messages.SetPlayers(NEWEST, SCRIPTED, 2)),
        ("show", messages.SetView("compare")),
    ]
    assert sitting.view.attributes[("compare", "aria-pressed")] == "true"
    sitting.page.on_change("timeline", "0")
    assert messages.SetPlayers(11, SCRIPTED, 1) in seated(sitting)
    sitting.page.on_click("compare")
    assert sitting.fleet.take() == [("show", messages.SetView("match"))]
    sitting.page.on_key("KeyC", "c", True, "")
    assert ("show", messages.SetView("compare")) in sitting.fleet.take()
    sitting.page.on_change("timeline", "3")  # then is now: nothing to compare
    assert ("show", messages.SetView("match")) in sitting.fleet.take()


def test_one_click_rewinds_and_then_follows_the_training() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    sitting.fleet.take()
    sitting.page.on_click("rewind")
    sent = sitting.fleet.take()
    assert sent[0] == ("trainer", messages.Rewind(12))
    assert sent[1] == ("show", messages.SetPlayers(NEWEST, NEWEST))
    assert "v90" in sitting.view.texts["status"]


def test_keeping_a_version_asks_the_trainer() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("snapshot")
    assert sitting.fleet.take() == [("trainer", messages.KeepSnapshot())]


def test_keeping_a_version_keeps_the_one_that_is_looked_at() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    sitting.fleet.take()
    sitting.page.on_click("snapshot")
    assert sitting.fleet.take() == [("trainer", messages.KeepSnapshot(12))]


def test_the_board_says_who_plays() -> None:
    sitting = with_timeline()
    texts = sitting.view.texts
    assert (texts["who-0"], texts["who-1"]) == ("Learner", "Learner")
    sitting.page.on_change("player-right", "bot")
    assert (texts["who-0"], texts["who-1"]) == ("Learner", "Scripted bot")
    sitting.page.on_change("timeline", "1")
    assert texts["who-0"] == "v90"
    sitting.page.on_change("player-left", "you")
    assert texts["who-0"] == "You"


def test_a_version_that_is_thinned_away_plays_on_and_cannot_be_rewound_to() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    sitting.fleet.take()
    sitting.metrics("trainer", timeline=[TIMELINE[0], TIMELINE[2]])
    assert seated(sitting) == []
    assert sitting.view.texts["timeline-text"].startswith("v90, ")
    assert sitting.view.values["timeline"] == "1"
    assert not sitting.enabled("rewind")
    assert sitting.enabled("now")


def test_a_version_the_show_cannot_find_any_more_gives_way_to_now() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    sitting.fleet.take()
    gone = "snapshot 12 is not kept any more: choose another one"
    sitting.page.on_message("show", 0, messages.Error("show", 0, gone))
    assert on_field(sitting) == [(NEWEST, NEWEST)]
    assert sitting.view.errors == []
    assert "not kept any more" in sitting.view.texts["status"]


def test_what_makes_no_sense_on_a_timeline_is_left_out() -> None:
    odd = [None, {"id": 0, "version": 1, "decisions": 2}, {"id": 5}, {"id": "x"}, TIMELINE[0]]
    assert [each.id for each in versions_of(odd, DrillMeasure())] == [11]
    nothings: tuple[object, ...] = (None, "abc", {})
    for nothing in nothings:
        assert versions_of(nothing, DrillMeasure()) == []


def test_a_version_that_plays_against_nobody_has_no_rating() -> None:
    (alone,) = versions_of([TIMELINE[1]], DrillMeasure(alone=True))
    (against,) = versions_of([TIMELINE[1]], DrillMeasure())
    assert "rating" not in str(alone) and "rating" in str(against)


def test_a_chosen_version_that_made_room_is_told_as_what_it_is() -> None:
    sitting = with_timeline()
    sitting.page.on_change("timeline", "1")
    assert sitting.enabled("rewind")
    sitting.metrics("trainer", timeline=[entry for entry in TIMELINE if entry["id"] != 12])
    assert not sitting.enabled("rewind")
    assert sitting.view.texts["timeline-text"] == GONE.format(90)


def test_while_it_trains_blue_is_the_bot_and_the_contest_begins() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("train")
    assert sitting.fleet.take()[1:] == CONTEST
    texts = sitting.view.texts
    assert (texts["who-0"], texts["who-1"], texts["try-bot"]) == ("Learner", "Scripted bot", TO_ITSELF)
    sitting.page.on_click("train")
    sitting.page.on_click("train")
    assert sitting.fleet.take()[2:] == CONTEST[1:], "the bot plays already"
    sitting.page.on_click("try-bot")
    assert on_field(sitting) == [(NEWEST, NEWEST)]
    assert texts["try-bot"] == TO_BOT
    sitting.page.on_click("train")
    sitting.page.on_click("train")
    assert on_field(sitting) == [], "as the visitor wants it"


@pytest.mark.parametrize("who", ["bot", "random", "now"])
def test_whom_the_visitor_has_made_blue_stays_blue(who: str) -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("player-right", who)
    sitting.fleet.take()
    sitting.page.on_click("train")
    assert on_field(sitting) == []


def test_who_plays_against_it_meets_the_learner_and_leaves_it_to_the_bot() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("train")
    sitting.fleet.take()
    sitting.page.on_click("try-you")
    assert on_field(sitting) == [(VISITOR, NEWEST)]
    sitting.page.on_change("player-left", "now")
    assert on_field(sitting) == [(NEWEST, SCRIPTED)]
    sitting.metrics("trainer", timeline=TIMELINE)
    sitting.page.on_change("timeline", "0")
    assert on_field(sitting) == [(11, SCRIPTED)], "then, too, is seen against the bot"
    sitting.page.on_click("now")
    assert on_field(sitting) == [(NEWEST, SCRIPTED)]
