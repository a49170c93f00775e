"""What a whole game says of itself: its name, words, picture and keys, as far as a page and its files rely on it."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from drillsergeant.drills import IS_NAME, OWN
from drillsergeant.drills.contract import (
    Continuous,
    Discrete,
    Drill,
    Head,
    MeanReturn,
    Recommended,
    Scene,
    SuccessShare,
    WinRate,
    Words,
    objective_of,
    recommended_by,
    teams_fault,
)
from drillsergeant.learn.compile.edit_errors import EditRefused, Place
from drillsergeant.learn.compile.edit_text import place_of_name, return_place
from drillsergeant.learn.program import keys_of

LONGEST_NAME, LONGEST_WORDS = 40, 300  # characters; the former as files keep it
MOST_TICKS_HZ, MOST_REPEAT = 480, 64  # what a match on screen keeps up with


def check_facts(drill: Drill, text: str) -> None:
    """Raises EditRefused for a game that has everything, of which something is not what it has to be."""
    for name, fault in (
        ("name", _name(drill.name)),
        ("teams", teams_fault(drill.teams)),
        ("words", _words(drill.words)),
        ("scene", "" if isinstance(drill.scene, Scene) else f"scene is {drill.scene!r:.60}; give a Scene"),
        ("objective", _objective(objective_of(drill))),
        ("recommended", _recommended(recommended_by(drill))),
        ("tick_hz", _most("tick_hz", drill.tick_hz, MOST_TICKS_HZ)),
        ("action_repeat", _most("action_repeat", drill.action_repeat, MOST_REPEAT)),
        ("heads", _heads(drill.heads)),
    ):
        if fault:
            place = place_of_name(text, name)
            raise EditRefused(fault, place if place.line else return_place(text, name))
    _check_keys(drill, return_place(text, "from_keys"))


def _name(name: object) -> str:
    if not isinstance(name, str) or not IS_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return f"name is {name!r:.60}; give letters, digits, _ and -, at most {LONGEST_NAME}"
    return f"{name!r} is a drill that there is already: give yours another name" if name in OWN else ""


def _words(words: object) -> str:
    if not isinstance(words, Words):  # as `ensure_drill` says
        return ""
    for part, told in vars(words).items():
        length = len(str(told))
        if length > LONGEST_WORDS:
            return f"{part} of its words has {length} characters, at most {LONGEST_WORDS} are shown: say less"
    return "" if str(words.title).strip() else "title of its words is empty; give the game a name for people"


def _objective(objective: object) -> str:
    if isinstance(objective, WinRate | SuccessShare | MeanReturn):
        numbers = [each for each in astuple(objective) if not isinstance(each, str)]
        if all(isinstance(each, int | float) for each in numbers):
            return ""
    return f"objective is {objective!r:.60}; give WinRate(), SuccessShare(threshold) or MeanReturn(threshold)"


def _recommended(recommended: object) -> str:
    fits = recommended is None or isinstance(recommended, Recommended)
    return "" if fits else f"recommended is {recommended!r:.60}; give Recommended(why, hidden, hyper), or leave it out"


def _most(name: str, value: object, most: int) -> str:
    too_many = isinstance(value, int) and value > most
    return f"{name} is {value}, at most {most} are played on a page: do less more often" if too_many else ""


def _heads(heads: object) -> str:
    fits = isinstance(heads, tuple) and heads and all(isinstance(head, Discrete | Continuous) for head in heads)
    wanted = 'give a tuple such as (Discrete("move", ("stay", "left", "right")),)'
    return "" if fits else f"heads is {heads!r:.60}; {wanted}"


def _check_keys(drill: Drill, place: Place) -> None:
    """Call `from_keys` for every combination of keys that a human may hold. Raises EditRefused."""
    heads = drill.heads

    def action(player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        found: Any = drill.from_keys(player, right, up, turn, dash)
        names = ", ".join(head.name for head in heads)
        if not isinstance(found, tuple | list) or len(found) != len(heads):
            raise EditRefused(f"from_keys returned {found!r:.60}; give a number for each of the heads {names}", place)
        for head, number in zip(heads, found, strict=True):
            if fault := _key_fault(head, number):
                raise EditRefused(f"from_keys returned {number!r:.60} for {head.name}, {fault}", place)
        return tuple(found)

    keys_of(action, sum(drill.teams))


def _key_fault(head: Head, number: object) -> str:
    if isinstance(head, Discrete):
        fits = type(number) is int and 0 <= number < len(head.choices)
        return "" if fits else f"which must be a whole number from 0 to {len(head.choices) - 1}: write int(...)"
    fits = type(number) in (int, float) and head.low <= number <= head.high  # type: ignore[operator]
    return "" if fits else f"which must be a number from {head.low:g} to {head.high:g}: write float(...)"
