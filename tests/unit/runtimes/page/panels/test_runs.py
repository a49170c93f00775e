"""The page's part about saved runs: one offer a visit, requests to the trainer, its answers in words."""

import time
from typing import Any

import pytest
from drillsergeant.runtimes.page.confirm import QUESTION
from drillsergeant.runtimes.page.panels.runs import KEPT, NOT_KEPT, moment
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import (
    DeleteRun,
    Exported,
    ExportRun,
    ImportRun,
    ListRuns,
    LoadRun,
    RenameRun,
    Runs,
    SaveRun,
)

from tests.fakes.page import Sitting, small_game

VERSIONS = [{"id": 1, "version": 1, "decisions": 0, "kind": "first"}]


def run(name: str, problem: str = "", **values: object) -> dict[str, object]:
    created = "2026-11-21T14:32:00Z"
    return {"name": name, "drill": "ball", "decisions": 31_000_000, "created": created, "problem": problem, **values}


def answered(sitting: Sitting, *runs: dict[str, object], **values: Any) -> Sitting:
    sitting.page.on_message("trainer", 0, Runs(list(runs), **values))
    return sitting


def sent(sitting: Sitting) -> list[messages.Message]:
    return [message for role, message in sitting.fleet.take() if role == "trainer"]


def test_a_ready_trainer_is_asked_for_its_runs_and_the_newest_whole_one_is_offered_once() -> None:
    sitting = Sitting()
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ListRuns() in sent(sitting)
    answered(sitting, run("new", problem="damaged"), run("old", win_rate=0.93), run("older"))
    assert sitting.view.attributes[("resume", "hidden")] is None
    assert "“old” from" in sitting.view.texts["resume-text"]
    assert "31 M decisions, 93 % wins?" in sitting.view.texts["resume-text"]
    sitting.page.on_click("resume-continue")
    assert sent(sitting) == [LoadRun("old")]
    assert sitting.view.attributes[("resume", "hidden")] == ""
    answered(sitting, run("old"))
    assert sitting.view.attributes[("resume", "hidden")] == ""
    sitting.page.on_click("resume-continue")
    assert sent(sitting) == []


@pytest.mark.parametrize("away", ["resume-fresh", "train"])
def test_an_offer_goes_away_with_a_no_and_with_training(away: str) -> None:
    sitting = answered(Sitting().boot(), run("old"))
    sitting.page.on_click(away)
    assert sitting.view.attributes[("resume", "hidden")] == ""


def test_a_run_that_is_not_saved_yet_is_no_reason_to_say_that_nothing_is() -> None:
    sitting = answered(Sitting().boot())
    assert sitting.view.texts["runs-state"].startswith("Nothing is saved yet.")
    answered(sitting, run("old"), note="What it had learned is still saved as 'old'")
    assert "a new run" in sitting.view.texts["runs-state"]


def test_nothing_is_offered_where_nothing_is_saved() -> None:
    sitting = answered(Sitting().boot())
    assert sitting.view.attributes.get(("resume", "hidden"), "") == ""


def test_the_buttons_send_what_they_say() -> None:
    sitting = answered(Sitting().boot(), run("old"), run("other"))
    sitting.view.values |= {"runs-list": "other", "runs-name": " Pelé "}
    for name in ("runs-load", "runs-copy", "runs-rename", "runs-export", "runs-onnx", "runs-csv", "runs-json"):
        sitting.page.on_click(name)
    expected = [LoadRun("other"), SaveRun("Pelé"), RenameRun("other", "Pelé"), ExportRun("dshq"), ExportRun("onnx")]
    expected += [ExportRun("csv"), ExportRun("json")]
    assert sent(sitting) == expected


def test_a_renamed_run_stays_chosen() -> None:
    sitting = answered(Sitting().boot(), run("old"), run("other"))
    sitting.view.values |= {"runs-list": "other", "runs-name": "Pelé"}
    sitting.page.on_click("runs-rename")
    answered(sitting, run("old"), run("other"), note="not yet")
    assert sitting.view.values["runs-list"] == "other"
    answered(sitting, run("Pelé"), run("old"))
    assert sitting.view.values["runs-list"] == "Pelé"
    sitting.view.values["runs-list"] = "old"
    answered(sitting, run("Pelé"), run("old"))
    assert sitting.view.values["runs-list"] == "old", "chosen once, not again and again"


def test_without_a_choice_or_a_name_the_buttons_ask_for_one() -> None:
    sitting = answered(Sitting().boot(), run("old"))
    sitting.view.values |= {"runs-list": "", "runs-name": "  "}
    for name, says in (("load", "Choose"), ("delete", "Choose"), ("copy", "Type"), ("rename", "Type")):
        sitting.page.on_click(f"runs-{name}")
        assert says in sitting.view.texts["runs-refusal"]
    assert sent(sitting) == []


def test_a_run_is_deleted_at_the_second_press_within_time() -> None:
    sitting = answered(Sitting().boot(), run("old"), run("other"))
    sitting.view.values["runs-list"] = "old"
    sitting.page.on_click("runs-delete")
    assert sitting.view.texts["runs-delete"] == QUESTION
    sitting.view.time_s += 5
    sitting.page.on_tick()
    assert sitting.view.texts["runs-delete"] == "Delete"
    sitting.page.on_click("runs-delete")
    sitting.view.values["runs-list"] = "other"
    sitting.page.on_click("runs-delete")
    assert sent(sitting) == []
    sitting.page.on_click("runs-delete")
    assert sent(sitting) == [DeleteRun("other")]


def test_answers_are_shown_and_the_browser_is_asked_once_to_keep_the_files() -> None:
    sitting = answered(Sitting().boot(), note="Saved a copy")
    assert sitting.view.texts["runs-note"] == "Saved a copy"
    assert sitting.transfer.persisting == []
    for _ in range(2):
        answered(sitting, run("mine"), current="mine", saved="2026-11-21T14:32:00Z", note="no room", refused=True)
    assert (sitting.view.texts["runs-note"], sitting.view.texts["runs-refusal"]) == ("", "no room")
    assert sitting.view.texts["runs-state"].startswith("“mine”, saved ")
    assert sitting.view.rows["runs-list"][0][1].startswith("mine (this one): ")
    (asked,) = sitting.transfer.persisting
    for kept, text in ((True, KEPT), (False, NOT_KEPT)):
        asked(kept)
        assert sitting.view.texts["runs-kept"] == text


def test_a_save_by_itself_leaves_what_was_said_before_it_to_be_read() -> None:
    sitting = answered(Sitting().boot(), note="the file is damaged", refused=True)
    answered(sitting, run("mine"), current="mine", saved="2026-11-21T14:32:00Z")
    assert sitting.view.texts["runs-refusal"] == "the file is damaged"


def test_a_trainer_that_was_started_again_goes_on_with_the_run_in_hand() -> None:
    sitting = answered(Sitting().boot(), run("mine"), current="mine", saved="2026-11-21T14:32:00Z")
    sitting.metrics("trainer", timeline=VERSIONS)
    sitting.metrics("trainer")
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert LoadRun("mine", newest=True, timeline=VERSIONS) in sent(sitting)


def test_each_drill_goes_on_with_its_own_run() -> None:
    sitting = answered(Sitting().boot(), run("mine"), current="mine", saved="2026-11-21T14:32:00Z")
    sitting.metrics("trainer", timeline=VERSIONS)
    ball, other = sitting.game, small_game(name="other")
    sitting.page.on_drill(other)
    sitting.metrics("trainer", timeline=["of the trainer that was there"])
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ListRuns() in sent(sitting)
    answered(sitting, run("theirs"))
    assert sitting.view.attributes[("resume", "hidden")] is None
    sitting.page.on_drill(ball)
    assert sitting.view.attributes[("resume", "hidden")] == ""
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert LoadRun("mine", newest=True, timeline=VERSIONS) in sent(sitting)


def test_files_come_in_go_out_and_the_run_is_saved_when_the_page_is_hidden() -> None:
    sitting = Sitting().boot()
    sitting.page.on_message("trainer", 0, Exported("ball.dshq", b"\x00"))
    assert sitting.transfer.downloads == [("ball.dshq", b"\x00")]
    sitting.transfer.guard.on_file("champion.dshq", b"\x01")
    sitting.transfer.guard.on_hidden()
    assert sent(sitting) == [ImportRun("champion.dshq", b"\x01"), SaveRun()]
    sitting.transfer.guard.on_refused_file("huge.dshq", "too large")
    assert (sitting.view.texts["runs-refusal"], sitting.view.revealed) == ("too large", "runs")


def test_times_are_the_visitors_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment("2026-11-21T14:32:00Z").endswith("21 Nov 23:32")
        today = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        assert moment(today) == time.strftime("%H:%M")
        assert moment("yesterday") == "an unknown time"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_sentence_promises_saving_where_nothing_is_saved() -> None:
    sitting = Sitting()
    assert "saved by itself" not in sitting.view.texts["runs-state"], "nobody has asked the browser yet"
    answered(sitting)
    assert "saved by itself" in sitting.view.texts["runs-state"]
    for trouble, said in (("nowhere", "keeps nothing for this page"), ("lockstep", "nothing is saved by itself")):
        answered(sitting, current="", trouble=trouble)
        state = sitting.view.texts["runs-state"]
        assert said in state and "Export" in state and "while it trains" not in state
        assert sitting.view.texts["runs-kept"] == ""


def test_a_save_that_failed_is_told_beside_when_the_last_one_was() -> None:
    sitting = answered(Sitting(), run("mine"), current="mine", saved="2026-11-22T14:32:00Z")
    assert sitting.view.texts["runs-state"].endswith("It saves itself while it trains.")
    answered(
        sitting, run("mine"), current="mine", saved="2026-11-22T14:32:00Z", trouble="full", refused=True, note="full"
    )
    assert "“mine”, saved " in sitting.view.texts["runs-state"]
    assert sitting.view.texts["runs-state"].endswith("What it has learned since is not saved.")
    answered(sitting, trouble="full", refused=True, note="full")
    assert sitting.view.texts["runs-state"] == "This run is not saved."
