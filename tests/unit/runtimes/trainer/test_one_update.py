"""The trainer tells one update, aside: nothing that it holds is changed by that."""

from __future__ import annotations

import asyncio

from drillsergeant.runtimes.page.teaching.one_update import NUMBERS
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.trainer.one_update import OWN_CODE, UpdateTeller

from tests.fakes.page import Sitting
from tests.rigs.training_run import TrainingRun


def test_an_update_is_told_and_shown_and_nothing_has_changed() -> None:
    run = TrainingRun("chase", matches=16)
    run.train(2)
    teller = UpdateTeller(run.host, run.trainer, "chase", (64, 64))
    before = run.learner.state()
    assert teller.handle(messages.TellUpdate(4)) and not teller.handle(messages.StopTraining())
    asyncio.run(teller.turn())
    told = codec.decode(run.host.posted[-1], "page")
    assert isinstance(told, messages.UpdateTold) and not told.why
    assert run.learner.state() == before
    sitting = Sitting().boot()
    sitting.page.on_click("update-run")
    assert sitting.fleet.take() == [("trainer", messages.TellUpdate(1))]
    sitting.page.on_message("trainer", 0, told)
    assert len(sitting.view.rows["update-rows"]) == 16
    for name in NUMBERS:
        assert sitting.view.attributes[(f"update-{name}", "aria-pressed")] == "true"
        assert ".py, line " in sitting.view.texts["update-where"]
        sitting.page.on_click("update-next")


def test_code_of_the_readers_own_is_refused() -> None:
    run = TrainingRun("chase", matches=16)
    run.trainer.run_control.play("class Mine(ChaseDrill): ...")
    teller = UpdateTeller(run.host, run.trainer, "chase", (64, 64))
    teller.handle(messages.TellUpdate(4))
    asyncio.run(teller.turn())
    assert run.host.posted[-1] == codec.encode(messages.UpdateTold(why=OWN_CODE))
