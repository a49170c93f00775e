"""Sampling: distribution, log-probabilities and entropy against f64 softmax."""

import numpy as np
import pytest
from drillsergeant.drills.contract import Discrete
from drillsergeant.learn.formulas.actions import packed, unpacked
from drillsergeant.learn.formulas.sampling import Distribution, head_draw, sample, sample_choice, softmax_parts


def softmax_f64(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits.astype(np.float64) - logits.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def test_frequencies_follow_the_softmax_within_four_standard_errors() -> None:
    count = 200_000
    logits = np.array([0.5, -1.0, 2.0, 0.0, -8.0], np.float32)
    uniform = np.random.default_rng(0).random(count, np.float32)
    action, _, _ = sample_choice([np.full(count, logit) for logit in logits], uniform)
    probability = softmax_f64(logits)
    frequency = np.bincount(action, minlength=5) / count
    error = np.sqrt(probability * (1.0 - probability) / count)
    assert action.dtype == np.int32
    assert (np.abs(frequency - probability) < 4.0 * error + 1e-6).all()


def test_the_action_is_where_the_cumulative_distribution_passes_the_draw() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(30, 4000)).astype(np.float32) * 2.0
    uniform = rng.random(4000, np.float32)
    action, _, _ = sample_choice(list(logits), uniform)
    cumulative = np.cumsum(softmax_f64(logits), axis=0)
    expected = np.minimum((cumulative <= uniform).sum(axis=0), 29)
    clear = np.abs(cumulative - uniform).min(axis=0) > 1e-6
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(action[clear], expected[clear])


def test_logp_and_entropy_equal_f64_within_3e_6() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(30, 500)).astype(np.float32) * 3.0
    action, logp, entropy = sample_choice(list(logits), rng.random(500, np.float32))
    probability = softmax_f64(logits)
    np.testing.assert_allclose(logp, np.log(probability[action, np.arange(500)]), atol=3e-6)
    np.testing.assert_allclose(entropy, -(probability * np.log(probability)).sum(axis=0), atol=3e-6)
    assert logp.dtype == entropy.dtype == np.float32


@pytest.mark.parametrize("scale", [1e3, 1e30])
def test_huge_logits_stay_finite_and_pick_the_largest(scale: float) -> None:
    logits = [np.array([x * scale], np.float32) for x in (-1.0, 1.0, 0.0)]
    action, logp, entropy = sample_choice(logits, np.array([0.5], np.float32))
    assert action[0] == 1
    assert logp[0] == pytest.approx(0.0, abs=1e-6)
    assert entropy[0] == pytest.approx(0.0, abs=1e-6)


def test_the_ends_of_the_unit_interval_give_the_first_and_the_last_action() -> None:
    logits = [np.zeros(2, np.float32) for _ in range(30)]
    action, _, _ = sample_choice(logits, np.array([0.0, 1.0 - 2.0**-24], np.float32))
    assert action.tolist() == [0, 29]


def test_a_draw_on_a_boundary_belongs_to_the_later_action() -> None:
    action, _, _ = sample_choice([np.zeros(2, np.float32)] * 4, np.array([0.25, 0.5], np.float32))
    assert action.tolist() == [1, 2]


def test_a_single_action_is_certain() -> None:
    action, logp, entropy = sample_choice([np.array([3.0], np.float32)], np.array([0.9], np.float32))
    assert (int(action[0]), float(logp[0]), float(entropy[0])) == (0, 0.0, 0.0)


HEADS = (Discrete("move", tuple("abcde")), Discrete("turn", tuple("abc")), Discrete("dash", tuple("ab")))


def test_heads_are_drawn_independently_and_their_log_probabilities_add_up() -> None:
    count = 200_000
    logits = np.random.default_rng(3).normal(size=10).astype(np.float32)
    uniform = np.random.default_rng(4).random(count, np.float32)
    action, logp = sample(Distribution(HEADS, [np.full(count, logit) for logit in logits]), uniform)
    parts = [softmax_f64(logits[begin:end, None])[:, 0] for begin, end in ((0, 5), (5, 8), (8, 10))]
    joint = parts[0][:, None, None] * parts[1][None, :, None] * parts[2]
    found = np.zeros((5, 3, 2))
    np.add.at(found, tuple(action), 1.0 / count)
    assert (np.abs(found - joint) < 5.0 * np.sqrt(joint / count)).all()
    np.testing.assert_allclose(logp, np.log(joint[tuple(action)]), atol=3e-6)


def test_the_first_head_is_drawn_as_if_it_were_alone() -> None:
    rng = np.random.default_rng(5)
    rows, uniform = list(rng.normal(size=(10, 500)).astype(np.float32)), rng.random(500, np.float32)
    action, _ = sample(Distribution(HEADS, rows), uniform)
    np.testing.assert_array_equal(action[0], sample_choice(rows[:5], uniform)[0])
    assert head_draw(uniform, 0) is uniform


def test_rows_that_are_not_those_of_the_heads_are_refused() -> None:
    with pytest.raises(ValueError, match=r"9 rows for the heads move \(5\), turn \(3\), dash \(2\), which take 10"):
        sample(Distribution(HEADS, [np.zeros(2, np.float32)] * 9), np.zeros(2, np.float32))


@pytest.mark.parametrize("forbidden", [(0,), (2,), (4,), (0, 1, 2), (1, 2, 3, 4)])
def test_a_forbidden_choice_is_never_drawn_and_the_others_by_their_own_softmax(forbidden: tuple[int, ...]) -> None:
    count = 100_000
    logits = np.array([0.5, -1.0, 2.0, 0.0, -3.0], np.float32)
    allowed = [np.full(count, choice not in forbidden) for choice in range(5)]
    uniform = np.random.default_rng(6).random(count, np.float32)
    uniform[:2] = 0.0, 1.0 - 2.0**-24
    action, logp, entropy = sample_choice([np.full(count, logit) for logit in logits], uniform, allowed)
    left = [choice for choice in range(5) if choice not in forbidden]
    assert set(action.tolist()) == set(left)
    probability = np.zeros(5)
    probability[left] = softmax_f64(logits[left])
    error = np.sqrt(probability * (1.0 - probability) / count)
    assert (np.abs(np.bincount(action, minlength=5) / count - probability) < 4.0 * error + 1e-6).all()
    np.testing.assert_allclose(logp, np.log(probability[action]), atol=3e-6)
    np.testing.assert_allclose(entropy, -(probability[left] * np.log(probability[left])).sum(), atol=3e-6)
    _, exponentials, _ = softmax_parts(list(logits), [mask[0] for mask in allowed])
    assert [float(each) == 0.0 for each in exponentials] == [choice in forbidden for choice in range(5)]


def test_a_choice_that_is_far_the_likeliest_is_not_drawn_where_it_is_forbidden() -> None:
    logits = [np.full(4, logit, np.float32) for logit in (-1e4, 1e4, -2e4)]
    allowed = [np.array([True, True, False, True]), np.array([False, True, False, False]), np.ones(4, np.bool_)]
    action, logp, _ = sample_choice(logits, np.full(4, 0.5, np.float32), allowed)
    assert action.tolist() == [0, 1, 2, 0] and np.abs(logp).max() < 1e-6


def test_masks_survive_the_way_through_words() -> None:
    masks = [np.random.default_rng(number).random(50) < 0.5 for number in range(70)]
    words = packed(masks)
    assert len(words) == 3 and all(word.dtype == np.int32 and (word >= 0).all() for word in words)
    for mask, again in zip(masks, unpacked(words, 70), strict=True):
        np.testing.assert_array_equal(again, mask)
    with pytest.raises(ValueError, match="3 words for 62 masks, which take 2"):
        unpacked(words, 62)
