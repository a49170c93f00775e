"""Whether every action does something that no other does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind, Severity
from drillsergeant.check.playthrough import Playthrough
from drillsergeant.check.seats import Action, ActionHead, Seats
from drillsergeant.check.source_lines import line_of
from drillsergeant.drills.contract import State
from drillsergeant.elementary import Array

STATES, MOST_LANES = 256, 8192
NUMBERS = 3  # tried of a head that is a number


def find_idle_actions(played: Playthrough) -> Iterator[DrillFinding]:
    """Try every choice of every head in the same states and compare what becomes of them a decision later."""
    seats = played.seats
    state = played.some_states(STATES)
    for number, head in enumerate(seats.heads):
        tried = len(head.choices) or NUMBERS
        if tried < 2:
            continue
        few = {name: array[: max(1, MOST_LANES // tried)] for name, array in state.items()}
        alike: dict[tuple[bytes, ...], list[int]] = {}
        led_to = [_led_to(seats, few, player, number) for player in seats.players]
        for value, each in enumerate(zip(*led_to, strict=True)):
            alike.setdefault(each, []).append(value)
        for same in alike.values():
            if len(same) > 1 and (head.choices or len(same) == tried):
                yield _idle(seats, head, same, tried, len(few["clock"]))


def _led_to(seats: Seats, state: State, player: int, number: int) -> list[bytes]:
    """For each value of head `number`, the bits of the states [N] that it leads to, the rest being the same."""
    count, values = len(state["clock"]), _values(seats.heads[number])
    many = {name: np.tile(array, len(values)) for name, array in state.items()}
    random = np.random.default_rng(5)
    actions: list[Action] = [
        [np.tile(drawn, len(values)) for drawn in seats.random(random, state, each)] for each in seats.players
    ]
    actions[player][number] = np.repeat(values, count)
    after = [array.reshape(len(values), count) for array in seats.decide(many, actions).values()]
    return [b"".join(array[row].tobytes() for array in after) for row in range(len(values))]


def _values(head: ActionHead) -> Array:
    if head.choices:
        return np.arange(len(head.choices), dtype=np.int32)
    return np.linspace(head.low, head.high, NUMBERS, dtype=np.float32)


def _idle(seats: Seats, head: ActionHead, same: list[int], tried: int, count: int) -> DrillFinding:
    """The finding on values of a head that are one and the same."""
    if len(same) == tried:
        said = f"{head.name} does nothing: whatever it is, {count} states lead to the same ones"
    else:
        names = [repr(head.choices[value]) for value in same]
        others = f"{', '.join(names[1:-1])}{' and ' if names[1:-1] else ''}{names[-1]}"
        said = (
            f"of {head.name}, {others} does what {names[0]} does, in all of {count} states: it adds nothing to choose"
        )
    remedy = "let tick act on it, or leave it out; a choice that never differs makes learning slower"
    return DrillFinding(Kind.IDLE_ACTION, said, remedy, line_of(seats.drill, "tick"), Severity.WARNING)
