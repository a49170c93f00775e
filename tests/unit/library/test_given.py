"""What callers give: names and numbers are taken as people write them, or refused at once and in words."""

from __future__ import annotations

import pydoc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import drillsergeant
import drillsergeant.gym
import numpy as np
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv, win_share
from drillsergeant.library.policy import Policy, schema_of
from drillsergeant.plain import whole_number

from tests.fakes.policies import some_policy

CHASER = Policy(some_policy(schema_of(drillsergeant.make("chase"))))
MATCHES = 8


def begun(env: Any) -> Any:
    env.reset(seed=1)
    return env


WRONG_WHOLE = [-1, 1.5, float("nan"), float("inf"), "x", None, True, np.bool_(False), 1j, np.array([3]), [3]]
SEED_IS: dict[str, Callable[[Any], object]] = {
    "one": lambda given: DrillEnv("chase").reset(seed=given),
    "many": lambda given: DrillVectorEnv(2, "chase").reset(seed=given),
    "each": lambda given: DrillVectorEnv(2, "chase").reset(seed=[1, given]),
    "all players": lambda given: DrillParallelEnv("chase").reset(seed=given),
    "share": lambda given: win_share(CHASER, seed=given, matches=1),
}


@pytest.mark.parametrize("number", [3, 3.0, np.int8(3), np.uint32(3), np.float32(3.0), np.array(3)])
def test_whatever_is_a_whole_number_to_numpy_is_one(number: Any) -> None:
    assert whole_number("it", number) == 3 and type(whole_number("it", number)) is int


@pytest.mark.parametrize("wrong", WRONG_WHOLE)
def test_what_is_no_whole_number_is_refused_with_both_values(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"it is .*; give a whole number from 0 to 9"):
        whole_number("it", wrong, most=9)


@pytest.mark.parametrize("take", SEED_IS.values(), ids=SEED_IS)
def test_a_seed_is_a_whole_number_wherever_it_is_given(take: Callable[[Any], object]) -> None:
    for wrong in (-1, "x", 1.5, True):
        with pytest.raises(ValueError, match=r"seed is .*; give a whole number from 0"):
            take(wrong)
    take(np.int64(7))


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: drillsergeant.train("chase", decisions="x"), "decisions is 'x' .str.; give a whole number from 0 up"),  # type: ignore[arg-type]
    (lambda: drillsergeant.train("chase", matches=0), "matches is 0; give a whole number from 1 up"),
    (lambda: drillsergeant.train("chase", hyper=5), "hyper is 5; give hyperparameters by name"),  # type: ignore[arg-type]
    (lambda: drillsergeant.train("chase", hyper={"learning_rat": 0.1}), "did you mean 'learning_rate'"),
    (lambda: drillsergeant.between("a", 1), "the lower number of between is 'a' .str.; give a number"),  # type: ignore[arg-type]
    (lambda: drillsergeant.lessons(1, None), "a value of lessons is None .NoneType.; give a number"),  # type: ignore[arg-type]
    (lambda: win_share(CHASER, matches=0), "matches is 0; give a whole number from 1 up"),
    (lambda: win_share(CHASER, team=1), "team is 1; give a whole number from 0 to 0"),
    (lambda: DrillVectorEnv(0, "chase"), "num_envs is 0; give a whole number from 1 up"),
    (lambda: begun(DrillEnv("ball")).step(["a", 1, 0]), "actions of ball are move, turn, dash, a number each, got"),
    (lambda: begun(DrillEnv("ball")).step([0.5, 1, 0]), r"move of ball is a whole number from 0 to 4, got \[0.5\]"),
    (lambda: begun(DrillEnv("pendulum")).step(None), "actions of pendulum are torque, a number each, got None"),
    (lambda: DrillEnv(replace(BallDrill(), dash_speed="x")), "dash_speed is 'x', by default it is 7.0: give a number"),  # type: ignore[arg-type]
    (lambda: CHASER.act("x"), "the observation is 'x'; give numbers f32"),  # type: ignore[arg-type]
    (lambda: CHASER.act(np.zeros(8), random=5), "random is 5; give a generator"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "said"), REFUSED, ids=[said[:24] for _, said in REFUSED])
def test_what_cannot_be_used_is_refused_in_words(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_numbers_of_numpy_make_the_run_that_pythons_make() -> None:
    kinds: list[Callable[[Any], Any]] = [lambda value: value, np.array]
    runs = []
    for kind in kinds:
        rules: dict[str, Any] = {"dash_speed": kind(9.0), "action_repeat": kind(4)}
        sizes: dict[str, Any] = {"matches": kind(MATCHES), "decisions": kind(5000), "hidden": kind([32, 16])}
        hyper = {"learning_rate": kind(0.01), "minibatch_size": kind(64)}
        runs.append(drillsergeant.train(replace(BallDrill(), **rules), hyper=hyper, seed=7, **sizes))
        runs[-1].step()
    one, other = (run.policy.content.state.arrays for run in runs)
    assert one == other and runs[0].drill == runs[1].drill


def test_a_name_that_is_nearly_one_is_answered_with_it_and_with_games_alone() -> None:
    for wrong in ("bal", "Ball", "balll"):
        with pytest.raises(ValueError, match=f"no drill is called '{wrong}': did you mean 'ball'") as refused:
            drillsergeant.train(wrong)
        assert "probe" not in str(refused.value)
    assert "probe" not in repr(drillsergeant.DRILLS) and drillsergeant.make("probe-mask").name == "probe-mask"
    with pytest.raises(TypeError, match="make takes the name of a drill, such as 'ball', not int 5"):
        drillsergeant.make(5)  # type: ignore[arg-type]


def test_objects_say_what_they_are() -> None:
    run = drillsergeant.train("chase", matches=MATCHES, decisions=1000)
    run.step()
    said = "<Training chase: 128 of 1,000 decisions, 1 updates, network (64, 64), wasm>"
    assert repr(run) == said
    assert repr(run.policy) == "<Policy chase: 8 numbers in, network (64, 64), 128 decisions learned from>"
    varied = BallDrill(dash_speed=drillsergeant.between(5, 9))
    assert "dash_speed=Between(low=5.0, high=9.0)" in repr(DrillEnv(varied).drill)
    envs = DrillEnv("chase"), DrillVectorEnv(2, "chase"), DrillParallelEnv("chase")
    for env, name in zip(envs, ("DrillEnv", "DrillVectorEnv", "DrillParallelEnv"), strict=True):
        assert repr(env).startswith(f"<{name} chase,")


def test_dir_and_help_show_what_is_public() -> None:
    run = drillsergeant.train("chase", matches=MATCHES)
    for thing in (run, run.policy, drillsergeant.gym):
        assert not [name for name in dir(thing) if name.startswith("_")]
    assert dir(drillsergeant) == sorted([*drillsergeant.__all__, "callbacks", "gym"])
    assert {"step", "policy", "plot"} <= set(dir(run)) and "DrillEnv" in dir(drillsergeant.gym)
    text = pydoc.plain(pydoc.render_doc(drillsergeant))
    assert "import_module" not in text and "class Training" in text
