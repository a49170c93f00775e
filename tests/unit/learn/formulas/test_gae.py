"""GAE against a plain loop in f64 that follows the definition episode by episode, not the recursion."""

import numpy as np
import pytest
from drillsergeant.learn.formulas.gae import gae

GAMMA, LAM = np.float32(0.97), np.float32(0.9)


def by_definition(
    reward: np.ndarray,
    value: np.ndarray,
    terminated: np.ndarray,
    truncated: np.ndarray,
    gamma: float,
    gae_lambda: float,
) -> np.ndarray:
    """advantage[t] = sum over k of (gamma lambda)^k delta[t+k], to the end of the episode or chunk; one lane."""
    horizon = len(reward)
    advantage = np.zeros(horizon)
    for t in range(horizon):
        for k in range(t, horizon):
            future = 0.0 if terminated[k] else value[k + 1]
            advantage[t] += (gamma * gae_lambda) ** (k - t) * (reward[k] + gamma * future - value[k])
            if terminated[k] or truncated[k]:
                break
    return advantage


@pytest.mark.parametrize("seed", range(5))
def test_matches_the_definition_with_terminations_and_truncations_within_1e_5(seed: int) -> None:
    rng = np.random.default_rng(seed)
    horizon, agents = 23, 17
    reward = rng.normal(size=(horizon, agents)).astype(np.float32)
    value = rng.normal(size=(horizon + 1, agents)).astype(np.float32)
    terminated = (rng.random((horizon, agents)) < 0.15).astype(np.int32)
    truncated = (rng.random((horizon, agents)) < 0.15).astype(np.int32)
    advantage, return_ = gae(reward, value, terminated, truncated, GAMMA, LAM)
    assert advantage.dtype == return_.dtype == np.float32
    for lane in range(agents):
        columns = reward[:, lane], value[:, lane], terminated[:, lane], truncated[:, lane]
        expected = by_definition(*columns, float(GAMMA), float(LAM))
        np.testing.assert_allclose(advantage[:, lane], expected, atol=1e-5)
        np.testing.assert_allclose(return_[:, lane], expected + value[:-1, lane], atol=1e-5)


def constant_reward_return(terminated: bool, truncated: bool) -> float:
    """Return of the last decision of a stream of rewards 1 whose critic is already right."""
    true_value = np.float32(1.0 / (1.0 - 0.97))
    reward = np.ones((4, 1), np.float32)
    value = np.full((5, 1), true_value, np.float32)
    ends = [np.zeros((4, 1), np.int32) for _ in range(2)]
    ends[0][-1], ends[1][-1] = terminated, truncated
    _, return_ = gae(reward, value, ends[0], ends[1], GAMMA, LAM)
    return float(return_[0, 0])


def test_a_time_limit_is_bootstrapped_and_death_is_not() -> None:
    assert constant_reward_return(terminated=False, truncated=True) == pytest.approx(1.0 / 0.03, rel=1e-4)
    assert constant_reward_return(terminated=False, truncated=False) == pytest.approx(1.0 / 0.03, rel=1e-4)
    assert constant_reward_return(terminated=True, truncated=False) < 20.0


def test_nothing_leaks_from_the_next_episode() -> None:
    reward = np.zeros((3, 2), np.float32)
    reward[2] = 1000.0
    value = np.zeros((4, 2), np.float32)
    terminated = np.array([[0, 0], [1, 0], [0, 0]], np.int32)
    truncated = np.array([[0, 0], [0, 1], [0, 0]], np.int32)
    advantage, _ = gae(reward, value, terminated, truncated, GAMMA, LAM)
    np.testing.assert_array_equal(advantage[:2], 0.0)


def test_a_not_a_number_value_behind_a_termination_is_ignored() -> None:
    value = np.array([[0.5], [np.nan]], np.float32)
    ended = np.ones((1, 1), np.int32)
    advantage, _ = gae(np.ones((1, 1), np.float32), value, ended, np.zeros((1, 1), np.int32), GAMMA, LAM)
    assert advantage[0, 0] == np.float32(0.5)
