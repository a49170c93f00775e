"""A drill's observations and actions as gymnasium describes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import spaces

from drillsergeant.drills.contract import Continuous, Drill, Head
from drillsergeant.learn.heads import choices_of
from drillsergeant.library.actions import is_mixed


def observation_space(drill: Drill) -> spaces.Box:
    """f32 [OBS], of magnitude about 1 but without bounds; `drill.observation` names the entries."""
    return spaces.Box(-np.inf, np.inf, (len(drill.observation),), np.float32)


def action_space(drill: Drill) -> spaces.Space[Any]:
    """What the drill's `heads` say: Discrete for one choice, MultiDiscrete for several, Box for numbers; a Tuple of
    those, head by head, where there are both."""
    return space_of(drill.heads)


def space_of(heads: Sequence[Head]) -> spaces.Space[Any]:
    """The same, of heads."""
    return spaces.Tuple([_space([head]) for head in heads]) if is_mixed(heads) else _space(heads)


def _space(heads: Sequence[Head]) -> spaces.Space[Any]:
    numbers = [head for head in heads if isinstance(head, Continuous)]
    if numbers:
        low, high = (np.array([getattr(head, end) for head in numbers], np.float32) for end in ("low", "high"))
        return spaces.Box(low, high, dtype=np.float32)
    sizes = list(map(len, choices_of(heads)))
    return spaces.Discrete(sizes[0]) if len(sizes) == 1 else spaces.MultiDiscrete(sizes)
