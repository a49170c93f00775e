"""What a browser takes away or never keeps, what a newer version wrote: saving goes on, and what is said is true."""

from __future__ import annotations

from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ListRuns, LoadRun, SaveRun
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import MAGIC, VERSION
from drillsergeant.runtimes.trainer.saves import AUTOSAVE_EVERY_S

from tests.fakes.storage import Entry, FakeStorage
from tests.rigs.saving_tab import TITLE, Tab


def cleared(tab: Tab) -> Tab:
    """The visitor has cleared the site's data."""
    tab.storage.entries.clear()
    return tab


def newer(tab: Tab, name: str, end: str) -> bytes:
    """Another tab, of a newer version of the page, has saved under this name; returns what."""
    content = MAGIC + (VERSION + 1).to_bytes(4, "little") + b"whatever follows there"
    tab.storage.entries[name.encode().hex() + end] = Entry(content)
    return content


def test_data_that_is_cleared_while_it_trains_is_saved_anew_and_told() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun("copy"))
    tab.ask(SaveRun())
    cleared(tab).train(1).host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    told = tab.told("RUNS")
    assert (
        told["note"]
        == f"The browser no longer has '{TITLE}' and 1 more: this site's data was cleared. Saved anew, as '{TITLE}'"
    )
    assert ([run["name"] for run in told["runs"]], told["refused"], told["trouble"]) == ([TITLE], False, "")
    assert tab.saved(TITLE).state == tab.state()[0]
    tab.train(1).host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    assert tab.told("RUNS")["note"] == "", "once is enough"


def test_data_that_is_cleared_while_nobody_trains_is_saved_anew_too() -> None:
    tab = Tab().train(1)
    tab.ask(messages.StopTraining())
    cleared(tab).turn()
    assert tab.storage.entries == {}
    tab.host.time_s += AUTOSAVE_EVERY_S
    tab.turn()
    assert "no longer has" in tab.told("RUNS")["note"]
    assert tab.saved(TITLE).state == tab.state()[0]


def test_a_run_that_is_left_is_not_said_to_be_saved_when_it_is_gone() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    assert cleared(tab).ask(messages.ResetTrainer(3))["note"] == ""
    tab.train(1)
    assert "still saved as 'Ball Drill'" in tab.ask(messages.ResetTrainer(4))["note"]


def test_a_save_that_fails_says_what_there_is() -> None:
    for gone, left in ((False, "Its last save is still there."), (True, "Nothing of it is kept any more.")):
        tab = Tab().train(1)
        tab.ask(SaveRun())
        tab.train(1)
        if gone:
            cleared(tab)
        opens = tab.storage.open

        async def refuse(name: str, *, create: bool, opens: object = opens) -> object:
            if create:
                raise StorageError("full", "the browser has no more room")
            assert callable(opens)
            return await opens(name, create=create)

        tab.storage.open = refuse  # type: ignore[assignment]
        told = tab.ask(SaveRun())
        assert (
            told["note"] == f"'{TITLE}' was not saved: the browser has no more room. {left} Export the run to keep it"
        )
        assert told["refused"] and told["trouble"] == "full"


def test_where_nothing_is_kept_the_page_hears_so_before_anybody_trains() -> None:
    def refused(call: int) -> None:
        raise StorageError("nowhere", "the browser keeps no files")

    tab = Tab(FakeStorage(refused))
    assert tab.ask(ListRuns())["trouble"] == "nowhere"
    told = tab.train(1).ask(SaveRun())
    assert told["note"] == "What it learned was not saved: the browser keeps no files. Export the run to keep it"
    assert Tab(keeps=False).ask(ListRuns())["trouble"] == "lockstep"


def test_a_run_that_a_newer_version_has_saved_since_is_kept_and_this_one_saved_beside() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    theirs = newer(tab, TITLE, ".a")
    tab.train(1)
    told = tab.ask(SaveRun())
    assert "'Ball Drill' was saved by a newer version of this page: it is kept as it is" in told["note"]
    assert told["note"].endswith("This run is saved beside it, as 'Ball Drill 2'") and told["current"] == "Ball Drill 2"
    assert tab.saved("Ball Drill 2").state == tab.state()[0]
    assert tab.storage.entries[TITLE.encode().hex() + ".a"].now() == theirs


def test_a_run_of_a_newer_version_is_listed_and_what_was_before_it_is_gone_on_with_beside() -> None:
    tab = Tab().train(1)
    tab.ask(SaveRun())
    theirs = newer(tab, TITLE, ".a")
    for end in (".a", ".b"):
        newer(tab, "theirs alone", end)
    later = Tab(tab.storage)
    runs = {run["name"]: run["problem"] for run in later.ask(ListRuns())["runs"]}
    assert runs[TITLE] == "" and "by a newer version of this page" in runs["theirs alone"]
    assert "by a newer version of this page" in later.ask(LoadRun("theirs alone"))["note"]
    told = later.ask(LoadRun(TITLE))
    assert "before a newer version of this page saved it" in told["note"] and told["current"] == "Ball Drill 2"
    later.train(1).ask(SaveRun())
    assert later.saved("Ball Drill 2").state.updates == 2
    assert tab.storage.entries[TITLE.encode().hex() + ".a"].now() == theirs
