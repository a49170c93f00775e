"""Where something of a drill is written: the function, its `return`, the entry of the list that it returns.

The line of a function is known without its source; the line of an entry needs the text, which the editor of the page
keeps in `linecache`, and which may be missing.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import textwrap
import traceback
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from drillsergeant.check.findings import SourceLine
from drillsergeant.drills import contract
from drillsergeant.drills.complete import unwrapped
from drillsergeant.drills.contract import Drill

_DRILLS = f"{Path(contract.__file__).parent}{os.sep}"
# What these refuse is what the drill called them with. In a browser NumPy's files have no folder before them.
_PACKAGES = (Path(contract.__file__).parents[1], Path(np.__file__).parent)
_FOREIGN = (*(f"{package}{os.sep}" for package in _PACKAGES), f"numpy{os.sep}", "<frozen", "<__array")
_DEEPEST = 3  # functions that hand over to another


def line_of(drill: Drill, part: str, entry: int | None = None) -> SourceLine | None:
    """Where `part` returns, and where entry `entry` of what it returns is written; None where that is unknown.

    A function that only hands over to another one of the drill's own is followed.
    """
    drill = unwrapped(drill)
    static = inspect.getattr_static(type(drill), part, None)
    function = getattr(static, "fget", None) or getattr(static, "__func__", None) or static
    if not isinstance(function, FunctionType):
        return _assigned(drill, part)
    entries = len(drill.observation if part == "observe" else drill.reward_terms)
    return _returned(inspect.unwrap(function), None if entry is None else (entry, entries), _DEEPEST)


def line_of_error(drill: Drill, error: BaseException) -> SourceLine | None:
    """The innermost line of the drill, or of what it uses beside NumPy and this package, that an exception crossed."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        ours = frame.filename.startswith(_DRILLS)
        if frame.lineno and (ours or not frame.filename.startswith(_FOREIGN)):
            return SourceLine(frame.filename, frame.lineno, frame.name)
    return None


def _returned(function: Any, entry: tuple[int, int] | None, depth: int) -> SourceLine:
    """The line of the last `return` of a function, or of entry k of so many that it returns."""
    code = function.__code__
    found = _last_return(code, function)
    if found is None:
        return SourceLine(code.co_filename, code.co_firstlineno, code.co_name)
    offset, statement = found
    value = statement.value
    if isinstance(value, ast.Call):
        other = _called(value.func, function)
        if other is not None and depth:
            return _returned(other, entry, depth - 1)
    written = _entry(value.elts, *entry) if entry and isinstance(value, ast.List | ast.Tuple) else None
    return SourceLine(code.co_filename, offset + (written or statement).lineno, code.co_name)


def _entry(written: list[ast.expr], entry: int, entries: int) -> ast.expr | None:
    """Which of the expressions in a list of `entries` is entry k: before a `*rest` counted from the first, behind it
    from the last."""
    starred = [k for k, each in enumerate(written) if isinstance(each, ast.Starred)]
    if not starred:
        return written[entry] if entry < len(written) else None
    if entry < starred[0]:
        return written[entry]
    behind = entries - entry
    return written[-behind] if behind < len(written) - starred[-1] else written[starred[0]]


def _last_return(code: CodeType, function: Any) -> tuple[int, ast.Return] | None:
    """What to add to a line of the parsed text, and the last `return` of a function in it."""
    lines = linecache.getlines(code.co_filename, function.__globals__)[code.co_firstlineno - 1 :]
    try:
        tree = ast.parse(textwrap.dedent("".join(inspect.getblock(lines))))
    except (SyntaxError, IndexError, ValueError):
        return None
    returns = [node for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None]
    return (code.co_firstlineno - 1, max(returns, key=lambda node: node.lineno)) if returns else None


def _called(name: ast.expr, function: Any) -> FunctionType | None:
    """The function that is called by this name, `observe` or `observation.observe`, where it lies beside the caller."""
    found: Any = None
    if isinstance(name, ast.Name):
        found = function.__globals__.get(name.id)
    elif isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name):
        home = function.__globals__.get(name.value.id)
        found = getattr(home, name.attr, None) if isinstance(home, ModuleType) else None
    if not isinstance(found, FunctionType):
        return None
    folder = Path(function.__code__.co_filename).parent
    return found if Path(found.__code__.co_filename).is_relative_to(folder) else None


def _assigned(drill: Drill, name: str) -> SourceLine | None:
    """Where a class of the drill assigns a name, as in `observation = (...)`."""
    for cls in type(drill).__mro__:
        if name not in vars(cls) and name not in vars(cls).get("__annotations__", {}):
            continue
        try:
            lines, first = inspect.getsourcelines(cls)
            file = inspect.getsourcefile(cls) or "?"
        except (OSError, TypeError):
            return None
        for number, line in enumerate(lines):
            if line.strip().startswith((f"{name}:", f"{name} =")):
                return SourceLine(file, first + number, cls.__name__)
    return None
