"""The numbers and marks of a run come back with its weights, and it is saved before anything can be lost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, LoadRun, SaveRun
from drillsergeant.runtimes.trainer.saves import AUTOSAVE_EVERY_S, FIRST_SAVE_S

from tests.rigs.saving_tab import TITLE, Tab


def trained() -> Tab:
    """A tab that has told its numbers three times, the second time with a mark."""
    tab = Tab()
    for _ in range(3):
        tab.train(1).host.time_s += STEP_S
        tab.trainer.report()
    tab.trainer.handle(messages.SetHyper({"learning_rate": 0.001}))
    return tab


def marks(tab: Tab) -> list[tuple[str, str]]:
    tab.trainer.report()
    events: list[dict[str, Any]] = tab.told("METRICS")["values"]["events"]
    return [(event["kind"], event["text"]) for event in events]


def test_a_run_that_goes_on_tells_its_history_marks_and_last_numbers() -> None:
    first = trained()
    first.ask(SaveRun())
    values = first.told("METRICS")["values"]
    first.ask(messages.ExportRun("dshq"))
    content = first.told("EXPORTED")["content"]
    for request in (LoadRun(TITLE), ImportRun("mine.dshq", content)):
        second = Tab(first.storage)
        assert not second.ask(request)["refused"]
        told = second.told("RUN_HISTORY")["numbers"]
        assert len(told["t_s"]) >= 3
        assert told["t_s"] == sorted(told["t_s"])
        assert told["entropy"][-1] is not None
        assert [kind for kind, _ in marks(second)] == ["hyper", "save"]
        again = second.told("METRICS")["values"]
        assert abs(again["entropy"] - values["entropy"]) < 1e-6, "shown until there is a newer one"
        second.train(1).host.time_s += 1.0
        second.trainer.report()
        second.ask(SaveRun())
        kept = second.saved(second.told("RUNS")["current"]).history
        assert kept["t_s"][: len(told["t_s"])] == told["t_s"], "and goes on from there"
        assert len(kept["t_s"]) > len(told["t_s"])


def test_a_new_run_has_a_history_of_its_own() -> None:
    tab = trained()
    tab.ask(messages.ResetTrainer(1))
    assert tab.trainer.capture().history == {"t_s": []}


STEP_S = 2.0  # of a clock that only this test moves


def test_the_first_save_comes_early_and_what_can_be_lost_stays_small() -> None:
    tab = Tab().train(1)
    tab.host.time_s += FIRST_SAVE_S
    tab.turn()
    saved = [tab.trainer.trained_s()]
    assert saved[0] < FIRST_SAVE_S + 1.0
    while saved[-1] < 70.0:
        tab.train(1).host.time_s += STEP_S
        posted = len(tab.host.posted)
        tab.turn()
        saved += [tab.trainer.trained_s()] if len(tab.host.posted) > posted else []
    gaps = [after - before for before, after in pairwise(saved)]
    assert gaps[0] < 2 * FIRST_SAVE_S
    assert max(gaps) <= AUTOSAVE_EVERY_S + STEP_S
    assert gaps[-1] > AUTOSAVE_EVERY_S - STEP_S, "not more often than needed"
