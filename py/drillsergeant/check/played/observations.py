"""Whether what players see is fit for a network: finite, about 1 in size, and different from time to time."""

from __future__ import annotations

from collections.abc import Iterator

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


def find_unfit_observations(played: Playthrough) -> Iterator[DrillFinding]:
    """Look at every entry that any player saw."""
    drill = played.seats.drill
    seen = np.stack([played.observations(player) for player in played.seats.players])  # [P, T, OBS, N]
    for entry, name in enumerate(drill.observation):
        values = seen[:, :, entry]
        where = line_of(drill, "observe", entry)
        finite = np.isfinite(values)
        if not finite.all():
            yield _not_finite(f"{name} of observe", values, where)
            continue
        size = float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
        if (values == values.flat[0]).all():
            if len(drill.observation) > 1:  # a drill with nothing to see has to have one entry all the same
                said = f"{name} of observe is {values.flat[0]:g} in every state that was played: it tells nothing"
                remedy = "leave it out, or see whether it reads the field that was meant"
                yield DrillFinding(Kind.CONSTANT, said, remedy, where, Severity.WARNING)
        elif size > LARGE or np.abs(values).max() < SMALL:
            said = f"{name} of observe is {_size(values)}: a network learns best from numbers of about 1"
            yield DrillFinding(Kind.SCALE, said, f"multiply it by {_factor(values)}", where, Severity.WARNING)


def find_unfit_rewards(played: Playthrough) -> Iterator[DrillFinding]:
    """Rewards that are no numbers, or too large for any."""
    drill = played.seats.drill
    earned = np.stack([played.rewards(player) for player in played.seats.players])  # [P, T, terms, N]
    for entry, name in enumerate(drill.reward_terms):
        values, where = earned[:, :, entry], line_of(drill, "reward", entry)
        if not np.isfinite(values).all():
            yield _not_finite(f"{name} of reward", values, where)
        elif np.abs(values).max() > HUGE:
            said = f"{name} of reward is {_size(values)}: what a match decides is best paid with about 1"
            yield DrillFinding(Kind.SCALE, said, f"multiply it by {_factor(values)}", where)


def find_rare_faults(played: Playthrough) -> Iterator[DrillFinding]:
    """NaN and infinity in states that matches seldom come to: something at rest, at zero, on the same spot."""
    drill, state, told = played.seats.drill, played.some_states(RARE_STATES), set[tuple[str, int]]()
    for player in played.seats.players:
        for part, values in (("observe", played.observations(player)), ("reward", played.rewards(player))):
            told |= {(part, int(entry)) for entry in np.flatnonzero(~np.isfinite(values).all((0, 2)))}
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


def _not_finite(what: str, values: Array, where: SourceLine | None) -> DrillFinding:
    bad = ~np.isfinite(values)
    said = f"{what} is {values[bad][0]} in {bad.sum():,} of {bad.size:,} states that were played"
    return DrillFinding(Kind.NOT_FINITE, said, GUARD, where)


def _size(values: Array) -> str:
    return f"up to {np.abs(values).max():.3g} large"


def _factor(values: Array) -> str:
    """1 through the largest value, in round numbers."""
    return f"{1.0 / float(np.abs(values).max()):.1g}"
