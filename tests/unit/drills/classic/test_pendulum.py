"""Pendulum-v1 against Gymnasium's own class: every step, whole episodes, starts, rewards and the limit.

Gymnasium computes in f64 and lets the angle grow, the drill in f32 and keeps it within half a turn.
"""

from typing import Any

import gymnasium
import numpy as np
from drillsergeant.drills.classic.pendulum import MOTION, PendulumDrill
from drillsergeant.drills.contract import Outcome, State
from drillsergeant.elementary import Array

DRILL = PendulumDrill()
STEP_ERROR = 4e-6  # of one step, absolute
REWARD_ERROR = 4e-5  # of up to 16.3


def beginning(theta: float, speed: float) -> State:
    """One match at this angle and speed."""
    state = DRILL.reset(np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    return state | {name: np.array([value], np.float32) for name, value in zip(MOTION, (theta, speed), strict=True)}


def moved(state: State, torque: float) -> State:
    return DRILL.tick(state, [[np.array([torque], np.float32)]])


def bare() -> Any:
    """Gymnasium's class without its wrappers, which would forbid what is set here."""
    return gymnasium.make("Pendulum-v1", disable_env_checker=True).unwrapped


def assert_alike(state: State, env: Any, error: float) -> None:
    """Both are at the same angle, whole turns aside, and equally fast."""
    theta, speed = env.unwrapped.state
    assert abs(np.exp(1j * float(state["theta"][0])) - np.exp(1j * theta)) < error
    assert abs(float(state["theta_dot"][0]) - speed) < error
    assert abs(float(state["theta"][0])) < np.pi + 1e-6


def test_every_step_of_whole_episodes_is_gymnasiums() -> None:
    """Played well; each step begins from Gymnasium's state, rounded to f32."""
    env = gymnasium.make("Pendulum-v1")
    for seed in range(4):
        env.reset(seed=seed)
        for step in range(1, 201):
            theta, speed = np.asarray(env.unwrapped.state)  # type: ignore[attr-defined]
            before = beginning((theta + np.pi) % (2.0 * np.pi) - np.pi, speed)
            before["clock"] = np.full(1, step - 1, np.uint32)
            torque = float(DRILL.scripted(before, 0)[0][0])
            after = moved(before, torque)
            observed, reward, terminated, truncated, _ = env.step(np.array([torque], np.float32))
            assert_alike(after, env, STEP_ERROR)
            assert np.allclose(np.concatenate(DRILL.observe(after, 0)), observed, rtol=0, atol=STEP_ERROR)
            assert abs(float(np.sum(DRILL.reward(before, after, 0))) - float(reward)) < REWARD_ERROR
            outcome = Outcome(*DRILL.outcome(after))
            assert (bool(outcome.terminated[0]), bool(outcome.truncated[0])) == (terminated, truncated)
            assert truncated == (step == 200)


def test_a_whole_episode_stays_beside_gymnasiums() -> None:
    """Both begin alike and get the same torques by chance, never a look at each other."""
    env, random = gymnasium.make("Pendulum-v1"), np.random.default_rng(0)
    for seed in range(20):
        env.reset(seed=seed)
        state, total, theirs = beginning(*env.unwrapped.state), 0.0, 0.0  # type: ignore[attr-defined]
        for _ in range(60):
            torque = random.uniform(-2.5, 2.5, 1).astype(np.float32)
            after = moved(state, float(torque[0]))
            total += float(np.sum(DRILL.reward(state, after, 0)))
            theirs += float(env.step(torque)[1])
            state = after
            assert_alike(state, env, 2e-3)
        assert abs(total - theirs) < 0.05


def test_a_step_from_anywhere_is_gymnasiums() -> None:
    """At every speed and torque there is, and beyond: both are bounded alike."""
    env, random = bare(), np.random.default_rng(1)
    fast = 0
    for _ in range(400):
        theta, speed, torque = (random.uniform(-1.0, 1.0, 3) * [np.pi, 8.0, 3.0]).astype(np.float32).astype(float)
        env.reset(seed=0)
        env.state = np.array([theta, speed])
        before = beginning(theta, speed)
        after = moved(before, torque)
        _, reward, _, _, _ = env.step(np.array([torque], np.float32))
        assert_alike(after, env, STEP_ERROR)
        assert abs(float(np.sum(DRILL.reward(before, after, 0))) - float(reward)) < REWARD_ERROR
        fast += abs(float(after["theta_dot"][0])) == 8.0
    assert 5 < fast < 100


def test_episodes_begin_in_gymnasiums_range_and_last_as_long() -> None:
    spec = gymnasium.spec("Pendulum-v1")
    assert spec.max_episode_steps == round(DRILL.time_limit_s * DRILL.tick_hz) and DRILL.action_repeat == 1
    (head,), space = DRILL.heads, bare().action_space
    assert (head.low, head.high) == (space.low[0], space.high[0])
    env = bare()
    theirs = np.array([(env.reset(seed=seed), env.state)[1] for seed in range(2000)])
    state = DRILL.reset(np.arange(2000, dtype=np.uint32), np.zeros(2000, np.uint32))
    ours: Array = np.stack([state[field] for field in MOTION], axis=1)
    for quantile in (0.0, 0.25, 0.5, 0.75, 1.0):
        for column, reach in enumerate((np.pi, 1.0)):
            one, two = (np.quantile(each[:, column], quantile) for each in (ours, theirs))
            assert abs(one - two) < 0.12 * reach
    assert abs(np.corrcoef(ours.T)[0, 1]) < 0.08


def test_the_scripted_player_solves_it() -> None:
    state = DRILL.reset(np.arange(500, dtype=np.uint32), np.zeros(500, np.uint32))
    total = np.zeros(500)
    for _ in range(200):
        after = DRILL.tick(state, [DRILL.scripted(state, 0)])
        total += np.sum(DRILL.reward(state, after, 0), axis=0)
        state = after
    assert total.mean() > -250.0
    assert (DRILL.outcome(state)[2] == 1).mean() > 0.95, "nearly every rod stands in the end"
