"""A drill in a reader's own words: the text of `compile.editable_source`, changed, as a drill that can be played.

It is run on sample states, traced and compiled; whatever is wrong is refused with its line and the reason.
"""

from __future__ import annotations

import json
import linecache
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np

from drillsergeant.drills import make, resolve
from drillsergeant.drills.complete import unwrapped
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.compile.edit_errors import FILE, EditRefused, Place, guarded
from drillsergeant.learn.compile.edit_play import compare, sampled, traced_once
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edit_terms import term_names
from drillsergeant.learn.compile.edit_text import check_names, check_numbers, place_of_name, return_place
from drillsergeant.learn.compile.editable_source import NAME, source_of
from drillsergeant.learn.compile.editing.namespace import namespace_of
from drillsergeant.learn.compile.editing.traced import MOST_NODES, trace_kernels
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.files.safetensors import LONGEST_VALUE
from drillsergeant.learn.ppo.hidden import parsed_hidden
from drillsergeant.learn.program import Program

FIXED = ("name", "teams", "heads", "action_repeat", "tick_hz", "fields")
MOST_BYTES = 4 << 20  # of the compiled module
# The kernels in which a function of the drill runs, by how their names begin.
_RUN_IN: Mapping[str, tuple[str, ...]] = {
    "reward": ("judge",),
    "observe": ("observe_",),
    "outcome": ("judge", "truncate", "finish"),
    "reset": ("reset", "judge", "truncate", "finish"),
    "tick": ("tick_once",),
    "scripted": ("scripted_",),
}


def checked_drill(name: str, text: str, printed: Printed | None = None) -> Drill:
    """Return drill `name` as `text` has it, played and traced once. Raises EditRefused.

    `printed` hears what the code prints while it is played.
    """
    printed = printed or Printed()
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)  # for errors that quote it
    namespace = namespace_of(name, printed)
    drill: Drill = guarded(lambda: _drill_of(name, text, namespace), namespace)
    if len(json.dumps(text)) > LONGEST_VALUE:  # as it is kept with what is learned
        raise EditRefused(f"the code has {len(text)} characters, too many to be kept in a file: do less")
    played: Drill = guarded(lambda: resolve(drill), namespace)
    guarded(lambda: ensure_drill(played), namespace)
    guarded(lambda: traced_once(played, MOST_NODES), namespace)
    printed.on = True
    with np.errstate(all="ignore"):  # what comes of it is looked at
        observed, earned, moments = guarded(lambda: sampled(played, partial(return_place, text)), namespace)
    printed.on = False
    drill = resolve(_named(name, drill, text, observed, earned))
    edited = tuple(kernel for part, kernels in _RUN_IN.items() if _is_edited(drill, part) for kernel in kernels)
    for kernel, graph in trace_kernels(drill, namespace):
        if kernel.name.startswith(edited):
            guarded(lambda kernel=kernel, graph=graph: compare(kernel, graph, moments), namespace)  # type: ignore[misc]
    return drill


def build_edited(drill: Drill, *, shared: bool, hidden: str = "") -> Program:
    """Return the program of a checked drill, with hidden layers as `hidden` has them ("32,32"), or its own. Raises
    EditRefused."""
    program: Program = guarded(
        lambda: build_program(drill, shared=shared, hidden=parsed_hidden(hidden) if hidden else ())
    )
    if len(program.binary) > MOST_BYTES:
        raise EditRefused(f"it compiles to {len(program.binary)} bytes, at most {MOST_BYTES} are allowed: do less")
    return program


def _is_edited(drill: Drill, part: str) -> bool:
    """Whether a function of the drill is the reader's."""
    code = getattr(getattr(type(unwrapped(drill)), part), "__code__", None)
    return code is None or code.co_filename == FILE


def _drill_of(name: str, text: str, namespace: dict[str, Any]) -> Drill:
    """Run the text and make the drill it defines."""
    base = type(make(name))
    exec(compile(text, FILE, "exec", dont_inherit=True), namespace)
    classes = (each for each in namespace.values() if isinstance(each, type) and issubclass(each, base))
    found = [each for each in classes if each is not base]
    if not found:
        raise EditRefused(
            f"there is no class over {base.__name__}: begin with `class {NAME}({base.__name__}):`{_whole(text)}",
            Place(1),
        )
    cls: Any = found[-1]
    check_names(text, cls, base)
    # A number without its `: float`, or in a class without @dataclass, counts all the same.
    numbers = {field.name: vars(cls)[field.name] for field in fields(cls) if field.name in vars(cls)}
    drill: Drill = cls(**numbers)
    original = make(name)
    for fixed in FIXED:
        if getattr(drill, fixed) != getattr(original, fixed):
            why = f"{fixed} cannot be changed here: the match on screen and what was learned depend on it"
            raise EditRefused(why, place_of_name(text, fixed))
    check_numbers(text, drill, original)
    return drill


def _whole(text: str) -> str:
    """What to do with a game that is no change of this drill."""
    is_whole = return_place(text, "tick").line and return_place(text, "reset").line
    return ". For a whole game, choose one under Your own game first" if is_whole else ""


def _named(name: str, drill: Drill, text: str, observed: int, earned: int) -> Drill:
    """The drill, with names for its entries where there are more or fewer of them than names."""
    given: dict[str, Any] = {}
    if len(drill.observation) != observed:
        given["observation"] = tuple(f"input_{number}" for number in range(1, observed + 1))
    if len(drill.reward_terms) != earned:
        given["reward_terms"] = term_names(text, source_of(name), make(name).reward_terms, earned)
    if not given:
        return drill
    base: Any = type(drill)
    named: Drill = type(NAME, (base,), given)() if not _are_fields(base, given) else type(drill)(**given)
    return named


def _are_fields(cls: Any, given: Mapping[str, object]) -> bool:
    """Whether all of these are fields of a dataclass, not properties."""
    return set(given) <= {field.name for field in fields(cls)}
