"""What a policy would do, in numbers for a reader: chances of choices, mean and deviation of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from drillsergeant.drills.contract import Continuous, Head
from drillsergeant.learn.heads import LOG_STD_MAX, LOG_STD_MIN, split_rows, spread_of


def chances_of(
    heads: Sequence[Head], rows: Sequence[float], log_stds: Sequence[float], masks: Sequence[bool]
) -> list[list[float]]:
    """Of every head the chances of its choices, or mean and standard deviation in its unit, from the policy's rows [R]
    and the log standard deviations [C] of one situation; `masks` of all choices, or none."""
    left, stds = iter(masks), iter(log_stds)
    found: list[list[float]] = []
    for head, own in zip(heads, split_rows(heads, rows), strict=True):
        if isinstance(head, Continuous):
            middle, half = spread_of(head)
            std = math.exp(min(max(next(stds), LOG_STD_MIN), LOG_STD_MAX))
            found.append([own[0] * half + middle, std * half])
        else:
            found.append(_softmax([logit if next(left, True) else -math.inf for logit in own]))
    return found


def _softmax(logits: Sequence[float]) -> list[float]:
    """Probabilities from logits; the largest is subtracted first, so that nothing overflows."""
    largest = max(logits)
    shares = [math.exp(logit - largest) for logit in logits]
    total = sum(shares)
    return [share / total for share in shares]
