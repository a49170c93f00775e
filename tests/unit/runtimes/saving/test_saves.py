"""Saved runs as the trainer keeps them: everything goes on where it was, and nothing refused changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import onnxruntime
import pytest
from drillsergeant.learn.files.dshq import write_policy
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import (
    DeleteRun,
    ExportRun,
    ImportRun,
    ListRuns,
    LoadRun,
    RenameRun,
    SaveRun,
)
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.saves import AUTOSAVE_EVERY_S, Saves
from safetensors.numpy import load

from tests.fakes.policies import SMALL, some_policy
from tests.fakes.storage import FakeStorage, Tabs
from tests.rigs.saving_tab import TITLE, Tab


def test_a_run_is_saved_by_itself_and_goes_on_in_another_tab_where_it_was() -> None:
    first = Tab().train(2)
    first.turn()
    assert first.told("RUNS") == {}
    first.host.time_s += AUTOSAVE_EVERY_S
    first.turn()
    told = first.told("RUNS")
    assert (told["current"], told["refused"], told["note"]) == (TITLE, False, "")
    (entry,) = told["runs"]
    assert entry["decisions"] == first.trainer.progress.decisions > 0
    assert told["saved"] == entry["created"] != ""

    second = Tab(first.storage).train(1)
    second.trainer.handle(messages.StopTraining())
    assert second.state() != first.state()
    told = second.ask(LoadRun(TITLE))
    assert (told["current"], told["note"]) == (TITLE, "Continued 'Ball Drill'")
    assert second.state() == first.state()
    assert second.trainer.trained_s() == pytest.approx(second.saved(TITLE).progress.trained_s)
    assert [event["kind"] for event in second.trainer.run_control.values(0)["events"]] == ["save"]  # type: ignore[attr-defined]
    published = bytearray(len(first.trainer.capture().state.arrays["parameters"]))
    second.trainer._memory.read(second.trainer._weights.active_offset, published)
    assert bytes(published) == first.trainer.capture().state.arrays["parameters"]


def test_what_was_learned_before_another_run_is_loaded_is_saved_first() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    other = Tab(tab.storage).train(3)
    other.ask(LoadRun(TITLE))
    assert other.saved("Ball Drill 2").state.updates == 3
    assert other.trainer.progress.updates == 1


def test_stopping_saves_and_nothing_new_is_not_saved_again() -> None:
    tab = Tab().train(1)
    tab.turn()
    tab.ask(messages.StopTraining())
    tab.turn()
    assert tab.saved(TITLE).progress.decisions == tab.trainer.progress.decisions
    files = {name: entry.now() for name, entry in tab.storage.entries.items()}
    tab.host.time_s += 5 * AUTOSAVE_EVERY_S
    tab.turn()
    tab.trainer.handle(SaveRun())
    tab.turn()
    assert {name: entry.now() for name, entry in tab.storage.entries.items()} == files


def test_forgetting_saves_what_was_learned_and_begins_another_run() -> None:
    tab = Tab().train(2)
    tab.ask(SaveRun())
    tab.train(1)
    learned = tab.state()[0]
    told = tab.ask(messages.ResetTrainer(3))
    assert told["current"] == "" and "still saved as 'Ball Drill'" in told["note"]
    assert tab.saved(TITLE).state == learned
    tab.train(1)
    tab.ask(SaveRun())
    assert tab.told("RUNS")["current"] == "Ball Drill 2"
    assert tab.saved(TITLE).state == learned


def test_a_second_tab_goes_on_with_a_copy_under_its_own_name_and_says_so() -> None:
    tabs = Tabs()
    first = Tab(tabs=tabs).train(2)
    first.ask(SaveRun())
    second = Tab(first.storage, tabs)
    told = second.ask(LoadRun(TITLE))
    assert told["current"] == "Ball Drill 2"
    assert "open in another tab" in told["note"] and "'Ball Drill 2'" in told["note"]
    second.train(1)
    second.ask(SaveRun())
    assert (second.saved(TITLE).state.updates, second.saved("Ball Drill 2").state.updates) == (2, 3)
    for request in (DeleteRun(TITLE), RenameRun(TITLE, "mine")):
        told = second.ask(request)
        assert told["refused"] and "open in another tab" in told["note"]
    assert first.saved(TITLE).state.updates == 2


def test_two_fresh_tabs_never_choose_the_same_name() -> None:
    tabs = Tabs()
    first, second = Tab(tabs=tabs).train(1), Tab(tabs=tabs).train(1)
    second.archive = first.archive
    assert [tab.ask(SaveRun())["current"] for tab in (first, second)] == [TITLE, "Ball Drill 2"]


def test_copies_renaming_and_deleting() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    assert tab.ask(SaveRun("before lunch"))["note"] == "Saved a copy as 'before lunch'"
    assert tab.ask(SaveRun("before lunch"))["refused"]
    assert tab.ask(RenameRun(TITLE, "before lunch"))["refused"]
    told = tab.ask(RenameRun(TITLE, " Pelé "))
    assert told["current"] == "Pelé" and {run["name"] for run in told["runs"]} == {"Pelé", "before lunch"}
    assert tab.ask(RenameRun("Pelé", "a\nb"))["refused"]
    assert tab.ask(RenameRun("before lunch", "copy"))["current"] == "Pelé"
    tab.train(1)
    told = tab.ask(DeleteRun("Pelé"))
    assert told["current"] == "" and [run["name"] for run in told["runs"]] == ["copy"]
    assert tab.ask(SaveRun())["current"] == TITLE
    assert set(tab.tabs.holders) == {TITLE}
    assert [run["name"] for run in Tab(tab.storage).ask(ListRuns())["runs"]] == [TITLE, "copy"]


def test_a_full_disk_is_told_and_the_save_before_is_still_there() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    kept = tab.state()[0]
    tab.train(1)
    before = tab.state()

    def full(call: int) -> None:
        raise StorageError("full", "the browser has no more room")

    tab.storage.before = full
    told = tab.ask(SaveRun())
    assert (
        told["refused"] and "no more room" in told["note"] and "last save is still there cannot be told" in told["note"]
    )
    for request in (LoadRun(TITLE), ImportRun("x.dshq", write_policy(some_policy(tab.schema))), SaveRun("copy")):
        assert tab.ask(request)["refused"]
    assert tab.state() == before
    tab.storage.before = lambda call: None
    assert tab.saved(TITLE).state == kept
    tab.host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    assert tab.saved(TITLE).state == before[0]
    assert tab.told("RUNS")["note"] == f"Saved again, as {TITLE!r}"
    tab.train(1).host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    assert tab.told("RUNS")["note"] == ""


def test_where_the_browser_keeps_no_files_a_policy_is_taken_all_the_same() -> None:
    def refused(call: int) -> None:
        raise StorageError("nowhere", "the browser keeps no files")

    tab = Tab(FakeStorage(refused)).train(2)
    imported = some_policy(tab.schema)
    told = tab.ask(ImportRun("champion.dshq", write_policy(imported)))
    assert not told["refused"] and "the browser keeps no files" in told["note"]
    assert told["imported"] == "champion.dshq"
    assert tab.state()[0] == imported.state


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04" * 99, write_policy(some_policy(SMALL)), write_policy(some_policy(SMALL))[:-9], "text", None],
    ids=lambda content: str(content)[:8],
)
def test_a_damaged_or_foreign_import_changes_nothing(content: object) -> None:
    tab = Tab().train(2)
    before = tab.state()
    told = tab.ask(ImportRun("bad.dshq", content))
    assert told["refused"] and told["note"] and told["runs"] == []
    assert tab.state() == before
    assert tab.train(1).trainer.progress.updates == 3


def test_an_import_is_saved_under_its_own_name_and_trained_on() -> None:
    tab = Tab().train(2)
    imported = some_policy(tab.schema)
    told = tab.ask(ImportRun("champion.dshq", memoryview(write_policy(imported))))
    assert (told["current"], told["refused"]) == ("champion", False)
    assert tab.trainer.capture().state == imported.state
    assert (tab.trainer.progress.decisions, tab.trainer.run_control.setting) == (31_000_000, imported.hyper)
    assert tab.saved("champion").progress.win_rate == 0.93  # until this page has measured one
    assert tab.saved(TITLE).state.updates == 2
    assert tab.train(1).trainer.progress.updates == 312


def test_setting_and_what_is_in_use_are_saved_and_what_safeguards_changed_is_gone_on_with() -> None:
    tab = Tab().train(1)
    tab.trainer.progress.updates, tab.trainer.run_control.guarded = 255, Hyper(learning_rate=0.004)
    tab.train(1)
    tab.ask(SaveRun())
    saved = tab.saved(TITLE)
    assert (saved.hyper, saved.hyper_guarded) == (Hyper(), Hyper(learning_rate=0.004))
    assert saved.hyper_in_use == Hyper(learning_rate=0.002), "annealed: a half after four times 64 updates"
    other = Tab(tab.storage)
    other.ask(LoadRun(TITLE))
    assert (other.trainer.run_control.setting, other.trainer.run_control.guarded) == (Hyper(), saved.hyper_guarded)


def test_exports_load_elsewhere() -> None:
    tab = Tab().train(1)
    assert tab.ask(ExportRun("dshq"))["note"].endswith(".dshq")
    exported = tab.told("EXPORTED")
    assert exported["filename"] == f"Ball-Drill-{tab.trainer.progress.decisions}.dshq"
    assert "policy.weight" in load(exported["content"])
    tab.ask(ExportRun("onnx"))
    session = onnxruntime.InferenceSession(tab.told("EXPORTED")["content"], providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].name == "observation"
    assert tab.ask(ExportRun("csv"))["note"].endswith(".csv")
    assert b"\nt_s," in tab.told("EXPORTED")["content"]
    assert tab.ask(ExportRun("pickle"))["refused"]


def test_a_trainer_that_died_goes_on_with_the_newest_weights_and_the_saved_counters() -> None:
    tab = Tab().train(2)
    tab.ask(SaveRun())
    saved = tab.saved(TITLE)
    after = Tab(tab.storage).train(1)
    weights = after.trainer.capture().state.arrays["parameters"]
    told = after.ask(LoadRun(TITLE, newest=True))
    assert (told["current"], told["saved"], len(told["runs"])) == (TITLE, saved.progress.created, 1)
    state = after.trainer.capture().state
    assert state.arrays == {**saved.state.arrays, "parameters": weights}
    assert after.trainer.progress.decisions == saved.progress.decisions


def test_a_trainer_that_takes_over_goes_on_with_the_snapshots_that_are_left() -> None:
    tab = Tab().train(2)
    tab.trainer.handle(messages.KeepSnapshot())
    tab.train(1).ask(SaveRun())
    tab.trainer.report()
    told = tab.host.metrics()["timeline"]
    assert isinstance(told, list) and len(told) == 2
    for timeline, kinds in ((told, ["first", "manual", "auto"]), ([], ["first", "manual"])):
        tab.factory.another_trainer()
        tab.trainer = tab.factory.trainer
        tab.trainer.saves = Saves(tab.host, tab.archive, Tabs().of(tab), tab.schema, TITLE, tab.trainer)
        tab.ask(LoadRun(TITLE, newest=True, timeline=timeline))
        tab.trainer.report()
        now = tab.host.metrics()["timeline"]
        assert [entry["kind"] for entry in now] == kinds
        tab.trainer.handle(messages.Rewind(now[1]["id"]))
        tab.train(1)


def test_a_trainer_that_makes_room_for_another_saves_and_lets_go_of_its_run() -> None:
    async def swap(tab: Tab) -> None:
        assert tab.trainer.saves is not None
        tab.trainer.saves.close()
        learned.append(tab.state()[0])
        tab.trainer.handle(messages.ResetTrainer(9))  # whatever happens to the learner afterwards
        while asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.sleep(0)

    learned: list[object] = []
    tab = Tab().train(2)
    tab.ask(SaveRun())
    asyncio.run(swap(tab.train(1)))
    assert tab.saved(TITLE).state == learned[0]
    assert tab.tabs.holders == {}


def test_lockstep_saves_and_loads_nothing() -> None:
    storage = Tab().train(1).storage
    tab = Tab(storage, keeps=False).train(2)
    before = tab.state()
    tab.host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    tab.ask(SaveRun())
    told = tab.ask(ImportRun("champion.dshq", write_policy(some_policy(tab.schema))))
    assert told["refused"] and "lockstep" in told["note"]
    assert tab.state() == before and storage.entries == {}


def test_runs_of_other_drills_and_damaged_ones_are_listed_with_the_reason() -> None:
    tab = Tab().train(1)
    asyncio.run(tab.archive.save("foreign", write_policy(some_policy(SMALL))))
    asyncio.run(tab.archive.save("junk", b"junk"))
    runs: Mapping[str, Any] = {run["name"]: run for run in tab.ask(ListRuns())["runs"]}
    assert "another drill" in runs["foreign"]["problem"] and runs["junk"]["problem"]
    before = tab.state()
    for name in ("foreign", "junk", "nobody"):
        assert tab.ask(LoadRun(name))["refused"]
    assert tab.state() == before
