"""Seeds and runs side by side: the band of four seeds, any two runs on one chart, and how their settings differ."""

from __future__ import annotations

from typing import Any

import pytest
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.trials.curves import LearningCurve, band, curve_in, curve_of
from drillsergeant.learn.trials.tunables import with_values
from drillsergeant.runtimes.page.address import Opening
from drillsergeant.runtimes.page.compared.panel import decisions_axis
from drillsergeant.runtimes.page.compared.words import ComparedRun, difference
from drillsergeant.runtimes.protocol import messages

from tests.fakes.page import Sitting, small_game

SETTINGS: dict[str, Any] = {"learning_rate": 6e-3, "entropy_coef": 0.003}
BALL = source_of("ball")


def pressed(**opened: Any) -> Sitting:
    sitting = Sitting(**opened).boot()
    sitting.fleet.state["rollout.1"] = "ready"
    sitting.view.values["seeds-decisions"] = "200000"
    sitting.page.on_click("seeds-run")
    return sitting


def tell(sitting: Sitting, place: int, *points: tuple[float, float], over: bool = True) -> None:
    _, _, heard = sitting.compiler.seeded[-1]
    heard(messages.PlayerTried(place, {"decisions": points[-1][0]}, over, curve=list(points)), place)


def saved(sitting: Sitting, *names: str) -> Sitting:
    """The trainer lists these runs, and one of another drill."""
    runs: list[object] = [{"name": name, "drill": "ball", "decisions": 1e6, "problem": ""} for name in names]
    runs += [{"name": "far", "drill": "chase", "decisions": 1e6, "problem": "for another drill"}]
    sitting.page.on_message("trainer", 0, messages.Runs(runs, drill="ball"))
    return sitting


def told(sitting: Sitting, name: str, changes: int = 0, **settings: Any) -> None:
    numbers: dict[str, object] = {"t_s": [1.0, 2.0], "decisions": [1e6, 2e6], "win_rate": [0.25, 0.75]}
    known = {"hyper": SETTINGS, "hidden": "64,64", "seed": 1, "edit": "", **settings}
    sitting.page.on_message("trainer", 0, messages.RunTold(name, known, numbers, changes))


def choose(sitting: Sitting, name: str, value: str) -> None:
    sitting.view.values[name] = value
    sitting.page.on_change(name, value)


def lines(sitting: Sitting) -> list[list[float | None]]:
    """The lines of the chart: a run, another, and seeds: the one in the middle, the lowest and the highest."""
    sitting.page.on_tick()
    return [list(column) for column in sitting.view.charts["compared"].columns[1:]]


def test_four_seeds_learn_beside_the_run_by_its_settings_and_its_game_and_become_a_band() -> None:
    sitting = pressed(opening=Opening({"matches": "32", "horizon": "8"}))
    sitting.page.on_change("hyper-entropy_coef", "0.02")
    sitting.page.on_click("seeds-run")  # the second click of a double click
    ((drill, requests, _),) = sitting.compiler.seeded
    recipes = [each.recipe for each in requests]
    assert drill == "ball" and [each["seed"] for each in recipes] == [7, 8, 9, 10]
    sizes = {name: recipes[0][name] for name in ("decisions", "matches", "horizon", "stops")}
    assert sizes == {"decisions": 200_000, "matches": 64, "horizon": 8, "stops": False} and not requests[0].text
    assert all(each.canvas is None for each in requests) and sitting.view.texts["seeds-run"] == "Stop"
    tell(sitting, 0, (50_000, 0.1), (100_000, 0.2), over=False)
    assert sitting.view.attributes["seeds-progress", "value"] == "12"
    assert lines(sitting)[2:] != [[None] * 240] * 3, "live"
    for place, wins in enumerate((0.2, 0.3, 0.5, 0.8)):
        tell(sitting, place, (100_000, 0.0), (200_000, wins))
    one, other, median, low, high = lines(sitting)
    assert (median[-1], low[-1], high[-1]) == pytest.approx((40.0, 20.0, 80.0)) and one[-1] is other[-1] is None
    assert (median[0], low[0]) == (None, None), "before anybody knew"
    said = sitting.view.texts["seeds-said"]
    assert said.startswith("After 200 k decisions: wins from 20 % to 80 %, 40 % in the middle; that much is chance")
    assert "seeds 7, 8, 9 and 10, 64 matches at a time each" in said and "This run" not in said
    assert sitting.view.attributes["compared-seeds-row", "hidden"] is None
    assert sitting.compiler.seeds_ended == 1 and sitting.view.texts["seeds-run"] == "Run 4 seeds"
    assert [message for _, message in sitting.fleet.take() if not isinstance(message, messages.SetHyper)] == []
    sitting.page.on_click("seeds-clear")
    sitting.page.on_tick()
    assert sitting.view.attributes["compared-body", "hidden"] == ""


def test_the_run_in_hand_is_told_beside_them() -> None:
    sitting = Sitting().boot()
    for row in (1, 2, 3):
        sitting.metrics("trainer", t_s=float(row), decisions=100_000 * row, win_rate=0.25)
    sitting.view.values["seeds-decisions"] = "200000"
    sitting.page.on_click("seeds-run")
    for place in range(4):
        tell(sitting, place, (100_000, 0.0), (200_000, 0.4 + 0.1 * place))
    assert "This run showed 25 % there" in sitting.view.texts["seeds-said"]
    assert lines(sitting)[0][-1] == pytest.approx(25.0)
    assert sitting.view.charts["compared"].end == 200.0 and sitting.view.charts["compared"].unit == "k decisions"


def test_a_readers_own_game_is_theirs_and_another_game_puts_them_away() -> None:
    sitting = Sitting().boot()
    sitting.page.on_click("dock-code")
    sitting.view.values |= {
        "workshop-editor": "class Mine(BallDrill):\n    goal_reward = 2.0\n",
        "workshop-weights": "keep",
    }
    sitting.page.on_click("workshop-run")
    _, text, answer = sitting.compiler.attempts[-1]
    made = messages.CompiledProgram("{}", b"", edit=text)
    answer(made)
    _, _, then = sitting.compiler.installed[-1]
    then("", False)
    sitting.view.values["seeds-decisions"] = "200000"
    sitting.page.on_click("seeds-run")
    assert sitting.compiler.seeded[-1][1][0].text == text
    tell(sitting, 0, (100_000, 0.5), over=False)
    sitting.page.on_edit(sitting.game, False)
    assert sitting.compiler.seeds_ended == 1 and "run them again" in sitting.view.texts["seeds-said"]
    sitting.compiler.texts["chase"] = source_of("chase")
    sitting.page.on_drill(small_game(name="chase"))
    assert sitting.view.texts["seeds-said"] == "" and sitting.view.attributes["compared-body", "hidden"] == ""
    assert [value for value, _ in sitting.view.rows["compared-second"]] == ["none", "now"]


def test_one_that_is_refused_and_those_that_are_stopped_are_told() -> None:
    sitting = pressed()
    _, _, heard = sitting.compiler.seeded[-1]
    heard(messages.Refused("nothing came of it", 0), 2)
    for place in (0, 1, 3):
        tell(sitting, place, (200_000, 0.5))
    assert sitting.view.texts["seeds-said"].endswith("Seed 9: nothing came of it.")
    sitting.page.on_click("seeds-run")
    for _ in range(2):
        sitting.page.on_tick()
    sitting.page.on_click("seeds-run")
    assert sitting.compiler.seeds_ended == 2 and sitting.view.texts["seeds-said"].startswith("Stopped.")
    heard(messages.PlayerTried(0, {}, True), 0)
    assert sitting.view.texts["seeds-said"].startswith("Stopped."), "what comes late is nothing"


def test_any_two_runs_stand_on_one_chart_with_their_difference_in_words() -> None:
    sitting = saved(Sitting().boot(), "Pelé", "old")
    assert [value for value, _ in sitting.view.rows["compared-second"]] == ["none", "now", "saved:Pelé", "saved:old"]
    for row in (1, 2):
        sitting.metrics("trainer", t_s=float(row), decisions=1_000_000 * row, win_rate=0.5)
    sitting.fleet.take()
    choose(sitting, "compared-second", "saved:Pelé")
    assert sitting.fleet.take() == [("trainer", messages.TellRun("Pelé"))]
    told(sitting, "Pelé", 2, hyper={"learning_rate": 1e-3, "entropy_coef": 0.003}, hidden="32,32")
    one, other, *_ = lines(sitting)
    assert (one[-1], other[-1], other[0]) == (50.0, 75.0, None) and sitting.view.charts["compared"].end == 2.0
    assert sitting.view.texts["compared-said"] == (
        "“Pelé”: learning rate 0.001 instead of 0.006, a network of 32,32 instead of 64,64; otherwise the same. In "
        "“Pelé” settings were changed 2 times on the way."
    )
    assert sitting.view.texts["compared-other-now"] == "75 % after 2 M decisions"

    choose(sitting, "compared-first", "saved:old")
    told(sitting, "old", seed=3, hyper={"learning_rate": 1e-3, "entropy_coef": 0.003}, hidden="32,32")
    lines(sitting)
    assert sitting.view.texts["compared-said"].startswith("“Pelé”: seed 1 instead of 3; otherwise the same.")
    saved(sitting, "old")
    sitting.page.on_tick()
    assert sitting.view.attributes["compared-body", "hidden"] == "", "it was deleted"


def test_a_saved_run_that_cannot_be_read_says_why() -> None:
    sitting = saved(Sitting().boot(), "Pelé")
    choose(sitting, "compared-second", "saved:Pelé")
    assert "saved:far" not in [value for value, _ in sitting.view.rows["compared-second"]], "of another drill"
    sitting.page.on_message("trainer", 0, messages.RunTold("Pelé", why="it is damaged"))
    assert sitting.view.texts["compared-said"] == "“Pelé” cannot be compared: it is damaged."


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("", "", "“b”: the same settings and the same game."),
        ("", with_values(BALL, (), {"to_ball_reward": 0.5}), "“b”: to ball 0.5 instead of 1; otherwise the same."),
        (with_values(BALL, (), {"to_ball_reward": 0.5}), "", "“b”: to ball 1 instead of 0.5; otherwise the same."),
        ("", BALL + "\n# mine\n", "“b”: code of its own; otherwise the same."),
        ("class A:\n    x = 1.0\n", "class A:\n    y = 1.0\n", "“b”: other code; otherwise the same."),
    ],
)
def test_games_differ_by_their_numbers_and_by_more(one: str, other: str, said: str) -> None:
    runs = ComparedRun("“a”", SETTINGS, edit=one), ComparedRun("“b”", SETTINGS, edit=other)
    assert difference(*runs, original=BALL) == said


def test_without_the_originals_code_the_difference_is_told_all_the_same() -> None:
    runs = ComparedRun("“a”", SETTINGS), ComparedRun("this run", SETTINGS, edit=BALL)
    assert difference(*runs) == "This run: code of its own instead of the original; otherwise the same."


def test_a_band_is_of_those_that_are_known_at_a_place() -> None:
    curves = [
        LearningCurve([1.0, 3.0], [0.0, 1.0]),
        LearningCurve([1.0, 2.0], [0.5, 0.5]),
        LearningCurve([2.0, 3.0], [0.25, None]),
    ]
    found = band(curves, [0.0, 1.0, 2.0, 3.0])
    assert found.low == [None, 0.0, 0.25, 1.0] and found.high == [None, 0.5, 0.5, 1.0]
    assert found.median == [None, 0.25, 0.5, 1.0] and curves[2].last == 0.25
    assert band([], [1.0]).median == [None]


@pytest.mark.parametrize(
    "points", [None, "ab", 3, [[1]], [["a", 1]], [[1, float("nan")]], [[True, 1]], [(2, 1), (1, 1)]]
)
def test_points_that_are_none_are_left_out(points: object) -> None:
    assert len(curve_of(points).decisions) <= 1


def test_decisions_that_fall_back_are_left_out_of_a_curve() -> None:
    found = curve_in({"decisions": [1.0, 3.0, 2.0, None, 4.0], "win_rate": [None, 0.5, 0.9, 0.9, 0.75]}, "win_rate")
    assert (found.decisions, found.values, found.end) == ([1.0, 3.0, 4.0], [None, 0.5, 0.75], 4.0)


@pytest.mark.parametrize(
    ("most", "axis"), [(0.0, (1.0, "k")), (700e3, (1.0, "M")), (200e3, (200.0, "k")), (3.1e6, (5.0, "M"))]
)
def test_the_axis_ends_at_a_round_number(most: float, axis: tuple[float, str]) -> None:
    end, _, name = decisions_axis(most)
    assert (end, name) == (axis[0], f"{axis[1]} decisions")
