"""The public names of the package, module by module, and the command line."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import enum
import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from types import FunctionType, ModuleType
from typing import Any

from drillsergeant.learn.ppo.hyper import RANGES, Hyper

from build.api.public_name import PublicName, Section
from build.api.source_text import (
    assignment,
    attributes_of,
    comment_of,
    definition,
    doc_of,
    fields_of,
    own_bases,
    parameter_types,
    parsed,
    targets,
    written,
)

PACKAGE = "drillsergeant"
MODULES = (
    PACKAGE,
    f"{PACKAGE}.callbacks",
    f"{PACKAGE}.gym",
    f"{PACKAGE}.gym.sb3",
    f"{PACKAGE}.gym.pytorch",
    f"{PACKAGE}.drills",
    f"{PACKAGE}.drills.contract",
    f"{PACKAGE}.drills.shapes",
    f"{PACKAGE}.drills.grounds",
    f"{PACKAGE}.elementary",
)
NUMBERS, COMMANDS = "The drills and their numbers", "The command line"
SPECIAL = ("__call__", "__iter__", "__aiter__", "__len__", "__getitem__")  # which callers use without naming them


def module_section(module: str) -> Section:
    """What a module names in `__all__`, or else what it defines. Raises ImportError where an extra is missing."""
    there = importlib.import_module(module)
    names = getattr(there, "__all__", None) or list(_defined(there))
    return Section(module, (there.__doc__ or "").strip(), tuple(_entry(module, name) for name in names))


def _defined(module: ModuleType) -> Iterator[str]:
    """Public classes, functions and annotated constants, in the order of the source."""
    for node in parsed(module.__name__)[0].body:
        named = [node.name] if isinstance(node, ast.ClassDef | ast.FunctionDef) else []
        named = list(targets(node)) if isinstance(node, ast.AnnAssign) else named
        yield from (name for name in named if not name.startswith("_"))


def _entry(module: str, name: str) -> PublicName:
    thing = getattr(importlib.import_module(module), name)
    if isinstance(thing, type) and thing.__module__.startswith(PACKAGE):
        return class_entry(thing, name)
    if isinstance(thing, FunctionType):
        return PublicName(name, "function", name + signature(thing), doc_of(thing))
    found = assignment(module, name)
    if found is None:
        return PublicName(name, "constant", f"{name}: {type(thing).__name__}", "")
    home, node = found
    kind = written(node.annotation) if isinstance(node, ast.AnnAssign) else type(thing).__name__
    says = f"{name}: {kind}"
    if kind == "TypeAlias" and node.value is not None:
        says = f"{name} = {written(node.value)}"
    return PublicName(name, "constant", says, comment_of(home, node))


def class_entry(cls: type, name: str) -> PublicName:
    """A class with what it has: fields, values, attributes, methods; of what it inherits, what is ours."""
    members = (*_fields(cls), *_values(cls), *_methods(cls))
    known = {each.name for each in members}
    attributes = [each for each in attributes_of(cls) if each not in known]
    members = (*(PublicName(each, "attribute", each, "") for each in attributes), *members)
    says, docs, init = f"class {name}", [doc_of(cls)], vars(cls).get("__init__")
    if isinstance(init, FunctionType) and init.__module__ == cls.__module__ and definition(init) is not None:
        says += signature(init, result=False)
        docs.append(doc_of(init))
    return PublicName(name, "class", says, "\n\n".join(filter(None, docs)), members)


def _fields(cls: Any) -> Iterator[PublicName]:
    """Those of a dataclass or a named tuple."""
    told, own = fields_of(cls), vars(cls).get("__annotations__", {})
    if dataclasses.is_dataclass(cls):
        defaults = {each.name: _default_of(each) for each in dataclasses.fields(cls)}
    elif hasattr(cls, "_field_defaults"):
        defaults = {each: cls._field_defaults.get(each, inspect.Parameter.empty) for each in cls._fields}
    else:
        return
    for name, default in defaults.items():
        kind, comment = told[name]
        if not name.startswith("_"):
            doc = comment or (f"{RANGES[name].meaning} It is {RANGES[name]}." if cls is Hyper else "")
            yield PublicName(name, "field" if name in own else "inherited", f"{name}: {kind}{_with(default)}", doc)


def _default_of(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else inspect.Parameter.empty


def _values(cls: type) -> Iterator[PublicName]:
    """Those of an enumeration."""
    if issubclass(cls, enum.Enum):
        node = definition(cls)
        for line in node.body if node is not None else ():
            if isinstance(line, ast.Assign):
                (name,) = targets(line)
                yield PublicName(name, "value", ast.unparse(line), comment_of(cls.__module__, line))


def _methods(cls: type) -> Iterator[PublicName]:
    own = [cls] if is_protocol(cls) else own_bases(cls)  # what a protocol adds to another is all there is to say
    names = dict.fromkeys(name for each in reversed(own) for name in vars(each))
    for name in names:
        if name in SPECIAL or not name.startswith("_"):
            thing = inspect.getattr_static(cls, name)
            function = _function(thing)
            if function is not None and not (name in SPECIAL and definition(inspect.unwrap(function)) is None):
                yield _method(name, thing, function)


def is_protocol(cls: type) -> bool:
    """Whether a class only says what others have."""
    return bool(getattr(cls, "_is_protocol", False))


def _function(thing: object) -> FunctionType | None:
    """What runs when a method or property is asked for; None for what is neither."""
    if isinstance(thing, property):
        thing = thing.fget
    elif isinstance(thing, cached_property):
        thing = thing.func
    elif isinstance(thing, classmethod | staticmethod):
        thing = thing.__func__
    return thing if isinstance(thing, FunctionType) else None


def _method(name: str, thing: object, function: FunctionType) -> PublicName:
    doc = doc_of(inspect.unwrap(function))
    if isinstance(thing, property | cached_property):
        kind = parameter_types(inspect.unwrap(function)).get("return", "")
        settable = isinstance(thing, property) and thing.fset is not None
        return PublicName(name, "property", f"{name}: {kind}{' (may be set)' * settable}", doc)
    how = {classmethod: "classmethod ", staticmethod: "staticmethod "}.get(type(thing), "")
    return PublicName(name, "method", f"{how}{name}{signature(function)}", doc)


def signature(function: Callable[..., object], result: bool = True) -> str:
    """Parameters with types as they are written and defaults as they are, without `self` and `cls`; what comes back."""
    bare = inspect.unwrap(function)
    assert isinstance(bare, FunctionType)
    types, parts, star = parameter_types(bare), list[str](), False
    for each in inspect.signature(function).parameters.values():
        if each.name in ("self", "cls"):
            continue
        star = star or each.kind is each.VAR_POSITIONAL
        if each.kind is each.KEYWORD_ONLY and not star:
            parts, star = [*parts, "*"], True
        stars = "*" * (each.kind is each.VAR_POSITIONAL) + "**" * (each.kind is each.VAR_KEYWORD)
        kind = f": {types[each.name]}" if each.name in types else ""
        parts.append(f"{stars}{each.name}{kind}{_with(each.default)}")
    back = f" -> {types['return']}" if result and "return" in types else ""
    return f"({', '.join(parts)}){back}"


def _with(default: object) -> str:
    """How a default is written behind its name."""
    if default is inspect.Parameter.empty:
        return ""
    if isinstance(default, enum.Enum):
        return f" = {type(default).__name__}.{default.name}"
    return f" = {getattr(default, '__name__', default)!s}" if callable(default) else f" = {default!r}"


def numbers_section() -> Section:
    """Every game of this package, with the numbers that a caller may change."""
    from drillsergeant.drills import DRILLS, OWN, make
    from drillsergeant.drills.complete import unwrapped

    games = [(name, type(unwrapped(make(name)))) for name in OWN if name in list(DRILLS)]
    entries = [
        PublicName(name, "drill", f"{name}: {cls.__module__}.{cls.__qualname__}", _rules(cls), (*_fields(cls),))
        for name, cls in games
    ]
    return Section(
        NUMBERS, 'dataclasses.replace(make("ball"), dash_speed=9.0) is one with another number.', (*entries,)
    )


def _rules(cls: type) -> str:
    """What a drill is, and what its rules say of the units of their numbers."""
    return "\n\n".join(dict.fromkeys(doc_of(each) for each in cls.__mro__ if dataclasses.is_dataclass(each)))


def commands_section() -> Section:
    """Every command with its arguments."""
    from drillsergeant.commands import command_line

    (chosen,) = [each for each in command_line.parser()._actions if isinstance(each, argparse._SubParsersAction)]
    entries = [
        PublicName(name, "command", f"{PACKAGE} {name}", own.description or "", (*_arguments(own),))
        for name, own in chosen.choices.items()
    ]
    return Section(COMMANDS, (command_line.__doc__ or "").strip(), (*entries,))


def _arguments(parser: argparse.ArgumentParser) -> Iterator[PublicName]:
    for each in parser._actions:
        if isinstance(each, argparse._HelpAction):
            continue
        takes = f"{{{','.join(map(str, each.choices))}}}" if each.choices else each.metavar or each.dest.upper()
        called = ", ".join(each.option_strings)
        says = str(takes) if not called else called if each.nargs == 0 else f"{called} {takes}"
        if not called:
            says = each.dest if not each.choices else f"{each.dest} {takes}"
        usual = "" if each.default in (None, argparse.SUPPRESS, []) or each.nargs == 0 else f" = {each.default!r}"
        yield PublicName(each.dest, "argument", says + usual, each.help or "")


SECTIONS: dict[str, Callable[[], Section]] = {
    **{module: partial(module_section, module) for module in MODULES},
    NUMBERS: numbers_section,
    COMMANDS: commands_section,
}
