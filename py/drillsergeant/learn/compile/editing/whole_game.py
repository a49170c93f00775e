"""A whole game in a reader's own words, for one of the places that a page has for them (`drills.new_game.PLACES`).

The text is a file that runs by itself, with one class that has everything that a drill has. Whatever is wrong is
refused with its line, the reason and what to do.
"""

from __future__ import annotations

import json
import linecache
import re
import sys
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from drillsergeant.drills import resolve
from drillsergeant.drills.contract import Drill
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.drill_checks import ensure_drill, missing_parts
from drillsergeant.learn.compile.edit_errors import FILE, EditRefused, Place, guarded
from drillsergeant.learn.compile.edit_play import compare, sampled
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edit_text import place_of_name, return_place
from drillsergeant.learn.compile.editing.game_facts import check_facts
from drillsergeant.learn.compile.editing.namespace import builtins_of
from drillsergeant.learn.compile.editing.traced import trace_kernels
from drillsergeant.learn.files.safetensors import LONGEST_VALUE

PARTS = ("reset", "tick", "observe", "reward", "outcome", "scripted", "from_keys")
# Of what a kernel's name begins with: the function that it is made of. What `outcome` returns is in three kernels.
MADE_OF = {"reset": "reset", "tick": "tick", "observe": "observe", "scripted": "scripted"}
RETURNED = re.compile(rf"\b({'|'.join((*PARTS, 'allowed'))}) returned")
PLACE = re.compile(r"^ValueError: kernel ([a-z]+)\w*: (\w+)\[(\d+)\] (.*)", re.DOTALL)
DECLARED = re.compile(r"but declared (\w+); (change the table or )?add (.*)")
# Of what `ensure_drill` says: how it speaks of each part of a drill.
SAID_OF = {
    "scene": r"scene|is drawn|do(es)? not fit on a field",
    "fields": r"^fields? ",
    "words": r"\bwords\b",
    **{
        name: rf"^{name} "
        for name in ("teams", "action_repeat", "tick_hz", "time_limit_s", "observation", "reward_terms")
    },
    "heads": r"heads?\b",
}
# What names the entries of what a function returns.
NAMED_IN = {"observe": "observation", "reward": "reward_terms", "scripted": "heads", "allowed": "heads"}
# The kernels that are compared with what is played: those in which the reader's functions run, a decision as its tick.
COMPARED = ("reset", "tick_once", "judge", "truncate", "finish", "observe_", "scripted_")


def checked_game(text: str, printed: Printed | None = None) -> Drill:
    """Return the game that `text` defines, traced and played once. Raises EditRefused.

    `printed` hears what the code prints while it is played.
    """
    printed = printed or Printed()
    drill, names = made_game(text, printed)
    kernels = _traced(drill, text, names)
    printed.on = True
    with np.errstate(all="ignore"):  # what comes of it is looked at
        _, _, moments = guarded(lambda: sampled(drill, partial(return_place, text)), names)
    printed.on = False
    for kernel, graph in kernels:
        if kernel.name.startswith(COMPARED):
            guarded(lambda kernel=kernel, graph=graph: compare(kernel, graph, moments), names)  # type: ignore[misc]
    return drill


def made_game(text: str, printed: Printed) -> tuple[Drill, dict[str, Any]]:
    """Run the text and make the drill of its one class, which can be asked for everything that it says of itself; also
    the names in the text. Nothing of it is played. Raises EditRefused."""
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)  # for errors that quote it
    if len(json.dumps(text)) > LONGEST_VALUE:  # as it is kept with what is learned
        raise EditRefused(f"the code has {len(text)} characters, too many to be kept in a file: do less")
    module = sys.modules[FILE] = ModuleType(FILE)  # where a dataclass looks for what its annotations name
    names = vars(module)
    names["__builtins__"] = builtins_of(printed)
    drill: Drill = guarded(lambda: _made(text, names), names)
    guarded(lambda: check_facts(drill, text), names)
    played: Drill = guarded(lambda: resolve(drill), names)
    try:
        guarded(lambda: ensure_drill(played), names)
    except EditRefused as refused:
        said = re.sub(r"^\w+: (drill [\w-]+: )?", "", str(refused))
        part = next((each for each, mark in SAID_OF.items() if re.search(mark, said)), "")
        raise EditRefused(said, refused.place if refused.place.line else _defined(text, part)) from refused
    return played, names


def _made(text: str, names: dict[str, Any]) -> Drill:
    exec(compile(text, FILE, "exec", dont_inherit=True), names)
    own = {id(each): each for each in names.values() if isinstance(each, type) and each.__module__ == FILE}
    leaves = [
        each for each in own.values() if not any(issubclass(other, each) for other in own.values() if other != each)
    ]
    games = [each for each in leaves if any(hasattr(each, part) for part in PARTS)]
    listed = ", ".join(PARTS)
    if not games:
        raise EditRefused(
            f"there is no game in it: write a class with {listed}, or begin with one under Your own game", Place(1)
        )
    if len(games) > 1:
        called = " and ".join(each.__name__ for each in games)
        said = f"there are {len(games)} games, {called}, and a page plays one: leave the one that is to be played"
        raise EditRefused(said, _place_of_class(text, games[-1].__name__))
    cls: Any = games[0]
    place = _place_of_class(text, cls.__name__)
    try:
        drill: Drill = cls()
    except TypeError as wrong:
        raise EditRefused(
            f"{cls.__name__}() cannot be made: {wrong}; give each of its numbers a value", place
        ) from wrong
    missing, meant = missing_parts(drill)
    if missing:
        raise EditRefused(f"{cls.__name__} has no {', '.join(missing)}, which every game has{meant}", place)
    return drill


def _traced(drill: Drill, text: str, names: dict[str, Any]) -> list[tuple[Kernel, Graph]]:
    """Every kernel with its trace; a refusal says which function returned what is wrong, and where."""
    try:
        return list(trace_kernels(drill, names))
    except EditRefused as refused:
        said, part = str(refused), ""
        if found := PLACE.match(said):
            kernel, group, number, fault = found.groups()
            part = MADE_OF.get(
                kernel, "outcome" if group in ("flag", "verdict") else "reset" if group == "state" else "reward"
            )
            fault = DECLARED.sub(r"and must be \1: add \3", fault)
            said = f"{_name_of(drill, part, group, int(number))} {part} returned is {fault.removeprefix('is ')}"
        elif found := RETURNED.search(said):
            part = found[1]
            said = re.sub(r"^ValueError: drill [\w-]+: ", "", said)
            said = re.sub(r"there are (\d+) names for them", rf"and `{NAMED_IN.get(part)}` has \1: name each", said)
        raise EditRefused(said, refused.place if refused.place.line else return_place(text, part)) from refused


def _name_of(drill: Drill, part: str, group: str, number: int) -> str:
    """What the array is called that a function returned, and came to be entry `number` of a group of a kernel."""
    if group == "state":
        return f"{list(drill.fields)[number]} of the state that"
    if group == "obs":
        return f"{drill.observation[number]} of what"
    if group == "action":
        return f"{drill.heads[number].name} of what"
    if group == "verdict":
        return f"{('terminated', 'truncated', 'winner')[number]} of what"
    return "what"


def _defined(text: str, name: str) -> Place:
    """Where a class gives this name a value, as a number or as a property; nowhere where it does not."""
    place = place_of_name(text, name)
    return place if place.line else return_place(text, name)


def _place_of_class(text: str, name: str) -> Place:
    found = re.search(rf"^class {name}\b", text, re.MULTILINE)
    return Place(text[: found.start()].count("\n") + 1) if found else Place()
