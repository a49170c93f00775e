"""Stable-Baselines3 learns through our adapter; its policy comes back as `.dshq` and plays on the page, and as ONNX."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import onnxruntime
import pytest
import torch
from drillsergeant.gym import DrillVectorEnv
from drillsergeant.gym.sb3 import SHAPE, Matches, brought_back, shape_of
from gymnasium.wrappers.vector import NormalizeObservation
from stable_baselines3 import PPO

from tests.rigs.pages.visitor import Visitor

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "train_with_sb3.py"
DECISIONS = 400_000
Learned = tuple[dict[str, dict[str, float]], Path]


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """The example's shares of wins before and after, and its file."""
    spec = spec_from_file_location("train_with_sb3", EXAMPLE)
    assert spec is not None and spec.loader is not None
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    out = tmp_path_factory.mktemp("sb3") / "policy.dshq"
    return example.main(["--decisions", str(DECISIONS), "--out", str(out)]), out


def test_it_learns_to_win(learned: Learned) -> None:
    shares, _ = learned
    assert shares["before"]["random"] < 0.2
    assert shares["after"]["random"] > shares["before"]["random"] + 0.4
    assert shares["after"]["scripted"] > shares["before"]["scripted"] + 0.1


def test_the_files_say_what_sb3s_own_network_says(tmp_path: Path) -> None:
    env = Matches(DrillVectorEnv(8), seed=3)
    model = PPO("MlpPolicy", env, policy_kwargs=SHAPE, n_steps=8, batch_size=64, device="cpu", seed=4)
    model.learn(128)
    policy = brought_back(model, env.drill)
    seen = np.random.default_rng(0).normal(size=(50, env.observation_space.shape[0])).astype(np.float32)
    with torch.no_grad():
        parts = model.policy.get_distribution(torch.from_numpy(seen)).distribution
        wanted = np.concatenate([part.probs.numpy() for part in parts], 1)
        value = model.policy.predict_values(torch.from_numpy(seen)).numpy()[:, 0]
    np.testing.assert_allclose(policy.probabilities(seen), wanted, atol=1e-5)
    np.testing.assert_allclose(policy.value(seen), value, atol=1e-4)
    policy.export_onnx(tmp_path / "policy.onnx")
    outputs = [f"probabilities.{part}" for part in ("move", "turn", "dash")]
    found = onnxruntime.InferenceSession(tmp_path / "policy.onnx").run(outputs, {"observation": seen})
    np.testing.assert_allclose(np.concatenate(found, 1), wanted, atol=1e-5)


def test_numbers_come_back_in_the_units_of_the_game() -> None:
    env = Matches(DrillVectorEnv(8, "pendulum"), seed=3)
    model = PPO("MlpPolicy", env, policy_kwargs={**SHAPE, "log_std_init": -0.5}, n_steps=8, batch_size=64, device="cpu")
    model.learn(128)
    policy = brought_back(model, env.drill)
    seen = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    with torch.no_grad():
        wanted = model.policy.get_distribution(torch.from_numpy(seen)).distribution
    means, stds = policy.numbers(seen)
    np.testing.assert_allclose(means, wanted.mean.numpy(), atol=1e-5)
    np.testing.assert_allclose(stds, wanted.stddev.numpy(), rtol=1e-5)
    np.testing.assert_allclose(policy.act(seen), model.predict(seen, deterministic=True)[0], atol=1e-5)


def test_masks_are_asked_for_as_sb3_contrib_does() -> None:
    env = Matches(DrillVectorEnv(6, "probe-mask"), seed=3)
    seen = env.reset()
    assert env.has_attr("action_masks")
    masks = np.stack(env.env_method("action_masks"))
    np.testing.assert_array_equal(masks, np.stack([seen[:, 0] < 0, seen[:, 0] != 0, seen[:, 0] > 0], 1))
    assert env.env_method("action_masks", indices=[2])[0].tolist() == masks[2].tolist()
    with pytest.raises(AttributeError, match="no method reset of their own"):
        env.env_method("reset")


def test_a_model_of_another_shape_is_refused_with_the_remedy() -> None:
    env = Matches(DrillVectorEnv(2, "chase"))
    with pytest.raises(ValueError, match=r"no features_extractor.net.0, .* policy_kwargs=drillsergeant.gym.sb3.SHAPE"):
        brought_back(PPO("MlpPolicy", env, n_steps=2, batch_size=4, device="cpu"), env.drill)
    wrapped: Any = NormalizeObservation(DrillVectorEnv(2))
    with pytest.raises(TypeError, match=r"not NormalizeObservation .* VecNormalize"):
        Matches(wrapped)


def test_matches_are_seeded_as_sb3_seeds_them_and_drawn_when_asked() -> None:
    env = Matches(DrillVectorEnv(3, render_mode="rgb_array"), seed=5)
    first, second = env.reset(), env.reset()
    env.seed(5)
    np.testing.assert_array_equal(env.reset(), first)
    assert (first != second).any(), "a reset without a seed starts other matches"
    assert (
        env.render_mode == "rgb_array"
        and [np.asarray(image).shape for image in env.get_images()] == [(388, 640, 3)] * 3
    )
    assert not env.has_attr("gravity") and env.get_attr("drill", [0, 2]) == [env.drill] * 2


def test_what_the_documentation_says_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "library.md").read_text()
    blocks = re.findall(r"^```python sb3\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    exec("".join(blocks).replace("2_000_000", "5_000"), {})
    assert drillsergeant.Policy.load("striker.dshq").content.progress.decisions >= 5_000


def test_the_page_plays_it(visitor: Visitor, learned: Learned) -> None:
    _, file = learned
    decisions = drillsergeant.Policy.load(file).content.progress.decisions
    visitor.open("?matches=64&workers=1&learner=wasm")
    visitor.until("the match tells of itself", lambda: visitor.show("version") is not None)
    version = visitor.show("version")
    visitor.page.set_input_files("#runs-file", file)
    visitor.until("the trainer has it", lambda: visitor.trainer("decisions") == decisions)
    visitor.until("the match on screen plays by it", lambda: visitor.show("version") > version)
    page_wins = "the page's own measurement of it against the hand-written player"
    visitor.page.click("#train")
    visitor.until(page_wins, lambda: (visitor.trainer("win_rate") or 0.0) > 0.1, limit_s=120.0)
    visitor.snapshot("sb3")
    assert visitor.complaints == []


def test_a_network_of_another_shape_comes_back_as_it_is() -> None:
    env = Matches(DrillVectorEnv(8, "chase"), seed=3)
    model = PPO("MlpPolicy", env, policy_kwargs=shape_of((24, 8, 16)), n_steps=8, batch_size=64, device="cpu")
    model.learn(64)
    policy = brought_back(model, env.drill)
    assert policy.content.schema.hidden == (24, 8, 16)
    seen = np.random.default_rng(0).normal(size=(20, env.observation_space.shape[0])).astype(np.float32)
    with torch.no_grad():
        wanted = model.policy.get_distribution(torch.from_numpy(seen)).distribution.probs.numpy()
    np.testing.assert_allclose(policy.probabilities(seen), wanted, atol=1e-5)
    with pytest.raises(ValueError, match=r"hidden is \(4,\); a network has"):
        shape_of((4,))
