"""Whether a match is the same whenever it is played: it depends on nothing but seed, episode and actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity
from drillsergeant.check.seats import Action, Seats
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array

N, DECISIONS = 32, 12
FEW = slice(5, 8)  # of these matches are played again without the others
DRAW = "draw random numbers with hash_u32(seed, episode, clock, word) of `elementary`, and keep nothing but the state"


def find_unrepeatable(seats: Seats) -> Iterator[DrillFinding]:
    """Start and play the same matches twice, some of them alone, and compare every bit."""
    first, again = _start(seats), _start(seats)
    if name := _differing(first, again):
        said = f"{name} of a match starts otherwise the second time: the same seed gives other random numbers"
        yield DrillFinding(Kind.RANDOM, said, DRAW, line_of(seats.drill, "reset"))
        return
    yield from _same_every_episode(seats, first)
    actions = _actions(seats, first)
    played, found = _played(seats, first, actions)
    if found:
        yield found
        return
    later = _start(seats)
    if name := _differing(first, later):
        said = f"after other matches the same match starts otherwise: {name} is not what it was at first"
        remedy = "reset makes every array anew and reads nothing that a match has left, in `self` or in the module"
        yield DrillFinding(Kind.NOT_RESET, said, remedy, line_of(seats.drill, "reset"))
        return
    replayed, _ = _played(seats, later, actions)
    if name := _differing(played, replayed):
        said = f"the same match goes otherwise the second time: {name} differs, as if something were left of the first"
        yield DrillFinding(Kind.NOT_RESET, said, DRAW, line_of(seats.drill, "tick"))
        return
    few, _ = _played(seats, {key: array[FEW] for key, array in later.items()}, actions, FEW)
    if name := _differing({key: array[FEW] for key, array in played.items()}, few):
        said = f"a match goes otherwise without the matches that are played beside it: {name} differs"
        remedy = "every array has one value per match: no .mean(), .sum() or .max() over it"
        yield DrillFinding(Kind.LANES, said, remedy, line_of(seats.drill, "tick"))


def _start(seats: Seats) -> State:
    """Matches [N] of the same seeds and episodes, in copies."""
    start = seats.drill.reset(np.arange(N, dtype=np.uint32) * np.uint32(9973), np.full(N, 2, np.uint32))
    return {name: array.copy() for name, array in start.items()}


def _actions(seats: Seats, state: State) -> list[list[Action]]:
    random = np.random.default_rng(3)
    return [[seats.random(random, state, player) for player in seats.players] for _ in range(DECISIONS)]


def _played(
    seats: Seats, state: State, actions: Sequence[Sequence[Action]], lanes: slice = slice(None)
) -> tuple[State, DrillFinding | None]:
    """The state after all decisions, and what did not give the same twice in a row."""
    for decision in actions:
        chosen = [[head[lanes] for head in action] for action in decision]
        after, once_more = seats.tick(state, chosen), seats.tick(state, chosen)
        if name := _differing(after, once_more):
            said = f"the same state and actions led to another {name} the second time"
            return after, DrillFinding(Kind.RANDOM, said, DRAW, line_of(seats.drill, "tick"))
        if found := _unsteady(seats, state, after):
            return after, found
        state = after
        for _ in range(seats.drill.action_repeat - 1):
            state = seats.tick(state, chosen)
    return state, None


def _unsteady(seats: Seats, before: State, after: State) -> DrillFinding | None:
    """What is seen, earned or done otherwise when it is asked for again."""
    drill = seats.drill
    for player in seats.players:
        once, twice = (
            {
                "observe": dict(zip(drill.observation, drill.observe(after, player), strict=True)),
                "reward": dict(zip(drill.reward_terms, drill.reward(before, after, player), strict=True)),
                "scripted": {
                    head.name: own for head, own in zip(seats.heads, seats.scripted(after, player), strict=True)
                },
            }
            for _ in range(2)
        )
        for part in once:
            if name := _differing(once[part], twice[part]):
                said = f"{name} of {part} differs when it is asked for the same state a second time"
                return DrillFinding(Kind.RANDOM, said, DRAW, line_of(drill, part, list(once[part]).index(name)))
    return None


def _same_every_episode(seats: Seats, first: State) -> Iterator[DrillFinding]:
    """Fields that are drawn by chance, but only once for all episodes."""
    following = seats.drill.reset(first["seed"], first["episode"] + np.uint32(1))
    drawn = [name for name, array in first.items() if name != "seed" and not (array == array[0]).all()]
    fixed = [name for name in drawn if np.array_equal(first[name], following[name])]
    if fixed:
        said = f"{', '.join(fixed)} differ from match to match, but every episode of a match starts with the same"
        remedy = "draw with the episode too: hash_u32(seed, episode, word)"
        yield DrillFinding(Kind.RANDOM, said, remedy, line_of(seats.drill, "reset"), Severity.WARNING)


def _differing(one: Mapping[str, Array], other: Mapping[str, Array]) -> str:
    """The first name whose arrays differ in a bit; "" where none does."""
    return next((name for name in one if one[name].tobytes() != other[name].tobytes()), "")
