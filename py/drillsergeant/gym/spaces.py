"""A drill's observations and actions as gymnasium describes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from drillsergeant.drills.contract import Drill


def observation_space(drill: Drill) -> spaces.Box:
    """f32 [OBS], of magnitude about 1 but without bounds; `drill.observation` names the entries."""
    return spaces.Box(-np.inf, np.inf, (len(drill.observation),), np.float32)


def action_space(drill: Drill) -> spaces.Discrete[Any]:
    """[0, ACT); `drill.actions` says what each does."""
    return spaces.Discrete(drill.action_count)
