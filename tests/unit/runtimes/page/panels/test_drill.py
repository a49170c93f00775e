"""Choosing a drill: it is fetched once, everything that names the game follows, a failure changes nothing."""

import re

from drillsergeant.drills import make
from drillsergeant.drills.new_game import PLACES
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.match.screen import ALONE_TWICE, HINTS
from drillsergeant.runtimes.page.panels.drill import CHOICE, DRILLS, NOTE, OWN_GAMES
from drillsergeant.runtimes.protocol import messages

from build.pins import ROOT
from tests.fakes.page import TIMELINE, Sitting, with_timeline

CHASE = facts_of(make("chase"))


def test_a_drill_is_asked_for_and_the_page_follows_when_it_comes() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change(CHOICE, "chase")
    assert sitting.compiler.brought == ["chase"]
    assert sitting.view.attributes[(CHOICE, "disabled")] == ""
    sitting.page.on_drill(CHASE)
    texts, attributes = sitting.view.texts, sitting.view.attributes
    assert sitting.view.address == {"drill": "chase"}, "also where the page is loaded again at once"
    assert (texts["count-0"], texts["count-1"]) == CHASE.words.counts
    assert texts["drill-sentence"] == texts["status"] == CHASE.words.sentence
    assert attributes[("metric-score_1", "aria-label")] == "catches, Got away"
    assert str(attributes[("match", "aria-label")]).startswith(CHASE.words.picture)
    assert attributes[("team-right", "hidden")] == ""
    assert attributes[("compare-then-score", "aria-label")] == "Caught and got away, then"
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    assert attributes[(CHOICE, "disabled")] is None


def test_keys_and_step_are_those_of_the_new_drill() -> None:
    sitting = Sitting().boot()
    sitting.page.on_drill(CHASE)
    sitting.page.on_change("player-left", "you")
    assert sitting.view.texts["hint"] == CHASE.words.keys
    sitting.fleet.take()
    sitting.page.on_key("ArrowUp", "ArrowUp", True, "")
    assert sitting.fleet.take() == [("show", messages.Input(action=[3]))]


def test_where_nobody_plays_against_anybody_nothing_is_offered_that_needs_two() -> None:
    sitting = Sitting().boot()
    sitting.page.on_drill(CHASE)
    hidden = [sitting.view.attributes[(name, "hidden")] for name in ("duel", "try-bot")]
    assert hidden == ["", ""] and sitting.view.texts["try-you"] == "Play it yourself"
    sitting.metrics("trainer", timeline=TIMELINE)
    sitting.page.on_click("compare")
    assert sitting.view.texts["hint"] == ALONE_TWICE and "bot" not in ALONE_TWICE
    sitting.page.on_drill(facts_of(make("sumo")))
    hidden = [sitting.view.attributes[(name, "hidden")] for name in ("duel", "try-bot")]
    assert hidden == [None, None] and sitting.view.texts["try-you"] == "Play against it"
    sitting.metrics("trainer", timeline=TIMELINE)
    sitting.page.on_click("compare")
    assert sitting.view.texts["hint"] == HINTS["compare"]


def test_versions_of_the_drill_before_are_not_put_on_the_field() -> None:
    sitting = with_timeline()
    sitting.page.on_click("duel")
    sitting.page.on_change("inside-player", "1")
    sitting.page.on_drill(CHASE)
    assert sitting.view.values["player-right"] == "now"
    assert not sitting.enabled("timeline")
    assert sitting.view.attributes[("inside-body", "hidden")] == ""
    sitting.fleet.take()
    sitting.page.on_message("show", 0, messages.Ready("show", 0, 1.0))
    seats = [message for _, message in sitting.fleet.take() if isinstance(message, messages.SetPlayers)]
    assert seats == [messages.SetPlayers()]


def test_a_drill_that_cannot_be_had_changes_nothing_and_says_why() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change(CHOICE, "sumo")
    sitting.page.on_no_drill("sumo", "programs/sumo.json was answered with status 404")
    assert "Sumo Drill could not be loaded (programs/sumo.json was answered" in sitting.view.texts[NOTE]
    assert sitting.view.values[CHOICE] == "ball"
    assert sitting.view.attributes[(CHOICE, "disabled")] is None
    assert sitting.view.texts["count-0"] == "Orange"


def test_what_is_no_drill_is_not_asked_for() -> None:
    sitting = Sitting().boot()
    for name in ("ball", "probe-value", "../ball", ""):
        sitting.page.on_change(CHOICE, name)
    assert sitting.compiler.brought == []
    assert sitting.view.values[CHOICE] == "ball"


def test_every_choice_is_a_drill() -> None:
    assert {name: make(name).words.title for name in DRILLS} == DRILLS


def test_a_game_of_ones_own_begins_in_one_of_the_places_of_the_chooser() -> None:
    assert [*OWN_GAMES] == [*PLACES]
    options = re.findall(r'<option value="([\w-]+)"', (ROOT / "web" / "index.html").read_text())
    chooser = options[options.index("ball") :][: len(DRILLS) + len(PLACES)]
    assert chooser == [*DRILLS, *PLACES]
