"""The names that a reader's code may use: those of the drill's own files, and the library."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from drillsergeant import elementary
from drillsergeant.drills.per_match import between, lessons
from drillsergeant.learn.compile.edit_errors import FILE
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.editable_source import homes_of

# For import: what a file of a game begins with.
ALLOWED = (
    "numpy",
    "math",
    "dataclasses",
    "drillsergeant",
    "collections",
    "functools",
    "itertools",
    "typing",
    "__future__",
)


def namespace_of(name: str, printed: Printed) -> dict[str, Any]:
    """What the text of drill `name` may use: what the drill's own files do, and the library under its name."""
    namespace: dict[str, Any] = {"dataclass": dataclass, "__name__": FILE}
    for home in reversed(homes_of(name)):
        namespace |= {key: value for key, value in vars(home).items() if not key.startswith("__")}
    namespace |= {"drillsergeant": import_module("drillsergeant"), "elementary": elementary}
    namespace |= {"between": between, "lessons": lessons}
    return namespace | {"__builtins__": builtins_of(printed)}


def builtins_of(printed: Printed) -> dict[str, Any]:
    """Python's own names: `print` is heard, and nothing else is imported than what helps to write a game."""
    return {**vars(builtins), "__import__": _import, "print": printed}


def _import(name: str, *rest: Any) -> Any:
    if name.partition(".")[0] not in ALLOWED:
        raise ImportError(f"{name} cannot be imported here; there are {', '.join(ALLOWED)}")
    return __import__(name, *rest)
