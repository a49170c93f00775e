"""The reader's own code: kept as it is typed, shown and not run at the next visit, promised only where it is kept."""

from __future__ import annotations

from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.draft import CodeDraft
from drillsergeant.runtimes.page.panels.own_code import EARLIER, EARLIER_ROW, KEPT, LONGEST_S, NOTE
from drillsergeant.runtimes.page.panels.workshop import SAID
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import FetchCode, KeepCode, KeptCode

from tests.fakes.page import FakeDoor, Sitting

HERE = "Your code of Ball Drill is here. Press Run to play it."
AT = "2026-11-22T14:32:00Z"


def requests(sitting: Sitting) -> list[messages.Message]:
    return [message for _, message in sitting.fleet.take() if isinstance(message, FetchCode | KeepCode)]


def ready(sitting: Sitting) -> None:
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))


def told(sitting: Sitting, text: str = "", *earlier: str, why: str = "", drill: str = "ball") -> None:
    rows = [{"text": each, "at": AT} for each in earlier]
    sitting.page.on_message("trainer", 0, KeptCode(drill, text, rows, why))


def arrived(text: str = "", opening: Opening | None = None) -> Sitting:
    """A page that has heard what is kept of an earlier visit."""
    sitting = Sitting(opening).boot()
    sitting.view.values["workshop-weights"] = "keep"
    told(sitting, text)
    return sitting


def opened(text: str = "") -> Sitting:
    sitting = arrived(text)
    if not text:
        sitting.page.on_click("dock-code")
    return sitting


def write(sitting: Sitting, text: str, ticks: int = 2) -> list[messages.Message]:
    sitting.view.values[EDITOR] = text
    for _ in range(ticks):
        sitting.view.time_s += 0.5
        sitting.page.on_tick()
    return requests(sitting)


def test_code_of_an_earlier_visit_stands_in_the_editor_and_runs_nothing() -> None:
    sitting = arrived("class Mine: 2")
    assert sitting.view.values[EDITOR] == "class Mine: 2"
    assert sitting.view.texts[SAID] == HERE
    assert sitting.view.attributes[EDITOR, "open"] == "" and sitting.view.attributes["dock-code", "data-marked"] == ""
    assert sitting.compiler.attempts == sitting.compiler.installed == []
    assert write(sitting, "class Mine: 2") == [], "it is kept already"
    sitting.page.on_click("workshop-restore")
    assert sitting.view.values[EDITOR] == sitting.compiler.texts["ball"]
    assert write(sitting, sitting.compiler.texts["ball"]) == [KeepCode("ball", "", ["class Mine: 2"])]


def test_a_trainer_is_asked_once_for_what_is_kept_of_each_drill() -> None:
    sitting = Sitting()
    ready(sitting)
    assert requests(sitting) == [FetchCode("ball")]
    told(sitting)
    ready(sitting)
    assert requests(sitting) == []
    sitting.page.on_drill(facts_of(make("chase")))
    ready(sitting)
    assert requests(sitting) == [FetchCode("chase")]


def test_an_untouched_editor_stays_closed_and_keeps_nothing() -> None:
    sitting = arrived()
    assert (EDITOR, "open") not in sitting.view.attributes and (
        "dock-code",
        "data-marked",
    ) not in sitting.view.attributes
    sitting.page.on_click("dock-code")
    assert write(sitting, sitting.compiler.texts["ball"], 9) == []
    assert sitting.view.texts[NOTE] == ""


def test_what_is_typed_is_sent_when_it_stands_still_and_said_to_be_kept_once_it_is() -> None:
    sitting = opened()
    assert write(sitting, "a", 1) == [], "somebody is typing"
    assert write(sitting, "ab", 1) == []
    assert write(sitting, "ab", 1) == [KeepCode("ball", "ab")]
    assert sitting.view.texts[NOTE] == ""
    assert write(sitting, "abc") == [], "one at a time"
    told(sitting, "ab")
    assert sitting.view.texts[NOTE] == KEPT
    assert write(sitting, "abc", 1) == [KeepCode("ball", "abc")]
    told(sitting, "abc")
    assert write(sitting, "abc", 9) == []


def test_somebody_who_types_without_a_pause_is_not_left_waiting() -> None:
    sitting = opened()
    sent = [message for number in range(30) for message in write(sitting, "x" * (number + 1), 1)]
    assert len(sent) == 1, "and no more before an answer"
    assert len(sent[0].text) * 0.5 <= LONGEST_S + 1.0  # type: ignore[attr-defined]


def test_the_page_that_is_left_and_code_that_is_run_are_kept_at_once() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = "typed"
    sitting.transfer.guard.on_hidden()
    assert requests(sitting) == [KeepCode("ball", "typed")]
    told(sitting, "typed")
    sitting.view.values[EDITOR] = "run"
    sitting.page.on_click("workshop-run")
    assert requests(sitting) == [KeepCode("ball", "run")]
    told(sitting, "run")
    sitting.compiler.attempts[0][2](messages.CompiledProgram("{}", b"", edit="run"))
    sitting.compiler.installed[0][2]("", False)
    assert write(sitting, "run", 1) == [KeepCode("ball", "run", ["run"])], "to be found again, whatever is typed now"
    told(sitting, "run", "run")
    assert write(sitting, "run", 9) == []


def test_where_nothing_can_be_kept_no_sentence_promises_it() -> None:
    sitting = Sitting().boot()
    told(sitting, why="the browser keeps no files for this page")
    sitting.page.on_click("dock-code")
    assert sitting.view.texts.get(NOTE, "") == ""
    assert write(sitting, "typed") == [KeepCode("ball", "typed")], "it may be possible by now"
    told(sitting, why="the browser keeps no files for this page")
    assert sitting.view.texts[NOTE].startswith("Your code is not kept: the browser keeps no files for this page.")
    assert write(sitting, "typed", 9) == [], "not again and again"
    assert write(sitting, "typed on") == [KeepCode("ball", "typed on")]
    told(sitting, "typed on")
    assert sitting.view.texts[NOTE] == KEPT


def test_who_has_typed_before_the_answer_came_keeps_that_and_finds_the_other_again() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("dock-code")
    assert write(sitting, "quick") == [], "nothing is written over before it is known"
    told(sitting, "of the visit before")
    assert sitting.view.values[EDITOR] == "quick" and SAID not in sitting.view.texts
    assert write(sitting, "quick") == [KeepCode("ball", "quick", ["of the visit before"])]


def test_earlier_texts_are_offered_and_what_stood_there_is_to_be_found_again() -> None:
    sitting = opened()
    assert sitting.view.attributes.get((EARLIER_ROW, "hidden"), "") == ""
    write(sitting, "now")
    told(sitting, "now", "now", "two\nlines")
    ((nothing, _), (value, text)) = sitting.view.rows[EARLIER]
    assert nothing == "" and text.endswith(", 2 lines"), "not the one in sight"
    assert sitting.view.attributes[EARLIER_ROW, "hidden"] is None
    sitting.page.on_change(EARLIER, value)
    assert sitting.view.values[EDITOR] == "two\nlines" and sitting.view.values[EARLIER] == ""
    assert sitting.compiler.attempts == []
    assert write(sitting, "two\nlines") == [KeepCode("ball", "two\nlines", ["now"])]
    for odd in ("", "9", "x", "²"):
        sitting.page.on_change(EARLIER, odd)
    assert sitting.view.values[EDITOR] == "two\nlines"


def test_a_run_s_code_takes_the_place_of_one_s_own_which_is_to_be_found_again() -> None:
    sitting = opened()
    write(sitting, "mine")
    told(sitting, "mine")
    sitting.view.values["runs-list"] = "Mine"
    sitting.page.on_message("trainer", 0, messages.Runs([{"name": "Mine", "created": ""}], drill="ball"))
    sitting.page.on_click("runs-load")
    refusal = messages.Runs(note="other code", refused=True, drill="ball", other_game={"edit": "theirs"})
    sitting.page.on_message("trainer", 0, refusal)
    sitting.page.on_click("other-game-code")
    assert sitting.view.values[EDITOR] == "theirs"
    assert write(sitting, "theirs") == [KeepCode("ball", "theirs", ["mine"])]


def test_each_drill_has_its_own_and_leaving_one_keeps_what_stands_there() -> None:
    sitting = opened()
    sitting.compiler.texts["chase"] = "class Mine(ChaseDrill): pass"
    sitting.view.values[EDITOR] = "of ball"
    sitting.page.on_drill(facts_of(make("chase")))
    assert requests(sitting) == [KeepCode("ball", "of ball")]
    ready(sitting)
    told(sitting, "of ball")
    told(sitting, "of chase", drill="chase")
    assert sitting.view.values[EDITOR] == "of chase"
    assert sitting.view.texts[SAID].startswith("Your code of Chase Drill is here.")
    sitting.page.on_drill(facts_of(make("ball")))
    assert sitting.view.values[EDITOR] == "of ball"
    assert sitting.view.texts[SAID] == "", "it has been here all the time"


def test_a_request_that_died_with_its_trainer_is_sent_again() -> None:
    sitting = opened()
    assert write(sitting, "typed") == [KeepCode("ball", "typed")]
    ready(sitting)
    assert write(sitting, "typed", 1) == [KeepCode("ball", "typed")]


def test_what_is_typed_at_the_last_moment_is_there_at_the_next_visit_and_kept_then() -> None:
    sitting = opened("kept")
    sitting.view.values[EDITOR] = "typed"
    sitting.transfer.guard.on_hidden()
    again = Sitting(transfer=sitting.transfer).boot()
    told(again, "kept")
    assert (again.view.values[EDITOR], again.view.texts[SAID]) == ("typed", HERE)
    assert again.compiler.attempts == []
    assert requests(again) == [KeepCode("ball", "typed", ["kept"])]
    assert again.transfer.drafts != {}, "until it is kept"
    told(again, "typed", "kept")
    assert again.transfer.drafts == {}


def test_the_original_put_back_at_the_last_moment_is_there_at_the_next_visit() -> None:
    sitting = opened("kept")
    sitting.page.on_click("workshop-restore")
    sitting.transfer.guard.on_hidden()
    again = Sitting(transfer=sitting.transfer).boot()
    told(again, "kept")
    assert EDITOR not in again.view.values and requests(again) == [KeepCode("ball", "", ["kept"])]


def test_a_page_that_was_only_hidden_writes_nothing_down_for_good_and_an_untouched_one_nothing_at_all() -> None:
    sitting = opened()
    sitting.transfer.guard.on_hidden()
    assert sitting.transfer.drafts == {}
    sitting.view.values[EDITOR] = "typed"
    sitting.transfer.guard.on_hidden()
    sitting.transfer.guard.on_hidden()
    assert sitting.transfer.drafts != {}
    told(sitting, "typed")
    assert sitting.transfer.drafts == {}


def test_what_was_typed_before_anything_was_known_is_written_down_with_what_an_earlier_visit_left() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("dock-code")
    sitting.transfer.guard.on_hidden()
    assert sitting.transfer.drafts == {}, "the original in sight says nothing of what is kept"
    for text in ("one", "two"):
        sitting.view.values[EDITOR] = text
        sitting.transfer.guard.on_hidden()
        sitting = Sitting(transfer=sitting.transfer).boot()
        sitting.page.on_click("dock-code")
    sitting = Sitting(transfer=sitting.transfer).boot()
    told(sitting, "kept")
    assert sitting.view.values[EDITOR] == "two"
    assert requests(sitting) == [KeepCode("ball", "two", ["kept", "one"])]


def test_a_draft_that_makes_no_sense_is_none_and_one_that_cannot_be_kept_is_shown_all_the_same() -> None:
    for noted in ("{", "[]", '{"text": 3}', "null"):
        door = FakeDoor()
        door.drafts["ball"] = noted
        sitting = Sitting(transfer=door).boot()
        told(sitting, "kept")
        assert sitting.view.values[EDITOR] == "kept" and requests(sitting) == []
    door = FakeDoor()
    door.drafts["ball"] = CodeDraft("typed").encode()
    sitting = Sitting(transfer=door).boot()
    told(sitting, why="the browser keeps no files for this page")
    assert sitting.view.values[EDITOR] == "typed"
    told(sitting, why="the browser keeps no files for this page")
    assert door.drafts != {}


def test_an_editor_that_is_closed_and_opened_holds_what_was_typed() -> None:
    sitting = opened()
    sitting.view.values[EDITOR] = "typed"
    for _ in range(2):
        sitting.page.on_click("dock-code")
    assert sitting.view.values[EDITOR] == "typed"


def test_an_exercise_in_somebodys_page_is_nobodys_own_code() -> None:
    for given in ({"embed": "full"}, {"editor": "reward"}):
        sitting = Sitting(Opening(given=given)).boot()
        sitting.compiler.texts["ball"] = "    def reward(\n    # Numbers\n    def observe(\n"
        ready(sitting)
        sitting.page.on_click("dock-code")
        assert write(sitting, "typed") == []
        assert sitting.view.texts.get(NOTE, "") == ""
        sitting.transfer.guard.on_hidden()
        assert sitting.transfer.drafts == {}
