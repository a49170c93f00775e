"""What may be asked about a game: its numbers, and how much each of its reward terms counts.

Here of a game as text, which the page has: what there is in it to change, and the text with other values, which stays
as its reader wrote it but for those. Needs no NumPy; nothing of the text is run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

REWARD = "_reward"  # the end of the name of a number that says what a reward term is worth


def readable(name: str) -> str:
    """A number's name as one says it."""
    return name.removesuffix(REWARD).replace("_", " ")


@dataclass(frozen=True)
class Tunable:
    """A number of a game, or how much one of its reward terms counts: what it is called, and what it is now."""

    name: str
    value: float
    is_weight: bool = False  # of the term of this name, which has no number of its own

    @property
    def is_reward(self) -> bool:
        """Whether the game is played by the same rules whatever it is."""
        return self.is_weight or self.name.endswith(REWARD)


def tunables_of(text: str, terms: Sequence[str]) -> list[Tunable]:
    """What there is in a game's text, what is earned first; nothing in a text that is no Python."""
    numbers = {name: Tunable(name, _value(node)) for name, node in _numbers(text).items()}
    weighable = {} if _returned(text, terms) is None else {term: Tunable(term, 1.0, True) for term in terms}
    weights = [each for term, each in weighable.items() if f"{term}{REWARD}" not in numbers and term not in numbers]
    found = [*numbers.values(), *weights]
    return sorted(found, key=lambda each: not each.is_reward)


def with_values(text: str, terms: Sequence[str], values: Mapping[str, float]) -> str:
    """The text with other values of its tunables. Raises ValueError for a name that is none of them."""
    numbers, returned = _numbers(text), _returned(text, terms)
    changes: list[tuple[ast.expr, str]] = []
    for name, value in values.items():
        if name in numbers:
            changes.append((numbers[name], repr(float(value))))
        elif returned is not None and name in terms:
            node = returned[list(terms).index(name)]
            changes.append((node, f"({ast.get_source_segment(text, node)}) * {float(value)!r}"))
        else:
            known = ", ".join(each.name for each in tunables_of(text, terms))
            raise ValueError(f"the game has no number and no reward term {name!r}; there are {known}")
    lines = [line.encode() for line in text.splitlines(keepends=True)]  # columns count bytes
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    whole = b"".join(lines)
    for node, put in sorted(changes, key=lambda change: -change[0].lineno * 10**6 - change[0].col_offset):
        assert node.end_lineno is not None and node.end_col_offset is not None, "parsed, not made"
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        whole = whole[:begin] + put.encode() + whole[end:]
    return whole.decode()


def _classes(text: str) -> list[ast.ClassDef]:
    try:
        parts = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [part for part in parts if isinstance(part, ast.ClassDef)]


def _numbers(text: str) -> dict[str, ast.expr]:
    """Where the text's classes say a number, by its name; the last class that does counts."""
    found: dict[str, ast.expr] = {}
    for each in _classes(text):
        for part in each.body:
            target: ast.expr | None = part.target if isinstance(part, ast.AnnAssign) else None
            if isinstance(part, ast.Assign) and len(part.targets) == 1:
                target = part.targets[0]
            node = part.value if isinstance(part, ast.AnnAssign | ast.Assign) else None
            if isinstance(target, ast.Name) and node is not None and _is_number(node):
                found[target.id] = node
    return found


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) is float


def _value(node: ast.expr) -> float:
    return float(ast.literal_eval(node))


def _returned(text: str, terms: Sequence[str]) -> list[ast.expr] | None:
    """The expressions of the terms that `reward` returns in a list; None where it does not do that once."""
    for each in reversed(_classes(text)):
        for part in each.body:
            if not isinstance(part, ast.FunctionDef) or part.name != "reward":
                continue
            ends = [node for node in ast.walk(part) if isinstance(node, ast.Return)]
            listed = ends[0].value if len(ends) == 1 else None
            if isinstance(listed, ast.List | ast.Tuple) and len(listed.elts) == len(terms):
                return None if any(isinstance(node, ast.Starred) for node in listed.elts) else listed.elts
            return None
    return None
