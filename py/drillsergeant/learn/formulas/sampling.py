"""Choosing an action from logits, elementwise over rows: written over lists of row arrays so that it traces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant import elementary
from drillsergeant.elementary import Array


def softmax_parts(logits: Sequence[Array]) -> tuple[list[Array], list[Array], Array]:
    """(shifted logits, their exponentials, sum of these in index order) of logits[ACT], each f32 [B].

    The largest logit is subtracted first, so no exponential is above 1.
    """
    largest = logits[0]
    for logit in logits[1:]:
        largest = np.maximum(largest, logit)
    shifted = [logit - largest for logit in logits]
    exponentials = [elementary.exp(s) for s in shifted]
    total = exponentials[0]
    for exponential in exponentials[1:]:
        total = total + exponential
    return shifted, exponentials, total


def chosen(rows: Sequence[Array], action: Array) -> Array:
    """rows[action] for each column: rows[ACT] f32 [B], action i32 [B] -> f32 [B]."""
    value = rows[0]
    for index, row in enumerate(rows[1:], start=1):
        value = np.where(action == index, row, value)
    return value


def sample(logits: Sequence[Array], uniform: Array) -> tuple[Array, Array, Array]:
    """(action i32, its log-probability f32, entropy of the distribution f32), each [B].

    logits[ACT] f32 [B]; `uniform` f32 [B] in [0, 1) is the only randomness: the action is the one whose slice of the
    cumulative distribution it falls into.
    """
    shifted, exponentials, total = softmax_parts(logits)
    threshold = uniform * total
    cumulative = exponentials[0]
    action = uniform.view(np.int32) & 0
    # One comparison per action but the last, which takes what is left: rounding cannot push the index past the end.
    for following in exponentials[1:]:
        action = action + (cumulative <= threshold).astype(np.int32)
        cumulative = cumulative + following
    log_total = elementary.log(total)
    weighted = exponentials[0] * shifted[0]
    for exponential, s in zip(exponentials[1:], shifted[1:], strict=True):
        weighted = weighted + exponential * s
    return action, chosen(shifted, action) - log_total, log_total - weighted / total
