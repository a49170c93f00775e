"""A policy in the hand: chances, actions, files."""

from pathlib import Path

import drillsergeant
import numpy as np
import onnxruntime
import pytest
from drillsergeant.drills.ball.drill import BallDrill
from drillsergeant.library.policy import schema_of
from safetensors.numpy import load_file

from tests.rigs.mixed_drill import MixedDrill

DRILL = BallDrill()
SIZE, HEADS = len(DRILL.observation), DRILL.heads
PARTS = (slice(0, 5), slice(5, 8), slice(8, 10))  # the rows of each head
RANDOM = np.random.default_rng(1)
SEEN = RANDOM.normal(size=(500, SIZE)).astype(np.float32)


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    shapes = schema_of(DRILL).tensors
    return {name: RANDOM.normal(0.0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def policy(tensors: dict[str, np.ndarray]) -> drillsergeant.Policy:
    return drillsergeant.Policy.from_tensors(DRILL, tensors, decisions=12)


def test_chances_are_those_of_the_layers_written_out(
    policy: drillsergeant.Policy, tensors: dict[str, np.ndarray]
) -> None:
    hidden = np.tanh(SEEN @ tensors["net.0.weight"].T + tensors["net.0.bias"])
    hidden = np.tanh(hidden @ tensors["net.2.weight"].T + tensors["net.2.bias"])
    logits = hidden @ tensors["policy.weight"].T + tensors["policy.bias"]
    powers = [np.exp(logits[:, part]) for part in PARTS]
    chances = np.concatenate([each / each.sum(1, keepdims=True) for each in powers], axis=1)
    np.testing.assert_allclose(policy.probabilities(SEEN), chances, atol=1e-5)
    np.testing.assert_allclose(policy.probabilities(SEEN[0]), chances[0], atol=1e-5)
    value = (hidden @ tensors["value.weight"].T + tensors["value.bias"])[:, 0]
    np.testing.assert_allclose(policy.value(SEEN), value, atol=1e-4)
    assert policy.value(SEEN[0]).shape == ()


def test_actions_are_the_likeliest_or_drawn_by_their_chances(policy: drillsergeant.Policy) -> None:
    chances = policy.probabilities(SEEN[0])
    assert policy.act(SEEN[0]).tolist() == [chances[part].argmax() for part in PARTS]
    likeliest = np.stack([policy.probabilities(SEEN)[:, part].argmax(1) for part in PARTS], -1)
    np.testing.assert_array_equal(policy.act(SEEN), likeliest)
    drawn = policy.act(np.tile(SEEN[0], (20_000, 1)), np.random.default_rng(2))
    for head, part, column in zip(HEADS, PARTS, drawn.T, strict=True):
        shares = np.bincount(column, minlength=len(head.choices)) / len(column)
        # Five standard deviations of a share.
        np.testing.assert_array_less(np.abs(shares - chances[part]), 5 * np.sqrt(chances[part] / len(column)) + 1e-9)


def test_a_policy_of_one_head_gives_a_number_and_the_ends_of_the_draws_its_first_and_last() -> None:
    drill = drillsergeant.make("chase")
    tensors = {name: np.zeros(shape, np.float32) for name, shape in schema_of(drill).tensors.items()}
    chaser, seen = drillsergeant.Policy.from_tensors(drill, tensors), np.zeros((2, 8), np.float32)
    assert chaser.act(seen[0]).shape == () and chaser.probabilities(seen[0]).tolist() == [pytest.approx(0.2)] * 5
    assert chaser.act(seen, draws=np.array([0.0, 1.0])).tolist() == [0, 4]


def test_files_come_back_the_same_and_others_read_them(policy: drillsergeant.Policy, tmp_path: Path) -> None:
    policy.save(tmp_path / "p.dshq")
    again = drillsergeant.Policy.load(tmp_path / "p.dshq")
    np.testing.assert_array_equal(again.probabilities(SEEN), policy.probabilities(SEEN))
    assert again.to_bytes() == policy.to_bytes()
    assert load_file(tmp_path / "p.dshq")["net.0.weight"].shape == (64, SIZE)
    policy.export_onnx(tmp_path / "p.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "p.onnx")
    chances = session.run([f"probabilities.{head.name}" for head in HEADS], {"observation": SEEN})
    np.testing.assert_allclose(np.concatenate(chances, 1), policy.probabilities(SEEN), atol=1e-5)


def test_what_does_not_fit_is_refused_by_name(policy: drillsergeant.Policy, tensors: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=rf"shape \[3\], a policy for ball takes \[{SIZE}\]"):
        policy.probabilities(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match=r"tensor 'value.bias' is missing"):
        drillsergeant.Policy.from_tensors(DRILL, {k: v for k, v in tensors.items() if k != "value.bias"})
    with pytest.raises(ValueError, match="for the drill 'ball', 'chase' plays here"):
        drillsergeant.Policy.load(policy.to_bytes(), drillsergeant.make("chase"))
    with pytest.raises(ValueError, match="holds nan at 0, expected"):
        broken = {**tensors, "policy.bias": np.full(10, np.nan, np.float32)}
        drillsergeant.Policy.load(drillsergeant.Policy.from_tensors(DRILL, broken).to_bytes())


def test_numbers_are_means_or_drawn_and_masks_leave_choices_out() -> None:
    drill = MixedDrill()
    tensors = {
        name: RANDOM.normal(0.0, 0.3, shape).astype(np.float32) for name, shape in schema_of(drill).tensors.items()
    }
    policy = drillsergeant.Policy.from_tensors(drill, tensors)
    seen = RANDOM.normal(size=(20_000, 3)).astype(np.float32)
    seen[1:] = seen[0]
    means, stds = policy.numbers(seen[0])
    assert means.shape == stds.shape == (2,)
    half = np.array([2.0, 0.25])
    np.testing.assert_allclose(stds, np.exp(tensors["policy.log_std"]) * half, rtol=1e-5)
    move, push, kick, load = policy.act(seen[0])
    assert (move.shape, push.shape, load.shape) == ((), (1,), (1,))
    assert push[0] == pytest.approx(np.clip(means[0], -1.0, 3.0)) and 0.0 <= load[0] <= 0.5
    allowed = np.ones(43, np.bool_)
    allowed[3 + int(kick)] = False
    assert policy.act(seen[0], allowed=allowed)[2] != kick
    chances = policy.probabilities(seen[0], allowed)
    assert chances.shape == (43,) and chances[3 + int(kick)] == 0.0 and chances[3:].sum() == pytest.approx(1.0)
    drawn = policy.act(seen, np.random.default_rng(1), allowed=np.tile(allowed, (len(seen), 1)))
    assert not (drawn[2] == kick).any() and drawn[1].shape == (20_000, 1)
    assert np.median(drawn[1]) == pytest.approx(np.clip(means[0], -1.0, 3.0), abs=0.1)
    assert drawn[1].min() >= -1.0 and drawn[1].max() <= 3.0
    assert policy.probabilities(seen).shape == (20_000, 43) and policy.numbers(seen)[0].shape == (20_000, 2)


def test_a_policy_of_numbers_alone_gives_an_array_of_them() -> None:
    drill = drillsergeant.make("pendulum")
    tensors = {name: np.zeros(shape, np.float32) for name, shape in schema_of(drill).tensors.items()}
    policy, seen = drillsergeant.Policy.from_tensors(drill, tensors), np.zeros((5, 3), np.float32)
    assert policy.act(seen[0]).tolist() == [0.0] and policy.act(seen).shape == (5, 1)
    assert np.abs(policy.act(seen, np.random.default_rng(0))).max() <= 2.0
    assert policy.probabilities(seen).shape == (5, 0) and policy.numbers(seen)[1].tolist() == [[2.0]] * 5


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e18])
def test_tensors_that_no_file_may_hold_are_refused_at_once(bad: float, tensors: dict[str, np.ndarray]) -> None:
    wrong = tensors["net.2.weight"].copy()
    wrong[1, 2] = bad
    with pytest.raises(
        ValueError, match=r"'net\.2\.weight' holds (nan|inf|-1e\+18|-9\.9\d*e\+17) at 66, expected -1e\+18 to 1e"
    ):
        drillsergeant.Policy.from_tensors(DRILL, {**tensors, "net.2.weight": wrong})


@pytest.mark.parametrize("decisions", [-1, 10**15, True, 1.5])
def test_decisions_that_no_run_has_made_are_refused_at_once(decisions: int, tensors: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="decisions must be a whole number from 0 to 999999999999999, got "):
        drillsergeant.Policy.from_tensors(DRILL, tensors, decisions)
