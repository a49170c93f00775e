"""What there is to write in a drill's code, from where it is made: the drill, its files, and the tracer's tables."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills import make
from drillsergeant.drills.contract import COMMON_FIELDS, Drill
from drillsergeant.drills.new_game import PLACES, game_of
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.trace.entries import REDUCTIONS
from drillsergeant.kernels.trace.rules import ELEMENTARY, FUNCTIONS, UFUNCS
from drillsergeant.kernels.trace.tracer import METHODS, Tracer
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.editable_source import homes_of, number_lines
from drillsergeant.learn.compile.editing.namespace import namespace_of
from drillsergeant.learn.files.vocabulary import CodeWord, WordGroup

IN_A_STATE, OF_THE_DRILL, OF_NUMPY, ALONE = r"\w\[[\"']", r"\bself\.", r"\bnp\.", r"(?<![\w.])"
OF_AN_ARRAY = r"(?<!\bself)(?<!\bnp)(?<!\bmath)(?<!\belementary)(?<=[\w\])])\."
# Units of state fields and of numbers, by the endings that they have in every drill.
FIELD_UNITS = {
    r"v[xy]|x_dot": "m/s",
    r"h[xy]": "part of a unit vector",
    r"x|y": "m",
    r"spin|theta\d?_dot": "rad/s",
    r"theta\d?": "rad",
    r"cooldown|s": "s",
}
NUMBER_UNITS = {"per_s": "1/s", "hz": "Hz", "kg": "kg", "nm": "N m", "n": "N", "m": "m", "s": "s"}
COMMON_NOTES: Mapping[str, str] = {
    "seed": "Which random numbers the match draws.",
    "episode": "How many matches were played in its place before.",
    "clock": "How many ticks it has lasted.",
}
OF_GAMES = ("drillsergeant.drills", elementary.__name__)  # whose functions are for code of a game
LONGEST_VALUE = 40  # characters


def vocabulary(name: str) -> tuple[WordGroup, ...]:
    """What the text of drill `name` may use, group by group."""
    whole = name in PLACES  # which has no other names than those it imports
    drill, namespace = game_of(name) if whole else make(name), namespace_of(name, Printed())
    groups = (
        WordGroup("State", "property", IN_A_STATE, tuple(_fields(drill))),
        WordGroup("Numbers of the drill", "constant", OF_THE_DRILL, tuple(_numbers(drill))),
        WordGroup("Functions of the drill", "function", OF_THE_DRILL, tuple(_methods_of(drill))),
        WordGroup("Functions beside it", "function", ALONE, tuple(_functions(namespace))),
        WordGroup("Constants of its files", "constant", ALONE, tuple(_constants(name, namespace))),
        WordGroup("NumPy, as far as it is compiled", "function", OF_NUMPY, tuple(_numpy())),
        WordGroup("Of every array", "function", OF_AN_ARRAY, tuple(_array_methods())),
        WordGroup("The same on every machine", "function", r"\belementary\.", () if whole else tuple(_elementary())),
    )
    return tuple(group for group in groups if group.words)


def _fields(drill: Drill) -> Iterator[CodeWord]:
    """The fields of a state: those that are the drill's own first."""
    names = sorted(drill.fields, key=lambda field: field in COMMON_FIELDS)
    for name in names:
        endings = (unit for ending, unit in FIELD_UNITS.items() if re.search(rf"(^|_)({ending})$", name))
        detail = ", ".join([drill.fields[name], *list(endings)[:1]])
        yield CodeWord(name, f'state["{name}"]', detail, COMMON_NOTES.get(name, ""))


def _numbers(drill: Drill) -> Iterator[CodeWord]:
    """The numbers that a drill's functions reach by `self`, in the order of its text, then the others."""
    lines = number_lines(drill)
    others = [name for name in dir(type(drill)) if not name.startswith("_") and name not in lines]
    for name in (*lines, *others):
        value = getattr(drill, name)
        if _is_number(value):
            unit = next((unit for end, unit in NUMBER_UNITS.items() if name.endswith(f"_{end}")), "")
            home = getattr(type(drill), name, None)
            note = _comment(lines.get(name, "")) or (_first_sentence(home) if isinstance(home, property) else "")
            yield CodeWord(name, f"self.{name}", f"{_short(value)} {unit}".rstrip(), note)


def _methods_of(drill: Drill) -> Iterator[CodeWord]:
    """What a drill has beside the parts of the contract, with which the match is played."""
    for name in dir(type(drill)):
        method = getattr(type(drill), name)
        if isinstance(method, FunctionType) and not name.startswith("__") and not hasattr(Drill, name):
            word = _function(name, method)
            yield CodeWord(name, f"self.{word.text}", word.detail, word.note)


def _functions(namespace: Mapping[str, Any]) -> Iterator[CodeWord]:
    """The functions beside the class, those of the drill's own files before those that all drills share."""
    for name, value in namespace.items():
        ours = isinstance(value, FunctionType) and value.__module__.startswith(OF_GAMES)
        if ours and name not in ("observe", "reward"):  # which the text has as its own
            yield _function(name, value)


def _constants(name: str, namespace: Mapping[str, Any]) -> Iterator[CodeWord]:
    """The numbers that are written beside the class, with what the file says of them."""
    notes: dict[str, str] = {}
    for home in homes_of(name):
        for line in inspect.getsource(home).splitlines():
            if found := re.match(r"([A-Z]\w*)(: \w+)? = ", line):
                notes.setdefault(found[1], _comment(line))
    for each, value in namespace.items():
        if each.isupper() and _is_number(value):
            yield CodeWord(each, each, _short(value), notes.get(each, ""))


def _numpy() -> Iterator[CodeWord]:
    """What the tracer has a rule for, by every name that NumPy has for it."""
    for dtype in (DType.F32, DType.I32, DType.U32):
        name = dtype.numpy.name
        yield CodeWord(name, f"np.{name}", "type", f"Numbers of a state that are {dtype.value}.")
    names = {*FUNCTIONS, *UFUNCS, *ELEMENTARY, *REDUCTIONS}
    known = {id(_of_numpy(name)) for name in names}
    names |= {name for name in np.__all__ if id(getattr(np, name, None)) in known}
    for name in sorted(names):
        given = f"({_arguments(name)})"
        yield CodeWord(name, f"np.{name}{given}", given, _first_sentence(_of_numpy(name)))


def _array_methods() -> Iterator[CodeWord]:
    """What an array inside a kernel has."""
    for name in METHODS:
        member = vars(Tracer)[name]
        call = {"astype": "(np.float32)", "view": "(np.int32)", "clip": "(low, high)", "copy": "()"}.get(name, "")
        yield CodeWord(name, f".{name}{call}", "", _first_sentence(member))


def _elementary() -> Iterator[CodeWord]:
    """Functions of basic operations, whose bits are equal everywhere."""
    for name, value in vars(elementary).items():
        if isinstance(value, FunctionType) and value.__module__ == elementary.__name__ and not name.startswith("_"):
            word = _function(name, value)
            yield CodeWord(name, f"elementary.{word.text}", word.detail, word.note)


def _function(name: str, function: FunctionType) -> CodeWord:
    arguments = ", ".join(each for each in inspect.signature(function).parameters if each != "self")
    return CodeWord(name, f"{name}({arguments})", f"({arguments})", _first_sentence(function))


def _arguments(name: str) -> str:
    """What a function of NumPy is given in a kernel: as its rule says it, or x and y."""
    if name in REDUCTIONS:
        return "[a, b], axis=0"
    if name not in FUNCTIONS:
        return ", ".join("xy"[: _of_numpy(name).nin])
    rule = FUNCTIONS[name][0]
    if told := re.match(r"np\.\w+\(([^)]*)\)", inspect.getdoc(rule) or ""):
        return told[1]
    given = list(inspect.signature(rule).parameters.values())[1:]  # but for the graph
    return ", ".join(each.name for each in given if each.kind is each.POSITIONAL_OR_KEYWORD and each.name != "dtype")


def _of_numpy(name: str) -> Any:
    """What NumPy calls so; a part of it stands before a dot."""
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _first_sentence(thing: Any) -> str:
    """The first paragraph of a docstring that is no signature, up to its first full stop."""
    for paragraph in (inspect.getdoc(thing) or "").split("\n\n"):
        told = " ".join(paragraph.split())
        if told and not re.match(r"[\w.]+\(", told):
            return re.split(r"(?<=[a-z)\]])\. ", told)[0].rstrip(".") + "."
    return ""


def _comment(line: str) -> str:
    """What stands behind the `#` of a line of code."""
    return line.partition("  # ")[2].strip()


def _is_number(value: object) -> bool:
    """Whether this is a number, or a tuple of them."""
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: object) -> str:
    """A number as one reads it; where its text is long, the beginning."""
    text = f"{value:.6g}" if isinstance(value, float) and len(repr(value)) > 8 else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
