"""A drill's observations and actions as gymnasium describes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from drillsergeant.drills.contract import Drill


def observation_space(drill: Drill) -> spaces.Box:
    """f32 [OBS], of magnitude about 1 but without bounds; `drill.observation` names the entries."""
    return spaces.Box(-np.inf, np.inf, (len(drill.observation),), np.float32)


def action_space(drill: Drill) -> spaces.Discrete[Any] | spaces.MultiDiscrete[Any]:
    """A choice for each of the drill's `heads`, which say what each does; a plain number where there is one head."""
    sizes = [len(head.choices) for head in drill.heads]
    return spaces.Discrete(sizes[0]) if len(sizes) == 1 else spaces.MultiDiscrete(sizes)
