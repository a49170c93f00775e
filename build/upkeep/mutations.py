"""Small changes to a program that a test should notice: each is one operator, number, condition, result or call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt(), ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(), ast.Is: ast.IsNot(), ast.IsNot: ast.Is(), ast.In: ast.NotIn(), ast.NotIn: ast.In(),
}  # fmt: skip
COMPUTED: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.Add(), ast.Div: ast.Mult(), ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.FloorDiv(), ast.LShift: ast.RShift(), ast.RShift: ast.LShift(), ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(), ast.BitXor: ast.BitAnd(), ast.Pow: ast.Mult(),
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """A change of one line, `line` from 1 and `words` its text; `text` is the whole file after it."""

    line: int
    words: str
    before: str
    after: str
    text: str

    @property
    def change(self) -> str:
        """In words."""
        return f"{self.before} -> {self.after}"


def mutations(source: str) -> Iterator[Mutation]:
    """Return all of a file's, in its order. Text, types and what is shown to people are left alone."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    for node in _changeable(tree):
        for other in _others(node):
            assert isinstance(node, ast.expr | ast.stmt)
            after = f"({ast.unparse(other)})" if isinstance(node, ast.expr) else ast.unparse(other)
            before, text = _replaced(lines, node, after)
            yield Mutation(node.lineno, lines[node.lineno - 1].strip(), _short(before), _short(after), text)


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that do something, in the order of the text: no annotations, texts, asserts, errors, decorators.

    `zip(strict=True)` is an assert, too.
    """
    if isinstance(node, ast.JoinedStr | ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in (
            "annotation",
            "returns",
            "decorator_list",
            "bases",
            "keywords" if isinstance(node, ast.ClassDef) else "",
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _changeable(child)


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in COMPARED:
            yield ast.Compare(left, [COMPARED[type(operator)]], [right])
        case ast.BinOp(left, operator, right) if type(operator) in COMPUTED and not _is_text(left):
            yield ast.BinOp(left, COMPUTED[type(operator)], right)
        case ast.AugAssign(target, operator, value) if type(operator) in COMPUTED and not _is_text(value):
            yield ast.AugAssign(target, COMPUTED[type(operator)], value)
        case ast.BoolOp(ast.And(), values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(ast.Or(), values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call() | ast.Await()):
            yield ast.Pass()
        case _:
            return


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _replaced(lines: list[str], node: ast.expr | ast.stmt, after: str) -> tuple[str, str]:
    """What stands in a node's place, and the file with other words there. Columns count bytes of UTF-8."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    span = "".join(lines[node.lineno - 1 : node.end_lineno]).encode()
    end = node.end_col_offset + len(span) - len(lines[node.end_lineno - 1].encode())
    middle = (span[: node.col_offset] + after.encode() + span[end:]).decode()
    text = "".join(lines[: node.lineno - 1]) + middle + "".join(lines[node.end_lineno :])
    return span[node.col_offset : end].decode(), text


def _short(text: str) -> str:
    return " ".join(text.split())[:80]
