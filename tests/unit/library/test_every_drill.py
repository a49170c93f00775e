"""Every game that is offered, from its first update to other people's tools: learned, saved, gone on with, exported,
played in Gymnasium and PettingZoo, drawn."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
import numpy as np
import onnxruntime
import pytest
from drillsergeant.drills import DRILLS
from drillsergeant.drills.contract import Discrete
from drillsergeant.gym import DrillEnv, DrillParallelEnv, DrillVectorEnv
from drillsergeant.learn.heads import choices_of
from gymnasium.utils.env_checker import check_env
from pettingzoo.test.parallel_test import parallel_api_test

from tests.rigs.length import AT_LENGTH

OFFERED = [name for name in DRILLS if AT_LENGTH or name != "squad"]  # the smaller squad has the same code
MATCHES = 32
UPDATES = 2


@pytest.mark.parametrize("name", OFFERED)
@pytest.mark.filterwarnings("ignore:.*infinity.*", "ignore:.*np.inf.*", "ignore:.*symmetric and normalized.*")
def test_it_is_learned_saved_exported_and_played_in_other_tools(name: str, tmp_path: Path) -> None:
    run = drillsergeant.train(name, matches=MATCHES, seed=1)
    first = run.policy.to_bytes()
    for _ in range(UPDATES):
        metrics = run.step()
    assert metrics["dropped"] == 0 and np.isfinite([metrics["policy_loss"], metrics["value_loss"]]).all()
    policy, drill = run.policy, run.drill
    assert policy.to_bytes() != first, "it has learned something"
    policy.save(tmp_path / "policy.dshq")
    again = drillsergeant.Policy.load(tmp_path / "policy.dshq")
    assert again.to_bytes() == policy.to_bytes()
    assert again.content.progress.decisions == run.decisions

    env = DrillVectorEnv(2 * drill.teams[0], name, render_mode="rgb_array")
    seen, _ = env.reset(seed=3)
    exports_the_same(again, seen, env.action_masks(), tmp_path / "policy.onnx")
    for _ in range(8):
        seen, reward, *_ = env.step(again.act(seen, np.random.default_rng(2), allowed=env.action_masks()))
    assert np.isfinite(seen).all() and np.isfinite(reward).all()
    images = env.render()
    assert images is not None and len(np.unique(images[0].reshape(-1, 3), axis=0)) > 2, "more than a background"
    check_env(DrillEnv(name), skip_render_check=True)
    parallel_api_test(DrillParallelEnv(name), num_cycles=8)


def exports_the_same(policy: drillsergeant.Policy, seen: np.ndarray, masks: np.ndarray, path: Path) -> None:
    """Whether other people's runtime says what the policy says, f32 [N][OBSERVATION] and bool [N][CHOICES] given."""
    policy.export_onnx(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = {"observation": seen, "allowed": masks}
    asked = {each.name: inputs[each.name] for each in session.get_inputs()}
    heads = policy.content.schema.heads
    named = {head: f".{head.name}" if len(heads) > 1 else "" for head in heads}
    chosen = [f"probabilities{named[head]}" for head in heads if isinstance(head, Discrete)]
    numbers = [f"mean{named[head]}" for head in heads if not isinstance(head, Discrete)]
    found = dict(zip([*chosen, *numbers, "value"], session.run([*chosen, *numbers, "value"], asked), strict=True))
    if choices_of(heads):
        expected = policy.probabilities(seen, masks if "allowed" in asked else None)
        np.testing.assert_allclose(np.concatenate([found[each] for each in chosen], 1), expected, atol=2e-5)
    if numbers:
        means = np.stack([found[each].ravel() for each in numbers], 1)
        np.testing.assert_allclose(means, policy.numbers(seen)[0], atol=2e-5)
    np.testing.assert_allclose(found["value"].ravel(), policy.value(seen), rtol=1e-4, atol=1e-4)
