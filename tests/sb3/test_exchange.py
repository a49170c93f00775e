"""Policies there and back: what VecNormalize did comes along, what no network can do is refused by name, and a policy
of the page plays and goes on learning in Stable-Baselines3."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drillsergeant
import gymnasium
import numpy as np
import pytest
import torch
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.gym import DrillEnv, DrillVectorEnv, env_id
from drillsergeant.gym.sb3 import SHAPE, Matches, brought_back, handed_over, shape_of
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecCheckNan, VecEnv, VecFrameStack, VecMonitor, VecNormalize

SHORT = BallDrill(time_limit_s=1.0)  # 15 decisions
CHASE: dict[str, Any] = {"policy_kwargs": SHAPE, "n_steps": 8, "batch_size": 64, "device": "cpu", "seed": 4}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def matches(drill: Any = "chase", count: int = 8) -> Matches:
    return Matches(DrillVectorEnv(count, drill, "random"), seed=3)


def says(model: Any, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chances [N][K] and forecasts [N] of SB3's own network, which sees what it is used to."""
    with torch.no_grad():
        there = torch.from_numpy(seen.astype(np.float32))
        chances = model.policy.get_distribution(there).distribution.probs.numpy()
        return chances, model.policy.predict_values(there).numpy()[:, 0]


@pytest.mark.parametrize("observations", [True, False])
def test_what_vecnormalize_did_is_folded_into_the_network(observations: bool) -> None:
    inner = matches()
    env = VecNormalize(VecMonitor(VecCheckNan(inner)), norm_obs=observations, norm_reward=True)
    model = PPO("MlpPolicy", env, **CHASE)
    model.learn(512)
    policy = brought_back(model, inner.drill)
    inner.seed(9)
    seen = inner.reset()
    used_to = env.normalize_obs(seen) if observations else seen
    assert isinstance(used_to, np.ndarray)
    chances, forecasts = says(model, used_to)
    np.testing.assert_allclose(policy.probabilities(seen), chances, atol=1e-4)
    unit = np.sqrt(env.ret_rms.var + env.epsilon)
    assert unit < 0.9 or unit > 1.1, "rewards were scaled, too"
    np.testing.assert_allclose(policy.value(seen), forecasts * unit, atol=1e-3)
    (env.training, env.norm_reward) = False, False
    # Loaded without its environment nobody knows; told of it, it is the same.
    model.env = None
    if observations:
        with pytest.warns(UserWarning, match=r"no environment, .* brought_back\(model, drill, env=env\)"):
            raw = brought_back(model, inner.drill)
        assert np.abs(raw.probabilities(seen) - chances).max() > 1e-3
    told = brought_back(model, inner.drill, env=env)
    np.testing.assert_array_equal(told.probabilities(seen), policy.probabilities(seen))


def test_what_never_changed_is_left_out_and_what_was_cut_is_said() -> None:
    inner = matches(count=4)
    env = VecNormalize(inner, clip_obs=0.5, norm_reward=False)
    model = PPO("MlpPolicy", env, **CHASE)
    model.learn(64)
    assert env.obs_rms.var is not None
    env.obs_rms.var[1] = 0.0
    with pytest.warns(UserWarning, match=r"VecNormalize cut \w+ at 0\.5 spreads in \d+% of the situations"):
        policy = brought_back(model, inner.drill)
    seen = inner.reset()
    other = seen.copy()
    other[:, 1] += 3.0
    np.testing.assert_array_equal(policy.probabilities(seen), policy.probabilities(other))


class Doubled(gymnasium.ObservationWrapper[Any, Any, Any]):
    def observation(self, observation: Any) -> Any:
        return 2.0 * observation


def single(*wrappers: Any) -> VecEnv:
    """Environments as SB3 makes them of single ones, with its Monitor."""

    def wrapped(env: Any) -> Any:
        for each in wrappers:
            env = each(env)
        return env

    return make_vec_env(env_id("chase"), 2, wrapper_class=wrapped)


def test_what_no_network_can_stand_for_is_refused_by_name() -> None:
    drill = drillsergeant.make("chase")
    for env, said in (
        (VecFrameStack(matches(), 2), "is behind VecFrameStack, .* a drill with look_back = K"),
        (VecNormalize(VecFrameStack(matches(), 2)), "is behind VecFrameStack"),
        (single(Doubled), "is behind Doubled, .* write what it does into the drill's `observe`"),
        (single(gymnasium.wrappers.NormalizeObservation), "is behind NormalizeObservation, .* put SB3's VecNormalize"),
    ):
        with pytest.raises(ValueError, match=said):
            brought_back(PPO("MlpPolicy", env, **CHASE), drill)
    plain = single(gymnasium.wrappers.RecordEpisodeStatistics)
    assert brought_back(PPO("MlpPolicy", plain, **CHASE), drill).content.schema.drill == "chase"
    for changed, said in (
        ({"net_arch": [64]}, r"a further layer, mlp_extractor\.policy_net\.0"),
        ({"share_features_extractor": False}, r"a further layer, vf_features_extractor\.net\.0"),
    ):
        with pytest.raises(ValueError, match=said):
            brought_back(PPO("MlpPolicy", matches(), **{**CHASE, "policy_kwargs": {**SHAPE, **changed}}), drill)
    noisy = PPO("MlpPolicy", matches("pendulum"), use_sde=True, **CHASE)
    with pytest.raises(ValueError, match="use_sde"):
        brought_back(noisy, "pendulum")


def test_matches_say_how_they_ended_as_sb3s_monitor_does() -> None:
    env = matches(SHORT, 4)
    monitored = VecMonitor(matches(SHORT, 4))
    env.reset(), monitored.reset()
    for step in range(30):
        actions = np.full((4, 3), step % 2)
        *_, infos = env.step(actions)
        theirs = monitored.step(actions)[3]
        for mine, other in zip(infos, theirs, strict=True):
            assert ("episode" in mine) == ("episode" in other) == (step % 15 == 14)
            if "episode" in mine:
                assert mine["episode"]["l"] == other["episode"]["l"] == 15
                assert mine["episode"]["r"] == pytest.approx(other["episode"]["r"], abs=1e-5)
                assert mine["is_success"] is False
    model = PPO("MlpPolicy", env, **{**CHASE, "n_steps": 16})
    model.learn(64)
    assert len(model.ep_info_buffer or ()) == 4 and list(model.ep_success_buffer or ()) == [False] * 4
    assert "is_success" not in ended(matches("pendulum", 2)), "nobody wins where a mean return is the objective"


def ended(env: Matches) -> dict[str, Any]:
    """What is said of the first match that ends."""
    env.reset()
    while True:
        *_, over, infos = env.step(np.zeros((env.num_envs, 1), np.float32))
        if over[0]:
            return infos[0]


@pytest.mark.parametrize("drill", ["chase", "ball", "pendulum"])
def test_a_policy_of_the_page_is_one_of_sb3_and_comes_back_the_same(drill: str, tmp_path: Path) -> None:
    run = drillsergeant.train(drill, matches=8, hidden=(24, 16), seed=2)
    run.step()
    policy = run.policy
    theirs = handed_over(policy)
    env = matches(drill)
    seen = env.reset()
    np.testing.assert_allclose(theirs.predict(seen, deterministic=True)[0], policy.act(seen), atol=1e-5)
    model = PPO("MlpPolicy", env, **{**CHASE, "policy_kwargs": shape_of((24, 16))})
    assert handed_over(policy, model) is model.policy
    again = brought_back(model, drill)
    np.testing.assert_allclose(weights(again), weights(policy), atol=1e-6)
    model.learn(64)
    assert np.abs(weights(brought_back(model, drill)) - weights(policy)).max() > 1e-5, "and goes on learning"
    if drill == "chase":
        mean, _ = evaluate_policy(theirs, make_vec_env(lambda: DrillEnv("chase", "random"), 2), 2)
        assert np.isfinite(mean)
        with pytest.raises(ValueError, match=r"\[64, \d+\] numbers where this policy of chase has \[24, \d+\]"):
            handed_over(policy, PPO("MlpPolicy", env, **CHASE))
        with pytest.raises(ValueError, match=r"has the layers net\.0, policy, value, this policy .* net\.2"):
            handed_over(policy, PPO("MlpPolicy", env, **{**CHASE, "policy_kwargs": shape_of((24,))}))
        with pytest.raises(ValueError, match="behind VecNormalize"):
            handed_over(policy, PPO("MlpPolicy", VecNormalize(env), **CHASE))


def weights(policy: drillsergeant.Policy) -> np.ndarray:
    return np.frombuffer(policy.content.state.arrays["parameters"], np.float32)
