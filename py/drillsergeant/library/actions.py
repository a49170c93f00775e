"""An action as one array, which is what gymnasium and callers of a policy want, and as one array a head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array


def joined(heads: Sequence[Discrete], parts: Sequence[Array]) -> Array:
    """Actions of N, one array [N] a head, as one: [N] of a single head, else [N][HEADS]."""
    return parts[0] if len(heads) == 1 else np.stack(parts, -1)


def split(drill: str, heads: Sequence[Discrete], action: Array, count: int) -> list[Array]:
    """The same, i32 [N] a head, from `count` actions in one array. Raises ValueError for those that do not exist."""
    whole = np.asarray(action)
    if whole.size != count * len(heads):
        named = ", ".join(head.name for head in heads)
        raise ValueError(f"actions of {drill} are {named}, a number each: expected {count} of them, got {action}")
    parts = [np.ascontiguousarray(part, np.int32) for part in whole.reshape(count, len(heads)).T]
    for head, part in zip(heads, parts, strict=True):
        most = len(head.choices) - 1
        if ((part < 0) | (part > most)).any():
            raise ValueError(f"{head.name} of {drill} is a whole number from 0 to {most}, got {action}")
    return parts
