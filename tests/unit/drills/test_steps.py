"""Keys lead where they point, and every move goes where its name says."""

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.drills.boxes.steps import STEPS, step_of_keys, ways

WAYS = {"stay": (0, 0), "right": (1, 0), "left": (-1, 0), "up": (0, 1), "down": (0, -1)}


def test_moves_go_where_their_names_say() -> None:
    right, up = ways(np.arange(5, dtype=np.int32))
    assert dict(zip(STEPS[0].choices, zip(right, up, strict=True), strict=True)) == WAYS


@pytest.mark.parametrize(("right", "up"), [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1)])
def test_keys_lead_where_they_point_and_sideways_wins(right: int, up: int) -> None:
    (move,) = step_of_keys(right, up)
    assert WAYS[STEPS[0].choices[move]] == (right, 0 if right else up)
