"""What the page's address decides: where matches are played and how many, duels by default and by number, or none."""

from __future__ import annotations

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.runtimes.protocol.init_options import CHOICES
from drillsergeant.runtimes.supervisor.setup import GPU_WORKERS, choose_setup

BALL, CHASE = (build_program(make(name), shared=False, hidden=(16, 16)) for name in ("ball", "chase"))


@pytest.mark.parametrize(
    ("address", "duels"),
    [({}, 64), ({"matches": "100"}, 24), ({"duels": "0"}, 0), ({"duels": "128"}, 128), ({"lockstep": "50"}, 0)],
)
def test_a_quarter_of_the_matches_are_duels_unless_the_address_says_otherwise(
    address: dict[str, str], duels: int
) -> None:
    plan = choose_setup(BALL, 4, address).plan
    assert plan.duels == duels
    assert plan.agents == 2 * (plan.matches - duels) + duels


def test_a_drill_of_one_side_has_no_duels() -> None:
    assert choose_setup(CHASE, 4, {}).plan.duels == 0
    with pytest.raises(ValueError, match="4 duels of chase, whose teams are \\(1,\\)"):
        choose_setup(CHASE, 4, {"duels": "4"})


@pytest.mark.parametrize("address", [{"duels": "132"}, {"duels": "-4"}, {"duels": "4", "lockstep": "1"}])
def test_numbers_of_duels_that_make_no_sense_are_refused_by_name(address: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"duels must be a whole number from 0 to .*, not '{address['duels']}'"):
        choose_setup(BALL, 4, address)
    with pytest.raises(ValueError, match=r"6 duels of ball.*multiple of 4"):
        choose_setup(BALL, 4, {"duels": "6"})


def test_a_decimal_comma_in_the_address_is_taken() -> None:
    assert choose_setup(BALL, 4, {"learning_rate": "0,01"}).options.hyper.learning_rate == 0.01


@pytest.mark.parametrize("text", ["4", "512", "8,8,8,8", "64,x", "", "64;64", "\u0664\u0664"])
def test_a_network_that_cannot_be_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="a network has 1 to 3 hidden layers of 8 to 256 units each: write"):
        choose_setup(CHASE, 4, {"hidden": text})
    assert choose_setup(CHASE, 4, {"hidden": "32, 48,16"}) == choose_setup(CHASE, 4, {})


def test_what_the_address_leaves_open_is_as_the_drill_needs_it() -> None:
    fitting = choose_setup(CHASE, 4, {}).options.hyper
    assert (fitting.minibatch_size, fitting.learning_rate) == (2048, 0.006), "of two workers, not the drill's own 512"
    assert choose_setup(CHASE, 4, {"learning_rate": "0.003"}).options.hyper == fitting.changed(learning_rate=0.003)
    assert choose_setup(BALL, 4, {"workers": "1"}).options.hyper == Hyper()


def test_where_the_gpu_must_play_few_workers_evaluate_and_it_plays_what_the_address_says() -> None:
    setup = choose_setup(BALL, 16, {"play": "gpu"})
    assert (setup.options.play, setup.options.play_matches) == ("gpu", 0)
    assert (setup.plan.matches, setup.plan.workers) == (RunSizes.matches, GPU_WORKERS)
    assert choose_setup(BALL, 2, {"play": "gpu"}).plan.workers == 1
    assert choose_setup(BALL, 16, {"play": "gpu", "workers": "5"}).plan.workers == 5
    few = choose_setup(BALL, 16, {"play": "gpu", "matches": "64"})
    assert (few.plan.matches, few.options.play_matches) == (64, 64)


def test_the_gpu_may_play_wherever_it_may_learn_and_workers_evaluate() -> None:
    assert choose_setup(BALL, 16, {}).options.play == "auto"
    assert choose_setup(BALL, 16, {"play": "cpu", "matches": "64"}).options.play_matches == 0
    for other in ({"learner": "wasm"}, {"learner": "numpy"}, {"lockstep": "5"}):
        setup = choose_setup(BALL, 16, other)
        assert setup.options.play == "cpu"
        assert choose_setup(BALL, 16, {"play": "gpu", **other}) == setup
    assert choose_setup(BALL, 16, {"play": "gpu"}, "solo") == choose_setup(BALL, 16, {}, "solo")
    assert choose_setup(BALL, 16, {}, "solo").options.play == "cpu"


@pytest.mark.parametrize("name", ["learner", "mode", "play", "renderer"])
def test_a_choice_there_is_not_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be one of .*{CHOICES[name][-1]}, not 'abacus'"):
        choose_setup(CHASE, 4, {name: "abacus"})
