"""An action as one array, which is what gymnasium and callers of a policy want, and as one array a head."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from drillsergeant.drills.contract import Continuous, Discrete, Head
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import choices_of, log_stds

Joined: TypeAlias = "Array | tuple[Array, ...]"


def is_mixed(heads: Sequence[Head]) -> bool:
    """Whether an action has choices and numbers, which no array holds both."""
    return 0 < log_stds(heads) < len(heads)


def joined(heads: Sequence[Head], parts: Sequence[Array]) -> Joined:
    """Actions of N, one array [N] a head, as one, as gymnasium has them: [N] of a single choice, [N][HEADS] of several
    or of numbers; where there are both, the arrays [N] of choices and [N][1] of numbers."""
    if is_mixed(heads):
        return tuple(
            part[:, None] if isinstance(head, Continuous) else part for head, part in zip(heads, parts, strict=True)
        )
    return parts[0] if len(heads) == 1 and isinstance(heads[0], Discrete) else np.stack(parts, -1)


def split(drill: str, heads: Sequence[Head], action: Joined, count: int) -> list[Array]:
    """The same, i32 or f32 [N] a head, from `count` actions. Raises ValueError for those that do not exist.

    Where all heads are choices, one number may stand for a combination of them, the first head's counting fastest: an
    action as it was before there were heads, and as searches and learners of a single choice have it.
    """
    sizes, named = list(map(len, choices_of(heads))), ", ".join(head.name for head in heads)
    parts = action if is_mixed(heads) and isinstance(action, Sequence) else (action,)
    columns = [np.asarray(part) for part in parts]
    if any(column.dtype.kind not in "biuf" for column in columns):
        raise ValueError(f"actions of {drill} are {named}, a number each, got {action!r:.80}")
    if len(sizes) == len(heads) > 1 and columns[0].size == count:
        columns = [_combined(f"actions of {drill} are {named}", sizes, columns[0])]
    if sum(column.size for column in columns) != count * len(heads):
        raise ValueError(f"actions of {drill} are {named}, a number each: expected {count} of them, got {action}")
    whole = [part for column in columns for part in column.reshape(count, -1).T]
    return [_checked(drill, head, part) for head, part in zip(heads, whole, strict=True)]


def _combined(what: str, sizes: Sequence[int], numbers: Array) -> Array:
    """Choices [N][HEADS] from the numbers of combinations [N]."""
    if not ((numbers >= 0) & (numbers < math.prod(sizes)) & (numbers == np.floor(numbers))).all():
        raise ValueError(f"{what}, a number each, or one from 0 to {math.prod(sizes) - 1} for all, got {numbers}")
    return np.stack(np.unravel_index(numbers.ravel().astype(np.intp), sizes, order="F"), -1)


def _checked(drill: str, head: Head, part: Array) -> Array:
    """A head's column [N] in its type."""
    if isinstance(head, Continuous):
        if not np.isfinite(part).all():
            raise ValueError(f"{head.name} of {drill} is a number from {head.low} to {head.high}, got {part}")
        return np.ascontiguousarray(part, np.float32)
    most = len(head.choices) - 1
    if not ((part >= 0) & (part <= most) & (part == np.floor(part))).all():
        raise ValueError(f"{head.name} of {drill} is a whole number from 0 to {most}, got {part}")
    return np.ascontiguousarray(part, np.int32)


def dealt(heads: Sequence[Head], action: Joined, parts: int) -> list[Joined]:
    """Joined actions of N in `parts` lots of N / parts, in order."""
    if not is_mixed(heads):
        actions = np.asarray(action)
        if not actions.ndim or len(actions) % parts:
            named = ", ".join(head.name for head in heads)
            raise ValueError(f"actions are {action!r:.40}; give an array, of {named} for each environment")
        return [*np.split(actions, parts)]
    columns = [np.split(np.asarray(column), parts) for column in action]
    return [tuple(lot) for lot in zip(*columns, strict=True)]
