"""Behaviour cloning: the gradient is the cross-entropy's, kernels and NumPy agree, and PPO gains by it."""

import math
from array import array
from dataclasses import replace

import drillsergeant
import numpy as np
import pytest
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.imitation.cloning import LEARNING_RATE, Cloning
from drillsergeant.learn.imitation.demonstrations import Demonstrations
from drillsergeant.learn.ppo.arithmetic import corrections
from drillsergeant.learn.ppo.imitator import DecisionBatch
from drillsergeant.learn.reference.engine import network_of
from drillsergeant.learn.reference.imitation import NumpyImitator
from drillsergeant.library.training import Training

from tests.rigs.mixed_drill import HEADS, KICKS, MixedDrill

ENOUGH = 0.5  # of matches won against the bot


def parameters(run: Training) -> bytes:
    return run.policy.content.state.arrays["parameters"]


def wins_after(run: Training, most: int) -> tuple[int, float]:
    """Decisions after which half of the matches are won, and the share that is won then or in the end."""
    for metrics in run:
        if metrics["win_rate"] >= ENOUGH or metrics["decisions"] >= most:
            return int(metrics["decisions"]), metrics["win_rate"]
    raise AssertionError("the run ended before it was looked at")


def test_a_minute_of_the_bot_is_copied_and_half_of_the_matches_won_sooner() -> None:
    shown = drillsergeant.demonstrate("ball", seconds=60, seed=100)
    assert (shown.decisions, shown.seconds) == (900, 60.0)
    run = drillsergeant.train("ball", seed=0)
    agreement = run.clone(shown)
    low, _ = agreement.interval()
    assert agreement.decisions == 180
    assert agreement.chance == pytest.approx(1 / 30)
    assert low > 8 * agreement.chance
    assert low > 1.5 * agreement.commonest
    decisions, won = wins_after(run, 400_000)
    assert won >= ENOUGH
    assert wins_after(drillsergeant.train("ball", seed=0), decisions)[1] < ENOUGH / 2


def test_kernels_and_numpy_clone_alike_choices_masks_and_numbers() -> None:
    drill = MixedDrill()
    shown = drillsergeant.demonstrate(drill, seconds=20, seed=3)
    found = []
    for engine in ("wasm", "numpy"):
        run = drillsergeant.train(drill, seed=2, matches=16, hidden=(16,), engine=engine)
        before = np.frombuffer(parameters(run), np.float32)
        agreement = run.clone(shown)
        after = np.frombuffer(parameters(run), np.float32)
        network = Network.for_heads(3, HEADS, (16,))
        assert (network.log_std(after) == network.log_std(before)).all()  # it goes on trying
        row = slice(network.value_weights, network.value_weights + 16)
        assert (after[row] == before[row]).all() and after[network.value_bias] == before[network.value_bias]
        found.append((after, agreement))
    (kernels, one), (arrays, other) = found
    assert np.abs(kernels - arrays).max() < 2e-4
    assert one.loss == pytest.approx(other.loss, abs=1e-4)
    assert one.chance == pytest.approx(1 / 3 * 0.25 * 1 / KICKS * 0.25)


def test_a_step_goes_down_the_cross_entropy() -> None:
    """The first step of Adam is the sign of the gradient, here that of the loss by differences of double precision."""
    heads = (HEADS[0],)
    network = Network.for_heads(2, heads, (8,))
    imitator, start = NumpyImitator(network, heads), network.initial(1)
    start = start + np.float32(0.3) * np.sin(np.arange(network.size, dtype=np.float32))
    seen, taken = [[0.5, -1.0, 0.2], [1.0, 0.3, -0.7]], [0.0, 2.0, 1.0]
    imitator.begin(start.tobytes())
    rows = imitator.look(DecisionBatch([array("f", row) for row in seen], [array("f", taken)], []))

    def loss(parameters: np.ndarray) -> float:
        (w, b), (v, c) = ((a.astype(float), d.astype(float)) for a, d in network.layers(parameters))
        logits = (v @ np.tanh(w @ np.array(seen) + b[:, None]) + c[:, None])[:3]
        return -float((logits - np.log(np.exp(logits).sum(0)))[[0, 2, 1], [0, 1, 2]].sum())

    logits = np.array(rows)[:3]
    logp = (logits - np.log(np.exp(logits).sum(0)))[[0, 2, 1], [0, 1, 2]]
    assert -logp.sum() == pytest.approx(loss(start), abs=1e-5)
    assert imitator.step(array("f", logp), LEARNING_RATE, *corrections(1))
    step = np.frombuffer(imitator.parameters(), np.float32) - start
    for place in range(0, network.value_weights, 3):
        beside = start.copy()
        beside[place] += np.float32(1e-2)
        slope = (loss(beside) - loss(start)) / 1e-2
        if abs(slope) > 0.02:
            assert math.copysign(1.0, slope) == -math.copysign(1.0, step[place]), place


def test_too_little_other_games_and_poison_are_refused_and_change_nothing() -> None:
    run = drillsergeant.train("chase", seed=1, matches=16)
    before = parameters(run)
    with pytest.raises(ValueError, match=r"45 decisions were played \(3 s\), it takes at least 150 \(10 s\)"):
        run.clone(drillsergeant.demonstrate("chase", seconds=3))
    with pytest.raises(ValueError, match=r"are of ball .*, this run is of chase .*: record some"):
        run.clone(drillsergeant.demonstrate("ball", seconds=12))
    shown = drillsergeant.demonstrate("chase", seconds=12)
    far = replace(shown, seen=array("f", [math.nan] * len(shown.seen)))
    with pytest.raises(FloatingPointError, match="a step of cloning left NaN"):
        run.clone(far)
    assert parameters(run) == before
    assert run.clone(shown).share > 0.5
    assert parameters(run) != before


def test_it_ends_where_what_is_held_out_gains_nothing_with_the_best_parameters() -> None:
    shown = drillsergeant.demonstrate("chase", seconds=20)
    noise = replace(shown, actions=array("f", [float((row * 7919) % 5) for row in range(shown.decisions)]))
    chase = drillsergeant.make("chase")
    network = network_of(chase)
    cloning = Cloning(NumpyImitator(network, chase.heads), chase.heads, noise, network.initial(1).tobytes())
    steps = list(cloning.epochs())
    assert [step.done for step in steps] == [False] * (len(steps) - 1) + [True]
    assert len(steps) < 30 and steps[-1].best.loss <= min(step.held_out.loss for step in steps)


def test_what_was_learned_before_is_where_cloning_begins_and_the_optimiser_starts_anew() -> None:
    run = drillsergeant.train("chase", seed=1, matches=16)
    for _ in range(3):
        run.step()
    updates = run.policy.content.state.updates
    run.clone(drillsergeant.demonstrate("chase", seconds=12))
    state = run.policy.content.state
    assert (state.updates, state.steps) == (updates, 0)
    assert not any(state.arrays["first_moment"]) and not any(state.arrays["second_moment"])
    assert state.scales is not None and not state.scales.fresh and state.scales.updates == 3
    assert run.step()["steps"] > 0


def test_decisions_of_another_pace_are_not_taken_for_the_drills() -> None:
    shown = drillsergeant.demonstrate("chase", seconds=12)
    assert isinstance(shown, Demonstrations)
    assert not replace(shown, decisions_per_s=30.0).belongs_to(drillsergeant.make("chase"))
    assert shown.belongs_to(drillsergeant.make("chase"))
