"""A drill that is not about winning speaks of what it is about: numbers, charts, road, status, runs and versions."""

from __future__ import annotations

import pytest
from drillsergeant.drills import make
from drillsergeant.drills.contract import MeanReturn, SuccessShare, WinRate
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.training import ticks
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game

CARTPOLE = facts_of(make("cartpole"))
RETURNS = DrillMeasure(MeanReturn(475.0), alone=True)
SHARES = {"win_rate": 0.4, "win_low": 0.35, "win_high": 0.45, "loss_rate": 0.6, "draw_rate": 0.0}


def earned(mean: float) -> dict[str, object]:
    interval = {"return_low": mean - 8.0, "return_high": mean + 8.0}
    return {**SHARES, "mean_return": mean, **interval, "mean_return_random": mean}


def learning(*means: float) -> Sitting:
    """A page on which CartPole is learned, a second for each mean return."""
    sitting = Sitting().boot()
    sitting.page.on_drill(CARTPOLE)
    sitting.page.on_click("train")
    for second, mean in enumerate(means, start=1):
        sitting.metrics("trainer", t_s=float(second), decisions=1000 * second, **earned(mean))
    sitting.view.time_s += 6.0
    sitting.page.on_tick()
    return sitting


def test_the_numbers_and_the_table_are_of_returns() -> None:
    sitting = learning(20.0, 253.5)
    texts, attributes = sitting.view.texts, sitting.view.attributes
    assert (texts["legend-wins"], texts["metric-win_rate"], texts["metric-win_interval"]) == (
        "mean return", "253.5", "± 8",
    )  # fmt: skip
    assert [texts[f"curve-head-{place}"] for place in range(4)] == ["return", "from", "to", "chance"]
    assert sitting.view.rows["curve-table"][0][:6] == ("0:02", "2\u202f000", "253.5", "245.5", "261.5", "–")
    hidden = ("legend-pool", "name-draw_rate", "metric-draw_rate", "name-loss_rate", "metric-loss_rate", "name-rating")
    assert {attributes[(name, "hidden")] for name in hidden} == {""}
    sitting.page.on_hover(1.0)
    assert texts["metric-win_rate"] == "20"
    sitting.page.on_drill(small_game())
    assert (texts["legend-wins"], texts["curve-head-0"], texts["name-loss_rate"]) == (
        "wins vs the bot", "wins", "losses to the bot",
    )  # fmt: skip
    assert {attributes[(name, "hidden")] for name in hidden} == {None}


def test_the_large_chart_is_of_returns_with_what_counts_as_solved_in_sight() -> None:
    sitting = learning(20.0, 30.0)
    chart = sitting.view.charts["wins"]
    assert [list(column) for column in chart.columns[1:4]] == [[20.0, 30.0], [12.0, 22.0], [28.0, 38.0]]
    assert not any(chart.columns[4]) and not any(chart.columns[5]), "nobody plays it"
    assert chart.kind == ticks.PLAIN and 0.0 <= chart.low < 12.0 and 475.0 < chart.high < 520.0
    sitting.metrics("trainer", t_s=0.5)
    sitting.metrics("trainer", t_s=2.0, **earned(60.0))
    sitting.page.on_tick()
    assert list(sitting.view.charts["wins"].columns[-1]) == [None, 30.0], "the run before, in its measure"


def test_the_road_and_the_status_follow_the_way_to_what_counts_as_solved() -> None:
    said = []
    for means, place in (((20.0,), 0), ((20.0, 80.0), 1), ((20.0, 300.0), 2), ((20.0, 460.0), 3), ((20.0, 480.0), 4)):
        sitting = learning(*means)
        assert sitting.view.attributes[(f"road-{place}", "aria-current")] == "step"
        said.append(sitting.view.texts["status"])
    assert len(set(said)) == 5 and not any("win" in text or "bot" in text for text in said)
    assert learning(480.0).view.attributes[("road-4", "aria-current")] == "step", "solved from the start"
    texts = sitting.view.texts
    assert [texts[f"road-{place}"] for place in (0, 4)] == ["acts by chance", "has solved it"]
    assert texts["curve-summary"].endswith("a mean return of 480 (472 to 488). 475 counts as solved.")


def test_nothing_is_reached_before_there_is_a_result() -> None:
    sitting = Sitting().boot()
    sitting.page.on_drill(CARTPOLE)
    sitting.metrics("trainer", t_s=1.0, win_rate_random=0.7)
    assert sitting.view.attributes[("road-0", "aria-current")] == "step"
    assert sitting.view.texts["metric-win_rate"] == "–"


def test_versions_and_saved_runs_say_what_they_earned() -> None:
    sitting = learning(20.0)
    version = {"id": 3, "version": 9, "decisions": 5000, "kind": "best", "win": 0.4, "mean_return": 253.5}
    sitting.metrics("trainer", timeline=[version, {**version, "id": 4, "mean_return": None}])
    told = []
    for place in "01":
        sitting.page.on_change("timeline", place)
        told.append(sitting.view.texts["timeline-text"])
    assert told == [
        "v9, 5\u202f000 decisions, mean return 253.5, the best so far",
        "v9, 5\u202f000 decisions, the best so far",
    ]
    run = {"name": "mine", "drill": "cartpole", "decisions": 5000, "created": "", "problem": "", "win_rate": 0.4}
    for changes, good in (({"mean_return": 253.5}, ", mean return 253.5"), ({}, "")):
        sitting.page.on_message("trainer", 0, messages.Runs([{**run, **changes}], drill="cartpole"))
        assert sitting.view.rows["runs-list"] == [("mine", f"mine: an unknown time, 5\u202f000 decisions{good}")]


@pytest.mark.parametrize(
    ("measure", "legend", "told", "headline"),
    [
        (DrillMeasure(), "wins vs the bot", "93 % wins", "Wins 93 % against the bot"),
        (DrillMeasure(WinRate(), alone=True), "wins", "93 % wins", "Wins 93 %"),
        (DrillMeasure(SuccessShare(0.9), alone=True), "successes", "93 % successes", "Successes 93 %"),
        (RETURNS, "mean return", "mean return −12.5", "Mean return −12.5"),
        (
            DrillMeasure(MeanReturn(5.0)),
            "mean return vs the bot",
            "mean return −12.5",
            "Mean return −12.5 against the bot",
        ),
    ],
)
def test_each_measure_has_its_words(measure: DrillMeasure, legend: str, told: str, headline: str) -> None:
    assert (measure.legend, measure.told(0.93, -12.5)) == (legend, told)
    assert measure.headline({"win_rate": 0.93, "mean_return": -12.5}) == headline
    found = {"win_low": 0.9, "win_high": 0.96, "return_low": -24.0, "return_high": -1.0}
    assert measure.interval(found) == ("± 12" if measure.of_returns else "± 3")
    assert measure.told(None, None) == measure.headline({}) == measure.interval({}) == ""


def test_numbers_of_returns_are_short_and_the_way_is_from_the_lowest_to_the_mark() -> None:
    assert [RETURNS.text(value) for value in (0.0, -153.4567, 9999.4, 123456.0)] == ["0", "−153.5", "9999", "123 k"]
    assert [RETURNS.progress(value, [None, 25.0, 40.0]) for value in (25.0, 250.0, 475.0, 500.0)] == [
        0.0,
        0.5,
        1.0,
        1.0,
    ]
    assert DrillMeasure(SuccessShare(0.8)).progress(0.4, [0.3]) == 0.5
    assert DrillMeasure().progress(0.99, []) is None
    acrobot = DrillMeasure(MeanReturn(-100.0), alone=True)
    assert acrobot.progress(-300.0, [-500.0]) == 0.5
    low, high = acrobot.span([[-500.0, -480.0]])
    assert low < -500.0 and -100.0 < high < 0.0
