"""PPO's loss gradient against finite differences of the loss written out in f64: of choices, numbers and masks."""

from typing import NamedTuple

import numpy as np
import pytest
from drillsergeant.drills.contract import Continuous, Discrete, Head
from drillsergeant.learn.formulas.losses import loss_gradient
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.ppo.arithmetic import METRICS

HEADS = (Discrete("move", tuple("abc")), Discrete("turn", tuple("ab")), Discrete("sure", ("a",)))
PARTS = (slice(0, 3), slice(3, 5), slice(5, 6))  # their rows
ACT, ROWS = 6, 64
CLIP, ENTROPY, VALUE = 0.2, 0.03, 0.7


class Rows(NamedTuple):
    logits: np.ndarray
    value: np.ndarray
    action: np.ndarray  # [HEADS][ROWS]
    logp_old: np.ndarray
    advantage: np.ndarray
    return_: np.ndarray


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Head by head, [ACT][ROWS]."""
    shifted = [logits[part] - logits[part].max(axis=0) for part in PARTS]
    return np.concatenate([rows - np.log(np.exp(rows).sum(axis=0)) for rows in shifted])


def logp_of(logp: np.ndarray, action: np.ndarray) -> np.ndarray:
    """Of the whole action, [ROWS]."""
    return sum(
        (logp[part][chosen, np.arange(ROWS)] for part, chosen in zip(PARTS, action, strict=True)), np.zeros(ROWS)
    )


def rows(seed: int, drift: float = 0.3) -> Rows:
    """Random rows whose policy has drifted, so that some ratios are clipped from either side."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(ACT, ROWS)).astype(np.float32)
    action = np.stack([rng.integers(0, len(head.choices), ROWS).astype(np.int32) for head in HEADS])
    logp = logp_of(log_softmax(logits.astype(np.float64)), action)
    old, *others = (rng.normal(size=ROWS) for _ in range(4))
    logp_old, value, advantage, return_ = (a.astype(np.float32) for a in (logp + drift * old, *others))
    return Rows(logits, value, action, logp_old, advantage, return_)


def gradient(r: Rows) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    scalars = [np.float32(x) for x in (CLIP, ENTROPY, VALUE)]
    (*dlogits, dvalue), metrics = loss_gradient(
        Distribution(HEADS, list(r.logits)), r.value, list(r.action), *r[3:], *scalars
    )
    assert all(a.dtype == np.float32 for a in (*dlogits, dvalue, *metrics))
    return np.stack(dlogits), dvalue, dict(zip(METRICS, metrics, strict=True))


def loss_f64(r: Rows, logits: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Loss of each row, as the paper writes it."""
    logp = log_softmax(logits)
    ratio = np.exp(logp_of(logp, r.action) - r.logp_old)
    gain = np.minimum(ratio * r.advantage, np.clip(ratio, 1 - CLIP, 1 + CLIP) * r.advantage)
    entropy = -(np.exp(logp) * logp).sum(axis=0)
    return -gain + VALUE * 0.5 * (value - r.return_) ** 2 - ENTROPY * entropy


@pytest.mark.parametrize("seed", range(4))
def test_gradient_equals_finite_differences_within_1e_5(seed: int) -> None:
    r = rows(seed)
    dlogits, dvalue, metrics = gradient(r)
    assert 0.2 < metrics["clip_fraction"].mean() < 0.9
    exact, value = r.logits.astype(np.float64), r.value.astype(np.float64)
    for index in range(ACT):
        nudge = np.zeros((ACT, 1))
        nudge[index] = 1e-6
        numeric = (loss_f64(r, exact + nudge, value) - loss_f64(r, exact - nudge, value)) / 2e-6
        np.testing.assert_allclose(dlogits[index], numeric, atol=1e-5)
    numeric = (loss_f64(r, exact, value + 1e-6) - loss_f64(r, exact, value - 1e-6)) / 2e-6
    np.testing.assert_allclose(dvalue, numeric, atol=1e-5)


def test_metrics_equal_their_definitions_within_1e_5() -> None:
    r = rows(9)
    _, _, metrics = gradient(r)
    logp = log_softmax(r.logits.astype(np.float64))
    log_ratio = logp_of(logp, r.action) - r.logp_old
    ratio = np.exp(log_ratio)
    entropy = -(np.exp(logp) * logp).sum(axis=0)
    whole = metrics["policy_loss"] + VALUE * metrics["value_loss"] - ENTROPY * metrics["entropy"]
    np.testing.assert_allclose(whole, loss_f64(r, r.logits.astype(np.float64), r.value), atol=1e-5)
    np.testing.assert_allclose(metrics["entropy"], entropy, atol=1e-5)
    np.testing.assert_allclose(metrics["approx_kl"], ratio - 1.0 - log_ratio, atol=1e-5)
    np.testing.assert_array_equal(metrics["clip_fraction"], np.abs(ratio - 1.0) > CLIP)
    assert (metrics["approx_kl"] > -1e-6).all()


def test_a_clipped_row_moves_the_policy_only_by_entropy() -> None:
    r = rows(3, drift=0.0)
    up = r._replace(logp_old=r.logp_old - 0.5, advantage=np.ones(ROWS, np.float32))
    down = r._replace(logp_old=r.logp_old + 0.5, advantage=-np.ones(ROWS, np.float32))
    still = r._replace(advantage=np.zeros(ROWS, np.float32))
    for clipped in (up, down):
        np.testing.assert_array_equal(gradient(clipped)[0], gradient(still)[0])
    wrong_way = r._replace(logp_old=r.logp_old - 0.5, advantage=-np.ones(ROWS, np.float32))
    assert np.abs(gradient(wrong_way)[0] - gradient(still)[0]).max() > 0.1


def test_a_better_than_expected_action_is_made_likelier() -> None:
    r = rows(5, drift=0.0)._replace(advantage=np.ones(ROWS, np.float32))
    dlogits, _, _ = gradient(r)
    for part, chosen in zip(PARTS[:2], r.action[:2], strict=True):
        assert (dlogits[part][chosen, np.arange(ROWS)] < 0.0).all()


def test_extreme_rows_stay_finite() -> None:
    r = rows(6)
    extreme = r._replace(logits=r.logits * 1e4, logp_old=r.logp_old - 1e4, advantage=r.advantage * 100.0)
    dlogits, dvalue, metrics = gradient(extreme)
    for array in (dlogits, dvalue, *metrics.values()):
        assert np.isfinite(array).all()


def test_a_ratio_beyond_the_limit_is_cut_off_and_moves_nothing() -> None:
    r = rows(7, drift=0.0)
    far = r._replace(logp_old=r.logp_old - 21.0, advantage=-np.ones(ROWS, np.float32))
    near = r._replace(logp_old=r.logp_old - 19.0, advantage=-np.ones(ROWS, np.float32))
    still = r._replace(advantage=np.zeros(ROWS, np.float32))
    np.testing.assert_array_equal(gradient(far)[0], gradient(still)[0])
    np.testing.assert_allclose(gradient(far)[2]["policy_loss"], np.exp(20.0), rtol=1e-4)
    np.testing.assert_allclose(gradient(near)[2]["policy_loss"], np.exp(19.0), rtol=1e-4)
    assert np.abs(gradient(near)[0]).max() > 1e6


MIXED: tuple[Head, ...] = (
    Continuous("push", -2.0, 4.0, "N"),
    Discrete("way", tuple("abc")),
    Continuous("lift", 0.0, 1.0, "m"),
)


class MixedRows(NamedTuple):
    """Of `MIXED`: means of both numbers and logits [5][ROWS], log standard deviations [2], and masks [3][ROWS]."""

    rows: np.ndarray
    log_std: np.ndarray
    allowed: np.ndarray
    numbers: np.ndarray  # [2][ROWS]
    choice: np.ndarray
    rest: tuple[np.ndarray, ...]  # value, logp_old, advantage, return


def mixed_rows(seed: int) -> MixedRows:
    rng = np.random.default_rng(seed)
    rows, log_std = rng.normal(size=(5, ROWS)).astype(np.float32) * 0.5, np.array([-0.5, 0.25], np.float32)
    allowed = rng.random((3, ROWS)) < 0.6
    choice = rng.integers(0, 3, ROWS).astype(np.int32)
    allowed[choice, np.arange(ROWS)] = True
    noise = rng.normal(size=(2, ROWS)) * np.exp(log_std[:, None])
    numbers = ((rows[[0, 4]] + noise) * [[3.0], [0.5]] + [[1.0], [0.5]]).astype(np.float32)
    drawn = MixedRows(rows, log_std, allowed, numbers, choice, ())
    logp, _ = mixed_logp(drawn, rows.astype(np.float64), log_std.astype(np.float64))
    value, old, advantage, return_ = (rng.normal(size=ROWS) for _ in range(4))
    return drawn._replace(
        rest=tuple(a.astype(np.float32) for a in (value, logp + 0.3 * old, advantage, return_)),
    )


def mixed_logp(r: MixedRows, rows: np.ndarray, log_std: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities and entropies of the actions in f64."""
    logits = np.where(r.allowed, rows[1:4], -np.inf)
    shares = np.exp(logits - logits.max(0))
    shares = shares / shares.sum(0)
    logp = np.log(shares[r.choice, np.arange(ROWS)])
    entropy = -(shares * np.log(np.where(shares > 0.0, shares, 1.0))).sum(0)
    for row, spread, number, half, middle in zip(rows[[0, 4]], log_std, r.numbers, (3.0, 0.5), (1.0, 0.5), strict=True):
        away = ((number.astype(np.float64) - middle) / half - row) / np.exp(spread)
        logp = logp - 0.5 * away**2 - spread - 0.5 * np.log(2.0 * np.pi)
        entropy = entropy + spread + 0.5 * np.log(2.0 * np.pi * np.e)
    return logp, entropy


def mixed_loss(r: MixedRows, rows: np.ndarray, log_std: np.ndarray) -> np.ndarray:
    value, logp_old, advantage, return_ = r.rest
    logp, entropy = mixed_logp(r, rows, log_std)
    ratio = np.exp(logp - logp_old)
    gain = np.minimum(ratio * advantage, np.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage)
    return -gain + VALUE * 0.5 * (value - return_) ** 2 - ENTROPY * entropy


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_of_numbers_and_masked_choices_equals_finite_differences(seed: int) -> None:
    r = mixed_rows(seed)
    value, logp_old, advantage, return_ = r.rest
    policy = Distribution(MIXED, list(r.rows), [np.full(ROWS, each) for each in r.log_std], list(r.allowed))
    scalars = [np.float32(x) for x in (CLIP, ENTROPY, VALUE)]
    action = [r.numbers[0], r.choice, r.numbers[1]]
    upstream, metrics = loss_gradient(policy, value, action, logp_old, advantage, return_, *scalars)
    assert len(upstream) == 5 + 1 + 2 and all(a.dtype == np.float32 for a in (*upstream, *metrics))
    rows, log_std = r.rows.astype(np.float64), r.log_std.astype(np.float64)
    for index in range(7):
        nudges = np.zeros((7, 1))
        nudges[index] = 1e-6
        there, back = (mixed_loss(r, rows + sign * nudges[:5], log_std + sign * nudges[5:, 0]) for sign in (1.0, -1.0))
        found = upstream[index if index < 5 else index + 1]
        np.testing.assert_allclose(found, (there - back) / 2e-6, atol=2e-4, err_msg=str(index))
    entropy = dict(zip(METRICS, metrics, strict=True))["entropy"]
    np.testing.assert_allclose(entropy, mixed_logp(r, rows, log_std)[1], atol=1e-5)


def test_a_forbidden_choice_has_no_gradient_at_all() -> None:
    r = mixed_rows(8)
    scalars = [np.float32(x) for x in (CLIP, ENTROPY, VALUE)]
    value, logp_old, advantage, return_ = r.rest
    rows, spread = r.rows.copy(), [np.full(ROWS, each) for each in r.log_std]
    action = [r.numbers[0], r.choice, r.numbers[1]]

    def gradient_of() -> np.ndarray:
        policy = Distribution(MIXED, list(rows), spread, list(r.allowed))
        return np.stack(loss_gradient(policy, value, action, logp_old, advantage, return_, *scalars)[0])

    before = gradient_of()
    assert (~r.allowed).any() and (before[1:4][~r.allowed] == 0.0).all()
    rows[1:4][~r.allowed] += 50.0
    np.testing.assert_array_equal(gradient_of(), before)
