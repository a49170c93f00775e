"""Whether reward can be had without end: by running in circles, by staying somewhere, by doing the same over and over.

Where matches are won or lost, reward tells who is winning. If it is a difference of potentials (Ng, Harada & Russell
1999), whatever is earned on a way is lost on the way back, and a closed way earns nothing. So what players earn between
two moments is counted together with what going straight back would cost, which `reward` tells too, since it knows
nothing but two states:

    excess = sum of reward(state[t], state[t + 1]) + reward(state[last], state[first])

It is 0 for every difference of potentials, however far a player has come. What is left may still measure progress some
other way, a speed instead of a distance: what the change of the state explains (least squares over all matches) is
taken off. A reward is farmed where the remainder comes in every quarter of a match that the player does not win. Who
wins by nothing but lasting until time is up may well be paid for every moment: there is nothing to be farmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity
from drillsergeant.check.playthrough import GROUPS, Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import COMMON_FIELDS, State
from drillsergeant.elementary import Array

QUARTERS = 4
SHORTEST = 8 * QUARTERS  # decisions in which a round can be told from a way
LEAST_SHARE = 0.25  # of what a win pays: less than this in a match tempts nobody
STEADY = 0.1  # of it all has to come in every quarter
EXPLAINED = 1e-6  # singular values below this share of the largest explain nothing
LISTED = 4  # actions


class Farm(NamedTuple):
    """Decisions `first` to `last` of match `lane`, in which `player` earned `excess` f64 [reward terms]."""

    player: int
    lane: int
    first: int
    last: int
    excess: Array


def find_farmed_reward(played: Playthrough) -> Iterator[DrillFinding]:
    """Look for the match in which a player earned most without getting anywhere."""
    if played.seats.plays_for_return:
        return
    worth, best = _worth(played), None
    decided = np.stack([each.terminated * each.winner for each in played.outcomes])
    for player in played.seats.players:
        sign = 1 - 2 * played.seats.team_of[player]
        for farm in _farms(played, player, worth) if (decided == sign).any() else ():
            if best is None or farm.excess.sum() > best.excess.sum():
                best = farm
    if best is not None:
        yield _farmed(played, best, worth)


def _worth(played: Playthrough) -> float:
    """What a win pays: the median over matches of the most that a player earned when it was decided."""
    most = np.max([played.rewards(player).sum(1) for player in played.seats.players], 0)
    decided = played.over & (played.winner != 0)
    paid = most[decided & (most > 0.0)]
    return float(np.median(paid)) if paid.size else float(np.abs(most).max())


def _farms(played: Playthrough, player: int, worth: float) -> list[Farm]:
    """The matches in which a player earned too much."""
    stretches = _stretches(played, 1 - 2 * played.seats.team_of[player])
    if not len(stretches):
        return []
    lanes, first, last = stretches.T
    edges = first + np.arange(QUARTERS + 1)[:, None] * (last + 1 - first) // QUARTERS  # [QUARTERS+1, stretches]
    begins, ends = edges[:-1], edges[1:] - 1
    lane = np.broadcast_to(lanes, begins.shape)
    start, end = _gathered(played.before, begins, lane), _gathered(played.after, ends, lane)
    earned = np.cumsum(played.rewards(player), axis=0, dtype=np.float64)  # [T, terms, N]
    earned = np.concatenate([np.zeros_like(earned[:1]), earned])
    way = earned[ends + 1, :, lane] - earned[begins, :, lane]  # [QUARTERS, stretches, terms]
    back = np.stack(played.seats.drill.reward(end, start, player), -1).reshape(way.shape)
    terms = way + back
    total = terms.sum(-1)
    remainder = np.minimum(total, total - _explained(played, player, start, end, total))
    whole = remainder.sum(0)
    caught = (whole > LEAST_SHARE * worth) & (remainder.min(0) > STEADY * whole)
    return [
        Farm(player, int(lanes[k]), int(first[k]), int(last[k]), terms[:, k].sum(0)) for k in np.flatnonzero(caught)
    ]


def _stretches(played: Playthrough, sign: int) -> Array:
    """Matches that the team whose win is `sign` does not win: rows of lane, first and last decision, int [., 3].

    The decision that ended a match is left out.
    """
    over, winner, rows = played.over, played.winner, []
    for lane in range(over.shape[1]):
        first = 0
        for end in (*np.flatnonzero(over[:, lane]), len(over)):
            won = end < len(over) and winner[end, lane] == sign
            if end - first >= SHORTEST and not won:
                rows.append((lane, first, end - 1))
            first = end + 1
    return np.array(rows, np.int64).reshape(-1, 3)


def _gathered(states: list[State], decision: Array, lane: Array) -> State:
    """The states of some matches at some decisions, a flat array per field."""
    return {name: np.stack([state[name] for state in states])[decision, lane].ravel() for name in states[0]}


def _explained(played: Playthrough, player: int, start: State, end: State, excess: Array) -> Array:
    """The part of `excess` (any shape) that is the change of something: a field, an observation, its square."""
    drill = played.seats.drill
    names = [name for name in drill.fields if name not in COMMON_FIELDS]

    def measured(state: State) -> Array:
        fields = np.stack([state[name].astype(np.float64) for name in names])
        seen = np.stack(drill.observe(state, player)).astype(np.float64)
        return np.concatenate([fields, seen, seen * seen])

    change = measured(end) - measured(start)
    size = np.abs(change).max(1)
    change = change[size > 0.0] / size[size > 0.0, None]
    if not len(change):
        return np.zeros_like(excess)
    weights = np.linalg.lstsq(change.T, excess.ravel(), EXPLAINED)[0]
    explained: Array = (weights @ change).reshape(excess.shape)
    return explained


def _farmed(played: Playthrough, farm: Farm, worth: float) -> DrillFinding:
    """The finding that tells who earned how much by what."""
    drill = played.seats.drill
    seconds = (farm.last + 1 - farm.first) * drill.action_repeat / drill.tick_hz
    entry = int(farm.excess.argmax())
    said = (
        f"{drill.reward_terms[entry]} is paid without getting anywhere: {_whose(played, farm)} earned "
        f"{farm.excess.sum():.3g} in {seconds:.3g} s of a match that it did not win, where a win pays {worth:.3g}"
    )
    remedy = (
        "pay differences, potential(after) - potential(before), so that going back costs what going there has earned: "
        "nobody learns to run in circles then"
    )
    return DrillFinding(Kind.FARMED, said, remedy, line_of(drill, "reward", entry), Severity.WARNING)


def _whose(played: Playthrough, farm: Farm) -> str:
    """Who farms, and how."""
    group = next(name for name, lanes in GROUPS.items() if lanes.start <= farm.lane < lanes.stop)
    scripted = group == "scripted" or (group == "duel" and played.seats.team_of[farm.player] == 0)
    if group != "rounds":
        return "the scripted player" if scripted else "a player by chance"
    done: list[str] = []
    for decision in range(farm.first, farm.last + 1):
        action = played.actions[decision][farm.player]
        parts = [
            head.choices[int(array[farm.lane])] if head.choices else f"{head.name} {array[farm.lane]:.2g}"
            for head, array in zip(played.seats.heads, action, strict=True)
        ]
        if " ".join(parts) not in done[-1:]:
            done.append(" ".join(parts))
    few = ", ".join(done[:LISTED])
    return f"a player that does {few} over and over" if len(done) > 1 else f"a player that does nothing but {few}"
