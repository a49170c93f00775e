"""What the tracer says when a function cannot become a kernel: where in the user's file, and what to write instead."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

_OWN_FOLDER = str(Path(__file__).parents[1])
_NUMPY_FOLDER = str(Path(np.__file__).parent)

#: NumPy function -> what to write where a kernel has no instruction for it.
INSTEAD: dict[str, str] = {
    **{
        name: f"drillsergeant.elementary.{name}, built from the operations a kernel has"
        for name in ("exp", "log", "tanh", "sin_cos")
    },
    "sin": "drillsergeant.elementary.sin_cos(x)[0]",
    "cos": "drillsergeant.elementary.sin_cos(x)[1]",
    "clip": "np.minimum(np.maximum(x, low), high)",
    "sign": "np.where(x > 0, np.float32(1), np.where(x < 0, np.float32(-1), x))",
    "hypot": "np.sqrt(x * x + y * y)",
    "power": "the product itself, x * x * x; only a power of 2 is known",
    "float_power": "the product itself, x * x * x",
    "cbrt": "elementary.exp(elementary.log(x) * (1 / 3))",
    "exp2": "elementary.exp(x * math.log(2))",
    "log2": "elementary.log(x) * (1 / math.log(2))",
    "log1p": "elementary.log(1.0 + x)",
    "expm1": "elementary.exp(x) - 1.0",
    "floor_divide": "np.floor(x / y) on f32; SIMD has no integer division",
    "remainder": "x - y * np.floor(x / y) on f32; SIMD has no integer division",
    "fmod": "x - y * np.trunc(x / y)",
    "divmod": "np.floor(x / y) and x - y * np.floor(x / y) on f32",
    "isnan": "x != x",
    "isfinite": "np.abs(x) < np.inf",
    "isinf": "np.abs(x) == np.inf",
    "signbit": "x.view(np.uint32) >> 31 != 0",
    "copysign": "np.where(y < 0, -np.abs(x), np.abs(x))",
    "fabs": "np.abs(x)",
    "fmin": "np.minimum(x, y)",
    "fmax": "np.maximum(x, y)",
    "round": "np.rint(x)",
    "around": "np.rint(x)",
    "zeros": "np.zeros_like(x)",
    "sum": "a + b + c over a list of arrays: a kernel treats every lane alone",
    "mean": "(a + b) * 0.5 over a list of arrays: a kernel treats every lane alone",
    "stack": "a Python list of arrays",
    "concatenate": "a Python list of arrays",
    "select": "nested np.where",
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


def user_line() -> str:
    """`function (file:line)` of the innermost frame that is neither this package's nor NumPy's."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_OWN_FOLDER, _NUMPY_FOLDER, "<__array")):
        frame = frame.f_back
    return f"{frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
