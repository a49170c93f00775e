"""One update, step by step: every number is the learner's own, and stands where its line says."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
import numpy as np
import pytest
from drillsergeant.learn.formulas.gae import gae
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.heads import masks_of
from drillsergeant.learn.ppo.ppo import PpoLearner
from drillsergeant.learn.reference.arithmetic import NumpyArithmetic
from drillsergeant.learn.reference.slow_update import LINES, PASSES, played, slow_update, source_line

from tests.rigs.mixed_drill import MixedDrill

PACKAGE = Path(drillsergeant.__file__).parents[1]


@pytest.mark.parametrize("name", ["chase", "mixed"])
def test_every_number_is_the_learners_own(name: str) -> None:
    drill = MixedDrill() if name == "mixed" else drillsergeant.make(name)
    run = drillsergeant.train(drill, seed=3, matches=16, hidden=(16,), engine="numpy")
    for _ in range(3):
        run.step()
    state, hyper = run.policy.content.state, run.hyper
    network = Network.for_heads(len(drill.observation), drill.heads, (16,))
    shown = slow_update(drill, network, state, hyper, seed=5)

    chunk, several = played(drill, network, state, 5), hyper.changed(epochs=PASSES)
    arithmetic = NumpyArithmetic(network, drill.heads, 0, masks_of(drill))
    learner = PpoLearner(arithmetic, state.seed)
    learner.restore(state)
    metrics = learner.learn([chunk], several)
    numbers = {name: np.array(row, np.float32) for name, row in shown.numbers.items()}
    f32 = (np.float32(hyper.gamma), np.float32(hyper.gae_lambda))
    advantage, _ = gae(chunk.reward, chunk.value, chunk.terminated, chunk.truncated, *f32)
    assert (numbers["advantage"] == advantage[:, 0]).all()
    assert (numbers["reward"] == chunk.reward[:, 0]).all() and (numbers["value"] == chunk.value[:-1, 0]).all()
    every = advantage.astype(np.float64)
    assert numbers["normalised"] == pytest.approx((every[:, 0] - every.mean()) / every.std(), abs=1e-4)
    low, high = np.float32(1.0 - hyper.clip_coef), np.float32(1.0 + hyper.clip_coef)
    assert numbers["clipped"] == pytest.approx(np.clip(numbers["ratio"], low, high), abs=1e-6)
    gains = numbers["ratio"] * numbers["normalised"], numbers["clipped"] * numbers["normalised"]
    assert numbers["loss"] == pytest.approx(-np.minimum(*gains), abs=1e-6)
    allowed = [(chunk.allowed[:, k // 31, 0] >> k % 31 & 1) != 0 for k in range(masks_of(drill))]
    seen = network.forward(arithmetic.parameters, np.ascontiguousarray(chunk.obs[:, :, 0].T))
    parts = network.policy(drill.heads, arithmetic.parameters, seen, allowed).by_head()
    head = next(place for place, each in enumerate(drill.heads) if each.name == shown.head)
    if shown.choices:
        logits = np.array([row[shown.decision] for row in parts[head].logits])  # type: ignore[union-attr]
        masked = [bool(mask[shown.decision]) for mask in parts[head].allowed] or [True] * len(logits)  # type: ignore[union-attr]
        powers = np.where(masked, np.exp(logits - logits.max()), 0.0)
        assert shown.after_chances == pytest.approx(powers / powers.sum(), abs=1e-4)
    assert metrics.steps == PASSES and metrics.dropped == 0
    assert len(shown.actions) == 16 and {len(row) for row in shown.numbers.values()} == {16}
    assert shown.numbers["after"] != shown.numbers["chance"]


def test_what_ratios_and_clipping_say_sums_up_to_the_learners_metrics() -> None:
    """CartPole has one player: the decisions shown are all that is learned from."""
    drill = drillsergeant.make("cartpole")
    run = drillsergeant.train(drill, seed=3, matches=16, engine="numpy", hyper={"learning_rate": 0.05})
    run.step()
    network = Network.for_heads(4, drill.heads)
    state, hyper = run.policy.content.state, run.hyper
    shown = slow_update(drill, network, state, hyper, seed=2)
    learner = PpoLearner(NumpyArithmetic(network, drill.heads, 0), state.seed)
    learner.restore(state)
    chunk = played(drill, network, state, 2)
    three = learner.learn([chunk], hyper.changed(epochs=PASSES - 1))
    learner.restore(state)
    four = learner.learn([chunk], hyper.changed(epochs=PASSES))
    last_pass = four.policy_loss * PASSES - three.policy_loss * (PASSES - 1)
    assert np.mean(shown.numbers["loss"]) == pytest.approx(last_pass, abs=1e-5)
    clipped = np.mean([abs(ratio - 1.0) > hyper.clip_coef for ratio in shown.numbers["ratio"]])
    assert clipped == pytest.approx(four.clip_fraction * PASSES - three.clip_fraction * (PASSES - 1), abs=1e-6)
    assert clipped > 0.0


def test_line_numbers_are_true() -> None:
    for module, begins in LINES.values():
        found = source_line(module, begins)
        lines = (PACKAGE / found.file).read_text().splitlines()
        assert lines[found.line - 1].strip().startswith(begins)
        assert list(found.text) == lines[found.first - 1 : found.first - 1 + len(found.text)]
        assert found.first <= found.line < found.first + len(found.text)
    with pytest.raises(ValueError, match="has 0 lines that begin with 'nothing of the kind', expected one"):
        source_line(next(iter(LINES.values()))[0], "nothing of the kind")
