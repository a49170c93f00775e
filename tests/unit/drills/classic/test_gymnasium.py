"""The classic tasks against Gymnasium's own classes: every step, whole episodes, starts, rewards and limits.

Gymnasium computes in f64, a drill in f32. One step from the same state differs by rounding alone; over an episode the
difference grows by as much as the task's own dynamics multiply it.
"""

from typing import Any

import gymnasium
import numpy as np
import pytest
from drillsergeant.drills.classic.acrobot import MOTION as ACROBOT_MOTION
from drillsergeant.drills.classic.acrobot import AcrobotDrill
from drillsergeant.drills.classic.cartpole import MOTION as CARTPOLE_MOTION
from drillsergeant.drills.classic.cartpole import CartPoleDrill
from drillsergeant.drills.contract import Drill, Outcome, State
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import choices_of

STEP_ERROR = 4e-6  # of one step, absolute; speeds reach 28 /s
LONGEST = 80  # steps; an acrobot that swings for longer multiplies any difference until nothing is left of it
CASES = [
    pytest.param("CartPole-v1", CartPoleDrill(), CARTPOLE_MOTION, 2e-5, id="cartpole"),
    pytest.param("Acrobot-v1", AcrobotDrill(), ACROBOT_MOTION, 2e-3, id="acrobot"),
]


def beginning(drill: Drill, motion: tuple[str, ...], values: Array) -> State:
    """One match whose motion is `values` f64 [4]."""
    state = drill.reset(np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    return state | {name: np.array([value], np.float32) for name, value in zip(motion, values, strict=True)}


def moved(drill: Drill, state: State, action: int) -> State:
    """The match one step later."""
    return drill.tick(state, [[np.array([action], np.int32)]])


def motion_of(state: State, motion: tuple[str, ...]) -> Array:
    return np.array([state[name][0] for name in motion])


def state_of(env: Any) -> Array:
    """Gymnasium's state, f64 [4]."""
    return np.asarray(env.unwrapped.state)


def bare(name: str) -> Any:
    """Gymnasium's class without its wrappers, which would forbid what is set here."""
    return gymnasium.make(name, disable_env_checker=True).unwrapped


@pytest.mark.parametrize(("name", "drill", "motion", "drift"), CASES)
def test_every_step_of_whole_episodes_is_gymnasiums(
    name: str, drill: Drill, motion: tuple[str, ...], drift: float
) -> None:
    """Played well, so up to the time limit for the pole; each step begins from Gymnasium's state, rounded to f32."""
    env = gymnasium.make(name)
    for seed in range(4):
        env.reset(seed=seed)
        state = beginning(drill, motion, state_of(env))
        ended = False
        while not ended:
            before = state | {field: np.array([v], np.float32) for field, v in zip(motion, state_of(env), strict=True)}
            action = int(drill.scripted(before, 0)[0][0])
            state = moved(drill, before, action)
            observed, reward, terminated, truncated, _ = env.step(action)
            assert np.allclose(motion_of(state, motion), state_of(env), rtol=0, atol=STEP_ERROR)
            assert np.allclose(np.concatenate(drill.observe(state, 0)), observed, rtol=0, atol=STEP_ERROR)
            assert drill.reward(before, state, 0)[0][0] == reward
            outcome = Outcome(*drill.outcome(state))
            assert bool(outcome.terminated[0]) == terminated
            assert bool(outcome.truncated[0]) == (truncated and not terminated)
            ended = terminated or truncated


@pytest.mark.parametrize(("name", "drill", "motion", "drift"), CASES)
def test_a_whole_episode_stays_beside_gymnasiums(
    name: str, drill: Drill, motion: tuple[str, ...], drift: float
) -> None:
    """Both begin alike and get the same actions, never a look at each other: the pole until it falls, at random."""
    env, random = gymnasium.make(name), np.random.default_rng(0)
    for seed in range(20):
        env.reset(seed=seed)
        state = beginning(drill, motion, state_of(env))
        ended = False
        while not ended and state["clock"][0] < LONGEST:
            action = int(random.integers(2)) if name == "CartPole-v1" else int(drill.scripted(state, 0)[0][0])
            state = moved(drill, state, action)
            _, _, terminated, truncated, _ = env.step(action)
            assert np.allclose(motion_of(state, motion), state_of(env), rtol=0, atol=drift)
            assert bool(drill.outcome(state)[0][0]) == terminated
            ended = terminated or truncated


@pytest.mark.parametrize(("name", "drill", "motion", "drift"), CASES)
def test_a_step_from_anywhere_is_gymnasiums(name: str, drill: Drill, motion: tuple[str, ...], drift: float) -> None:
    """States far outside what a good player sees, beyond the limits included."""
    env, random = bare(name), np.random.default_rng(1)
    reach = np.array([3.0, 4.0, 0.3, 4.0]) if name == "CartPole-v1" else np.array([3.1, 3.1, 12.0, 28.0])
    ends = 0
    for _ in range(400):
        start = (random.uniform(-1.0, 1.0, 4) * reach).astype(np.float32).astype(np.float64)
        action = int(random.integers(len(choices_of(drill.heads)[0])))
        env.reset(seed=0)
        env.state = start.copy()
        after = moved(drill, beginning(drill, motion, start), action)
        _, reward, terminated, _, _ = env.step(action)
        assert np.allclose(np.exp(1j * motion_of(after, motion)), np.exp(1j * np.asarray(env.state)), atol=5e-4)
        outcome = Outcome(*drill.outcome(after))
        assert bool(outcome.terminated[0]) == terminated
        assert drill.reward(after, after, 0)[0][0] == reward
        ends += terminated
    assert 20 < ends < 380


@pytest.mark.parametrize(("name", "drill", "motion", "drift"), CASES)
def test_episodes_begin_in_gymnasiums_range_and_last_as_long(
    name: str, drill: Drill, motion: tuple[str, ...], drift: float
) -> None:
    spec = gymnasium.spec(name)
    assert spec.max_episode_steps == round(drill.time_limit_s * drill.tick_hz) and drill.action_repeat == 1
    env = bare(name)
    theirs = np.array([(env.reset(seed=seed), env.state)[1] for seed in range(2000)])
    state = drill.reset(np.arange(2000, dtype=np.uint32), np.zeros(2000, np.uint32))
    ours = np.stack([state[field] for field in motion], axis=1)
    for quantile in (0.0, 0.25, 0.5, 0.75, 1.0):
        assert np.allclose(np.quantile(ours, quantile, axis=0), np.quantile(theirs, quantile, axis=0), atol=0.012)
    assert np.all(np.abs(np.corrcoef(ours.T) - np.eye(4)) < 0.08)


@pytest.mark.parametrize(("name", "drill", "motion", "drift"), CASES)
def test_the_scripted_player_solves_it(name: str, drill: Drill, motion: tuple[str, ...], drift: float) -> None:
    state = drill.reset(np.arange(200, dtype=np.uint32), np.zeros(200, np.uint32))
    total, done = np.zeros(200), np.zeros(200, np.bool_)
    for _ in range(round(drill.time_limit_s * drill.tick_hz)):
        after = drill.tick(state, [drill.scripted(state, 0)])
        total += np.where(done, 0.0, drill.reward(state, after, 0)[0])
        state, done = after, done | drill.outcome(after)[0]
    assert total.mean() > (475.0 if name == "CartPole-v1" else -100.0)
