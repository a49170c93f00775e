"""PPO's clipped loss and its gradient w.r.t. the network's head, elementwise over rows so that it traces.

Schulman et al. 2017, https://arxiv.org/abs/1707.06347, equations 7 and 9. Per row

    loss = -min(r A, clamp(r, 1-clip_coef, 1+clip_coef) A) + value_coef (V - R)^2 / 2 - entropy_coef H

with r = exp(log pi(a) - log pi_old(a)); log pi and H are sums over the heads of the action.
Rows are summed, not averaged: the optimiser divides by their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from drillsergeant import elementary
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.gaussian import Gaussian
from drillsergeant.learn.formulas.sampling import Choice, Distribution, Number, chosen, softmax_parts

LOG_RATIO_MAX = 20.0


class _Choice:
    """One discrete head in the loss: what was chosen i32 [B] from logits[K] f32 [B], those in the masks `allowed`."""

    def __init__(self, logits: Sequence[Array], allowed: Sequence[Array], action: Array) -> None:
        shifted, exponentials, total = softmax_parts(logits, allowed)
        log_total = elementary.log(total)
        per_total = 1.0 / total
        self._action = action
        self._probability = [exponential * per_total for exponential in exponentials]
        self._logp = [s - log_total for s in shifted]
        self.entropy = -_dot(self._probability, self._logp)
        self.logp = chosen(self._logp, action)

    def gradient(self, dlogp: Array, entropy_coef: np.float32) -> list[Array]:
        """dloss/dlogits[K] f32 [B], from dloss/dlogp f32 [B]."""
        found = []
        for index, (p, lp) in enumerate(zip(self._probability, self._logp, strict=True)):
            taken = np.where(self._action == index, dlogp, 0.0)
            found.append(taken - dlogp * p + entropy_coef * (p * (lp + self.entropy)))
        return found


def loss_gradient(
    policy: Distribution,
    value: Array,
    action: Sequence[Array],
    logp_old: Array,
    advantage: Array,
    return_: Array,
    clip_coef: np.float32,
    entropy_coef: np.float32,
    value_coef: np.float32,
) -> tuple[list[Array], list[Array]]:
    """(gradient [R+1+C], metric rows in the order of arithmetic.METRICS), each f32 [B]. The gradient is that w.r.t. the
    policy's rows, then the value, then the log standard deviations.

    value, logp_old, advantage (normalised), return_ f32 [B]; action[HEADS] i32 or f32 [B]; scalars np.float32.
    """
    parts = parts_of(policy, action)
    entropy = parts[0].entropy
    for part in parts[1:]:
        entropy = entropy + part.entropy
    surrogate = surrogate_of(log_probability(parts), logp_old, advantage, clip_coef)
    ratio = surrogate.ratio
    dlogp = np.where(surrogate.moving, -surrogate.gain, 0.0)

    drows: list[Array] = []
    dlog_stds: list[Array] = []
    for part in parts:
        drows += part.gradient(dlogp, entropy_coef)
        if isinstance(part, Gaussian):
            dlog_stds.append(part.log_std_gradient(dlogp, entropy_coef))
    error = value - return_
    metrics = [
        -np.minimum(surrogate.gain, surrogate.clipped_gain),
        error * error * 0.5,
        entropy,
        ratio - 1.0 - surrogate.log_ratio,
        (np.abs(ratio - 1.0) > clip_coef).astype(np.float32),
    ]
    return [*drows, value_coef * error, *dlog_stds], metrics


class Surrogate(NamedTuple):
    """What PPO makes of B decisions, f32 [B] each but `moving`, a mask: where the loss depends on the policy."""

    log_ratio: Array
    ratio: Array
    clipped_ratio: Array
    gain: Array
    clipped_gain: Array
    moving: Array


def surrogate_of(logp: Array, logp_old: Array, advantage: Array, clip_coef: np.float32) -> Surrogate:
    """From the log-probabilities now and when it was played, and the normalised advantage, f32 [B] each."""
    difference = logp - logp_old
    log_ratio = np.minimum(np.maximum(difference, -LOG_RATIO_MAX), LOG_RATIO_MAX)
    ratio = elementary.exp(log_ratio)
    clipped_ratio = np.minimum(np.maximum(ratio, 1.0 - clip_coef), 1.0 + clip_coef)
    gain = ratio * advantage
    clipped_gain = clipped_ratio * advantage
    # Only the unclipped branch depends on the policy; where both are equal it is the one taken.
    moving = (gain <= clipped_gain) & (log_ratio == difference)
    return Surrogate(log_ratio, ratio, clipped_ratio, gain, clipped_gain, moving)


def parts_of(policy: Distribution, action: Sequence[Array]) -> list[_Choice | Gaussian]:
    """The heads of an action, i32 or f32 [B] each, in the loss."""
    return [_part(part, taken) for part, taken in zip(policy.by_head(), action, strict=True)]


def log_probability(parts: Sequence[_Choice | Gaussian]) -> Array:
    """Of the whole action, f32 [B]: heads choose independently."""
    logp = parts[0].logp
    for part in parts[1:]:
        logp = logp + part.logp
    return logp


def _part(part: Choice | Number, taken: Array) -> _Choice | Gaussian:
    """One head in the loss: what was taken of it, i32 or f32 [B]."""
    return Gaussian(*part, taken) if isinstance(part, Number) else _Choice(part.logits, part.allowed, taken)


def _dot(left: Sequence[Array], right: Sequence[Array]) -> Array:
    """Sum over actions of left * right, in index order: f32 [B]."""
    total = left[0] * right[0]
    for a, b in zip(left[1:], right[1:], strict=True):
        total = total + a * b
    return total
