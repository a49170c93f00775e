"""PPO's clipped loss and its gradient w.r.t. the network's head, elementwise over rows so that it traces.

Schulman et al. 2017, https://arxiv.org/abs/1707.06347, equations 7 and 9. Per row

    loss = -min(r A, clamp(r, 1-clip_coef, 1+clip_coef) A) + value_coef (V - R)^2 / 2 - entropy_coef H

with r = exp(log pi(a) - log pi_old(a)). Rows are summed, not averaged: the optimiser divides by their number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant import elementary
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.sampling import chosen, softmax_parts

LOG_RATIO_MAX = 20.0


def loss_gradient(
    logits: Sequence[Array],
    value: Array,
    action: Array,
    logp_old: Array,
    advantage: Array,
    return_: Array,
    clip_coef: np.float32,
    entropy_coef: np.float32,
    value_coef: np.float32,
) -> tuple[list[Array], Array, list[Array]]:
    """(dloss/dlogits[ACT], dloss/dvalue, metric rows in the order of arithmetic.METRICS), each f32 [B].

    logits[ACT], value, logp_old, advantage (normalised), return_ f32 [B]; action i32 [B]; scalars np.float32.
    """
    shifted, exponentials, total = softmax_parts(logits)
    log_total = elementary.log(total)
    per_total = 1.0 / total
    probability = [exponential * per_total for exponential in exponentials]
    logp = [s - log_total for s in shifted]
    entropy = -_dot(probability, logp)

    difference = chosen(logp, action) - logp_old
    log_ratio = np.minimum(np.maximum(difference, -LOG_RATIO_MAX), LOG_RATIO_MAX)
    ratio = elementary.exp(log_ratio)
    clipped_ratio = np.minimum(np.maximum(ratio, 1.0 - clip_coef), 1.0 + clip_coef)
    gain = ratio * advantage
    clipped_gain = clipped_ratio * advantage
    # Only the unclipped branch depends on the policy; where both are equal it is the one taken.
    moving = (gain <= clipped_gain) & (log_ratio == difference)
    dlogp = np.where(moving, -gain, 0.0)

    dlogits = []
    for index, (p, lp) in enumerate(zip(probability, logp, strict=True)):
        taken = np.where(action == index, dlogp, 0.0)
        dlogits.append(taken - dlogp * p + entropy_coef * (p * (lp + entropy)))
    error = value - return_
    metrics = [
        -np.minimum(gain, clipped_gain),
        error * error * 0.5,
        entropy,
        ratio - 1.0 - log_ratio,
        (np.abs(ratio - 1.0) > clip_coef).astype(np.float32),
    ]
    return dlogits, value_coef * error, metrics


def _dot(left: Sequence[Array], right: Sequence[Array]) -> Array:
    """Sum over actions of left * right, in index order: f32 [B]."""
    total = left[0] * right[0]
    for a, b in zip(left[1:], right[1:], strict=True):
        total = total + a * b
    return total
