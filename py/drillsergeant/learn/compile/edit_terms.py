"""What the terms of an edited reward are called, where there are more or fewer of them than the drill has."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import count

FUNCTION = "reward"
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def term_names(text: str, original: str, declared: Sequence[str], terms: int) -> tuple[str, ...]:
    """So many names, each another. A term that the drill has, too, keeps its name: what `original`, the drill's own
    text, returns has the names `declared`. Another is called after the one variable in it, or after its place."""
    known = dict(zip(_entries(original), declared, strict=False))
    entries = _entries(text)
    names: list[str] = []
    for place in range(terms):
        entry = entries[place] if len(entries) == terms else ""
        wanted = known.get(entry, entry)
        wanted = wanted if NAME.fullmatch(wanted) else f"part_{place + 1}"
        numbered = (f"{wanted}_{number}" for number in count(2))
        names.append(wanted if wanted not in names else next(each for each in numbered if each not in names))
    return tuple(names)


def _entries(text: str) -> list[str]:
    """What the function returns last, entry by entry: the one variable of its own in it, or else the expression.

    Nothing where it returns no list in so many words.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == FUNCTION:
            given = {name.id for name in _names(node) if isinstance(name.ctx, ast.Store)}
            returns = [each for each in ast.walk(node) if isinstance(each, ast.Return)]
            last = max(returns, key=lambda each: each.lineno).value if returns else None
            return [_label(entry, given) for entry in last.elts] if isinstance(last, ast.List | ast.Tuple) else []
    return []


def _label(entry: ast.expr, given: set[str]) -> str:
    own = {name.id for name in _names(entry)} & given
    return own.pop() if len(own) == 1 else ast.unparse(entry)


def _names(node: ast.AST) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)]
