"""What cannot become a kernel is refused with the function, the file and line, and what to write instead."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.graph import Graph
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.trace.errors import INSTEAD, TraceError
from drillsergeant.kernels.trace.numpy_hooks import hooked
from drillsergeant.kernels.trace.tracer import Tracer

GRAPH = Graph("drill")
X = Tracer(GRAPH, GRAPH.load("x", 0, DType.F32))
Y = Tracer(GRAPH, GRAPH.load("x", 1, DType.F32))
WHOLE = Tracer(GRAPH, GRAPH.load("i", 0, DType.I32))
SEED = Tracer(GRAPH, GRAPH.load("u", 0, DType.U32))
MASK = Tracer(GRAPH, GRAPH.load("m", 0, DType.MASK))
SCALAR = Tracer(GRAPH, GRAPH.scalar("k", DType.F32))
TABLE = np.array([1, 2, 3], np.float32)
ELSEWHERE = Tracer(Graph("other"), Graph("other").load("x", 0, DType.F32))


def add_in_place(x: Tracer) -> None:
    x += 1.0


def set_item(x: Tracer) -> None:
    x[0] = 1.0


# What a user might write, a part of what the error says of it, a part of the remedy
REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "if": (lambda: 1 if X > 0 else 2, "`X > 0` asks whether an array is true", "np.where(X > 0, a, b)"),
    "and": (lambda: (X > 0) and (Y > 0), "asks whether an array is true", "between masks & | ~"),
    "max": (lambda: max(X, Y), "`max(X, Y)` asks whether an array is true", "np.maximum(X, Y)"),
    "min of a number": (lambda: min(X * 2.0, 1.0), "asks whether an array is true", "np.minimum(X * 2.0, 1.0)"),
    "max of a list": (lambda: max([X, Y]), "asks whether an array is true", "np.where"),
    "not": (lambda: not MASK, "`not MASK` asks", "~MASK"),
    "chained comparison": (lambda: 0 < X < 1, "`0 < X < 1` asks", "(0 < X) & (X < 1)"),
    "int": (lambda: int(WHOLE), "no number yet", ".astype(np.int32)"),
    "float": (lambda: float(X), "no number yet", "NumPy function"),
    "math": (lambda: math.sqrt(X), "no number yet", "NumPy function"),
    "range": (lambda: list(range(WHOLE)), "no number yet", ".astype(np.int32)"),
    "index": (lambda: [1, 2, 3][WHOLE], "no number yet", "np.choose(i, np.array(TABLE, np.float32))"),
    "index of an array": (lambda: TABLE[WHOLE], "TABLE[i]", "np.choose(i, np.array(TABLE, np.float32))"),
    "round": (lambda: round(X), "no number yet", "NumPy function"),
    "len": (lambda: len(X), "cannot be looked into", "Python list"),
    "iterate": (lambda: list(X), "cannot be looked into", "Python list"),
    "getitem": (lambda: X[0], "cannot be looked into", "Python list"),
    "by a mask": (lambda: X[MASK], "picks lanes", "np.where(mask, x, 0.0)"),
    "in": (lambda: 1.0 in X, "cannot be looked into", "Python list"),
    "setitem": (lambda: set_item(X), "changes the caller's array", "np.where(mask, y, x)"),
    "in place": (lambda: add_in_place(X), "caller's array", "x = x + y"),
    "out=": (lambda: np.add(X, Y, out=X), "caller's array", "x = x + y"),  # type: ignore[call-overload]
    "where=": (lambda: np.add(X, Y, where=MASK), "where=...", "without that argument"),
    "reduce": (lambda: np.add.reduce(X), "works across lanes", "elementwise"),
    "tanh of i32": (lambda: np.tanh(WHOLE), "np.tanh of int32", "x.astype(np.float32) first"),
    "arctan2": (lambda: np.arctan2(X, Y), "np.arctan2", "elementary.arctan2(y, x)"),
    "clip of a mask": (lambda: np.clip(MASK, False, True), "np.clip of a mask", "mask.astype(np.float32)"),
    "sum": (lambda: np.sum(X), "np.sum", "every lane alone"),
    "sum of a list": (lambda: np.sum([X, Y]), "without axis=0", "np.sum([a, b, ...], axis=0)"),
    "sum of whole numbers": (lambda: np.sum([WHOLE, WHOLE], axis=0), "64-bit integers", "x.astype(np.float32)"),
    "std of a list": (lambda: np.std([X, Y], axis=0), "cannot be turned into a NumPy array", "np.mean"),
    "unheard of": (lambda: np.arctanh(X), "np.arctanh", "with + - * /"),
    "power": (lambda: X**3, "x ** 3 is the C library's", "x * x * x"),
    "power of a scalar": (lambda: SCALAR**2, "a power of a scalar", "k * k"),
    "power by an array": (lambda: X**Y, "exponent is an array", "np.exp(y * np.log(x))"),
    "half a power": (lambda: X**1.5, "x ** 1.5", "np.exp(np.log(x) * 1.5)"),
    "method": (lambda: X.sum(), ".sum() works across lanes", "np.sum([a, b, ...], axis=0)"),
    "any": (lambda: (X > 0).any(), ".any() looks across lanes", "np.where(mask, a, b)"),
    "misspelt": (lambda: X.asytpe(np.float32), ".asytpe is not known", "x.astype"),
    "shape": (lambda: X.shape, ".shape is not known", "np.zeros_like"),
    "np.array": (lambda: np.asarray(X), "cannot be turned into a NumPy array", "x itself"),
    "np.float32": (lambda: np.float32(X), "cannot be turned into a NumPy array", "x.astype(np.float32)"),
    "one-armed where": (lambda: np.where(MASK), "depend on the data", "np.where(condition, a, b)"),
    "where by number": (lambda: np.where(X, X, Y), "chooses by a float32", "np.where(x != 0, a, b)"),
    "where of numbers": (lambda: X * np.where(MASK, 1.0, 0.0), "of a float64 array", "np.float32(number)"),
    "view of a choice": (lambda: np.where(MASK, 1, 0).view(np.int32), "int64 is computed", ".astype(np.int32)"),
    "i32 * f32": (lambda: WHOLE * X, "int32 with float32 makes float64", ".astype(np.float32)"),
    "i32 + u32": (lambda: WHOLE + SEED, "int32 with uint32 makes int64", ".astype"),
    "i32 * 0.5": (lambda: WHOLE * 0.5, "int32 with 0.5 makes float64", ".astype(np.float32)"),
    "f64 scalar": (lambda: X * np.float64(2), "float64 2.0 makes float64", "np.float32(number)"),
    "out of range": (lambda: SEED + 2**32, "out of range for uint32", "a constant that fits"),
    "i32 / i32": (lambda: WHOLE / 2, "div of int32", "WHOLE.astype(np.float32) / 2"),
    "sqrt of i32": (lambda: np.sqrt(WHOLE), "sqrt of int32", "x.astype(np.float32) first"),
    "mask + mask": (lambda: MASK + MASK, "add of bool", "& | ^ ~ on masks"),
    "f32 & f32": (lambda: X & Y, "and of float32", "x.view(np.uint32)"),
    "f32 << 1": (lambda: X << 1, "shl of float32", "x.view(np.uint32)"),
    "+mask": (lambda: +MASK, "no meaning for a mask", "the mask itself"),
    "shift by 32": (lambda: SEED << 32, "cannot be shifted by 32", "a shift by 0 to 31"),
    "shift by array": (lambda: SEED << SEED, "shift by an array", "by a Python int"),
    "astype f64": (lambda: X.astype(np.float64), "a kernel has no float64", "np.int32, np.uint32 or bool"),
    "astype float": (lambda: X.astype(float), "a kernel has no float64", "np.float32"),
    "view of a mask": (lambda: MASK.view(np.int32), "bool array cannot be viewed", "astype"),
    "array from outside": (lambda: X + np.ones(3, np.float32), "shape (3,) from outside", "takes it as an argument"),
    "text": (lambda: X + "1", "str '1' cannot be combined", "a number or an array"),
    "another kernel's": (lambda: X + ELSEWHERE, "from tracing kernel other", "takes it as an argument"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_refusal_names_function_line_and_remedy(case: str) -> None:
    act, what, remedy = REFUSED[case]
    with pytest.raises(TraceError) as caught, hooked(reference=False):  # as `Kernel.trace` calls a function
        act()
    message = str(caught.value)
    assert what in message
    assert ". Write " in message and remedy in message.partition(". Write ")[2]
    place = re.match(r"(\S+) \((.*):(\d+)\): ", message)
    assert place, message
    assert place[2] == __file__
    source = inspect.getsourcelines(act)[1]
    assert place[1] in {"<lambda>", "add_in_place", "set_item"}
    assert place[1] != "<lambda>" or int(place[3]) == source


def test_error_in_a_drills_function_is_placed_in_that_function() -> None:
    def tick(state: list[Array]) -> dict[str, list[Array]]:
        speed = np.hypot(state[0], state[1])
        return {"state": [speed]}

    with pytest.raises(TraceError, match=r"tick \(.*test_errors.py:\d+\): np.hypot .* np.sqrt\(x \* x"):
        Kernel("tick", tick, {"state": ("f32", "f32")}, {"state": ("f32",)}).trace()


def test_every_remedy_is_for_a_function_numpy_has() -> None:
    assert [name for name in INSTEAD if not hasattr(np, name) and not hasattr(np.linalg, name)] == []


def test_zero_dimensional_arrays_are_numbers() -> None:
    assert (X * np.array(2.0, np.float32)).node is (X * 2.0).node


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": {"x": ("f64",)}}, "group x has the type 'f64'; use one of f32, i32, mask, u32"),
        ({"scalars": {"k": "mask"}}, "scalar k has the type 'mask'; use one of f32, i32, u32"),
        ({"scalars": {"x": "f32"}}, "x is a group and a scalar; rename one"),
        ({"repeat": 0}, "repeat is 0, it must be at least 1"),
        ({"repeat": 2}, "repeat=2 needs the one output group 'state'"),
    ],
)
def test_kernel_with_a_faulty_table_is_refused(change: dict[str, object], message: str) -> None:
    table: dict[str, object] = {"inputs": {"x": ("f32",)}, "outputs": {"y": ("f32",)}, **change}
    with pytest.raises(ValueError, match=re.escape(message)):
        Kernel("k", lambda x: {"y": x}, **table)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        (lambda x: {"y": []}, "the function returned the arrays {'y': 0}, its table of outputs says {'y': 1}"),
        (lambda x: {"z": [x[0]]}, "its table of outputs says {'y': 1}"),
        (lambda x: {"y": [x[0] < 1]}, "y[0] is computed as mask but declared f32"),
        (lambda x: {"y": [1.0]}, "y[0] is 1.0, not an array computed from the arguments"),
    ],
)
def test_kernel_whose_function_disagrees_with_its_table_is_refused(
    fn: Callable[..., dict[str, list[object]]], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Kernel("k", fn, {"x": ("f32",)}, {"y": ("f32",)}).trace()


def test_shifts_by_nothing_and_by_all_but_one_bit_are_kernel_instructions() -> None:
    def fn(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
        return {"x": [x[0] << 0, x[0] >> 31, x[0] << 31]}

    found = Kernel("shifts", fn, {"x": ["u32"]}, {"x": ["u32"] * 3}).trace()
    assert len(found.outputs) == 3
