"""One rule for all drills: what they begin to learn with, and that it solves tasks nobody tuned it for."""

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import facts_of
from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.train import Settings, native_rig, train


def test_ball_drill_is_the_measure_of_the_rule() -> None:
    assert default_hyper(make("ball")) == Hyper()


def test_small_and_long_games_get_small_steps_that_look_further_ahead() -> None:
    hyper = default_hyper(make("cartpole"))
    assert (hyper.minibatch_size, hyper.learning_rate, hyper.gamma) == (256, 0.0021, 0.988)
    assert default_hyper(make("acrobot")).minibatch_size == 384
    assert default_hyper(make("chase")).gamma == Hyper().gamma, "a short match is no reason to be short-sighted"


@pytest.mark.parametrize("name", ["ball", "sumo", "chase", "cartpole"])
def test_a_drill_and_its_facts_say_the_same(name: str) -> None:
    assert default_hyper(facts_of(make(name))) == default_hyper(make(name))


@pytest.mark.parametrize(("name", "decisions"), [("cartpole", 300_000), ("acrobot", 200_000), ("pendulum", 300_000)])
def test_a_yardstick_of_others_is_solved_untuned(name: str, decisions: int) -> None:
    """CartPole-v1 at 475, Acrobot-v1 at -100, Pendulum-v1 at -250; the policy samples its actions."""
    drill = make(name)
    settings = Settings(decisions=decisions, evaluate_every=decisions, seed=1)
    first, last = train(native_rig(drill, settings), settings, default_hyper(drill))
    means = [point.tallies["scripted"].returns / point.tallies["scripted"].episodes for point in (first, last)]
    threshold = {"cartpole": 475.0, "acrobot": -100.0, "pendulum": -250.0}[name]
    assert means[0] < threshold < means[1]
