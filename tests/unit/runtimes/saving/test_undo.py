"""What was done to runs is taken back to the last bit, and done again; what was deleted is there after a crash."""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial
from typing import Any

import pytest
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import (
    DeleteRun,
    ExportRun,
    ForgetActs,
    ImportRun,
    ListRuns,
    LoadRun,
    ResetTrainer,
    Rewind,
    SaveRun,
    TurnAct,
)
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.undo.deleted_runs import KEPT_S
from drillsergeant.runtimes.trainer.undo.undo_list import MOST_ACTS

from tests.fakes.storage import Tabs
from tests.rigs.saving_tab import TITLE, Tab


def can_undo(tab: Tab) -> list[tuple[int, str]]:
    """What the page was told last, newest last."""
    asyncio.run(tab.trainer.acts.turn())
    return [(act["id"], act["label"]) for act in tab.told("UNDOABLES").get("acts", [])]


def undo(tab: Tab) -> dict[str, Any]:
    """Turn the newest act, as the page asks for it; what is said of that."""
    ident, _ = can_undo(tab)[-1]
    tab.trainer.handle(TurnAct(ident))
    tab.turn()
    asyncio.run(tab.trainer.acts.turn())
    told = tab.told("UNDOABLES")
    assert told["turned"] == ident
    return told


def whole(tab: Tab) -> list[object]:
    """All of the run in hand: weights, optimiser, settings, counters, curve, marks, and each version with its own
    optimiser."""
    captured, timeline = tab.trainer.capture(), tab.trainer.run_control.timeline
    marks = [event for event in captured.events if event["kind"] != "save"]
    told = [{name: event[name] for name in ("t_s", "decisions", "kind", "text")} for event in marks]
    versions = [(entry.version, entry.kind, timeline.find(entry.id)[1]) for entry in timeline.entries]
    return [*tab.state(), captured.hyper_guarded, captured.history, told, versions, tab.trainer.trained_s()]


def trained() -> Tab:
    """A run with a curve, a mark, and three versions, which is stopped."""
    tab = Tab()
    for _ in range(3):
        tab.train(1).host.time_s += 1.0
        tab.trainer.report()
        tab.trainer.handle(messages.KeepSnapshot())
    tab.trainer.handle(messages.SetHyper({"learning_rate": 0.002}))
    tab.trainer.handle(messages.StopTraining())
    return tab


@pytest.mark.parametrize("saved", [True, False])
def test_starting_over_is_taken_back_to_the_last_bit_and_done_again(saved: bool) -> None:
    tab = trained()
    if saved:
        tab.ask(SaveRun())
    before = whole(tab)
    assert any(tab.trainer.capture().state.arrays["first_moment"]) and len(tab.trainer.capture().history["t_s"]) == 3
    tab.ask(ResetTrainer(5))
    assert whole(tab) != before and tab.trainer.progress.updates == 0
    tab.train(2).trainer.handle(messages.StopTraining())
    since = whole(tab)
    assert can_undo(tab) == [(1, "started over")]
    told = undo(tab)
    assert not told["refused"] and "to the last bit" in told["note"] and "saved as “Ball Drill 2”" in told["note"]
    assert whole(tab) == before
    assert tab.told("RUNS")["current"] == TITLE, "it is saved by the name that it had"
    assert tab.saved("Ball Drill 2").state == since[0], "and so is what was learned since"
    published = bytearray(len(tab.trainer.capture().state.arrays["parameters"]))
    tab.trainer._memory.read(tab.trainer._weights.active_offset, published)
    assert bytes(published) == tab.trainer.capture().state.arrays["parameters"], "everybody plays by it"
    undo(tab)
    assert whole(tab) == since and tab.told("RUNS")["current"] == "Ball Drill 2"
    undo(tab)
    assert whole(tab) == before
    tab.train(1).ask(SaveRun())
    assert tab.saved(TITLE).state.updates == 4, "it goes on, and is saved"


def exported(tab: Tab) -> bytes:
    tab.ask(ExportRun("dshq"))
    return bytes(tab.told("EXPORTED")["content"])


@pytest.mark.parametrize("way", ["continued", "taken in", "went back"])
def test_whatever_takes_the_place_of_a_run_can_be_taken_back(way: str) -> None:
    other = Tab().train(1)
    other.ask(SaveRun("another"))
    tab = trained()
    tab.storage.entries |= other.storage.entries
    before = whole(tab)
    if way == "continued":
        tab.ask(LoadRun("another"))
    elif way == "taken in":
        tab.ask(ImportRun("another.dshq", exported(other)))
    else:
        tab.trainer.handle(Rewind(tab.trainer.run_control.timeline.entries[1].id))
        tab.turn()
    labels = {"continued": "continued “another”", "taken in": "took in the file “another.dshq”"}
    assert [label for _, label in can_undo(tab)] == [labels.get(way, "went back to an earlier version")]
    assert whole(tab) != before
    undo(tab)
    assert whole(tab) == before and tab.told("RUNS")["current"] == TITLE


def test_a_run_that_could_not_be_saved_comes_back_all_the_same_and_is_saved_then() -> None:
    tab = trained()
    before = whole(tab)

    def full(call: int) -> None:
        raise StorageError("full", "the browser has no more room")

    tab.storage.before = full
    assert tab.ask(ResetTrainer(5))["refused"]
    tab.train(1).trainer.handle(messages.StopTraining())
    since = whole(tab)
    assert not undo(tab)["refused"]
    assert whole(tab) == before
    tab.storage.before = lambda call: None
    assert tab.ask(SaveRun())["current"] == TITLE and tab.saved(TITLE).state == before[0]
    undo(tab)
    assert whole(tab) == since, "what was learned since was in nothing but memory"


def test_nothing_can_be_taken_back_where_nothing_was_learned_or_nothing_is_ever_loaded() -> None:
    for tab in (Tab(), Tab(keeps=False).train(1)):
        tab.ask(ResetTrainer(2))
        assert can_undo(tab) == []
    tab.trainer.handle(TurnAct(7))
    asyncio.run(tab.trainer.acts.turn())
    assert tab.told("UNDOABLES") == {
        "type": "UNDOABLES", "acts": [], "note": "That cannot be taken back any more.", "refused": True, "turned": 7,
    }  # fmt: skip


def deleted(name: str = "mine", **facts: Any) -> Tab:
    """A tab with two saved runs, of which this one was just deleted."""
    tab = Tab(**facts).train(1)
    for each in ("mine", "yours"):
        tab.ask(SaveRun(each))
    told = tab.ask(DeleteRun(name))
    assert told["note"].startswith(f"Deleted '{name}'. It can be brought back for a day")
    assert name not in [run["name"] for run in told["runs"]]
    return tab


def test_a_deleted_run_is_brought_back_whole_and_deleted_again() -> None:
    tab = deleted()
    kept = asyncio.run(tab.archive.load("mine")).content
    assert can_undo(tab) == [(1, "deleted “mine”")]
    assert undo(tab)["note"] == "“mine” is back among the saved runs."
    assert asyncio.run(tab.archive.load("mine")).content == kept
    assert sorted(run["name"] for run in tab.told("RUNS")["runs"]) == ["mine", "yours"]
    assert not tab.ask(LoadRun("mine"))["refused"]
    tab.ask(LoadRun("yours"))
    tab.trainer.handle(TurnAct(1))
    tab.turn()
    asyncio.run(tab.trainer.acts.turn())
    assert tab.told("UNDOABLES")["note"] == "“mine” is deleted again."
    assert sorted(run["name"] for run in tab.told("RUNS")["runs"]) == [TITLE, "yours"]
    assert set(tab.tabs.holders) == {"yours"}, "no lock is left behind"


def test_a_deletion_outlives_a_crash_and_can_still_be_taken_back_at_the_next_visit() -> None:
    chance = random.Random(3)
    for fate in ("kept", "dropped", "cut", "garbled"):
        tab = deleted()
        found = Tab(tab.storage.after_a_crash(partial(str, fate), chance))
        assert [run["name"] for run in found.ask(ListRuns())["runs"]] == ["yours"]
        assert [label for _, label in can_undo(found)] == ["deleted “mine”"]
        undo(found)
        assert sorted(run["name"] for run in found.ask(ListRuns())["runs"]) == ["mine", "yours"]


def dies(last: int, call: int) -> None:
    if call == last:
        raise KeyboardInterrupt


def test_a_crash_amid_deleting_or_bringing_back_loses_no_run() -> None:
    for step in range(1, 12):
        tab = deleted("yours")
        tab.storage.calls, tab.storage.before = 0, partial(dies, step)
        try:
            tab.ask(DeleteRun("mine"))
            undo(tab)
        except KeyboardInterrupt:
            for entry in tab.storage.entries.values():
                entry.open = False
        found = Tab(tab.storage.after_a_crash(lambda: "dropped", random.Random(1)))
        listed = {run["name"] for run in found.ask(ListRuns())["runs"]}
        for _ in can_undo(found):
            undo(found)
            found.trainer.acts.drop(list(found.trainer.acts._acts.values())[-1])
        assert listed | {run["name"] for run in found.ask(ListRuns())["runs"]} == {"mine", "yours"}, step


def test_a_day_later_what_was_deleted_is_gone_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    tab = deleted()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + KEPT_S + 1)
    later = Tab(tab.storage)
    later.ask(ListRuns())
    assert can_undo(later) == []
    assert not any(name.startswith(b"mine".hex()) for name in tab.storage.entries)
    assert undo(tab)["note"] == "“mine” is not there to be brought back any more."
    assert can_undo(tab) == [], "and it is no longer offered"


def test_the_oldest_undo_goes_when_there_are_too_many_and_all_when_they_are_forgotten() -> None:
    tab = Tab().train(1)
    names = [f"run {number}" for number in range(MOST_ACTS + 2)]
    for name in names:
        tab.ask(SaveRun(name))
        tab.ask(DeleteRun(name))
    assert [label for _, label in can_undo(tab)] == [f"deleted “{name}”" for name in names[2:]]
    asyncio.run(tab.trainer.acts.turn())
    assert sorted(asyncio.run(tab.archive.away())) == sorted(names[2:])
    tab.trainer.handle(ForgetActs())
    assert can_undo(tab) == [] and asyncio.run(tab.archive.taken()) == []


def test_a_save_without_room_takes_that_of_deleted_runs_and_a_full_disk_keeps_none_for_an_undo() -> None:
    tab = deleted().train(1)

    def room(call: int) -> None:
        there = any(name.startswith(b"mine".hex()) for name in tab.storage.entries)
        tab.storage.short_by = 10 if there else 0  # bytes for which there is no room

    tab.storage.before = room
    told = tab.ask(SaveRun())
    assert not told["refused"] and told["current"] == TITLE
    assert can_undo(tab) == [] and asyncio.run(tab.archive.taken()) == [TITLE, "yours"]

    tab.storage.before = lambda call: None
    tab.storage.short_by = 1
    assert tab.ask(DeleteRun("yours"))["note"] == "Deleted 'yours'. There was no room to keep it for an undo."
    assert asyncio.run(tab.archive.taken()) == [TITLE] and can_undo(tab) == []


def test_a_deleted_name_is_not_given_away_and_the_run_in_hand_has_its_own_back() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    tab.ask(DeleteRun(TITLE))
    assert tab.ask(SaveRun(TITLE))["refused"], "it would take the place of what can still be brought back"
    undo(tab)
    assert tab.told("RUNS")["current"] == TITLE and set(tab.tabs.holders) == {TITLE}
    undo(tab)
    tab.train(1)
    assert tab.ask(SaveRun())["current"] == "Ball Drill 2"
    undo(tab)
    assert tab.told("RUNS")["current"] == "Ball Drill 2", "it has a name of its own by now"


def test_a_run_that_another_tab_has_taken_is_neither_deleted_again_nor_taken_back_under_its_name() -> None:
    tabs = Tabs()
    tab = deleted(tabs=tabs)
    undo(tab)
    Tab(tab.storage, tabs).ask(LoadRun("mine"))
    told = undo(tab)
    assert told["refused"] and "open in another tab" in told["note"] and can_undo(tab) != []
    first = trained()
    first.ask(SaveRun())
    first.ask(ResetTrainer(5))
    Tab(first.storage, first.tabs).ask(LoadRun(TITLE))
    before = first.saved(TITLE)
    undo(first)
    assert first.trainer.progress.updates == 3 and first.ask(SaveRun())["current"] == "Ball Drill 2"
    assert first.saved(TITLE) == before
