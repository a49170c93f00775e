"""The two buttons of undo: whose act comes first, how long it is offered, and what the trainer has to say of it."""

from __future__ import annotations

from typing import Any

from drillsergeant.runtimes.page.undo.undo_bar import BAR, FORGET, MOST_ACTS, NEW_S, UNDO
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ForgetActs, TurnAct, Undoables

from tests.fakes.page import Sitting, small_game
from tests.rigs.undoing import MINE, buttons, edited, is_there


def told(sitting: Sitting, *labels: str, **facts: Any) -> None:
    acts = [{"id": number, "label": label} for number, label in enumerate(labels, start=1)]
    sitting.page.on_message("trainer", 0, Undoables(acts, **facts))


def test_the_newest_comes_first_whoever_did_it_and_a_new_act_ends_what_could_be_done_again() -> None:
    sitting = edited(Sitting().boot())
    told(sitting, "started over")
    sitting.page.on_click("workshop-restore")
    told(sitting, "started over", "deleted “mine”")
    seen = []
    for _ in range(3):
        seen.append(buttons(sitting)[0].removeprefix("Undo: "))
        sitting.page.on_click(UNDO)
        for _, message in sitting.fleet.take():
            if isinstance(message, TurnAct):
                told(sitting, "started over", "deleted “mine”", note="Back.", turned=message.id)
    assert seen == ["deleted “mine”", "put the original code back", "started over"]
    assert buttons(sitting) == ("Undo", "Redo: started over")
    sitting.page.on_click("workshop-restore")
    assert buttons(sitting) == ("Undo: put the original code back", "Redo")


def test_what_the_trainer_refuses_stays_and_what_it_knows_no_more_goes() -> None:
    sitting = Sitting().boot()
    told(sitting, "deleted “mine”")
    sitting.page.on_click(UNDO)
    told(sitting, "deleted “mine”", note="It is open in another tab.", refused=True, turned=1)
    assert buttons(sitting)[0] == "Undo: deleted “mine”"
    assert sitting.view.texts["status"] == "It is open in another tab."
    told(sitting)
    assert not is_there(sitting) and not sitting.page.on_undo(False)
    sitting.page.on_message("trainer", 0, Undoables("nonsense"))
    assert sitting.view.errors == []


def test_it_is_bounded_forgotten_when_asked_and_of_one_game() -> None:
    sitting = edited(Sitting().boot())
    for number in range(MOST_ACTS + 3):
        sitting.transfer.guard.on_file("a.py", f"class A{number}(BallDrill): ...\n".encode())
    count = 0
    while buttons(sitting)[0] != "Undo":
        sitting.page.on_click(UNDO)
        count += 1
    assert count == MOST_ACTS
    sitting.fleet.take()
    sitting.page.on_click(FORGET)
    assert not is_there(sitting) and ("trainer", ForgetActs()) in sitting.fleet.take()
    assert "deleted runs are gone for good" in sitting.view.texts["status"]
    sitting.transfer.guard.on_file("b.py", MINE.encode())
    assert is_there(sitting)
    sitting.page.on_drill(small_game(name="cart"))
    assert not is_there(sitting), "another game has code of its own"


def test_it_is_kept_in_sight_for_a_while() -> None:
    sitting = edited(Sitting().boot())
    sitting.page.on_click("workshop-restore")
    assert sitting.view.attributes[BAR, "data-new"] == ""
    sitting.view.time_s += NEW_S
    sitting.page.on_tick()
    assert sitting.view.attributes[BAR, "data-new"] is None and is_there(sitting)


def test_a_trainer_that_dies_takes_its_undo_with_it_and_deleted_runs_are_offered_again() -> None:
    sitting = Sitting().boot()
    told(sitting, "started over")
    assert is_there(sitting)
    sitting.page.on_click(UNDO)  # it dies before it answers
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert not is_there(sitting)
    told(sitting, "deleted “mine”")
    sitting.fleet.take()
    sitting.page.on_click(UNDO)
    assert sitting.fleet.take() == [("trainer", TurnAct(1))]
    told(sitting, note="“mine” is gone.", refused=True, turned=1)
    assert not is_there(sitting) and sitting.view.texts["status"] == "“mine” is gone."
