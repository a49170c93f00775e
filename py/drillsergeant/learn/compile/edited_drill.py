"""A drill in a reader's own words: the text of `compile.editable_source`, changed, as a drill that can be played.

It is run on sample states, traced and compiled; whatever is wrong is refused with its line and the reason.
"""

from __future__ import annotations

import ast
import builtins
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill, Outcome
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.editable_source import HOMES, NAME
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.program import Program
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.reference.rollout import random_action

FILE = "workshop"  # the text's name in tracebacks
FIXED = ("name", "sides", "action_count", "action_repeat", "tick_hz", "fields", "actions")
ALLOWED = ("numpy", "math", "dataclasses", "drillsergeant")  # for import
SAMPLES, SAMPLE_DECISIONS = 32, 40
LARGEST = 1e4  # of an observation or a reward: more is a slip, and no network learns from it
MOST_ENTRIES = 256  # of an observation
MOST_NODES = 20_000  # operations of one kernel; Ball Drill's largest has about a thousand
MOST_BYTES = 4 << 20  # of the compiled module


class EditRefused(ValueError):
    """The text is no drill that could be played. `line` is where, counted from 1; 0 where that is unknown."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


def checked_drill(name: str, text: str) -> Drill:
    """Return drill `name` as `text` has it, played and traced once. Raises EditRefused."""
    drill: Drill = _guarded(lambda: _drill_of(name, text))
    with np.errstate(all="ignore"):  # what comes of it is looked at
        observed, earned = _guarded(lambda: _sampled(drill))
    drill = _named(drill, observed, earned)
    for kernel in DrillKernels(drill).all():
        nodes = len(_guarded(kernel.trace).nodes)
        if nodes > MOST_NODES:
            raise EditRefused(f"{kernel.name} is {nodes} operations, at most {MOST_NODES} are allowed: do less")
    return drill


def build_edited(drill: Drill, *, shared: bool) -> Program:
    """Return the program of a checked drill. Raises EditRefused."""
    program: Program = _guarded(lambda: build_program(drill, shared=shared))
    if len(program.binary) > MOST_BYTES:
        raise EditRefused(f"it compiles to {len(program.binary)} bytes, at most {MOST_BYTES} are allowed: do less")
    return program


def _guarded(work: Callable[[], Any]) -> Any:
    """Do `work`; whatever the reader's code raises becomes a refusal with its line."""
    try:
        return work()
    except EditRefused:
        raise
    except SyntaxError as wrong:
        raise EditRefused(f"SyntaxError: {wrong.msg}", wrong.lineno or 0) from wrong
    except MemoryError as wrong:
        raise EditRefused("it wants more memory than there is", _line(wrong)) from wrong
    except RecursionError as wrong:
        raise EditRefused("it calls itself without end", _line(wrong)) from wrong
    except Exception as wrong:
        said = re.sub(rf" \(\S*{FILE}:\d+\)", "", str(wrong))
        raise EditRefused(f"{type(wrong).__name__}: {said}", _line(wrong)) from wrong


def _line(wrong: BaseException) -> int:
    """The innermost line of the text that an exception went through."""
    lines = [frame.lineno for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == FILE]
    return (lines[-1] or 0) if lines else 0


def _drill_of(name: str, text: str) -> Drill:
    """Run the text and make the drill it defines."""
    base = type(make(name))
    namespace: dict[str, Any] = {"dataclass": dataclass, "__name__": FILE}
    for home in reversed(HOMES[name]):
        namespace |= {key: value for key, value in vars(home).items() if not key.startswith("__")}
    namespace["__builtins__"] = {**vars(builtins), "__import__": _import}
    exec(compile(text, FILE, "exec", dont_inherit=True), namespace)
    classes = (each for each in namespace.values() if isinstance(each, type) and issubclass(each, base))
    found = [each for each in classes if each is not base]
    if not found:
        raise EditRefused(f"there is no class over {base.__name__}: begin with `class {NAME}({base.__name__}):`", 1)
    cls: Any = found[-1]
    # A number without its `: float`, or in a class without @dataclass, counts all the same.
    numbers = {field.name: vars(cls)[field.name] for field in fields(cls) if field.name in vars(cls)}
    drill: Drill = cls(**numbers)
    original = make(name)
    for fixed in FIXED:
        if getattr(drill, fixed) != getattr(original, fixed):
            why = f"{fixed} cannot be changed here: the match on screen and what was learned depend on it"
            raise EditRefused(why, _line_of(text, fixed))
    return drill


def _import(name: str, *rest: Any) -> Any:
    if name.partition(".")[0] not in ALLOWED:
        raise ImportError(f"{name} cannot be imported here; there are {', '.join(ALLOWED)}")
    return __import__(name, *rest)


def _line_of(text: str, name: str) -> int:
    """The line on which a name is given a value in the class."""
    for node in ast.walk(ast.parse(text)):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == name:
            return target.lineno
    return 0


def _sampled(drill: Drill) -> tuple[int, int]:
    """Play a few matches by chance and look at everything; returns how many entries and reward terms there are."""
    matches = MatchBatch(drill, SAMPLES, 7)
    observed = earned = 0
    for decision in range(SAMPLE_DECISIONS):
        before = matches.state
        draws = [matches.draw(side, decision) for side in range(drill.sides)]
        actions = [random_action(draw, drill.action_count) for draw in draws]
        for _ in range(drill.action_repeat):
            matches.state = drill.tick(matches.state, actions)
        for side in range(drill.sides):
            observed = _checked("observe", drill.observe(matches.state, side), observed)
            earned = _checked("reward", drill.reward(before, matches.state, side), earned)
        matches.restart(Outcome(*drill.outcome(matches.state)).over)
    return observed, earned


def _checked(part: str, values: Sequence[Array], count: int) -> int:
    """Refuse what `part` may not return; returns how many arrays there are."""
    if not isinstance(values, (list, tuple)) or not values:
        raise EditRefused(f"{part} must return a list of arrays, not {type(values).__name__} {_short(values)}")
    if count and len(values) != count:
        raise EditRefused(f"{part} returned {count} arrays once and {len(values)} another time")
    if len(values) > MOST_ENTRIES:
        raise EditRefused(f"{part} returned {len(values)} arrays, at most {MOST_ENTRIES} are allowed")
    for number, value in enumerate(values, 1):
        entry = f"entry {number} of {part}"
        if not isinstance(value, np.ndarray) or value.shape != (SAMPLES,):
            kind = f"of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
            what = kind if isinstance(value, np.ndarray) else f"{kind} {_short(value)}"
            raise EditRefused(f"{entry} is {what}; an array with one number per match is wanted, shape ({SAMPLES},)")
        if value.dtype != np.float32:
            raise EditRefused(f"{entry} is {value.dtype}: write .astype(np.float32)")
        if not np.all(np.isfinite(value)):
            raise EditRefused(f"{entry} is {value[~np.isfinite(value)][0]} in some match")
        if np.max(np.abs(value)) > LARGEST:
            raise EditRefused(f"{entry} reaches {np.max(np.abs(value)):.3g}, at most {LARGEST:g} is allowed")
    return len(values)


def _short(value: object) -> str:
    return repr(value)[:40]


def _named(drill: Drill, observed: int, earned: int) -> Drill:
    """The drill, with names for its entries where there are more or fewer of them than names."""
    given: dict[str, Any] = {}
    for kind, count in (("observation", observed), ("reward_terms", earned)):
        if len(getattr(drill, kind)) != count:
            word = "input" if kind == "observation" else "part"
            given[kind] = tuple(f"{word}_{number}" for number in range(1, count + 1))
    if not given:
        return drill
    base: Any = type(drill)
    named: Drill = type(NAME, (base,), given)() if not _are_fields(base, given) else type(drill)(**given)
    return named


def _are_fields(cls: Any, given: Mapping[str, object]) -> bool:
    """Whether all of these are fields of a dataclass, not properties."""
    return set(given) <= {field.name for field in fields(cls)}
