"""Charts and sliders: bounded history, the shadow of the run before, values that go to a slider and come back."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.learn.ppo.hyper import RANGES, Hyper
from drillsergeant.learn.trials.curves import interpolate
from drillsergeant.runtimes.history import History
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.training.charts import axis_for, marks_of
from drillsergeant.runtimes.page.training.sliders import SLIDES
from drillsergeant.runtimes.page.training.status import milestone
from drillsergeant.runtimes.page.training.tables import ROWS, table
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting


def test_history_never_grows_beyond_its_limit_and_keeps_means_and_the_newest_time() -> None:
    history = History(limit=10)
    for t in range(1, 1001):
        history.add(float(t), {"x": float(t), **({"late": 1.0} if t > 500 else {})})
        assert len(history.times_s) <= 10
        assert history.times_s[-1] == t
        assert all(len(column) == len(history.times_s) for column in history.columns.values())
    xs = [x for x in history.column("x") if x is not None]
    assert xs == sorted(xs)
    assert xs[0] == pytest.approx(64.5), "128 rows in one: their mean"
    assert history.column("late")[0] is None
    assert history.column("late")[-1] == 1.0
    assert history.column("never") == [None] * len(xs)


def test_time_never_goes_back_whatever_a_clock_does() -> None:
    history = History()
    for t_s in (1.0, 3.0, -2.0, 2.0, 4.0):
        history.add(t_s, {"entropy": t_s})
    assert history.times_s == [1.0, 3.0, 3.0, 3.0, 4.0]


def test_rows_are_found_by_time_and_lines_between_points() -> None:
    history = History()
    assert history.row_at(3.0) is None
    for t in (1.0, 2.0, 4.0):
        history.add(t, {})
    assert [history.row_at(t) for t in (0.0, 1.4, 2.9, 3.1, 9.0)] == [0, 0, 1, 2, 2]
    assert interpolate([0.0, 2.0], [1.0, 2.0], 1.0) == 1.5
    assert interpolate([0.0, 2.0], [1.0, None], 1.0) == 1.0
    assert interpolate([0.0, 2.0], [1.0, 2.0], 2.5) is None


def test_the_charts_of_a_saved_run_come_back_and_go_on() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=80.0, win_rate=0.1)
    told = {"t_s": [2.0, 4.0, 4.0, None], "win_rate": [None, 0.5, 0.9, 0.9], "entropy": [2.0, 1.0], "odd": "abcd"}
    sitting.page.on_message("trainer", 0, messages.RunHistory({**told}))
    sitting.metrics("trainer", t_s=5.0, win_rate=0.7, events=[{"t_s": 4.0, "kind": "save", "text": "Continued"}])
    sitting.page.on_tick()
    sitting.page.on_tick()
    wins, entropy = sitting.view.charts["wins"], sitting.view.charts["entropy"]
    assert wins.columns[:2] == [[2.0, 4.0, 5.0], [None, 50.0, 70.0]]
    assert wins.columns[-1] == [None] * 3, "what was there is not the run before"
    assert entropy.columns[1] == [2.0, 1.0, None]
    assert [mark.text for mark in wins.marks] == ["Continued"]


def test_the_charts_of_a_saved_run_stay_where_its_last_second_was_rounded_up() -> None:
    sitting = Sitting().boot()
    clock_s = 8.134349999997767
    told = {"t_s": [4.0, float(np.nextafter(np.float32(clock_s), np.float32(9.0)))], "win_rate": [0.5, 0.9]}
    sitting.page.on_message("trainer", 0, messages.RunHistory({**told}))
    sitting.metrics("trainer", t_s=clock_s, win_rate=0.9)
    sitting.page.on_tick()
    assert sitting.view.charts["wins"].columns[1] == [50.0, 90.0]


def test_the_charts_follow_the_trainer_and_the_run_before_stays_as_a_shadow() -> None:
    sitting = Sitting().boot()
    for t in range(1, 6):
        sitting.metrics("trainer", t_s=float(t), win_rate=t / 10, win_low=0.0, win_high=1.0, entropy=2.0, reward_goal=1)
    sitting.page.on_tick()
    sitting.page.on_tick()
    chart = sitting.view.charts["wins"]
    columns, end, unit = chart.columns, chart.end, chart.unit
    assert (end, unit) == (30.0, "s")
    assert columns[1] == pytest.approx([10, 20, 30, 40, 50])
    assert columns[-1] == [None] * 5
    assert sitting.view.charts["entropy"].columns[1] == [2.0] * 5
    assert len(sitting.view.charts["reward"].columns) == 2
    sitting.metrics("trainer", t_s=0.5)
    sitting.metrics("trainer", t_s=1.5, win_rate=0.9)
    sitting.page.on_tick()
    columns = sitting.view.charts["wins"].columns
    assert columns[0] == [0.5, 1.5, 2.0, 3.0, 4.0, 5.0]
    assert columns[1][:2] == [None, 90.0] and columns[1][2:] == [None] * 4
    assert columns[-1] == pytest.approx([None, 15.0, 20.0, 30.0, 40.0, 50.0])


def test_after_going_back_the_line_up_to_there_is_this_run_s_and_what_was_left_stays_as_the_run_before() -> None:
    sitting = Sitting().boot()
    for t in range(1, 6):
        sitting.metrics("trainer", t_s=float(t), win_rate=t / 10)
    told = {"t_s": [1.0, 2.0], "win_rate": [0.1, 0.2]}
    sitting.page.on_message("trainer", 0, messages.RunHistory({**told}, rewound=True))
    sitting.metrics("trainer", t_s=2.0, win_rate=0.2)
    sitting.metrics("trainer", t_s=2.5, win_rate=0.8)
    sitting.page.on_tick()
    columns = sitting.view.charts["wins"].columns
    assert columns[0] == [1.0, 2.0, 2.5, 3.0, 4.0, 5.0]
    assert columns[1] == [10.0, 20.0, 80.0, None, None, None]
    assert columns[-1] == pytest.approx([10.0, 20.0, 25.0, 30.0, 40.0, 50.0])
    sitting.page.on_message("trainer", 0, messages.RunHistory({"t_s": []}, rewound=True))
    sitting.metrics("trainer", t_s=0.0)
    assert sitting.view.texts["metric-t_s"] == "0 s"
    sitting.page.on_tick()
    assert sitting.view.charts["wins"].columns[0] == [1.0, 2.0, 2.5], "to the very first one: all of it was left"


def test_the_lines_of_the_reward_are_those_of_its_table_before_and_after_other_code_is_run() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=1.0, terms=["goal", "ball_to_goal"], reward_goal=1.0, reward_ball_to_goal=0.5)
    assert sitting.view.rows["reward-terms"] == [("goal", "1.00"), ("ball to goal", "0.50")]
    for t_s, values, rows in (
        (1.0, {}, [("wall", "–"), ("goal", "–"), ("ball to goal", "–")]),
        (2.0, {"reward_wall": -1.0, "reward_goal": 2.0}, [("wall", "−1.00"), ("goal", "2.00"), ("ball to goal", "–")]),
    ):
        sitting.metrics("trainer", t_s=t_s, terms=["wall", "goal", "ball_to_goal"], **values)
        assert sitting.view.rows["reward-terms"] == rows, "no name is missing"
        for _ in range(2):
            sitting.page.on_tick()
    assert sitting.view.charts["reward"].columns == [[1.0, 2.0], [None, -1.0], [1.0, 2.0], [0.5, None]]


def test_nothing_is_drawn_without_news() -> None:
    sitting = Sitting().boot()
    sitting.metrics("trainer", t_s=1.0)
    for _ in range(3):
        sitting.page.on_tick()
    sitting.view.charts.clear()
    sitting.metrics("trainer", t_s=1.0)
    for _ in range(3):
        sitting.page.on_tick()
    assert sitting.view.charts == {}


def test_marks_are_read_whatever_comes_and_drawn_on_the_time_axis() -> None:
    sitting = Sitting().boot()
    events = [{"t_s": 200.0, "kind": "hyper", "text": "clip coef 0.2 to 0.3"}, {"t_s": "x"}, 3, {"text": "no time"}]
    sitting.metrics("trainer", t_s=240.0, events=events)
    sitting.page.on_tick()
    (mark,) = sitting.view.charts["wins"].marks
    assert (mark.x, mark.kind, mark.text) == (pytest.approx(200 / 60), "hyper", "clip coef 0.2 to 0.3")
    assert sitting.view.rows["event-table"] == [("3:20", "clip coef 0.2 to 0.3")]
    assert len(marks_of([{"t_s": t} for t in range(999)])) < 30
    assert [axis_for(t).unit for t in (0, 60, 170, 7100, 1e6)] == ["s", "s", "min", "h", "h"]


def test_the_table_is_short_and_begins_with_the_newest() -> None:
    history = History()
    for t in range(1, 401):
        history.add(float(t), {"win_rate": 0.5})
    rows = table(history, DrillMeasure())
    assert len(rows) <= ROWS
    assert rows[0][:3] == ("6:40", "–", "50 %")


@pytest.mark.parametrize("name", list(SLIDES))
def test_a_slider_reaches_allowed_values_only_and_the_default_comes_back(name: str) -> None:
    slide, allowed = SLIDES[name], RANGES[name]
    values = [slide.value(place / 10) for place in range(1001)]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (slide.low, slide.high)
    for value in values:
        Hyper().changed(**{name: value})
    default = float(getattr(Hyper(), name))
    assert slide.value(slide.position(default)) == pytest.approx(default, rel=0.02)
    assert slide.position(allowed.low) == 0
    assert slide.position(allowed.high) == 100


def test_a_slider_s_number_follows_at_once_and_the_trainer_hears_of_where_it_stops() -> None:
    sitting = Sitting().boot()
    for place in (30, 40, 50):
        sitting.page.on_change("slide-learning_rate", str(place))
    assert sitting.view.values["hyper-learning_rate"] == "0.001"
    assert sitting.fleet.take() == []
    sitting.view.time_s += 0.5
    sitting.page.on_tick()
    assert sitting.fleet.take() == [("trainer", messages.SetHyper({"learning_rate": 0.001}))]
    sitting.metrics("trainer", hyper={"learning_rate": 0.001})
    sitting.page.on_change("slide-learning_rate", "50.0")
    sitting.view.time_s += 0.5
    sitting.page.on_tick()
    assert sitting.fleet.take() == [], "it stands where it stood"


def test_what_is_typed_while_a_slider_has_not_stood_still_is_what_counts() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("slide-epochs", "7")
    sitting.page.on_change("hyper-epochs", "3")
    sitting.view.time_s += 0.5
    sitting.page.on_tick()
    assert sitting.fleet.take() == [("trainer", messages.SetHyper({"epochs": 3.0}))]
    assert sitting.view.attributes[("slide-epochs", "aria-valuetext")] == "3 epochs"


def test_suggestions_press_the_real_controls() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("try-bold")
    ((_, message),) = sitting.fleet.take()
    assert message == messages.SetHyper({"learning_rate": pytest.approx(5 * Hyper().learning_rate)})
    sitting.metrics("trainer", hyper={"learning_rate": 5 * Hyper().learning_rate})
    sitting.page.on_click("try-bold")
    ((_, message),) = sitting.fleet.take()
    assert message == messages.SetHyper({"learning_rate": pytest.approx(Hyper().learning_rate)})
    sitting.page.on_click("try-factory")
    assert sitting.fleet.take() == [("show", messages.SetView("factory"))]
    sitting.page.on_click("try-bot")
    assert sitting.view.values["player-right"] == "bot"
    assert sitting.fleet.take() != []
    sitting.page.on_click("try-hide")
    assert sitting.view.preferred == {"tips": "hidden"}
    sitting.page.on_click("tips")
    assert sitting.view.preferred == {"tips": None}


def test_the_road_follows_results_against_chance_and_the_bot() -> None:
    wins = DrillMeasure()
    assert milestone({}, wins) == 0
    assert milestone({"win_rate_random": 0.6, "win_rate": 0.02}, wins) == 1
    assert [milestone({"win_rate_random": 0.9, "win_rate": win}, wins) for win in (0.1, 0.5, 0.95)] == [2, 3, 4]


def test_the_numbers_follow_the_pointer_over_a_chart_and_then_the_trainer_again() -> None:
    sitting = Sitting().boot()
    for t, entropy in ((10.0, 3.0), (20.0, 2.0), (40.0, 1.0)):
        sitting.metrics("trainer", t_s=t, entropy=entropy)
    texts = sitting.view.texts
    assert texts["metric-entropy"] == "1.000"
    sitting.page.on_hover(19.0)
    assert (texts["metric-entropy"], texts["metric-t_s"]) == ("2.000", "20 s")
    sitting.metrics("trainer", t_s=41.0, entropy=0.9)
    assert texts["metric-entropy"] == "2.000"
    sitting.page.on_hover(None)
    assert (texts["metric-entropy"], texts["metric-t_s"]) == ("0.900", "41 s")


def test_a_slider_that_comes_to_rest_writes_nothing_into_a_field_that_is_typed_in() -> None:
    sitting = Sitting().boot()
    sitting.page.on_change("slide-epochs", "100")
    sitting.view.values["hyper-epochs"] = ""  # emptied, to be typed anew
    sitting.view.time_s += 1.0
    sitting.page.on_tick()
    (sent,) = [message for _, message in sitting.fleet.take() if isinstance(message, messages.SetHyper)]
    assert sent.changes == {"epochs": SLIDES["epochs"].value(100.0)}
    assert sitting.view.values["hyper-epochs"] == ""
