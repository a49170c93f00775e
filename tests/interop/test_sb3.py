"""Stable-Baselines3 learns through our adapter; its policy comes back as `.dshq` and plays on the page, and as ONNX."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import drillsergeant
import numpy as np
import onnxruntime
import pytest
import torch

from tests.browser.conftest import Visitor

EXAMPLE = Path(__file__).parents[2] / "examples" / "train_with_sb3.py"
DECISIONS = 400_000


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = spec_from_file_location("train_with_sb3", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def learned(example: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, float]], Path]:
    """Shares of wins before and after, and the file."""
    out = tmp_path_factory.mktemp("sb3") / "policy.dshq"
    return example.main(["--decisions", str(DECISIONS), "--out", str(out)]), out


def test_it_learns_to_win(learned: tuple[dict[str, dict[str, float]], Path]) -> None:
    shares, _ = learned
    # Measured after 0.5 M decisions: 93 % against the random player and 53 % against the hand-written one.
    assert shares["before"]["random"] < 0.2
    assert shares["after"]["random"] > 0.6
    assert shares["after"]["scripted"] > shares["before"]["scripted"] + 0.1


def test_the_files_say_what_sb3s_own_network_says(example: ModuleType, tmp_path: Path) -> None:
    env = example.Matches(example.DrillVectorEnv(8), seed=3)
    shape = {"features_extractor_class": example.Trunk, "net_arch": []}
    model = example.PPO("MlpPolicy", env, policy_kwargs=shape, n_steps=8, batch_size=64, device="cpu", seed=4)
    model.learn(128)
    policy = example.brought_back(model, env.env.drill)
    seen = np.random.default_rng(0).normal(size=(50, env.observation_space.shape[0])).astype(np.float32)
    with torch.no_grad():
        wanted = model.policy.get_distribution(torch.from_numpy(seen)).distribution.probs.numpy()
        value = model.policy.predict_values(torch.from_numpy(seen)).numpy()[:, 0]
    np.testing.assert_allclose(policy.probabilities(seen), wanted, atol=1e-5)
    np.testing.assert_allclose(policy.value(seen), value, atol=1e-4)
    policy.export_onnx(tmp_path / "policy.onnx")
    (found,) = onnxruntime.InferenceSession(tmp_path / "policy.onnx").run(["probabilities"], {"observation": seen})
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_the_page_plays_it(visitor: Visitor, learned: tuple[dict[str, dict[str, float]], Path]) -> None:
    _, file = learned
    decisions = drillsergeant.Policy.load(file).content.progress.decisions
    visitor.open("?matches=64&workers=1&learner=wasm")
    version = visitor.show("version")
    visitor.page.set_input_files("#runs-file", file)
    visitor.until("the trainer has it", lambda: visitor.trainer("decisions") == decisions)
    visitor.until("the match on screen plays by it", lambda: visitor.show("version") > version)
    page_wins = "the page's own measurement of it against the hand-written player"
    visitor.page.click("#train")
    visitor.until(page_wins, lambda: (visitor.trainer("win_rate") or 0.0) > 0.1, limit_s=120.0)
    visitor.snapshot("sb3")
    assert visitor.complaints == []
