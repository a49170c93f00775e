"""Whether the scripted player is worth being compared with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity, SourceLine
from drillsergeant.check.playthrough import GROUPS, Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.elementary import Array

SURE = 3.0  # standard errors by which it has to be better
ENOUGH = 32  # matches that ended, where not all were played to their ends


def find_weak_bot(played: Playthrough) -> Iterator[DrillFinding]:
    """Compare it with players by chance: in matches against them, or, where there is one team, in what comes of it."""
    seats = played.seats
    where = line_of(seats.drill, "scripted")
    if all(len(head.choices) == 1 for head in seats.heads):  # nothing to choose, nothing to be better at
        return
    if len(seats.teams) > 1:
        won = played.winner[:, GROUPS["duel"]][played.over[:, GROUPS["duel"]]]
        if not played.whole and len(won) < ENOUGH:
            return
        wins, losses = int((won > 0).sum()), int((won < 0).sum())
        if wins - losses < SURE * np.sqrt(max(wins + losses, 1)):
            said = f"the scripted player wins {wins} and loses {losses} of {len(won)} matches against chance"
            yield _weak(said, where)
        return
    winner = [played.winner[:, GROUPS[name]][played.over[:, GROUPS[name]]] > 0 for name in ("scripted", "random")]
    if not seats.plays_for_return and any(each.any() for each in winner):
        if _better(*winner) or (winner[0].all() and winner[0].size):
            return
        said = "the scripted player succeeds in {:.0%} of its matches, chance in {:.0%}"
        yield _weak(said.format(*(each.mean() if each.size else 0.0 for each in winner)), where)
        return
    returns = [_returns(played, GROUPS[name]) for name in ("scripted", "random")]
    if not _better(*returns):
        said = "the scripted player earns {:.3g} in a match on average, chance {:.3g}"
        yield _weak(said.format(*(each.mean() for each in returns)), where)


def _weak(said: str, where: SourceLine | None) -> DrillFinding:
    remedy = "it is the yardstick for what is learned: let it win against chance nearly always, then never change it"
    return DrillFinding(Kind.WEAK_BOT, said, remedy, where, Severity.WARNING)


def _better(one: Array, other: Array) -> bool:
    if not one.size or not other.size:
        return False
    spread = np.sqrt(one.astype(np.float64).var() / one.size + other.astype(np.float64).var() / other.size)
    return bool(one.mean() - other.mean() > SURE * spread)


def _returns(played: Playthrough, lanes: slice) -> Array:
    """What player 0 earned in each match that ended, or, where none did, in each so far."""
    earned, over = played.rewards(0)[:, :, lanes].sum(1, dtype=np.float64), played.over[:, lanes]
    if not over.any():
        so_far: Array = earned.sum(0)
        return so_far
    ends = []
    for lane in range(over.shape[1]):
        for own in np.split(earned[:, lane], np.flatnonzero(over[:, lane]) + 1)[:-1]:
            ends.append(own.sum())
    return np.array(ends)
