"""PettingZoo's own tests of every drill with several players, and a learner that plays all of them: Stable-Baselines3
behind SuperSuit."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import pytest
import supersuit
import torch
from drillsergeant.gym import DrillParallelEnv, win_share
from drillsergeant.gym.sb3 import SHAPE, brought_back
from pettingzoo.test.api_test import api_test
from pettingzoo.test.parallel_test import parallel_api_test
from pettingzoo.test.seed_test import parallel_seed_test, seed_test
from pettingzoo.utils.conversions import parallel_to_aec
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

SEVERAL = [name for name in drillsergeant.DRILLS if sum(drillsergeant.make(name).teams) > 1]
LIBRARY = Path(__file__).parents[2] / "docs" / "library.md"
SETTINGS: dict[str, Any] = {"n_steps": 64, "batch_size": 64, "n_epochs": 1}


@pytest.mark.parametrize("name", SEVERAL)
def test_pettingzoos_own_tests_pass(name: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*infinity.*|.*probably should be.*|.*old environment creation API.*")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        parallel_api_test(DrillParallelEnv(name), num_cycles=200)
        api_test(parallel_to_aec(DrillParallelEnv(name)), num_cycles=200)
        parallel_seed_test(lambda: DrillParallelEnv(name), num_cycles=20)
        seed_test(lambda: parallel_to_aec(DrillParallelEnv(name)), num_cycles=20)


def all_players(env: Any, count: int) -> Any:
    """Every player of so many matches as an environment of Stable-Baselines3, seeded."""
    vector = supersuit.concat_vec_envs_v1(
        supersuit.pettingzoo_env_to_vec_env_v1(env), count, base_class="stable_baselines3"
    )
    vector.venv.reset(seed=1)
    return vector


def test_one_policy_learns_to_play_both_sides_as_the_documentation_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(1)
    env = all_players(DrillParallelEnv("sumo"), 1)
    untrained = brought_back(PPO("MlpPolicy", env, policy_kwargs=SHAPE, device="cpu", **SETTINGS), "sumo")
    (block,) = re.findall(r"^```python supersuit\n(.*?)^```", LIBRARY.read_text(), re.MULTILINE | re.DOTALL)
    exec(block, {})
    policy = drillsergeant.Policy.load("wrestler.dshq")
    assert policy.content.progress.decisions >= 50_000
    for team in range(2):
        before, after = (win_share(each, "random", 256, team=team) for each in (untrained, policy))
        assert after > max(0.75, before + 0.3), f"{before:.0%} -> {after:.0%}"


def test_what_stands_between_is_folded_in_or_named() -> None:
    scaled = VecNormalize(all_players(DrillParallelEnv("sumo"), 2))
    model = PPO("MlpPolicy", scaled, policy_kwargs=SHAPE, device="cpu", **SETTINGS)
    model.learn(256)
    policy = brought_back(model, "sumo")
    seen = scaled.unnormalize_obs(scaled.reset())
    with torch.no_grad():
        there = torch.from_numpy(np.asarray(scaled.normalize_obs(seen), np.float32))
        wanted = np.concatenate([part.probs.numpy() for part in model.policy.get_distribution(there).distribution], 1)
    np.testing.assert_allclose(policy.probabilities(seen.astype(np.float32)), wanted, atol=1e-3)
    stacked = all_players(supersuit.frame_stack_v1(DrillParallelEnv("sumo"), 2), 2)
    with pytest.raises(ValueError, match=r"the model is behind .*, which changes what it sees or does"):
        brought_back(PPO("MlpPolicy", stacked, policy_kwargs=SHAPE, device="cpu", **SETTINGS), "sumo")


def test_copies_that_were_never_started_play_different_matches() -> None:
    vector = supersuit.concat_vec_envs_v1(supersuit.pettingzoo_env_to_vec_env_v1(DrillParallelEnv("sumo")), 2)
    seen = vector.reset()[0]
    assert np.abs(seen[:2] - seen[2:]).max() > 0.0
