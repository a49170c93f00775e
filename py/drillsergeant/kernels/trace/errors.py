"""What the tracer says when a function cannot become a kernel: where in the user's file, and what to write instead."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from types import FrameType

import numpy as np

_OWN_FOLDER = str(Path(__file__).parents[1])
_ELEMENTARY = str(Path(__file__).parents[2] / "elementary.py")
_NUMPY_FOLDER = str(Path(np.__file__).parent)

#: NumPy function -> what to write where a kernel has no instruction for it.
INSTEAD: dict[str, str] = {
    "hypot": "np.sqrt(x * x + y * y)",
    "arctan2": "drillsergeant.elementary.arctan2(y, x), built from the operations a kernel has",
    "arctan": "drillsergeant.elementary.arctan2(x, np.ones_like(x))",
    "tan": "np.sin(x) / np.cos(x)",
    "float_power": "the product itself, x * x * x",
    "cbrt": "np.exp(np.log(x) * (1 / 3))",
    "exp2": "np.exp(x * 0.6931472)",
    "log2": "np.log(x) * 1.442695",
    "log1p": "np.log(1.0 + x)",
    "expm1": "np.exp(x) - 1.0",
    "fmin": "np.minimum(x, y)",
    "fmax": "np.maximum(x, y)",
    "zeros": "np.zeros_like(x)",
    "sum": "np.sum([a, b, c], axis=0) over a list of arrays: a kernel treats every lane alone",
    "mean": "np.mean([a, b], axis=0) over a list of arrays: a kernel treats every lane alone",
    **{
        name: f"np.{name}([a, b], axis=0) over a list of arrays: a kernel treats every lane alone"
        for name in ("max", "min", "amax", "amin", "argmax", "argmin", "prod", "any", "all")
    },
    "norm": "np.linalg.norm([x, y], axis=0) over a list of arrays: a kernel treats every lane alone",
    "stack": "a Python list of arrays, np.sum([a, b], axis=0) and the like",
    "concatenate": "a Python list of arrays",
}


class TraceError(TypeError):
    """A function cannot be recorded as a kernel; the message names it, the user's line and the remedy."""


def trace_error(what: str, instead: str) -> TraceError:
    """The error for `what`, at the line outside this package that caused it, with `instead` as the remedy."""
    return TraceError(f"{user_line()}: {what}. Write {instead} instead.")


def unsupported(name: str) -> TraceError:
    """The error for a NumPy function a kernel has no instruction for."""
    return trace_error(
        f"np.{name} has no kernel instruction",
        INSTEAD.get(name, "it with + - * /, np.sqrt, np.minimum, np.maximum, np.where, comparisons and bit operations"),
    )


def branch_error() -> TraceError:
    """The error for Python's asking whether an array is true: `if`, `and`, `not`, `max`, a chained comparison."""
    asked = _asked(user_frame())
    subject = f"`{asked}` asks" if asked else "a Python branch (if, while, and, or, not, min, max) asks"
    what = f"{subject} whether an array is true, and its lanes, the matches, may disagree"
    return trace_error(what, f"{_without_branch(asked)} (in each lane; between masks & | ~)")


def _asked(frame: FrameType) -> str:
    """The expression at which a frame stands; nothing where it is not known or longer than a line."""
    place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    line, end_line, start, end = place
    if line is None or line != end_line:
        return ""
    text = linecache.getline(frame.f_code.co_filename, line)
    return text.encode()[start:end].decode(errors="ignore").strip()


def _without_branch(asked: str) -> str:
    """What gives the same in each lane."""
    try:
        node = ast.parse(asked, mode="eval").body
    except SyntaxError:
        node = ast.Constant(None)
    match node:
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=[a, b]):
            return f"np.{name}imum({ast.unparse(a)}, {ast.unparse(b)})"
        case ast.Compare(left=first, ops=[_, _, *_] as signs, comparators=others):
            sides = [first, *others]
            pairs = (ast.Compare(a, [sign], [b]) for a, sign, b in zip(sides, signs, others, strict=False))
            return " & ".join(f"({ast.unparse(pair)})" for pair in pairs)
        case ast.BoolOp(op=sign, values=parts):
            return (" & " if isinstance(sign, ast.And) else " | ").join(f"({ast.unparse(part)})" for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return ast.unparse(ast.UnaryOp(ast.Invert(), part))
        case ast.IfExp(test=test, body=a, orelse=b):
            return f"np.where({ast.unparse(test)}, {ast.unparse(a)}, {ast.unparse(b)})"
        case ast.Constant():
            return "np.where(condition, a, b), np.minimum or np.maximum"
        case _:
            return f"np.where({asked}, a, b)"


def as_floats(which: Sequence[bool]) -> str:
    """The user's operation with `.astype(np.float32)` at the operands that want it; "" where it is not known."""
    try:
        node = ast.parse(_asked(user_frame()), mode="eval").body
    except SyntaxError:
        return ""
    match node:
        case ast.BinOp(left=a, op=sign, right=b):
            return ast.unparse(ast.BinOp(_as_float(a, which[0]), sign, _as_float(b, which[1])))
        case ast.Compare(left=a, ops=[relation], comparators=[b]):
            return ast.unparse(ast.Compare(_as_float(a, which[0]), [relation], [_as_float(b, which[1])]))
        case _:
            return ""


def _as_float(node: ast.expr, wanted: bool) -> ast.expr:
    return ast.Call(ast.Attribute(node, "astype"), [ast.parse("np.float32", mode="eval").body], []) if wanted else node


def user_frame() -> FrameType:
    """The innermost frame that is neither this package's nor NumPy's."""
    frame = sys._getframe(1)
    skipped = (_OWN_FOLDER, _ELEMENTARY, _NUMPY_FOLDER, "<__array")
    while frame.f_back is not None and frame.f_code.co_filename.startswith(skipped):
        frame = frame.f_back
    return frame


def user_line() -> str:
    """`function (file:line)` of the line of the user's that is at work."""
    frame = user_frame()
    return f"{frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
