"""The course of a run in the trainer: snapshots and rewinding, hyperparameters and their marks, one row of numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pytest
from drillsergeant.drills.contract import Player
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.evaluation.results import RecentEpisodes
from drillsergeant.learn.ppo.hyper import SETTLE_UPDATES, Hyper, annealed
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
    assert (values["decisions"], values["updates"]) == (256, 2)
    kinds = [entry["kind"] for entry in entries(factory)]
    assert kinds == ["first", "manual", "auto"], "nothing is taken off the timeline, and what was newest is on it"
    factory.trainer.handle(messages.Rewind(ident))
    assert len(entries(factory)) == 3, "nothing was learned in between"
    factory.rounds(1)
    factory.trainer.report()
    assert factory.host.metrics()["decisions"] == 3 * 128, "counted on from there"


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
    assert factory.trainer.progress.decisions == 0
    assert factory.trainer.training, "it goes on from there"


def test_lockstep_has_one_snapshot_and_neither_rewinds_nor_guards() -> None:
    factory = ReferenceRun(lockstep=3)
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


def used(factory: ReferenceRun) -> list[Hyper]:
    """What every update from now on is given; filled as it goes."""
    found: list[Hyper] = []
    learn = factory.learner.learn

    def noted(offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        found.append(hyper)
        return learn(offsets, hyper)

    factory.learner.learn = noted  # type: ignore[method-assign, assignment]
    return found


def told(factory: ReferenceRun) -> tuple[Hyper, Hyper]:
    """The setting and what is in use, as the page hears of it."""
    factory.trainer.report()
    values = factory.host.metrics()
    setting, in_use = values["hyper"], values["hyper_in_use"]
    assert isinstance(setting, dict) and isinstance(in_use, dict)
    assert values["learning_rate_in_use"] == in_use["learning_rate"]
    return Hyper(**setting), Hyper(**in_use)


def test_the_page_hears_of_the_setting_and_of_what_is_in_use_after_annealing() -> None:
    factory = training()
    factory.trainer.progress.updates = 2 * SETTLE_UPDATES - 1
    given = used(factory)
    factory.rounds(1)
    setting, in_use = told(factory)
    assert setting == Hyper()
    assert in_use == annealed(Hyper(), 2 * SETTLE_UPDATES) != setting
    factory.rounds(1)
    assert given[1] == in_use, "the next update uses what the page was told"
    factory.trainer.handle(messages.SetHyper({"learning_rate": 0.001}))
    setting, in_use = told(factory)
    assert (setting.learning_rate, in_use.learning_rate) == (
        0.001,
        annealed(setting, 2 * SETTLE_UPDATES + 1).learning_rate,
    )


def test_steps_shortened_after_a_large_kl_are_told_and_the_setting_stays() -> None:
    factory = training()
    factory.rounds(1)
    factory.trainer.run_control.watch(
        {"steps": 1.0, "dropped": 0.0, "entropy": 3.0, "value_loss": 0.03, "approx_kl": 0.5}
    )
    assert told(factory) == (Hyper(), Hyper(learning_rate=Hyper().learning_rate / 2))
    given = used(factory)
    factory.rounds(1)
    assert given == [Hyper(learning_rate=Hyper().learning_rate / 2)]


def test_with_safeguards_off_the_setting_is_used_and_on_again_they_begin_anew() -> None:
    factory = training()
    control = factory.trainer.run_control
    control.guarded = Hyper(entropy_coef=0.006, learning_rate=0.003)  # as guards may have made it
    control.watch({"steps": 1.0, "dropped": 0.0, "entropy": 3.0, "value_loss": 0.03, "approx_kl": 0.5})
    assert told(factory)[1] == Hyper(entropy_coef=0.006, learning_rate=0.0015)
    factory.trainer.handle(messages.SetGuards(False))
    assert told(factory) == (Hyper(), Hyper())
    assert factory.host.metrics()["safeguards"] is False
    assert events(factory)[-1] == (
        "guard", "Safeguards off: learning rate 0.003 → 0.006, entropy coef 0.006 → 0.003"
    )  # fmt: skip
    win(factory, factory.trainer._report.recent[Player.SCRIPTED])
    for _ in range(10):
        factory.trainer._report.recent[Player.SCRIPTED].add(Tally(800, 0, 800))
        factory.rounds(1)
    assert not [kind for kind, _ in events(factory) if kind == "rewind"]
    factory.trainer.handle(messages.ResetTrainer(4))
    factory.trainer.report()
    assert factory.host.metrics()["safeguards"] is False, "a new run leaves the switch alone"
    factory.trainer.handle(messages.SetGuards(True))
    factory.trainer.handle(messages.SetGuards(True))
    assert [text for kind, text in events(factory) if kind == "guard"] == ["Safeguards on"]


def test_lockstep_uses_what_it_was_told_whatever_comes_of_it() -> None:
    factory = ReferenceRun(lockstep=10_000)
    factory.trainer.handle(messages.StartTraining())
    factory.trainer.progress.updates = 4 * SETTLE_UPDATES
    given = used(factory)
    factory.rounds(1)
    assert given == [Hyper()]
    assert told(factory) == (Hyper(), Hyper())
    with pytest.raises(ValueError, match="SET_GUARDS is not for lockstep"):
        factory.trainer.handle(messages.SetGuards(False))


def test_apply_and_restart_begins_anew_with_what_was_asked_for() -> None:
    factory = training()
    factory.rounds(2)
    factory.trainer.run_control.guarded = Hyper(learning_rate=0.0001)  # as a guard may have made it
    with pytest.raises(ValueError, match="clip_coef must be"):
        factory.trainer.handle(messages.ResetTrainer(4, {"clip_coef": 7.0}))
    assert factory.trainer.progress.decisions == 256
    factory.trainer.handle(messages.ResetTrainer(4, {"clip_coef": 0.1}))
    control = factory.trainer.run_control
    assert control.setting == control.guarded == Hyper(clip_coef=0.1), (
        "what guards had changed is as the visitor had it"
    )
    assert events(factory) == [("restart", "A new run from nothing, seed 4")]
    assert [(entry["kind"], entry["decisions"]) for entry in entries(factory)] == [("first", 0)]
    assert factory.trainer._report.recent[Player.SCRIPTED].estimate() is None


def win(factory: ReferenceRun, rate: RecentEpisodes) -> None:
    """Play so well for so long that the policy is kept as the best."""
    for _ in range(2):
        rate.add(Tally(800, 800, 0))
        factory.rounds(1)
    assert factory.trainer.run_control.timeline.best is not None


def test_a_lost_win_rate_brings_the_best_back_with_half_the_learning_rate() -> None:
    factory = training()
    run_control, rate = factory.trainer.run_control, factory.trainer._report.recent[Player.SCRIPTED]
    rate.add(Tally(800, 800, 0))
    factory.rounds(1)
    best = factory.learner.state()
    factory.rounds(1)
    assert [entry.kind for entry in run_control.timeline.entries] == ["first"], "too early to say"
    rate.add(Tally(800, 800, 0))
    factory.rounds(1)
    factory.trainer.report()
    assert [entry.kind for entry in run_control.timeline.entries] == ["first", "best"]
    factory.rounds(2)
    rate.add(Tally(800, 0, 800))
    factory.rounds(1)
    assert factory.learner.state() == best
    assert run_control.guarded == Hyper(learning_rate=Hyper().learning_rate / 2)
    factory.trainer.report()
    told = factory.host.metrics()
    assert told["hyper"] == asdict(Hyper()), "the visitor's own field is left alone"
    assert told["hyper_in_use"] == asdict(run_control.guarded)
    assert events(factory) == [
        (
            "rewind",
            "Wins against the scripted player fell from 100% to 0%: back to version 2, the best so far; "
            "learning rate 0.006 → 0.003",
        )
    ]
    assert factory.host.metrics()["win_rate"] == 1.0, "until the policy has played"
    for _ in range(3):
        rate.add(Tally(800, 0, 800))
        factory.rounds(1)
    assert len(run_control.events.newest) == 1, "no second rewind so soon"


def test_where_the_reader_s_own_reward_is_in_force_nothing_is_rewound() -> None:
    factory = training()
    factory.trainer.run_control.to_win = False
    rate = factory.trainer._report.recent[Player.SCRIPTED]
    win(factory, rate)
    for _ in range(10):
        rate.add(Tally(800, 0, 800))
        factory.rounds(1)
    factory.trainer.report()
    assert events(factory) == [], "nor are the steps made finer"


def test_a_rewind_by_hand_makes_the_guard_forget_the_best_which_stays_on_the_timeline() -> None:
    factory = training()
    run_control, rate = factory.trainer.run_control, factory.trainer._report.recent[Player.SCRIPTED]
    win(factory, rate)
    factory.trainer.handle(messages.Rewind(run_control.timeline.entries[0].id))
    assert [entry.kind for entry in run_control.timeline.entries] == ["first", "manual", "auto"]
    assert run_control.timeline.best is None
    rate.restart()
    for _ in range(2):
        rate.add(Tally(800, 0, 800))
        factory.rounds(1)
    assert run_control.timeline.best is not None
    assert run_control.timeline.best.win == 0.0


def test_every_message_is_a_row_of_its_own() -> None:
    factory = training()
    report = factory.trainer._report
    factory.rounds(2)
    for rate in report.recent.values():
        rate.add(Tally(100, 60, 30))
    for _ in range(2):
        factory.rounds(1)
        factory.trainer.report()
    keys = {
        "t_s", "decisions", "win_rate", "win_low", "win_high", "loss_rate", "draw_rate", "win_rate_random",
        "win_low_random", "win_high_random", "policy_loss", "value_loss", "value_error", "entropy", "approx_kl",
        "clip_fraction", "gradient_norm", "trained_decisions_per_s", "learning_rate_in_use", "timeline",
        "events", "hyper", "hyper_in_use", "safeguards", "curve",
    }  # fmt: skip
    assert keys <= factory.host.metrics().keys()


def test_differences_are_told_in_words() -> None:
    assert differences(Hyper(), Hyper()) == ""
    assert differences(Hyper(), Hyper(max_grad_norm=1.0)) == "max grad norm 0.5 → 1"


def test_the_numbers_of_a_policy_that_was_replaced_are_shown_until_the_next_has_some() -> None:
    factory = training()
    report = factory.trainer._report
    report.recent[Player.SCRIPTED].add(Tally(100, 100, 0))
    factory.trainer.report()
    report.recent[Player.SCRIPTED] = RecentEpisodes(report.score)
    report.recent[Player.SCRIPTED].add(Tally(10, 0, 10))
    factory.trainer.report()
    assert factory.host.metrics()["win_rate"] == 1.0
