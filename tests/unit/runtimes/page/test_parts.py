"""The page's parts: hyperparameter fields, numbers as text, the curve, the sentence."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from drillsergeant.drills.contract import MeanReturn, SuccessShare, WinRate
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import compact, duration, text_of
from drillsergeant.runtimes.page.solo_notice import tell_mode
from drillsergeant.runtimes.page.training.result import NOTHING, Result, result, sentence
from drillsergeant.runtimes.page.training.status import Status, describe, taught_s
from drillsergeant.runtimes.protocol import messages

from build.promises.records import tally
from tests.fakes.page import FakeView, Sitting


def refusal(changes: dict[str, object]) -> str:
    """What the trainer answers, from the module it asks."""
    with pytest.raises(ValueError) as refused:
        Hyper().changed(**changes)
    return str(refused.value)


@pytest.mark.parametrize("bad", ["nan", "-1", "1e999", "lots", "", "0x10", "None", "9" * 1000])
def test_a_bad_value_reaches_the_trainer_and_its_refusal_puts_the_old_one_back(bad: str) -> None:
    sitting = Sitting().boot()
    sitting.view.values["hyper-learning_rate"] = bad
    sitting.page.on_change("hyper-learning_rate", bad)
    ((role, message),) = sitting.fleet.take()
    assert role == "trainer"
    assert isinstance(message, messages.SetHyper)
    default = Hyper().learning_rate
    # Posted before the trainer had read the change.
    sitting.metrics("trainer", hyper={"learning_rate": default})  # posted before the trainer had read the change
    sitting.page.on_message("trainer", 0, messages.Error("trainer", 0, refusal(message.changes)))
    assert sitting.view.values["hyper-learning_rate"] == str(default)
    note = sitting.view.texts["hyper-note"]
    assert note.startswith("Boldness must be a number from 1e-06 to 0.1, got “" + bad[:40])
    assert "learning_rate" not in note and "inf" not in note
    assert sitting.view.errors == [], "a slip is not a failure of the page"
    tally(13, "numbers", 1)


def test_a_decimal_comma_is_taken_and_shown_as_it_was_understood() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("hyper-learning_rate", "0,01")
    assert sitting.fleet.take() == [("trainer", messages.SetHyper({"learning_rate": 0.01}))]
    assert sitting.view.values["hyper-learning_rate"] == "0.01"


def test_a_good_value_stays_and_is_told_again_to_a_trainer_that_was_restarted() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("hyper-epochs", "4")
    assert sitting.fleet.take() == [("trainer", messages.SetHyper({"epochs": 4.0}))]
    sitting.metrics("trainer", hyper={"epochs": 4})
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ("trainer", messages.SetHyper({"epochs": 4.0})) in sitting.fleet.take()


def test_an_error_about_something_else_is_no_refusal() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("hyper-clip_coef", "0.3")
    sitting.page.on_message("trainer", 0, messages.Error("trainer", 0, "MemoryError: full"))
    assert sitting.view.errors == [("trainer: MemoryError: full", "")]


def test_values_set_elsewhere_show_up_but_not_while_a_change_is_on_its_way() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", hyper={"clip_coef": 0.15, "entropy_coef": 0.02})
    assert sitting.view.values["hyper-clip_coef"] == "0.15"
    sitting.view.values["hyper-clip_coef"] = "0.4"
    sitting.page.on_change("hyper-clip_coef", "0.4")
    sitting.metrics("trainer", hyper={"clip_coef": 0.1})
    assert sitting.view.values["hyper-clip_coef"] == "0.4"


def test_a_value_in_use_that_is_not_the_setting_stands_beside_it() -> None:
    sitting = Sitting().boot()
    setting = {**asdict(Hyper()), "learning_rate": 0.006}
    sitting.metrics("trainer", hyper=setting, hyper_in_use={**setting, "learning_rate": 0.002, "entropy_coef": 0.01})
    assert sitting.view.values["hyper-learning_rate"] == "0.006", "the reader's own field"
    assert sitting.view.texts["in-use-learning_rate"] == "in use 0.002"
    assert sitting.view.texts["in-use-entropy_coef"] == "in use 0.01"
    assert sitting.view.texts["in-use-gamma"] == ""
    sitting.metrics("trainer", hyper=setting, hyper_in_use=setting)
    assert sitting.view.texts["in-use-learning_rate"] == ""


def test_the_switch_of_the_safeguards_is_sent_shown_repeated_and_stands_in_the_address() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", safeguards=True)
    assert sitting.enabled("safeguards")
    sitting.page.on_click("safeguards")
    assert sitting.fleet.take() == [("trainer", messages.SetGuards(False))]
    sitting.metrics("trainer", safeguards=True)  # posted before the trainer had read it
    assert sitting.view.attributes["safeguards", "aria-checked"] == "false"
    sitting.page.on_tick()
    assert sitting.view.address == {"guards": "0"}
    sitting.page.on_message("trainer", 0, messages.Ready("trainer", 0, 1.0))
    assert ("trainer", messages.SetGuards(False)) in sitting.fleet.take()
    sitting.page.on_click("safeguards")
    sitting.page.on_tick()
    assert sitting.view.address == {}
    assert sitting.view.attributes["safeguards", "aria-checked"] == "true"


def test_in_lockstep_the_switch_of_the_safeguards_says_why_it_is_off() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", safeguards=None)
    assert not sitting.enabled("safeguards")
    assert sitting.view.attributes["safeguards", "aria-checked"] == "false"
    assert "lockstep" in sitting.view.texts["safeguards-state"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (9876, "9 876"),
        (12345, "12.3 k"),
        (999_960, "1000 k"),
        (1.5e6, "1.5 M"),
        (2.34e9, "2.34 G"),
    ],
)
def test_counts_are_short(value: float, text: str) -> None:
    assert compact(value).replace("\u202f", " ") == text


def test_durations_are_words() -> None:
    assert [duration(s) for s in (0, 59.9, 61, 3660)] == ["0 s", "59 s", "1 min 1 s", "1 h 1 min"]


@pytest.mark.parametrize("value", [None, math.nan, -math.inf, "12", True, []])
def test_what_is_no_number_is_a_dash(value: object) -> None:
    assert text_of(value, str) == "–"


def test_missing_metrics_are_tolerated_and_rewards_listed_by_term() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer")
    sitting.metrics("show")
    assert sitting.view.texts["metric-win_rate"] == "–"
    sitting.metrics("trainer", win_rate=0.257, reward_to_ball=0.5, reward_goal=-0.25)
    assert sitting.view.texts["metric-win_rate"] == "26 %"
    assert sitting.view.rows["reward-terms"] == [("goal", "−0.25"), ("to ball", "0.50")]


def test_many_draws_against_its_past_are_told_beside_the_wins() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", win_rate_pool=0.34, draw_rate_pool=0.4)
    assert (sitting.view.texts["metric-win_rate_pool"], sitting.view.texts["metric-drawn_pool"]) == (
        "34 %",
        "40 % drawn",
    )
    sitting.metrics("trainer", win_rate_pool=0.52, draw_rate_pool=0.01)
    assert sitting.view.texts["metric-drawn_pool"] == ""


def test_the_sentence_follows_what_is_going_on() -> None:
    def said(win: float, loss: float) -> str:
        now = Status(moving=True, ready=True, training=True, trained_s=42)
        return describe(now, Result(win, loss, 1 - win - loss))

    assert describe(Status(), None).startswith("Loading")
    assert "still loading" in describe(Status(moving=True), None)
    assert describe(Status(moving=True, ready=True), None).startswith("Ready")
    gone_on_with = Status(moving=True, ready=True)
    assert gone_on_with.trained(12.0) and not gone_on_with.trained(12.0), "news once, and told at once"
    assert describe(gone_on_with, None).startswith("Training is stopped")
    assert not Status(training=True).trained(1.0), "who trains has other news"
    assert taught_s({"t_s": 0.0, "decisions": 7}) > 0.0, "taught elsewhere, in nobody knows how long"
    assert taught_s({"t_s": 3.0, "decisions": 7}) == 3.0 and taught_s({"t_s": 0.0, "decisions": 0}) == 0.0
    assert "is stopped. What was learned is still here" in describe(Status(moving=True, ready=True, trained_s=42), None)
    assert len({said(0.02, 0.9), said(0.2, 0.6), said(0.45, 0.3), said(0.6, 0.2), said(0.95, 0.01)}) == 5
    assert describe(Status(moving=True, trouble="x"), None) == "x"


def test_solo_mode_is_explained_with_a_way_out_and_full_speed_says_nothing() -> None:
    view = FakeView()
    tell_mode(view, "shared", "", "https://here/")
    assert view.attributes == {("mode-notice", "data-mode"): "shared"}
    tell_mode(view, "solo", "the moon is full", "")
    assert "one worker because the moon is full." in view.texts["mode-why"]
    assert view.attributes["mode-notice", "hidden"] is None
    assert ("own-tab", "hidden") not in view.attributes
    tell_mode(view, "solo", "the moon is full", "https://here/")
    assert view.attributes["own-tab", "href"] == "https://here/"


def test_the_result_is_told_in_the_measure_of_the_drill() -> None:
    alone, returns = DrillMeasure(WinRate(), alone=True), DrillMeasure(MeanReturn(475.0), alone=True)
    shares = {"win_rate": 0.9, "loss_rate": 0.1, "draw_rate": 0.0}
    assert sentence(result(shares, alone), 12.0, alone).endswith(": 90 % wins, 0 % draws, 10 % losses.")
    earned = {"mean_return": 487.25, "return_low": 480.0, "return_high": 494.0}
    told = sentence(result({**shares, **earned}, returns), 12.0, returns)
    assert told == "After 12 s of training: a mean return of 487.2 (480 to 494). 475 counts as solved."
    assert sentence(result({**shares, "mean_return": 487.25}, returns), 12.0, returns) == NOTHING, "between what?"
    successes = DrillMeasure(SuccessShare(0.8), alone=True)
    told = sentence(result(shares, successes), 12.0, successes)
    assert told == "After 12 s of training: 90 % successes, 0 % neither, 10 % failures. 80 % counts as solved."
    roles = {"win_rate": 0.5, "loss_rate": 0.5, "draw_rate": 0.0, "win_rate_team_0": 0.25, "win_rate_team_1": 0.75}
    both = DrillMeasure()
    told = sentence(result(roles, both), 12.0, both, names=("Catchers", "Runner"))
    assert told.endswith(" losses. Wins by what it plays: Catchers 25 %, Runner 75 %.")
    assert sentence(result(shares, both), 12.0, both, names=("Orange", "Blue")).endswith(" losses.")
