"""What can be read in a reader's text: places, names that nothing uses, numbers that make no game."""

from __future__ import annotations

import ast
import math
from dataclasses import fields
from typing import Any

from drillsergeant.drills.contract import Drill
from drillsergeant.drills.per_match import Between, Lessons
from drillsergeant.learn.compile.drill_checks import suggestion
from drillsergeant.learn.compile.edit_errors import EditRefused, Place

_POSITIVE = ("_m", "_kg", "_s")  # endings of numbers that measure something that is there


def place_of_name(text: str, name: str) -> Place:
    """Where a name is given a value in the class for the last time; nowhere where it is not."""
    found = Place()
    for node in ast.walk(ast.parse(text)):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == name:
            found = max(found, Place.of(node if isinstance(node, ast.stmt) else target))
    return found


def return_place(text: str, function: str, count: int = 0, number: int = 0) -> Place:
    """What the last `return` of a function gives, or its `def` where it has none; nowhere where it is not in the text.

    Of a list that is written out with `count` entries, entry `number`, from 1, alone.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
            if not returns:
                return Place(node.lineno, node.col_offset)
            last = max(returns, key=lambda each: each.lineno)
            entries = last.value.elts if isinstance(last.value, ast.List | ast.Tuple) else []
            plain = len(entries) == count and not any(isinstance(each, ast.Starred) for each in entries)
            return Place.of(entries[number - 1]) if number and plain else Place.of(last.value or last)
    return Place()


def check_names(text: str, cls: type, base: type) -> None:
    """Refuse a number or a function in the class that the drill does not have and that nothing in the text uses."""
    tree = ast.parse(text)
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    known = [each for each in dir(base) if not each.startswith("_")]
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != cls.__name__:
            continue
        for part in node.body:
            name, kind = _defined(part)
            if name and not name.startswith("_") and name not in used and not hasattr(base, name):
                same_kind = [each for each in known if callable(getattr(base, each)) == (kind == "function")]
                said = f"{name} is no {kind} of {base.__name__}, and nothing here uses it"
                raise EditRefused(f"{said}{suggestion(name, same_kind)}", Place.of(part))


def _defined(part: ast.stmt) -> tuple[str, str]:
    """The name that a line of a class gives a meaning to, and whether it is a number or a function."""
    if isinstance(part, ast.FunctionDef):
        return part.name, "function"
    target: Any = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
    return (target.id, "number") if isinstance(target, ast.Name) else ("", "")


def check_numbers(text: str, drill: Drill, original: Drill) -> None:
    """Refuse a number that is none, or that makes no game: a length below 0, a time of 0."""
    for field in fields(original):  # type: ignore[arg-type]  # all of them are dataclasses
        value, usual = getattr(drill, field.name), getattr(original, field.name)
        if not isinstance(usual, float):
            continue
        for each in _written(value):
            if fault := _number_fault(field.name, each, usual):
                raise EditRefused(f"{field.name} is {fault}", place_of_name(text, field.name))


def _written(value: object) -> tuple[object, ...]:
    """The numbers of which a number of the drill is made."""
    if isinstance(value, Between):
        return value.low, value.high
    return value.values if isinstance(value, Lessons) else (value,)


def _number_fault(name: str, value: object, usual: float) -> str:
    """What is wrong with what is written for a number; "" for nothing."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return f"{value!r:.40}, it must be a number like {usual}"
    if usual > 0 and "reward" not in name and value < 0:
        return f"{value}, it must not be below 0 (it was {usual})"
    if usual > 0 and name.endswith(_POSITIVE) and value == 0 and name != "corner_m":
        return f"0, it must be above 0 (it was {usual})"
    return ""
