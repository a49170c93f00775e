"""Choosing an action from the rows of a policy, elementwise: written over lists of row arrays so that it traces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import split_rows


class Distribution(NamedTuple):
    """What the network says to do in B situations: the drill's heads, and the rows [R] f32 [B] of all of them, one head
    after the other."""

    heads: Sequence[Discrete]
    rows: Sequence[Array]

    def by_head(self) -> list[list[Array]]:
        """The logits of every head, f32 [B] each."""
        return split_rows(self.heads, self.rows)


def softmax_parts(logits: Sequence[Array]) -> tuple[list[Array], list[Array], Array]:
    """(shifted logits, their exponentials, sum of these in index order) of logits[K], each f32 [B].

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
    """rows[action] for each column: rows[K] f32 [B], action i32 [B] -> f32 [B]."""
    value = rows[0]
    for index, row in enumerate(rows[1:], start=1):
        value = np.where(action == index, row, value)
    return value


def sample(policy: Distribution, uniform: Array) -> tuple[list[Array], Array, Array]:
    """(action i32 a head, its log-probability f32, entropy of the distribution f32), each [B].

    `uniform` f32 [B] in [0, 1) is the only randomness. Heads choose independently, so log-probabilities and entropies
    add up.
    """
    picks = [sample_choice(logits, head_draw(uniform, number)) for number, logits in enumerate(policy.by_head())]
    actions, logp, entropy = [picks[0][0]], picks[0][1], picks[0][2]
    for action, more_logp, more_entropy in picks[1:]:
        actions.append(action)
        logp, entropy = logp + more_logp, entropy + more_entropy
    return actions, logp, entropy


def head_draw(uniform: Array, number: int) -> Array:
    """The uniform number f32 [B] by which head `number` is drawn: for the first the one given, others are made of its
    bits."""
    return elementary.uniform(elementary.hash_u32(uniform.view(np.uint32), number)) if number else uniform


def sample_choice(logits: Sequence[Array], uniform: Array) -> tuple[Array, Array, Array]:
    """(choice i32, its log-probability f32, entropy of the distribution f32), each [B].

    logits[K] f32 [B]; the choice is the one into whose slice of the cumulative distribution `uniform` f32 [B] falls.
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
