"""A game of one's own on the page: all of it in the editor, checked there, shown by its own words, saved to run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drills.new_game import game_of, text_of
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.own_game.check_button import CHECK, CHECKING, LIST, ONE, findings_of
from drillsergeant.runtimes.page.own_game.check_button import SAID as CHECKED
from drillsergeant.runtimes.page.own_game.new_game import WHOLE, as_file
from drillsergeant.runtimes.page.panels.code_link import with_code
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.drill import CHOICE
from drillsergeant.runtimes.page.panels.workshop import SAID
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import Findings, KeptCode, Refused

from tests.fakes.page import Sitting

PONG = replace(facts_of(game_of("my-pong")), called="my-pong")
SQUASH = replace(PONG, called="squash", words=replace(PONG.words, title="Squash", counts=("Held", "Missed")))
TEXT = text_of("my-pong")
FOUND = [
    {"severity": "error", "line": 40, "sentence": "no match ever ends", "remedy": "let `outcome` end it"},
    {"severity": "warning", "line": 0, "sentence": "the bot is weak", "remedy": "write a better one"},
]


def chosen(opening: Opening | None = None) -> Sitting:
    """A page whose visitor has chosen Pong under Your own game."""
    sitting = Sitting(opening).boot()
    sitting.compiler.texts["my-pong"] = TEXT
    sitting.view.values["workshop-weights"] = "keep"
    sitting.page.on_change(CHOICE, "my-pong")
    assert sitting.compiler.brought == ["my-pong"]
    sitting.page.on_drill(PONG)
    return sitting


def test_all_of_the_game_stands_in_the_editor_and_the_workshop_is_made_ready() -> None:
    sitting = chosen()
    assert sitting.view.values[EDITOR] == TEXT and sitting.view.texts[SAID] == WHOLE
    assert sitting.view.attributes[CHECK, "hidden"] is None
    assert sitting.compiler.prepared == 1 and sitting.compiler.attempts == []
    sitting.page.on_drill(sitting.game)
    assert sitting.view.attributes[CHECK, "hidden"] == "" and sitting.compiler.prepared == 1


@pytest.mark.parametrize(("dock", "opened"), [("", "code"), ("charts", "charts")])
def test_a_page_that_opens_with_such_a_game_shows_all_of_it(dock: str, opened: str) -> None:
    sitting = Sitting(Opening({"dock": dock} if dock else {}), game=PONG)
    sitting.compiler.texts["my-pong"] = TEXT
    sitting.page.open_docks()
    assert sitting.view.attributes[f"dock-{opened}", "aria-selected"] == "true"
    assert sitting.view.values.get(EDITOR) == (TEXT if opened == "code" else None)
    assert sitting.compiler.prepared == 0, "what is needed first comes first"
    sitting.boot()
    assert sitting.compiler.prepared == 1


def test_code_that_was_kept_or_came_with_a_link_takes_its_place_and_is_not_run() -> None:
    sitting = chosen()
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    sitting.page.on_message("trainer", 0, KeptCode("my-pong", "class Mine: ..."))
    assert sitting.view.values[EDITOR] == "class Mine: ..."
    assert sitting.view.texts[SAID] == "Your code of Pong is here. Press Run to play it."
    sitting.page.workshop.on_link("#" + with_code("", "class Theirs: ...").partition("#")[2])
    assert sitting.view.values[EDITOR] == "class Theirs: ..."
    assert sitting.compiler.attempts == sitting.compiler.checks == []


def test_in_somebody_elses_page_the_editor_is_open_where_that_page_wants_it() -> None:
    sitting = chosen(Opening({"embed": "minimal"}))
    assert SAID not in sitting.view.texts or sitting.view.texts[SAID] != WHOLE
    assert (EDITOR, "open") not in sitting.view.attributes


def test_a_game_that_was_run_is_shown_by_its_own_words_and_begins_from_nothing() -> None:
    sitting = chosen()
    sitting.metrics("trainer", t_s=3.0, decisions=1000.0, win_rate=0.5)
    assert sitting.page.learned()
    sitting.page.on_edit(SQUASH, lost=True)
    texts = sitting.view.texts
    assert texts["page-title"].startswith("Squash: ") and (texts["count-0"], texts["count-1"]) == ("Held", "Missed")
    assert not sitting.page.learned() and sitting.view.values[CHOICE] == "my-pong"
    assert texts["drill-sentence"] == SQUASH.words.sentence


def test_what_is_learned_goes_on_where_only_words_are_others() -> None:
    sitting = chosen()
    sitting.metrics("trainer", t_s=3.0, decisions=1000.0, win_rate=0.5)
    sitting.page.on_edit(SQUASH, lost=False)
    assert sitting.page.learned() and sitting.view.texts["page-title"].startswith("Squash: ")


def test_a_check_is_said_while_it_runs_and_each_finding_marks_its_line() -> None:
    sitting = chosen()
    view = sitting.view
    view.values[EDITOR] = "class Mine: ..."
    view.attributes[EDITOR, "data-columns"] = "4 9"
    sitting.page.on_click(CHECK)
    drill, text, answer = sitting.compiler.checks[0]
    assert (drill, text) == ("my-pong", "class Mine: ...")
    assert view.texts[CHECKED] == CHECKING and view.attributes[CHECK, "disabled"] == ""
    answer(Findings(FOUND, "512 matches of 90 decisions were played"))
    assert view.attributes[CHECK, "disabled"] is None and view.attributes[LIST, "hidden"] is None
    assert view.texts[CHECKED] == "1 error and 1 warning: 512 matches of 90 decisions were played."
    assert view.rows[LIST] == [("0", "error, line 40: no match ever ends"), ("1", "warning: the bot is weak")]
    assert view.texts[ONE] == "no match ever ends. let `outcome` end it."
    assert view.attributes[EDITOR, "data-line"] == "40" and view.attributes[EDITOR, "data-why"] == view.texts[ONE]
    assert view.attributes[EDITOR, "data-columns"] is None, "those of an earlier run are of another line"
    sitting.page.on_change(LIST, "1")
    assert view.texts[ONE] == "the bot is weak. write a better one."
    assert view.attributes[EDITOR, "data-line"] is None
    sitting.page.on_change(LIST, "7")
    assert view.texts[ONE] == "the bot is weak. write a better one."


def test_a_check_that_finds_nothing_or_cannot_be_says_so() -> None:
    sitting = chosen()
    view = sitting.view
    sitting.page.on_click(CHECK)
    sitting.compiler.checks[0][2](Findings([], "512 matches of 90 decisions were played"))
    assert view.texts[CHECKED] == "Nothing wrong was found: 512 matches of 90 decisions were played."
    assert view.attributes[LIST, "hidden"] == ""
    sitting.page.on_click(CHECK)
    sitting.compiler.checks[1][2](Refused("MyPong has no tick, which every game has", 17))
    assert view.texts[CHECKED] == "It could not be checked: MyPong has no tick, which every game has."
    assert view.attributes[EDITOR, "data-line"] == "17"


def test_a_check_of_a_game_that_was_left_says_nothing() -> None:
    sitting = chosen()
    sitting.page.on_click(CHECK)
    sitting.page.on_drill(sitting.game)
    sitting.compiler.checks[0][2](Findings(FOUND, "512 matches"))
    assert sitting.view.texts[CHECKED] == "" and sitting.view.attributes[LIST, "hidden"] == ""


@pytest.mark.parametrize("told", [None, 7, "x", [1, {"line": "many"}], {}])
def test_findings_that_make_no_sense_are_left_out(told: object) -> None:
    assert all(found.line == 0 and found.sentence == "" for found in findings_of(told))


def test_a_game_is_saved_as_a_file_that_runs_by_itself() -> None:
    sitting = chosen()
    sitting.page.on_click("workshop-save")
    (filename, content), *_ = sitting.transfer.downloads
    assert isinstance(content, bytes)
    assert filename == "my_pong.py" and content.decode().startswith(TEXT.rstrip())
    assert "drillsergeant.train(MyPong()" in content.decode()
    assert as_file("ball", "class Mine(BallDrill): ...") == ("ball.py", "class Mine(BallDrill): ...")
