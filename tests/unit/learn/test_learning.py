"""The learner on games whose answer is known, and the same games failing a learner that is broken on purpose."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drillsergeant.drills.chase import ChaseDrill
from drillsergeant.drills.contract import Drill, Player
from drillsergeant.drills.probes import (
    PROBES,
    ActionProbe,
    BothProbe,
    DelayProbe,
    MaskProbe,
    NumberProbe,
    Probe,
    SignalProbe,
)
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.ppo import PpoLearner
from drillsergeant.learn.reference import arithmetic as arithmetic_module
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic
from drillsergeant.learn.reference.chunk import ChunkArrays
from drillsergeant.learn.reference.rollout import ReferenceCollector, evaluate

from build.promises.records import tally
from tests.rigs.length import few
from tests.rigs.probe_answers import probe_error

# A short memory, so that the delay probe tells a discounted value (0.7) from an undiscounted one.
PROBE_HYPER = Hyper(learning_rate=1e-2, entropy_coef=0.0, epochs=2, minibatch_size=512, gamma=0.7)


def trained(drill: Drill, hyper: Hyper, updates: int, seed: int, matches: int, horizon: int) -> NumpyArithmetic:
    network = Network.for_heads(len(drill.observation), drill.heads, (16, 16))
    arithmetic = NumpyArithmetic(network, drill.heads, seed, masks_of(drill))
    learner: PpoLearner[ChunkArrays] = PpoLearner(arithmetic, seed)
    collector = ReferenceCollector(drill, network, matches, seed)
    for _ in range(updates):
        learner.learn([collector.collect(arithmetic.parameters, horizon)], hyper)
    return arithmetic


def worst_error(probe: Probe, seed: int = 0, updates: int = 60) -> float:
    """Largest error of what was learned, see `probe_error`."""
    arithmetic = trained(probe, PROBE_HYPER, updates, seed, matches=256, horizon=2)
    return probe_error(probe, arithmetic.network, arithmetic.parameters, PROBE_HYPER.gamma)


@pytest.mark.parametrize("seed", few(range(3), 1))
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_is_solved_within_a_tenth(probe: type[Probe], seed: int) -> None:
    assert worst_error(probe(), seed) < 0.1
    tally(19, "games", 1)


def flipped_policy(*args: Any) -> Any:
    upstream, metrics = loss_gradient(*args)
    return [*(-d for d in upstream[:-1]), upstream[-1]], metrics


def flipped_value(*args: Any) -> Any:
    upstream, metrics = loss_gradient(*args)
    return [*upstream[:-1], -upstream[-1]], metrics


def flipped_mean(*args: Any) -> Any:
    (mean, *others), metrics = loss_gradient(*args)
    return [-mean, *others], metrics


def flipped_spread(*args: Any) -> Any:
    (*others, log_std), metrics = loss_gradient(*args)
    return [*others, -log_std], metrics


def masked_the_wrong_way(policy: Any, *rest: Any) -> Any:
    return loss_gradient(policy._replace(allowed=[~mask for mask in policy.allowed]), *rest)


def immortal(reward: Any, value: Any, terminated: Any, *rest: Any) -> Any:
    return gae(reward, value, np.zeros_like(terminated), *rest)


def undiscounted(reward: Any, value: Any, terminated: Any, truncated: Any, gamma: Any, gae_lambda: Any) -> Any:
    return gae(reward, value, terminated, truncated, np.float32(1.0), gae_lambda)


def mismatched_rows(policy: Any, value: Any, action: Any, logp_old: Any, advantage: Any, *rest: Any) -> Any:
    return loss_gradient(policy, value, action, logp_old, np.roll(advantage, 1), *rest)


def still_rescaled(network: Any, parameters: Any, scales: Any) -> Any:
    return parameters


@pytest.mark.parametrize(
    ("probe", "where", "broken"),
    [
        (Probe, "left", still_rescaled),
        (SignalProbe, "loss_gradient", flipped_value),
        (Probe, "gae", immortal),
        (DelayProbe, "gae", undiscounted),
        (ActionProbe, "loss_gradient", flipped_policy),
        (BothProbe, "loss_gradient", mismatched_rows),
        (NumberProbe, "loss_gradient", flipped_mean),
        (NumberProbe, "loss_gradient", flipped_spread),
        (MaskProbe, "loss_gradient", masked_the_wrong_way),
    ],
)
def test_a_broken_learner_fails_its_probe(
    probe: type[Probe], where: str, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arithmetic_module, where, broken)
    # Rows mixed up leave learning to chance, which may favour one seed but not all that a sound learner must solve.
    assert any(worst_error(probe(), seed) > 0.2 for seed in range(3))


@pytest.mark.parametrize("seed", few(range(2), 1))
def test_chase_is_learned_within_100_000_decisions(seed: int) -> None:
    drill = ChaseDrill()
    hyper = Hyper(learning_rate=5e-3, entropy_coef=0.005, epochs=2, minibatch_size=512)
    arithmetic = trained(drill, hyper, 48, seed, matches=256, horizon=8)
    fresh = arithmetic.network.initial(seed)
    before, after = (
        evaluate(drill, arithmetic.network, parameters, Player.POLICY, 200, seed=9).wins / 200
        for parameters in (fresh, arithmetic.parameters)
    )
    assert before < 0.5
    assert after > 0.95
