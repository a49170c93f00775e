"""What the keys of a human come to is checked: an action that the drill has, whichever are held."""

from __future__ import annotations

from typing import Any

import pytest
from drillsergeant.check.check_drill import check_drill
from drillsergeant.check.findings import Kind
from drillsergeant.drills.chase import ChaseDrill


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ((1.0, 2.0), "returned 2 numbers, not a number for each of 1 heads"),
        ((5,), "returned 5 for move, which goes from 0 to 4"),
        ((0.5,), "returned 0.5 for move, not a whole number"),
        (None, "returned None, not a number for each of 1 heads"),
    ],
)
def test_keys_of_a_human_that_are_no_action(action: Any, said: str) -> None:
    class Unsteered(ChaseDrill):
        def from_keys(self, *keys: float) -> Any:
            return action

    (finding,) = check_drill(Unsteered())
    assert finding.kind is Kind.CONTRACT and said in finding.sentence
    assert finding.where is not None and finding.where.function.endswith("from_keys")
