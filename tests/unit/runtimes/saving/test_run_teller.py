"""The trainer tells of a saved run, to be compared with others, and holds what it holds."""

from __future__ import annotations

import asyncio

from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.trainer.run_teller import RunTeller

from tests.fakes.storage import FakeStorage
from tests.rigs.saving_tab import TITLE, Tab


def told(tab: Tab, name: str) -> messages.RunTold:
    teller = tab.trainer.stories = RunTeller(tab.host, tab.archive)
    tab.trainer.handle(messages.TellRun(name))
    asyncio.run(teller.turn())
    found = codec.decode(tab.told("RUN_TOLD"), "page")
    assert isinstance(found, messages.RunTold)
    return found


def test_a_saved_run_is_told_with_its_settings_its_numbers_and_how_often_they_were_changed() -> None:
    tab = Tab().train(1)
    tab.host.time_s += 1.0
    tab.ask(messages.SetHyper({"learning_rate": 0.001}))
    tab.train(2)
    tab.ask(messages.SaveRun())
    before = tab.state()
    found = told(tab, TITLE)
    settings = found.settings
    assert found.why == "" and found.changes == 1 and settings["hyper"]["learning_rate"] == 0.001  # type: ignore[index]
    assert (settings["hidden"], settings["edit"], settings["drill"]) == ("64,64", "", "ball")
    assert settings["seed"] == tab.saved(TITLE).state.seed and settings["decisions"] == before[2]
    assert set(found.numbers) <= {"t_s", "decisions", "win_rate", "mean_return"} and found.numbers["decisions"]
    assert tab.state() == before


def test_one_that_is_not_there_or_is_damaged_says_why() -> None:
    tab = Tab(FakeStorage()).train(1)
    assert "nobody" in told(tab, "nobody").why
    asyncio.run(tab.archive.save("junk", b"no policy"))
    assert "no .dshq file" in told(tab, "junk").why
