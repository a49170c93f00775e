"""What of the public names no docstring tells of."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Container, Iterator, Sequence
from types import FunctionType

from build.api.public_name import PublicName
from build.api.source_text import definition, own_bases
from build.api.surface import PACKAGE


def untold_of(module: str, entries: Sequence[PublicName]) -> list[str]:
    """What is missing in a module's section, in words."""
    found = list[str]()
    for entry in entries:
        thing = getattr(importlib.import_module(module), entry.name)
        found += untold(entry, theirs(thing))
        if isinstance(thing, type | FunctionType) and thing.__module__.startswith(PACKAGE):
            found += unsaid_errors(thing)
    return found


def untold(entry: PublicName, known: Container[str] = ()) -> Iterator[str]:
    """Names without a docstring, and fields and attributes that neither a comment nor their class tells of.

    `known`: attributes that are another library's.
    """
    if not entry.doc:
        yield f"{entry.name} has no docstring, and as a constant no comment"
    said = entry.doc + entry.says
    for each in entry.members:
        if each.doc or each.name.startswith("__") or each.name == "kind" or each.kind == "inherited":
            continue
        if each.kind not in ("field", "attribute"):
            yield f"{entry.name}.{each.name} has no docstring"
        elif entry.kind != "drill" and each.name not in known and not re.search(rf"\b{each.name}\b", said):
            yield f"{entry.name}.{each.name}: tell in the docstring of {entry.name}, or in a comment, what it is"


def unsaid_errors(thing: type | FunctionType) -> Iterator[str]:
    """Errors that a function, or a public method of a class, raises itself and does not tell of."""
    for each in vars(thing).values() if isinstance(thing, type) else [thing]:
        function = inspect.unwrap(each) if callable(each) else each
        here = isinstance(function, FunctionType) and function.__module__ == thing.__module__
        if here and (function.__name__.startswith("__") or not function.__name__.startswith("_")):
            told = f"{function.__doc__} {thing.__doc__}"
            for error in sorted(_raised(function)):
                if error not in told:
                    yield f"{thing.__name__}, {function.__name__}: say when it raises {error}"


def _raised(function: FunctionType) -> set[str]:
    """The names of the errors that stand in a function's own lines."""
    node = definition(function)
    raised = [each.exc for each in ast.walk(node) if isinstance(each, ast.Raise)] if node is not None else []
    return {ast.unparse(each.func if isinstance(each, ast.Call) else each) for each in raised if each is not None}


def theirs(thing: object) -> set[str]:
    """What a class has from another library, which tells of it."""
    bases = set(thing.__mro__) - set(own_bases(thing)) if isinstance(thing, type) else set()
    return {name for base in bases for name in (*vars(base), *vars(base).get("__annotations__", {}))}
