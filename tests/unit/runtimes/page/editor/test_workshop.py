"""The workshop on the page: what is run, what is said, and that the code before goes on where the new one fails."""

from dataclasses import replace

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.edited_drill import checked_drill
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.panels.code_parts import PARTS, part_of
from drillsergeant.runtimes.page.panels.code_run import EDITOR, PRINTED, PRINTED_BY, PRINTED_PANE
from drillsergeant.runtimes.page.panels.workshop import CHANGES, SAID
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting
from tests.rigs.length import few

WHY = "the players see 39 numbers now, and the network that was trained takes 38"
MADE = messages.CompiledProgram("{}", b"\x00asm")


def opened() -> Sitting:
    sitting = Sitting().boot()
    sitting.view.values["workshop-weights"] = "keep"
    sitting.page.on_click("dock-code")
    return sitting


def test_nothing_is_run_before_the_reader_presses_run() -> None:
    sitting = opened()
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["ball"]
    assert sitting.view.attributes[(EDITOR, "open")] == ""
    assert sitting.compiler.attempts == [] and sitting.fleet.take() == []


def test_code_is_compiled_installed_and_nothing_learned_is_lost() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = "edited"
    sitting.page.on_click("workshop-run")
    drill, text, answer = sitting.compiler.attempts[0]
    assert (drill, text) == ("ball", "edited")
    assert sitting.view.attributes[("workshop-run", "disabled")] == ""
    answer(MADE)
    name, made, then = sitting.compiler.installed[0]
    assert (name, made) == ("ball", MADE)
    then("", False)
    assert sitting.fleet.take() == []
    assert "Your code is running; it goes on with what it learned." in sitting.view.texts[SAID]
    assert sitting.view.attributes[("workshop-run", "disabled")] is None


def test_the_reader_may_start_from_nothing_and_must_where_the_shape_changes() -> None:
    for choice, lost, forgets in (("fresh", False, 1), ("fresh", True, 0), ("keep", True, 0)):
        sitting = opened()
        sitting.view.values["workshop-weights"] = choice
        sitting.compiler.lost = WHY if lost else ""
        sitting.page.on_click("workshop-run")
        sitting.compiler.attempts[0][2](MADE)
        sitting.compiler.installed[0][2]("", lost)
        assert len(sitting.fleet.take()) == forgets
        assert "from nothing" in sitting.view.texts[SAID]
        assert (WHY in sitting.view.texts[SAID]) is lost


def test_what_was_learned_is_lost_only_at_a_second_press_after_the_true_reason() -> None:
    sitting = opened()
    sitting.metrics("trainer", t_s=60.0)
    sitting.compiler.lost = WHY
    for text, installs in (("edited", 0), ("edited again", 0), ("edited again", 1)):
        sitting.view.values[EDITOR] = text
        sitting.page.on_click("workshop-run")
        sitting.compiler.attempts[-1][2](MADE)
        assert len(sitting.compiler.installed) == installs
        assert sitting.view.attributes[("workshop-run", "disabled")] == ("" if installs else None)
        assert installs or f"cannot go on with this: {WHY}. " in sitting.view.texts[SAID]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("it never ends: is there a loop?", "it never ends: is there a loop? Training"),
        ("no", "no. Training"),
        ("No.", "No. Training"),
    ],
)
def test_a_refusal_ends_as_a_sentence_does(why: str, said: str) -> None:
    sitting = opened()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[-1][2](messages.Refused(why, 0))
    assert sitting.view.texts[SAID].startswith(said)


def test_a_trainer_for_another_network_is_not_given_the_run_in_hand() -> None:
    sitting = opened()
    sitting.page.on_message("trainer", 0, messages.Runs([], "Ball Drill", "2026-11-22T14:32:00Z", drill="ball"))
    sitting.page.on_edit(facts_of(make("ball")), lost=True)
    sitting.fleet.take()
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    requests = [message for _, message in sitting.fleet.take() if isinstance(message, messages.RUN_REQUESTS)]
    assert requests == [messages.ListRuns()]


def test_a_run_of_another_game_shows_its_code_and_goes_on_once_that_is_played() -> None:
    sitting = opened()
    asked = messages.LoadRun("Mine")
    sitting.view.values["runs-list"] = "Mine"
    sitting.page.on_message(
        "trainer", 0, messages.Runs([{"name": "Mine", "edited": True, "created": ""}], drill="ball")
    )
    sitting.page.on_click("runs-load")
    assert sitting.fleet.take() == [("trainer", asked)]
    refusal = messages.Runs(note="other code", refused=True, drill="ball", other_game={"edit": "class Mine: 2"})
    sitting.page.on_message("trainer", 0, refusal)
    assert sitting.view.attributes[("other-game", "hidden")] is None
    assert sitting.view.texts["other-game-text"].startswith("other code.")
    sitting.page.on_click("other-game-code")
    assert sitting.view.values[EDITOR] == "class Mine: 2" and sitting.compiler.attempts == []
    assert sitting.fleet.take() == [], "nothing runs before the reader presses Run"
    for text, made, sends in (("other", "other", []), ("class Mine: 2", "class Mine: 2", [("trainer", asked)])):
        sitting.view.values[EDITOR] = text
        sitting.page.on_click("workshop-run")
        sitting.compiler.attempts[-1][2](messages.CompiledProgram("{}", b"", edit=made))
        sitting.compiler.installed[-1][2]("", False)
        assert sitting.fleet.take() == sends


@pytest.mark.parametrize("reading", [False, True])
def test_who_trains_on_leaves_the_question_about_another_game_unless_its_code_is_being_read(reading: bool) -> None:
    sitting = opened()
    sitting.page.on_click("train")
    sitting.transfer.guard.on_file("mine.dshq", b"x")
    refusal = messages.Runs(note="other code", refused=True, drill="ball", other_game={"edit": "class Mine: 2"})
    sitting.page.on_message("trainer", 0, refusal)
    sitting.page.on_click("train")
    assert sitting.view.attributes[("other-game", "hidden")] is None, "stopped, to think it over"
    if reading:
        sitting.page.on_click("other-game-code")
    sitting.page.on_click("train")
    assert sitting.view.attributes[("other-game", "hidden")] == ""
    sitting.fleet.take()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[-1][2](messages.CompiledProgram("{}", b"", edit="class Mine: 2"))
    sitting.compiler.installed[-1][2]("", False)
    assert (("trainer", messages.ImportRun("mine.dshq", b"x")) in sitting.fleet.take()) == reading


def test_a_run_of_another_game_may_go_on_all_the_same() -> None:
    sitting = opened()
    sitting.transfer.guard.on_file("mine.dshq", b"x")
    refusal = messages.Runs(note="other code", refused=True, drill="ball", other_game={"edit": ""})
    sitting.page.on_message("trainer", 0, refusal)
    sitting.fleet.take()
    sitting.page.on_click("other-game-anyway")
    assert sitting.fleet.take() == [("trainer", messages.ImportRun("mine.dshq", b"x", anyway=True))]
    assert sitting.view.attributes[("other-game", "hidden")] == ""
    sitting.page.on_message("trainer", 0, refusal)
    assert sitting.view.attributes[("other-game", "hidden")] == "", "nothing that was asked for is refused"


def test_unchanged_code_is_the_original() -> None:
    sitting = opened()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[0][2](messages.CompiledProgram("{}", b"", edit=sitting.view.values[EDITOR]))
    _, made, _ = sitting.compiler.installed[0]
    assert made is not None and made.edit == ""


def test_refused_code_is_marked_and_changes_nothing() -> None:
    sitting = opened()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[0][2](messages.Refused("SyntaxError: invalid syntax", 7, "", 4, 9))
    assert sitting.compiler.installed == [] and sitting.fleet.take() == []
    assert sitting.view.texts[SAID].startswith("Line 7: SyntaxError")
    marks = ("data-line", "data-columns", "data-why")
    assert [sitting.view.attributes[EDITOR, each] for each in marks] == ["7", "4 9", "SyntaxError: invalid syntax"]
    sitting.page.on_click("workshop-run")
    assert [sitting.view.attributes[EDITOR, each] for each in marks] == [None] * 3
    sitting.compiler.attempts[1][2](messages.Refused("it never ended", 0))
    assert [sitting.view.attributes[EDITOR, each] for each in marks] == [None] * 3, "nowhere in particular"


@pytest.mark.parametrize(
    "made", [messages.CompiledProgram("{}", b"", "line 8: [0, 1]"), messages.Refused("no", 9, "line 8: [0, 1]")]
)
def test_what_the_code_printed_is_shown_until_the_next_attempt(
    made: messages.CompiledProgram | messages.Refused,
) -> None:
    sitting = opened()
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[0][2](made)
    assert sitting.view.texts[PRINTED] == "line 8: [0, 1]"
    assert sitting.view.attributes[PRINTED_PANE, "hidden"] is None
    how = "which was refused" if isinstance(made, messages.Refused) else "which was tried"
    assert sitting.view.texts[PRINTED_BY] == f"Printed by run 1 of this visit, {how}"
    if how == "which was tried":
        sitting.compiler.installed[0][2]("", False)
        assert sitting.view.texts[PRINTED_BY] == "Printed by run 1 of this visit, which is played now"
    sitting.page.on_click("workshop-run")
    assert sitting.view.texts[PRINTED] == ""
    assert sitting.view.attributes[PRINTED_PANE, "hidden"] == ""
    sitting.compiler.attempts[1][2](made)
    assert sitting.view.texts[PRINTED_BY].startswith("Printed by run 2")


def test_restoring_puts_text_and_program_back() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = "edited"
    sitting.page.on_click("workshop-restore")
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["ball"]
    name, made, then = sitting.compiler.installed[0]
    assert (name, made) == ("ball", None)
    then("status 503", False)
    assert "could not go over to it: status 503" in sitting.view.texts[SAID]


def test_what_runs_now_comes_back_and_is_not_run_again() -> None:
    sitting = opened()
    original = sitting.view.values[EDITOR]
    sitting.page.on_click("workshop-undo")
    assert sitting.view.texts[SAID] == "This is the code that runs now."
    for text, refused in (("first", False), ("second", True), ("third", False)):
        sitting.view.values[EDITOR] = text
        sitting.page.on_click("workshop-run")
        if refused:
            sitting.compiler.attempts[-1][2](messages.Refused("no", 1))
        else:
            sitting.compiler.attempts[-1][2](replace(MADE, edit=text))
            sitting.compiler.installed[-1][2]("", False)
        runs = "first" if refused else text
        assert (sitting.view.attributes[EDITOR, "data-line"] == "1") is refused
        sitting.view.values[EDITOR] = "typed since"
        sitting.page.on_click("workshop-undo")
        assert sitting.view.attributes[EDITOR, "data-line"] is None, "what was wrong is no more there"
        assert sitting.view.values[EDITOR] == runs
        assert sitting.view.texts[SAID].startswith("This is the code that runs now. What stood here comes back")
    attempts = len(sitting.compiler.attempts)
    sitting.page.on_click("workshop-restore")
    sitting.compiler.installed[-1][2]("", False)
    sitting.view.values[EDITOR] = "typed since"
    sitting.page.on_click("workshop-undo")
    assert sitting.view.values[EDITOR] == original and len(sitting.compiler.attempts) == attempts


def test_a_text_is_compared_with_its_own_original_as_long_as_that_is_wanted() -> None:
    sitting = opened()
    original = sitting.view.values[EDITOR]
    assert sitting.view.attributes[EDITOR, "data-original"] is None
    sitting.page.on_click(CHANGES)
    assert sitting.view.attributes[CHANGES, "aria-pressed"] == "true"
    assert sitting.view.attributes[EDITOR, "data-original"] == original
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass"
    sitting.page.on_drill(facts_of(make("chase")))
    assert sitting.view.attributes[EDITOR, "data-original"] == "class Mine(ChaseDrill): pass"
    assert sitting.view.attributes[EDITOR, "data-drill"] == "chase"
    sitting.page.on_click(CHANGES)
    assert sitting.view.attributes[CHANGES, "aria-pressed"] == "false"
    assert sitting.view.attributes[EDITOR, "data-original"] is None


def test_every_drill_keeps_its_own_text() -> None:
    sitting = opened()
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass"
    sitting.view.values[EDITOR] = "edited"
    sitting.page.on_drill(facts_of(make("chase")))
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["chase"]
    sitting.page.on_drill(facts_of(make("ball")))
    assert sitting.view.values[EDITOR] == "edited"


def test_what_is_said_of_a_drills_code_stays_with_that_drill() -> None:
    sitting = opened()
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass"
    sitting.view.values[EDITOR] = "edited"
    sitting.page.on_click("workshop-run")
    sitting.compiler.attempts[0][2](MADE)
    sitting.compiler.installed[0][2]("", False)
    sitting.page.on_message("trainer", 0, messages.Runs([], note="Continued 'Ball Drill'"))
    sitting.view.texts["hyper-note"] = "learning_rate must be smaller"
    sitting.page.on_drill(facts_of(make("chase")))
    assert [sitting.view.texts[name] for name in (SAID, "runs-note", "hyper-note")] == ["", "", ""]
    sitting.page.on_drill(facts_of(make("ball")))
    assert sitting.view.texts[SAID].startswith("Your code is running")


def test_a_program_that_comes_after_another_drill_was_chosen_is_not_installed() -> None:
    sitting = opened()
    sitting.page.on_click("workshop-run")
    sitting.page.on_drill(facts_of(make("chase")))
    sitting.compiler.attempts[0][2](MADE)
    assert sitting.compiler.installed == []


def test_without_its_code_the_editor_runs_nothing() -> None:
    sitting = Sitting().boot()
    sitting.compiler.texts.clear()
    sitting.page.on_click("dock-code")
    assert "could not be loaded: status 404" in sitting.view.texts[SAID]
    sitting.page.on_click("workshop-run")
    sitting.page.on_click("workshop-restore")
    assert sitting.compiler.attempts == sitting.compiler.installed == []


@pytest.mark.parametrize("drill", few(["chase", "sumo", "ball"], 2))
def test_a_part_alone_is_still_a_class_and_the_same_drill(drill: str) -> None:
    text = source_of(drill)
    assert part_of(text, "") == text
    parts = {part: part_of(text, part) for part in PARTS}
    for name, part in parts.items():
        assert [other for other, mark in PARTS.items() if mark in part] == [name]
    assert all(set(part.splitlines()) <= set(text.splitlines()) for part in parts.values())
    assert all(checked_drill(drill, part).observation == make(drill).observation for part in parts.values())
    assert sum(len(part.splitlines()) for part in parts.values()) >= len(text.splitlines())


def test_an_address_may_ask_for_a_part_and_restoring_puts_that_back() -> None:
    sitting = Sitting(Opening(given={"editor": "reward"}))
    sitting.compiler.texts["ball"] = source_of("ball")
    sitting.boot().page.on_click("dock-code")
    shown = sitting.view.values[EDITOR]
    assert "def reward" in shown and "def observe" not in shown
    sitting.view.values |= {EDITOR: "edited", "workshop-weights": "keep"}
    sitting.page.on_click("workshop-restore")
    assert sitting.view.values[EDITOR] == shown
