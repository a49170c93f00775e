"""What the heads of a drill add up to: rows of the network, words of an action, masks, the most entropy there can be.

Needs no NumPy: whoever runs a program counts by these too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

from drillsergeant.drills.contract import Continuous, Discrete, Drill, Head, has_masks

BITS_PER_WORD = 31  # masks in a word i32, whose sign stays out of it
FORBIDDEN = -1e9  # instead of the logit of a choice that cannot be taken: finite, and far below any other
# Within these bounds of a log standard deviation nothing overflows, and nobody needs more or less.
LOG_STD_MIN, LOG_STD_MAX = -5.0, 1.0
LEAST_CHANCE = 1e-30  # of which a logarithm is taken
GAUSSIAN_ENTROPY = 0.5 * math.log(2.0 * math.pi) + 0.5  # of deviation 1, in nats

Row = TypeVar("Row")


def rows_of(head: Head) -> int:
    """How many rows of the network's head belong to one of the action's: a logit for each choice, or a mean."""
    return len(head.choices) if isinstance(head, Discrete) else 1


def policy_rows(heads: Sequence[Head]) -> int:
    """R: how many rows of the network's head say what to do."""
    return sum(map(rows_of, heads))


def log_stds(heads: Sequence[Head]) -> int:
    """C: how many log standard deviations are learned beside the network, one for each continuous head."""
    return sum(isinstance(head, Continuous) for head in heads)


def spread_of(head: Continuous) -> tuple[float, float]:
    """(middle, half the length) of a continuous head's range, in its unit."""
    return 0.5 * (head.low + head.high), 0.5 * (head.high - head.low)


def head_rows(heads: Sequence[Head]) -> int:
    """R + 1 + C: rows of all that is decided by and learned from: the policy's, the value, log standard deviations."""
    return policy_rows(heads) + 1 + log_stds(heads)


def choices_of(heads: Sequence[Head]) -> list[tuple[str, ...]]:
    """The choices of every discrete head."""
    return [head.choices for head in heads if isinstance(head, Discrete)]


def masks_of(drill: Drill) -> int:
    """How many masks a drill has: none, or one for each choice."""
    return sum(map(len, choices_of(drill.heads))) if has_masks(drill) else 0


def mask_words(masks: int) -> int:
    """How many words hold so many masks."""
    return -(-masks // BITS_PER_WORD)


def split_rows(heads: Sequence[Head], rows: Sequence[Row]) -> list[list[Row]]:
    """The policy's rows [R], head by head. Raises ValueError where there are not as many."""
    if len(rows) != policy_rows(heads):
        listed = ", ".join(f"{head.name} ({rows_of(head)})" for head in heads)
        raise ValueError(f"{len(rows)} rows for the heads {listed}, which take {policy_rows(heads)}")
    left = iter(rows)
    return [list(islice(left, rows_of(head))) for head in heads]


def most_entropy(heads: Sequence[Head]) -> float:
    """The entropy of a policy that takes every choice equally often, in nats; of numbers it has no end."""
    return math.inf if log_stds(heads) else sum(math.log(len(choices)) for choices in choices_of(heads))


def log_chance(heads: Sequence[Head], chances: Sequence[Sequence[float]], action: Sequence[float]) -> float:
    """The logarithm of the chance of an action (a number a head) by such chances, in nats; of numbers, of their density
    by their unit. No chance counts as less than LEAST_CHANCE."""
    total = 0.0
    for head, own, part in zip(heads, chances, action, strict=True):
        if isinstance(head, Continuous):
            mean, std = own
            total -= 0.5 * ((part - mean) / std) ** 2 + math.log(std) + 0.5 * math.log(2.0 * math.pi)
        else:
            total += math.log(max(own[int(part)], LEAST_CHANCE))
    return total
