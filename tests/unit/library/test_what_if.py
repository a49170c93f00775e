"""What if: players from nothing that differ in a number of the game, for everybody the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import drillsergeant
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.drills.new_game import game_of, text_of
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.compile.edited_drill import checked_drill
from drillsergeant.learn.compile.editing.whole_game import checked_game
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.trials.film import Film
from drillsergeant.learn.trials.recipe import won_share
from drillsergeant.learn.trials.tunables import tunables_of, with_values
from drillsergeant.learn.trials.values import with_values as with_numbers

from tests.rigs.length import few

SHORT = BallDrill(time_limit_s=1.0)
SMALL: dict[str, Any] = {"seed": 5, "matches": 16, "decisions": 1500, "hyper": {"minibatch_size": 64}}


def weights(policy: drillsergeant.Policy) -> bytes:
    return policy.content.state.arrays["parameters"]


def test_a_grid_has_a_player_for_each_pair_the_first_axis_across_with_the_weights_of_train(tmp_path: Path) -> None:
    found = drillsergeant.what_if(SHORT, to_ball=[0, 1], goal_reward=[2.0, 0.5, 1.0], **SMALL)
    values = [(player.values["to_ball_reward"], player.values["goal_reward"]) for player in found.players]
    assert values == [(0, 2), (1, 2), (0, 0.5), (1, 0.5), (0, 1), (1, 1)] and len(found) == 6
    trained = drillsergeant.train(replace(SHORT, to_ball_reward=0.0, goal_reward=0.5), **SMALL).finish(False)
    assert weights(found.policies[2]) == weights(trained) != weights(found.policies[3])
    table = found.table()
    assert table[2]["goal_reward"] == 0.5 and {"decisions", "speed_m_s", "ball_away_m"} <= set(table[2])
    found.save(tmp_path / "grid.svg")
    with pytest.raises(ValueError, match=r"grid\.png would hold SVG"):
        found.save(tmp_path / "grid.png")
    picture = (tmp_path / "grid.svg").read_text()
    assert (
        picture.count("<g ") == 6
        and ">to ball →<" in picture
        and "_reward" not in picture
        and picture.count("<polyline") >= 18
    )
    assert "<table>" in found._repr_html_() and picture in found._repr_html_()


def test_players_of_a_game_of_returns_are_compared_by_how_long_a_match_lasts() -> None:
    """What they earn is by rewards of their own: where nothing is paid it is 0 however long the pole stands."""
    found = drillsergeant.what_if("cartpole", upright=[0.0, 1.0], **SMALL)
    none, one = (player.metrics for player in found.players)
    assert none["mean_return"] == 0.0 and 0.1 < none["lasts_s"] < 10.0 and 0.1 < one["lasts_s"] < 10.0
    assert "lasts 0." in found.picture() and "on average" not in found.picture()
    assert won_share(none) is None and won_share({"win_rate": 0.5}) == 0.5


def test_it_stops_once_the_drill_is_solved_unless_told_otherwise() -> None:
    settings: dict[str, Any] = {"decisions": 150_000, "seed": 1}
    (soon,) = drillsergeant.what_if("chase", catch=[1.0], stops=True, **settings).players
    (late,) = drillsergeant.what_if("chase", catch=[1.0], stops=False, **settings).players
    assert soon.metrics["decisions"] < late.metrics["decisions"] and late.metrics["decisions"] >= 150_000


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({}, ValueError, "takes the values of one number or of two"),
        ({"to_ball": [0], "goal": [0], "ball_mass_kg": [1.0]}, ValueError, "of one number or of two"),
        ({"to_bal": [0]}, ValueError, "no reward term 'to_bal'; there are .*to_ball_reward"),
        ({"to_ball": 1}, TypeError, r"to_ball is 1; give a list of numbers, such as \[0, 0.5, 1\]"),
        ({"to_ball": "01"}, TypeError, "give a list of numbers"),
        ({"to_ball": []}, ValueError, "to_ball has no values"),
        ({"to_ball": [0, "x"]}, ValueError, "a value of to_ball is 'x'"),
        ({"to_ball": [0], "to_ball_reward": [0]}, ValueError, "to_ball_reward is to_ball_reward, which is there"),
        ({"to_ball": range(65)}, ValueError, "these are 65 players, at most 64"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(values: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        drillsergeant.what_if("ball", **values)


@pytest.mark.parametrize(
    ("drill", "values"),
    few(
        [
            ("ball", {"to_ball_reward": 0.25, "ball_mass_kg": 0.6}),
            ("cartpole", {"upright": 0.5}),
            ("squad", {"goal_reward": -1.0}),
        ],
        2,
    ),
)
def test_a_text_with_other_values_is_the_program_of_the_drill_with_them(drill: str, values: dict[str, float]) -> None:
    original = make(drill)
    text = with_values(source_of(drill), original.reward_terms, values)
    of_text = build_program(checked_drill(drill, text), shared=False)
    assert of_text.binary == build_program(with_numbers(original, values), shared=False).binary
    assert of_text.binary != build_program(original, shared=False).binary


def test_so_it_is_with_a_whole_game_whose_terms_have_no_numbers() -> None:
    text = text_of("my-chase")
    names = {each.name: each for each in tunables_of(text, ("caught", "nearer"))}
    assert names["nearer"].is_weight and names["nearer"].is_reward and names["speed"].value == 2.0
    values = {"nearer": 3.0, "speed": 1.0}
    of_text = build_program(checked_game(with_values(text, ("caught", "nearer"), values)), shared=False)
    assert of_text.binary == build_program(with_numbers(game_of("my-chase"), values), shared=False).binary


@pytest.mark.parametrize("text", ["", "class A:\n  x: float = ", "x = 1", "class A:\n    def reward(self): return 3\n"])
def test_of_a_text_in_which_nothing_is_found_there_is_nothing_to_ask(text: str) -> None:
    assert tunables_of(text, ("goal",)) == []
    with pytest.raises(ValueError, match="no number and no reward term 'goal'"):
        with_values(text, ("goal",), {"goal": 1.0})


def test_columns_count_letters_that_take_several_bytes() -> None:
    text = 'class A:\n    ä: str = "ö"; größe: float = -1.5  # ü\n'
    assert with_values(text, (), {"größe": 2.0}) == 'class A:\n    ä: str = "ö"; größe: float = 2.0  # ü\n'


def test_a_film_tells_pieces_of_a_way_and_how_far_apart_two_were() -> None:
    film = Film({"a": ((0.0, 0.0), (1.0, 0.0), (5.0, 0.0), (5.0, 1.0)), "b": ((0.0, 1.0),) * 4, "c": ()})
    assert [len(piece) for piece in film.ways("a")] == [2, 2] and film.run_m("a") == pytest.approx(2.5)
    assert film.apart_m("b", "b") == 0.0 and film.apart_m("a", "c") == 0.0 and film.ways("x") == []


def test_who_is_paid_for_goals_alone_does_not_run_to_the_ball() -> None:
    """Of four seeds, after 350,000 decisions, the nearest to each other were 2.55 m and 1.47 m from the ball."""
    found = drillsergeant.what_if("ball", to_ball=[0, 1], ball_to_goal=[0], decisions=220_000, seed=1)
    idle, chasing = (player.metrics for player in found.players)
    assert idle["ball_away_m"] > 1.5 * chasing["ball_away_m"] and idle["speed_m_s"] < chasing["speed_m_s"]
