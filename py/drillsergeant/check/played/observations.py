"""Whether what players see is fit for a network: finite, about 1 in size, and different from time to time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity, SourceLine
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import COMMON_FIELDS, Drill, State
from drillsergeant.elementary import Array

LARGE, SMALL = 10.0, 1e-3  # root mean square of an observation
HUGE = 1e4  # of a reward; no network learns from it
RARE_STATES = 256
GUARD = "guard the division or root, as in x / np.maximum(length, 1e-6) or np.sqrt(np.maximum(x, 0.0))"


class Extent(NamedTuple):
    """What the values of an entry are like, over all players, matches and decisions."""

    low: float  # of those that are finite
    high: float
    size: float  # root mean square, of the player for whom it is largest
    not_finite: int
    total: int
    example: float  # one that is not finite

    @property
    def largest(self) -> float:
        """The largest size."""
        return max(abs(self.low), abs(self.high))


def find_unfit(played: Playthrough) -> Iterator[DrillFinding]:
    """Look at every entry that any player saw, at every term of the reward, and at both in rare states."""
    seen = _extents(played.observations(player) for player in played.seats.players)
    earned = _extents(played.rewards(player) for player in played.seats.players)
    yield from _unfit_observations(played.seats.drill, seen)
    yield from _unfit_rewards(played.seats.drill, earned)
    told = {("observe", entry) for entry, extent in enumerate(seen) if extent.not_finite}
    told |= {("reward", entry) for entry, extent in enumerate(earned) if extent.not_finite}
    yield from _rare_faults(played, told)


def _unfit_observations(drill: Drill, extents: Sequence[Extent]) -> Iterator[DrillFinding]:
    for entry, (name, extent) in enumerate(zip(drill.observation, extents, strict=True)):
        where = line_of(drill, "observe", entry)
        if extent.not_finite:
            yield _not_finite(f"{name} of observe", extent, where)
        elif extent.low == extent.high:
            if len(drill.observation) > 1:  # a drill with nothing to see has to have one entry all the same
                said = f"{name} of observe is {extent.low:g} in every state that was played: it tells nothing"
                remedy = "leave it out, or see whether it reads the field that was meant"
                yield DrillFinding(Kind.CONSTANT, said, remedy, where, Severity.WARNING)
        elif extent.size > LARGE or extent.largest < SMALL:
            said = (
                f"{name} of observe is up to {extent.largest:.3g} large: a network learns best from numbers of about 1"
            )
            yield DrillFinding(Kind.SCALE, said, _scaled(extent), where, Severity.WARNING)


def _unfit_rewards(drill: Drill, extents: Sequence[Extent]) -> Iterator[DrillFinding]:
    for entry, (name, extent) in enumerate(zip(drill.reward_terms, extents, strict=True)):
        where = line_of(drill, "reward", entry)
        if extent.not_finite:
            yield _not_finite(f"{name} of reward", extent, where)
        elif extent.largest > HUGE:
            said = (
                f"{name} of reward is up to {extent.largest:.3g} large: what decides a match is best paid with about 1"
            )
            yield DrillFinding(Kind.SCALE, said, _scaled(extent), where)


def _extents(seen: Iterable[Array]) -> list[Extent]:
    """The extent of each of E entries, from arrays [T, E, N] of each player."""
    found: list[Extent] = []
    for values in seen:
        own = [_extent(values[:, entry].ravel()) for entry in range(values.shape[1])]
        found = [_both(one, other) for one, other in zip(found, own, strict=True)] if found else own
    return found


def _extent(values: Array) -> Extent:
    finite = values[np.isfinite(values)].astype(np.float64)
    bad = values[~np.isfinite(values)]
    low, high, size = (finite.min(), finite.max(), np.sqrt(np.mean(finite * finite))) if finite.size else (0.0,) * 3
    example = float(bad[0]) if bad.size else 0.0
    return Extent(float(low), float(high), float(size), int(bad.size), int(values.size), example)


def _both(one: Extent, other: Extent) -> Extent:
    """The extent of the values of both."""
    return Extent(
        low=min(one.low, other.low),
        high=max(one.high, other.high),
        size=max(one.size, other.size),
        not_finite=one.not_finite + other.not_finite,
        total=one.total + other.total,
        example=one.example if one.not_finite else other.example,
    )


def _rare_faults(played: Playthrough, told: set[tuple[str, int]]) -> Iterator[DrillFinding]:
    """NaN and infinity in states that matches seldom come to: something at rest, at zero, on the same spot.

    `told`: functions and entries that have been found before.
    """
    drill, state = played.seats.drill, played.some_states(RARE_STATES)
    for rare, changed in _rare(played, state):
        for player in played.seats.players:
            for (part, entry), bad in _not_finite_in(drill, state, changed, player).items():
                if (part, entry) in told:
                    continue
                told.add((part, entry))
                name = (drill.observation if part == "observe" else drill.reward_terms)[entry]
                said = f"{name} of {part} is {bad} where {rare}, which a long training comes to"
                yield DrillFinding(Kind.NOT_FINITE, said, GUARD, line_of(drill, part, entry), Severity.WARNING)


def _not_finite_in(drill: Drill, before: State, after: State, player: int) -> dict[tuple[str, int], float]:
    """What is not finite: (function, entry) -> one of its values."""
    parts = {"observe": drill.observe(after, player), "reward": drill.reward(before, after, player)}
    return {
        (part, entry): float(array[~np.isfinite(array)][0])
        for part, arrays in parts.items()
        for entry, array in enumerate(arrays)
        if not np.isfinite(array).all()
    }


def _rare(played: Playthrough, state: State) -> Iterator[tuple[str, State]]:
    """Sentences about states, and the states [about `RARE_STATES`]."""
    drill = played.seats.drill
    bodies = [each for each in drill.scene.bodies if each.x in state and each.y in state]
    for k, one in enumerate(bodies):
        for other in bodies[:k]:
            spot = {one.x: state[other.x], one.y: state[other.y]}
            yield f"{one.name} and {other.name} are on the same spot", {**state, **spot}
    speeds = [name for each in bodies for name in each.velocity or () if name in state]
    if speeds:
        yield "everything stands still", {**state, **{name: np.zeros_like(state[name]) for name in speeds}}
    for name, dtype in drill.fields.items():
        reached = played.values(name)
        if dtype == "f32" and name not in COMMON_FIELDS and reached.min() < 0.0 < reached.max():
            yield f"{name} is 0", {**state, name: np.zeros_like(state[name])}


def _not_finite(what: str, extent: Extent, where: SourceLine | None) -> DrillFinding:
    said = f"{what} is {extent.example} in {extent.not_finite:,} of {extent.total:,} states that were played"
    return DrillFinding(Kind.NOT_FINITE, said, GUARD, where)


def _scaled(extent: Extent) -> str:
    """What to do about a size."""
    return f"multiply it by {1.0 / extent.largest:.1g}"
