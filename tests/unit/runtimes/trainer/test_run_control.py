"""The course of a run in the trainer: snapshots and rewinding, hyperparameters and their marks, one row of numbers."""

from collections.abc import Mapping, Sequence

import pytest
from drillsergeant.drills.contract import Player
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.win_rate import WinRate
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.trainer.run_control import differences

from tests.rigs.reference_run import ReferenceRun


def learned(factory: ReferenceRun) -> bytes:
    return factory.learner.state().arrays["parameters"]


def entries(factory: ReferenceRun) -> list[Mapping[str, object]]:
    found = factory.host.metrics()["timeline"]
    assert isinstance(found, list)
    return found


def events(factory: ReferenceRun) -> list[tuple[object, object]]:
    found = factory.host.metrics()["events"]
    assert isinstance(found, list)
    return [(event["kind"], event["text"]) for event in found]


def training() -> ReferenceRun:
    factory = ReferenceRun()
    factory.trainer.handle(messages.StartTraining())
    return factory


def test_a_click_on_the_timeline_brings_weights_and_optimiser_back_and_training_goes_on() -> None:
    factory = training()
    factory.rounds(2)
    factory.trainer.handle(messages.KeepSnapshot())
    kept = factory.learner.state()
    factory.rounds(2)
    ident, version = entries(factory)[-1]["id"], factory.host.metrics()["version"]
    assert isinstance(ident, int)
    assert factory.learner.state() != kept
    factory.trainer.handle(messages.Rewind(ident))
    assert factory.learner.state() == kept
    values = factory.host.metrics()
    assert values["version"] == factory.trainer._weights.version > version
    published = bytearray(len(kept.arrays["parameters"]))
    factory.trainer._memory.read(factory.trainer._weights.active_offset, published)
    assert bytes(published) == kept.arrays["parameters"]
    assert events(factory)[-1] == ("rewind", "Back to version 3, as it was after 256 decisions")
    kinds = [entry["kind"] for entry in entries(factory)]
    assert kinds == ["first", "manual", "auto"], "nothing is taken off the timeline, and what was newest is on it"
    factory.trainer.handle(messages.Rewind(ident))
    assert len(entries(factory)) == 3, "nothing was learned in between"
    factory.rounds(1)
    factory.trainer.report()
    assert factory.host.metrics()["decisions"] == 5 * 128, "counted on"


def test_a_rewind_to_nothing_is_refused_by_name() -> None:
    factory = training()
    factory.rounds(1)
    before = learned(factory)
    with pytest.raises(ValueError, match="no snapshot 77 on the timeline"):
        factory.trainer.handle(messages.Rewind(77))
    assert learned(factory) == before


def test_a_rewind_during_an_update_waits_for_it() -> None:
    factory = training()
    fresh = learned(factory)
    learn = factory.learner.learn

    async def learn_on_a_device(chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        factory.trainer.handle(messages.Rewind(1))
        return learn(chunk_offsets, hyper)

    factory.learner.learn = learn_on_a_device  # type: ignore[method-assign, assignment]
    factory.rounds(1)
    assert learned(factory) == fresh
    assert factory.trainer.progress.decisions == 128


def test_lockstep_has_one_snapshot_and_neither_rewinds_nor_guards() -> None:
    factory = ReferenceRun()
    factory.trainer._lockstep = 3
    factory.trainer.handle(messages.StartTraining())
    for message in (messages.Rewind(1), messages.KeepSnapshot()):
        with pytest.raises(ValueError, match="not for lockstep"):
            factory.trainer.handle(message)
    factory.trainer.run_control.timeline._schedule._due_at = 0.0
    factory.rounds(3)
    factory.trainer.report()
    assert len(entries(factory)) == 1
    assert not factory.trainer.training


def test_each_change_of_a_hyperparameter_is_marked_and_no_change_is_not() -> None:
    factory = training()
    factory.rounds(1)
    factory.trainer.handle(messages.SetHyper({"learning_rate": 0.001, "epochs": 2}))
    factory.trainer.handle(messages.SetHyper({"epochs": 2}))
    assert events(factory) == [("hyper", "learning rate 0.006 → 0.001, epochs 1 → 2")]


def test_apply_and_restart_begins_anew_with_what_was_asked_for() -> None:
    factory = training()
    factory.rounds(2)
    factory.trainer.run_control.hyper = Hyper(learning_rate=0.0001)  # as a guard may have made it
    with pytest.raises(ValueError, match="clip_coef must be"):
        factory.trainer.handle(messages.ResetTrainer(4, {"clip_coef": 7.0}))
    assert factory.trainer.progress.decisions == 256
    factory.trainer.handle(messages.ResetTrainer(4, {"clip_coef": 0.1}))
    assert factory.trainer.run_control.hyper == Hyper(clip_coef=0.1), "what guards had changed is as the visitor had it"
    assert events(factory) == [("restart", "A new run from nothing, seed 4")]
    assert [(entry["kind"], entry["decisions"]) for entry in entries(factory)] == [("first", 0)]
    rate = factory.trainer._report.win_rates[Player.SCRIPTED]
    rate.add(100, 100, 0)
    assert rate.estimate() is None, "matches under way were begun by the policy before"


def win(factory: ReferenceRun, rate: WinRate) -> None:
    """Play so well for so long that the policy is kept as the best."""
    for _ in range(2):
        rate.add(800, 800, 0)
        factory.rounds(1)
    assert factory.trainer.run_control.timeline.best is not None


def test_a_lost_win_rate_brings_the_best_back_with_half_the_learning_rate() -> None:
    factory = training()
    run_control, rate = factory.trainer.run_control, factory.trainer._report.win_rates[Player.SCRIPTED]
    rate.add(800, 800, 0)
    factory.rounds(1)
    best = factory.learner.state()
    factory.rounds(1)
    assert [entry.kind for entry in run_control.timeline.entries] == ["first"], "too early to say"
    rate.add(800, 800, 0)
    factory.rounds(1)
    factory.trainer.report()
    assert [entry.kind for entry in run_control.timeline.entries] == ["first", "best"]
    factory.rounds(2)
    rate.add(800, 0, 800)
    factory.rounds(1)
    assert factory.learner.state() == best
    assert run_control.hyper == Hyper(learning_rate=Hyper().learning_rate / 2)
    assert run_control.wanted == Hyper()
    factory.trainer.report()
    assert events(factory) == [
        (
            "rewind",
            "Wins against the scripted player fell from 100% to 20%: back to version 2, the best so far; "
            "learning rate 0.006 → 0.003",
        )
    ]
    assert factory.host.metrics()["win_rate"] == 1.0, "until the policy has played"
    for _ in range(3):  # of which the first batch is left out: the policy before has begun it
        rate.add(800, 0, 800)
        factory.rounds(1)
    assert len(run_control.events.newest) == 1, "no second rewind so soon"


def test_where_the_reader_s_own_reward_is_in_force_nothing_is_rewound() -> None:
    factory = training()
    factory.trainer.run_control.to_win = False
    rate = factory.trainer._report.win_rates[Player.SCRIPTED]
    win(factory, rate)
    for _ in range(10):
        rate.add(800, 0, 800)
        factory.rounds(1)
    factory.trainer.report()
    assert events(factory) == [], "nor are the steps made finer"


def test_a_rewind_by_hand_makes_the_guard_forget_the_best_which_stays_on_the_timeline() -> None:
    factory = training()
    run_control, rate = factory.trainer.run_control, factory.trainer._report.win_rates[Player.SCRIPTED]
    win(factory, rate)
    run_control.rewind(run_control.timeline.entries[0].id)
    assert [entry.kind for entry in run_control.timeline.entries] == ["first", "manual", "auto"]
    assert run_control.timeline.best is None
    rate.restart(0)
    for _ in range(2):
        rate.add(800, 0, 800)
        factory.rounds(1)
    assert run_control.timeline.best is not None
    assert run_control.timeline.best.win == 0.0


def test_every_message_is_a_row_of_its_own() -> None:
    factory = training()
    report = factory.trainer._report
    factory.rounds(2)
    for rate in report.win_rates.values():
        rate.add(100, 60, 30)
    for _ in range(2):
        factory.rounds(1)
        factory.trainer.report()
    keys = {
        "t_s", "decisions", "win_rate", "win_low", "win_high", "loss_rate", "draw_rate", "win_rate_random",
        "win_low_random", "win_high_random", "policy_loss", "value_loss", "value_error", "entropy", "approx_kl",
        "clip_fraction", "gradient_norm", "trained_decisions_per_s", "step_scale", "timeline", "events", "hyper",
        "curve",
    }  # fmt: skip
    assert keys <= factory.host.metrics().keys()


def test_differences_are_told_in_words() -> None:
    assert differences(Hyper(), Hyper()) == ""
    assert differences(Hyper(), Hyper(max_grad_norm=1.0)) == "max grad norm 0.5 → 1"


def test_the_numbers_of_a_policy_that_was_replaced_are_shown_until_the_next_has_some() -> None:
    factory = training()
    report = factory.trainer._report
    report.win_rates[Player.SCRIPTED].add(100, 100, 0)
    factory.trainer.report()
    report.win_rates[Player.SCRIPTED] = WinRate()
    report.win_rates[Player.SCRIPTED].add(10, 0, 10)
    factory.trainer.report()
    assert factory.host.metrics()["win_rate"] == 1.0
