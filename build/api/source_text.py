"""What only the source of a module has: types as they are written, comments, and what `__init__` puts into `self`."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from types import FunctionType

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(module: str) -> tuple[ast.Module, tuple[str, ...]]:
    """The tree of a module, and its lines."""
    text = inspect.getsource(sys.modules[module])
    return ast.parse(text), tuple(text.splitlines())


def definition(thing: type | FunctionType) -> Definition | None:
    """Where a class or function is written; None for one that was made otherwise."""
    node: ast.AST = parsed(thing.__module__)[0]
    for name in thing.__qualname__.split("."):
        found = [each for each in ast.iter_child_nodes(node) if isinstance(each, Definition) and each.name == name]
        if not found:
            return None
        node = found[0]  # of a property, whose setter is called alike, the getter
    return node if isinstance(node, Definition) else None


def own_bases(cls: type) -> list[type]:
    """A class and those it is made of, without other libraries'."""
    home = cls.__module__.partition(".")[0]
    return [each for each in cls.__mro__ if each.__module__.partition(".")[0] == home]


def doc_of(thing: type | FunctionType) -> str:
    """Its own docstring, none that it inherits."""
    return inspect.cleandoc(thing.__doc__ or "")


def parameter_types(function: FunctionType) -> dict[str, str]:
    """Parameter, or "return", -> its type as it is written."""
    node = definition(function)
    if node is None or isinstance(node, ast.ClassDef):
        return {}
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    types = {each.arg: written(each.annotation) for each in every if each.annotation}
    return types | ({"return": written(node.returns)} if node.returns else {})


def written(node: ast.expr) -> str:
    """An expression as one writes it, without the quotes of a type that is put off."""
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def fields_of(cls: type) -> dict[str, tuple[str, str]]:
    """Field of a dataclass or named tuple, its bases' too, -> its type, and the comment beside it or above it.

    One that is written again without a comment has the one it had.
    """
    found: dict[str, tuple[str, str]] = {}
    for each in reversed(own_bases(cls)):
        node = definition(each)
        for line in node.body if node is not None else ():
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                _, before = found.get(line.target.id, ("", ""))
                found[line.target.id] = written(line.annotation), comment_of(each.__module__, line) or before
    return found


def attributes_of(cls: type) -> list[str]:
    """What the `__init__` of a class puts into `self` for everybody, in order."""
    init = vars(cls).get("__init__")
    node = definition(init) if isinstance(init, FunctionType) else None
    stored = (each for each in ast.walk(node) if isinstance(each, ast.Attribute)) if node is not None else ()
    here = [each for each in stored if isinstance(each.ctx, ast.Store) and ast.unparse(each.value) == "self"]
    here.sort(key=lambda each: (each.lineno, each.col_offset))
    return list(dict.fromkeys(each.attr for each in here if not each.attr.startswith("_")))


def assignment(module: str, name: str) -> tuple[str, ast.Assign | ast.AnnAssign] | None:
    """The module where a constant or alias is set that `module` has, and the line that does it."""
    for node in ast.walk(parsed(module)[0]):
        if isinstance(node, ast.ImportFrom) and name in [each.name for each in node.names]:
            home = node.module or ""
            importlib.import_module(home)
            return assignment(home, name)
    for node in parsed(module)[0].body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in targets(node):
            return module, node
    return None


def targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    """The names that are set."""
    for each in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(each, ast.Name):
            yield each.id


def comment_of(module: str, node: ast.stmt) -> str:
    """The comment behind an assignment, or the lines of comment right above it."""
    lines = parsed(module)[1]
    last, end = lines[(node.end_lineno or node.lineno) - 1], node.end_col_offset or 0
    behind = last.encode()[end:].decode().strip()
    if behind.startswith("#"):
        return behind.lstrip("#: ").partition("  # ")[0]
    above: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.strip().startswith("#"):
            break
        above.insert(0, line.strip().lstrip("#: "))
    return "\n".join(above)
