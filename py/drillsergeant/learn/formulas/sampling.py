"""Choosing an action from the rows of a policy, elementwise: written over lists of row arrays so that it traces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Continuous, Discrete, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import unpacked
from drillsergeant.learn.formulas.gaussian import Gaussian, drawn
from drillsergeant.learn.heads import FORBIDDEN, policy_rows, split_rows


class Distribution(NamedTuple):
    """What the network says to do in B situations: the drill's heads, the rows [R] f32 [B] of all of them, one head
    after the other, and the log standard deviations [C] f32 [B] of the continuous ones. `allowed`: masks [B] of all
    choices, or none where a drill has no masks."""

    heads: Sequence[Head]
    rows: Sequence[Array]
    log_stds: Sequence[Array] = ()
    allowed: Sequence[Array] = ()

    @classmethod
    def of_head(
        cls, heads: Sequence[Head], head: Sequence[Array], allowed: Sequence[Array], masks: int
    ) -> Distribution:
        """From the rows f32 [R+1+C] of a network's head, of which row R is the value and the last C are the log
        standard deviations, and the words `allowed` i32 [WORDS] of so many masks."""
        rows = policy_rows(heads)
        return cls(heads, head[:rows], head[rows + 1 :], unpacked(allowed, masks))

    def by_head(self) -> list[Choice | Number]:
        """What it says of every head, f32 [B] each."""
        log_stds, masks = iter(self.log_stds), iter(self.allowed)
        return [
            Choice(rows, list(islice(masks, len(rows))))
            if isinstance(head, Discrete)
            else Number(head, rows[0], next(log_stds))
            for head, rows in zip(self.heads, split_rows(self.heads, self.rows), strict=True)
        ]


class Choice(NamedTuple):
    """Of a discrete head: a logit f32 [B] for each choice, and masks [B] or none."""

    logits: Sequence[Array]
    allowed: Sequence[Array] = ()

    def drawn(self, uniform: Array) -> tuple[Array, Array]:
        """See `sample_choice`: (choice i32, its log-probability f32), each [B]."""
        return sample_choice(self.logits, uniform, self.allowed)[:2]


class Number(NamedTuple):
    """Of a continuous head: mean and log standard deviation, f32 [B] each."""

    head: Continuous
    mean: Array
    log_std: Array

    def drawn(self, uniform: Array) -> tuple[Array, Array]:
        """(number, its log density), f32 [B] each, see `gaussian.drawn`."""
        number = drawn(self.head, self.mean, self.log_std, uniform)
        return number, Gaussian(self.head, self.mean, self.log_std, number).logp


def softmax_parts(logits: Sequence[Array], allowed: Sequence[Array] = ()) -> tuple[list[Array], list[Array], Array]:
    """(shifted logits, their exponentials, sum of these in index order) of logits[K], each f32 [B].

    The largest logit is subtracted first, so no exponential is above 1. Those not in `allowed` (masks [B], all where it
    is empty) have an exponential of exactly 0.
    """
    if allowed:
        logits = [np.where(mask, logit, FORBIDDEN) for mask, logit in zip(allowed, logits, strict=True)]
    largest = logits[0]
    for logit in logits[1:]:
        largest = np.maximum(largest, logit)
    shifted = [logit - largest for logit in logits]
    exponentials = [elementary.exp(s) for s in shifted]
    if allowed:
        exponentials = [np.where(mask, power, 0.0) for mask, power in zip(allowed, exponentials, strict=True)]
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


def sample(policy: Distribution, uniform: Array) -> tuple[list[Array], Array]:
    """(action i32 or f32 a head, its log-probability f32), each [B].

    `uniform` f32 [B] in [0, 1) is the only randomness. Heads choose independently, so log-probabilities add up.
    """
    picks = [part.drawn(head_draw(uniform, number)) for number, part in enumerate(policy.by_head())]
    logp = picks[0][1]
    for _, more in picks[1:]:
        logp = logp + more
    return [action for action, _ in picks], logp


def head_draw(uniform: Array, number: int) -> Array:
    """The uniform number f32 [B] by which head `number` is drawn: for the first the one given, others are made of its
    bits."""
    return elementary.uniform(elementary.hash_u32(uniform.view(np.uint32), number)) if number else uniform


def sample_choice(logits: Sequence[Array], uniform: Array, allowed: Sequence[Array] = ()) -> tuple[Array, Array, Array]:
    """(choice i32, its log-probability f32, entropy of the distribution f32), each [B].

    logits[K] f32 [B]; the choice is the one into whose slice of the cumulative distribution `uniform` f32 [B] falls,
    never one that `allowed` (masks [B]) leaves out.
    """
    shifted, exponentials, total = softmax_parts(logits, allowed)
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
