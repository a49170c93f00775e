"""A run whose weights are destroyed in the middle is back at its best soon, by itself: real training on the kernels."""

import random
from array import array

import pytest
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import LearnerState

from tests.rigs.length import few
from tests.rigs.training_run import TrainingRun

GOOD = 0.4
UPDATES_MAX = 400  # to become that good
NOTICED_WITHIN = 120  # updates, a chunk each: some 800 episodes


def noise(state: LearnerState, seed: int, size: float) -> LearnerState:
    """The state with every parameter replaced."""
    draws = random.Random(seed)
    count = len(state.arrays["parameters"]) // 4
    spoilt = array("f", (draws.gauss(0.0, size) for _ in range(count))).tobytes()
    return LearnerState(state.seed, state.updates, state.steps, state.dropped, {**state.arrays, "parameters": spoilt})


@pytest.mark.parametrize("seed", few([2, 1], 1))
def test_weights_overwritten_with_noise_are_rewound_to_the_best_and_win_again(seed: int) -> None:
    run = TrainingRun(seed=seed, matches=128)
    timeline = run.trainer.run_control.timeline
    while not (timeline.best and timeline.best.win and timeline.best.win > GOOD):
        run.update()
        assert run.trainer.progress.updates < UPDATES_MAX, f"{run.win:.0%} wins"
    best, began = timeline.best, run.trainer.progress.updates
    kept = timeline.find(best.id)[1]
    run.learner.restore(noise(run.learner.state(), seed, 1.0))
    while not run.events("rewind"):
        run.update()
        assert run.trainer.progress.updates - began <= NOTICED_WITHIN, f"not noticed at {run.win:.0%} wins"
    assert run.learner.state() == kept
    assert run.trainer.run_control.guarded.learning_rate == Hyper().learning_rate / 2
    (event,) = run.events("rewind")
    assert "the best so far; learning rate 0.006 → 0.003" in event.text
    run.train(60)
    assert best.win is not None
    assert run.win >= best.win - 0.05
    assert timeline.best is best or (timeline.best.win is not None and timeline.best.win > best.win)
    assert len(run.events("rewind")) == 1
