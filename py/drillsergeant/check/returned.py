"""Whether what a drill returns is what was asked for: fields, arrays, the clock, nothing written into what it got."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from drillsergeant.check.findings import DrillFinding, Kind
from drillsergeant.check.seats import Seats
from drillsergeant.check.source_lines import line_of, line_of_error
from drillsergeant.drills.contract import Drill, State, has_masks
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.drill_checks import suggestion
from drillsergeant.learn.program import held_keys

N = 16  # matches
TYPES: Mapping[str, Any] = {"f32": np.float32, "i32": np.int32, "u32": np.uint32, "mask": np.bool_}
MOST_NAMED = 3
READ_ONLY = "read-only"  # what NumPy says of an array that may not be written


def find_wrong_returns(seats: Seats) -> Iterator[DrillFinding]:
    """Call every function on a few states whose arrays cannot be written; the first faults of each function."""
    drill = seats.drill
    try:
        seed, episode = np.arange(N, dtype=np.uint32) * np.uint32(77), np.full(N, 3, np.uint32)
        start = yield from _state(drill, "reset", drill.reset(_kept(seed), _kept(episode)))
        if start is None:
            return
        yield from _started(drill, start, seed, episode)
        random = np.random.default_rng(1)
        actions = [[_kept(head) for head in seats.random(random, start, player)] for player in seats.players]
        later = yield from _state(drill, "tick", seats.tick(start, actions))
        if later is None:
            return
        yield from _ticked(drill, start, later)
        yield from _judged(seats, start, later)
        yield from _steered(seats)
    except Exception as error:  # whatever the drill's code raises is told with its line
        yield raised(drill, error)


def raised(drill: Drill, error: Exception) -> DrillFinding:
    """The finding for an error that one of the drill's functions raised."""
    where, said = line_of_error(drill, error), str(error.args[0] if error.args else error)
    if isinstance(error, ValueError) and READ_ONLY in said:
        return DrillFinding(
            Kind.IN_PLACE,
            "an array that was handed in is written into, so the state before is no longer what it was",
            "make a new array: `x = x + 1.0` instead of `x += 1.0`, np.where(mask, new, x) instead of `x[mask] = new`",
            where,
        )
    remedy = "call the function on the state that `reset` returns, with arrays of a few matches, and see where it ends"
    return DrillFinding(Kind.RAISES, f"{type(error).__name__}: {said}", remedy, where)


def _kept(array: Array) -> Array:
    array = np.array(array)
    array.flags.writeable = False
    return array


def _state(drill: Drill, part: str, found: Any) -> Generator[DrillFinding, None, State | None]:
    """Findings on a state that came back; returns it with arrays that cannot be written, or None."""
    where = line_of(drill, part)
    if not isinstance(found, Mapping):
        said = f"{part} returned {type(found).__name__}, not a state, a dict of arrays"
        yield DrillFinding(Kind.CONTRACT, said, "end it with `return {...}`, an array for each of `fields`", where)
        return None
    missing = [name for name in drill.fields if name not in found]
    unknown = [name for name in found if name not in drill.fields]
    if missing:
        said = f"the state that {part} returned lacks {_listed(missing)}{_meant(missing[0], unknown)}"
        yield DrillFinding(
            Kind.FIELD, said, f'add "{missing[0]}" to what {part} returns, unchanged where it stays', where
        )
    elif unknown:
        said = f"the state that {part} returned has {_listed(unknown)}, which `fields` does not name"
        yield DrillFinding(Kind.FIELD, said, f'name it in `fields`: "{unknown[0]}": "f32"', where)
    if missing or unknown:
        return None
    faulty = False
    for name, dtype in drill.fields.items():
        if fault := array_fault(found[name], dtype):
            faulty = True
            yield DrillFinding(Kind.ARRAY, f"{name} of the state that {part} returned {fault}", _to(dtype), where)
    return None if faulty else {name: _kept(found[name]) for name in drill.fields}


def _started(drill: Drill, start: State, seed: Array, episode: Array) -> Iterator[DrillFinding]:
    for name, wanted in (("seed", seed), ("episode", episode), ("clock", np.zeros(N, np.uint32))):
        if not np.array_equal(start[name], wanted):
            said = f"reset returned {name} {start[name][0]} for match 0, it was to be {wanted[0]}"
            remedy = "begin the state with seed and episode as they are given, and a clock of 0: clock = seed & 0"
            yield DrillFinding(Kind.CLOCK, said, remedy, line_of(drill, "reset"))
    if isinstance(over := drill.outcome(start), tuple | list) and len(over) == 3:
        ended = np.asarray(over[0] | over[1])
        if ended.any():
            said = f"{ended.mean():.0%} of the matches are over as soon as `reset` has started them"
            remedy = "let reset put back whatever `outcome` looks at, such as who has scored"
            yield DrillFinding(Kind.NOT_RESET, said, remedy, line_of(drill, "reset"))


def _ticked(drill: Drill, start: State, later: State) -> Iterator[DrillFinding]:
    for name in ("seed", "episode", "clock"):
        wanted = start[name] + np.uint32(name == "clock")
        if not np.array_equal(later[name], wanted):
            said = f"a tick made {name} {later[name][0]} of {start[name][0]}, it was to be {wanted[0]}"
            remedy = 'tick adds 1 to the clock, state["clock"] + 1, and hands seed and episode on as they are'
            yield DrillFinding(Kind.CLOCK, said, remedy, line_of(drill, "tick"))


def _judged(seats: Seats, start: State, later: State) -> Iterator[DrillFinding]:
    """What is seen, earned and decided."""
    drill = seats.drill
    for player in seats.players:
        yield from _entries(drill, "observe", drill.observe(later, player), drill.observation)
        yield from _entries(drill, "reward", drill.reward(start, later, player), drill.reward_terms)
        if has_masks(drill):
            choices = [f"{head.name} {choice}" for head in seats.heads for choice in head.choices]
            yield from _entries(drill, "allowed", drill.allowed(later, player), choices, "mask")
        for head, action in zip(seats.heads, seats.scripted(later, player), strict=True):
            fault = array_fault(action, "i32" if head.choices else "f32")
            if not fault and head.choices and not ((action >= 0) & (action < len(head.choices))).all():
                fault = f"is {action.min()} to {action.max()}, actions are 0 to {len(head.choices) - 1}"
            if fault:
                said = f"the {head.name} of the scripted player {fault}"
                yield DrillFinding(Kind.ARRAY, said, _to("i32" if head.choices else "f32"), line_of(drill, "scripted"))
    found = drill.outcome(later)
    if not isinstance(found, tuple | list) or len(found) != 3:
        said = f"outcome returned {type(found).__name__}, not (terminated, truncated, winner)"
        yield DrillFinding(
            Kind.CONTRACT, said, "return Outcome(terminated, truncated, winner)", line_of(drill, "outcome")
        )
        return
    for name, array, dtype in zip(("terminated", "truncated", "winner"), found, ("mask", "mask", "i32"), strict=True):
        if fault := array_fault(array, dtype):
            yield DrillFinding(Kind.ARRAY, f"{name} of the outcome {fault}", _to(dtype), line_of(drill, "outcome"))


def _steered(seats: Seats) -> Iterator[DrillFinding]:
    """What the keys of a human come to; the first fault."""
    drill = seats.drill
    for player, right, up, turn, dash in held_keys(len(seats.players)):
        found = drill.from_keys(player, right, up, turn, dash)
        if fault := _action_fault(seats, found):
            keys = f"player {player}, right {right}, up {up}, turn {turn}, dash {dash}"
            names = _listed([head.name for head in seats.heads])
            remedy = f"return a tuple with a number for each head ({names}), the number of a choice or one in its range"
            yield DrillFinding(
                Kind.CONTRACT, f"from_keys({keys}) returned {fault}", remedy, line_of(drill, "from_keys")
            )
            return


def _action_fault(seats: Seats, action: object) -> str:
    """What is wrong with something that has to be a number for each head; "" for nothing."""
    if not isinstance(action, list | tuple) or len(action) != len(seats.heads):
        said = f"{len(action)} numbers" if isinstance(action, list | tuple) else repr(action)[:40]
        return f"{said}, not a number for each of {len(seats.heads)} heads"
    for head, value in zip(seats.heads, action, strict=True):
        if not isinstance(value, int | float | np.integer | np.floating) or (head.choices and value != int(value)):
            return f"{value!r:.40} for {head.name}, not {'a whole number' if head.choices else 'a number'}"
        low, high = (0, len(head.choices) - 1) if head.choices else (head.low, head.high)
        if not low <= value <= high:
            return f"{value} for {head.name}, which goes from {low} to {high}"
    return ""


def _entries(drill: Drill, part: str, found: Any, names: Sequence[str], dtype: str = "f32") -> Iterator[DrillFinding]:
    if not isinstance(found, list | tuple) or len(found) != len(names):
        is_list = isinstance(found, list | tuple)
        said = f"{part} returned {f'{len(found)} arrays' if is_list else type(found).__name__}, not {len(names)} arrays"
        there = {"observe": "observation", "reward": "reward_terms"}.get(part, "heads")
        remedy = f"return a list with one array for each name in `{there}`: {_listed(list(names))}"
        yield DrillFinding(Kind.CONTRACT, said, remedy, line_of(drill, part))
        return
    for entry, (name, array) in enumerate(zip(names, found, strict=True)):
        if fault := array_fault(array, dtype):
            yield DrillFinding(Kind.ARRAY, f"{name} of {part} {fault}", _to(dtype), line_of(drill, part, entry))


def array_fault(array: object, dtype: str) -> str:
    """What is wrong with something that has to be an array [N] of a type; "" where nothing is."""
    if not isinstance(array, np.ndarray):
        return f"is {type(array).__name__} {array!r:.40}, not an array with one value per match"
    if array.shape != (N,):
        return f"has the shape {list(array.shape)}, not one value per match, [{N}]"
    if array.dtype != TYPES[dtype]:
        return f"is {array.dtype}, not {np.dtype(TYPES[dtype])}"
    return ""


def _to(dtype: str) -> str:
    """How to get an array of a type."""
    if dtype == "mask":
        return "compare: `x > 0.0` is a mask"
    return f"write .astype(np.{np.dtype(TYPES[dtype])}), or begin with an array of the state: state[...] * 0 + value"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


def _meant(name: str, unknown: Sequence[str]) -> str:
    return suggestion(name, unknown).replace("there are", "it has") if unknown else ""
