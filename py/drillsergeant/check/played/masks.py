"""Whether a player always has something left to choose, and whether the scripted one keeps to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.seats import Action, Seats
from drillsergeant.check.source_lines import line_of
from drillsergeant.elementary import Array


def find_forbidden(played: Playthrough) -> Iterator[DrillFinding]:
    """Look at the masks of every player before every decision; the first of each kind of fault."""
    seats = played.seats
    if not seats.allowed(played.before[0], 0):
        return
    nothing_left, not_kept = False, False
    for state in played.before:
        for player in seats.players:
            masks, scripted = seats.allowed(state, player), seats.scripted(state, player)
            for name, own, taken in _by_head(seats, masks, scripted):
                stuck = ~own.any(0)
                if stuck.any() and not nothing_left:
                    nothing_left = True
                    yield _nothing_left(seats, name, player, float(stuck.mean()))
                if not not_kept and (~stuck & ~own[taken.clip(0, len(own) - 1), np.arange(own.shape[1])]).any():
                    not_kept = True
                    yield _not_kept(seats, name, player)


def _by_head(seats: Seats, masks: Sequence[Array], action: Action) -> Iterator[tuple[str, Array, Array]]:
    """Of each discrete head its name, its masks bool [choices, N], and what is taken i32 [N]."""
    first = 0
    for head, taken in zip(seats.heads, action, strict=True):
        if head.choices:
            yield head.name, np.stack(masks[first : first + len(head.choices)]), taken
            first += len(head.choices)


def _nothing_left(seats: Seats, name: str, player: int, share: float) -> DrillFinding:
    said = f"allowed leaves player {player} no {name} at all in {share:.0%} of the matches at one moment"
    remedy = "leave at least one choice of every head; one that does nothing is one too"
    return DrillFinding(Kind.FORBIDDEN, said, remedy, line_of(seats.drill, "allowed"))


def _not_kept(seats: Seats, name: str, player: int) -> DrillFinding:
    said = f"the scripted player {player} takes a {name} that allowed forbids"
    remedy = "let scripted choose among what allowed leaves, or allow what it takes"
    return DrillFinding(Kind.FORBIDDEN, said, remedy, line_of(seats.drill, "scripted"))
