"""Whether the scripted player keeps to the choices there are, at every moment of its matches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.playthrough import GROUPS, Playthrough
from drillsergeant.check.source_lines import line_of


def find_out_of_range(played: Playthrough) -> Iterator[DrillFinding]:
    """Look at every choice of scripted players; one finding a head. Numbers are kept to their range for everybody."""
    seats = played.seats
    for number, head in enumerate(seats.heads):
        if not head.choices:
            continue
        taken = np.stack([[action[number][GROUPS["scripted"]] for action in actions] for actions in played.actions])
        highest = len(head.choices) - 1
        outside = (taken < 0) | (taken > highest)
        if outside.any():
            said = (
                f"the {head.name} of the scripted player is {taken.min()} to {taken.max()}, in {outside.mean():.1%} of "
                f"its decisions outside of 0 to {highest}"
            )
            remedy = "let scripted return the number of a choice that the head has"
            yield DrillFinding(Kind.ARRAY, said, remedy, line_of(seats.drill, "scripted"))
