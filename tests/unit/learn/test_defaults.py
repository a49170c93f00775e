"""One rule for all drills: what they begin to learn with, and that it solves tasks nobody tuned it for."""

from dataclasses import dataclass, replace

import pytest
from drillsergeant.drills import make
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Recommended
from drillsergeant.learn.compile.program_builder import build_program, facts_of
from drillsergeant.learn.defaults import default_hidden, default_hyper, with_minibatch
from drillsergeant.learn.ppo.hidden import HIDDEN
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.program import Program
from drillsergeant.learn.train import Settings, native_rig, train

from tests.rigs.length import few


def test_ball_drill_is_the_measure_of_the_rule() -> None:
    assert default_hyper(make("ball")) == Hyper()


def test_small_and_long_games_get_small_steps_that_look_further_ahead() -> None:
    hyper = default_hyper(make("cartpole"))
    assert (hyper.minibatch_size, hyper.learning_rate, hyper.gamma) == (256, 0.0021, 0.988)
    assert default_hyper(make("acrobot")).minibatch_size == 384
    assert default_hyper(make("chase")).gamma == Hyper().gamma, "a short match is no reason to be short-sighted"


def test_larger_minibatches_get_larger_steps_up_to_the_usual_one() -> None:
    volley = default_hyper(make("volley"))
    assert with_minibatch(volley, 2 * volley.minibatch_size).learning_rate == 0.0035
    assert with_minibatch(volley, 32768) == volley.changed(minibatch_size=32768, learning_rate=Hyper().learning_rate)
    assert with_minibatch(volley, 64) == volley
    assert with_minibatch(Hyper(), 8192) == Hyper(minibatch_size=8192)
    daring = Hyper(learning_rate=0.02)
    assert with_minibatch(daring, 8192).learning_rate == 0.02, "what a drill recommends is not lowered"


SMALL_FIELD = Recommended("Its field is small.", (16,), {"gamma": 0.9})


@dataclass(frozen=True)
class Recommending(ChaseDrill):
    """A drill that knows what it is learned well with."""

    recommended: Recommended = SMALL_FIELD


def test_a_drill_recommends_what_it_is_learned_with_and_says_why() -> None:
    drill = Recommending()
    for each in (drill, facts_of(drill), Program.from_json(build_program(drill, shared=False).to_json()).drill):
        assert default_hidden(each) == (16,)
        assert default_hyper(each) == default_hyper(make("chase")).changed(gamma=0.9)
        assert each.recommended is not None and each.recommended.why == "Its field is small."
    assert build_program(drill, shared=False).network.hidden == (16,)
    assert default_hidden(make("chase")) == HIDDEN
    with pytest.raises(ValueError, match=r"hidden is \(4,\); a network has"):
        default_hidden(replace(drill, recommended=Recommended("No reason.", (4,))))


@pytest.mark.parametrize("name", ["ball", "sumo", "chase", "cartpole"])
def test_a_drill_and_its_facts_say_the_same(name: str) -> None:
    assert default_hyper(facts_of(make(name))) == default_hyper(make(name))


# CartPole is balanced in test_cartpole_band.py, too.
@pytest.mark.parametrize(
    ("name", "decisions"), few([("acrobot", 160_000), ("pendulum", 180_000), ("cartpole", 300_000)], 2)
)
def test_a_yardstick_of_others_is_solved_untuned(name: str, decisions: int) -> None:
    """CartPole-v1 at 475, Acrobot-v1 at -100, Pendulum-v1 at -250; the policy samples its actions."""
    drill = make(name)
    settings = Settings(decisions=decisions, evaluate_every=decisions, seed=1)
    first, last = train(native_rig(drill, settings), settings, default_hyper(drill))
    means = [point.tallies["scripted"].returns / point.tallies["scripted"].episodes for point in (first, last)]
    threshold = {"cartpole": 475.0, "acrobot": -100.0, "pendulum": -250.0}[name]
    assert means[0] < threshold < means[1]
