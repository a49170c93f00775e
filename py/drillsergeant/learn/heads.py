"""What the heads of a drill add up to: rows of the network, words of an action, the most entropy there can be.

Needs no NumPy: whoever runs a program counts by these too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

from drillsergeant.drills.contract import Discrete

Row = TypeVar("Row")


def policy_rows(heads: Sequence[Discrete]) -> int:
    """R: how many rows of the network's head say what to do, a logit for each choice."""
    return sum(len(head.choices) for head in heads)


def split_rows(heads: Sequence[Discrete], rows: Sequence[Row]) -> list[list[Row]]:
    """The policy's rows [R], head by head. Raises ValueError where there are not as many."""
    if len(rows) != policy_rows(heads):
        listed = ", ".join(f"{head.name} ({len(head.choices)})" for head in heads)
        raise ValueError(f"{len(rows)} rows for the heads {listed}, which take {policy_rows(heads)}")
    left = iter(rows)
    return [list(islice(left, len(head.choices))) for head in heads]


def most_entropy(heads: Sequence[Discrete]) -> float:
    """The entropy of a policy that takes every choice equally often, in nats."""
    return sum(math.log(len(head.choices)) for head in heads)
