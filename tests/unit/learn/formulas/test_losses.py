"""PPO's loss gradient against finite differences of the loss written out in f64."""

from typing import NamedTuple

import numpy as np
import pytest
from drillsergeant.drills.contract import Discrete
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
    dlogits, dvalue, metrics = loss_gradient(
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
