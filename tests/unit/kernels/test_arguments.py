"""The function itself and the compiled kernel take the same arguments, and refuse the same by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.library.compiler import compile

TYPES = {"f32": np.float32, "i32": np.int32, "u32": np.uint32}
PLAIN = Kernel("k", lambda x: {"y": [x[0]]}, {"x": ["f32"]}, {"y": ["f32"]})
TIMES = {name: Kernel("k", lambda x, s: {"y": [x[0] * s]}, {"x": [name]}, {"y": [name]}, {"s": name}) for name in TYPES}


def outcomes(kernel: Kernel, inputs: Any, scalars: Any = None) -> list[list[Any] | str]:
    """The bits that the function and the compiled kernel give, or what they say."""
    found: list[list[Any] | str] = []
    for call in (kernel.reference, compile(kernel)):
        try:
            found.append([array.tobytes() for array in call(inputs, scalars)["y"]])
        except ValueError as wrong:
            found.append(str(wrong))
    return found


@pytest.mark.parametrize(
    "number",
    [
        *(
            2,
            2.0,
            True,
            np.float32(2),
            np.float64(2),
            np.int64(2),
            np.uint8(2),
            np.bool_(True),
            np.array(2),
            Fraction(2),
        ),
        *(2**31 - 1, -(2**31), 2**32 - 1, np.int64(2**32 - 1)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", TYPES)
def test_a_scalar_may_be_any_number_that_fits(name: str, number: Any) -> None:
    inputs = {"x": [np.arange(5).astype(TYPES[name])]}
    reference, compiled = outcomes(TIMES[name], inputs, {"s": number})
    assert reference == compiled
    bounds = {"i32": np.iinfo(np.int32), "u32": np.iinfo(np.uint32)}.get(name)
    assert isinstance(compiled, list) == (bounds is None or bounds.min <= number <= bounds.max)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e300, 2**62 + 2**38 + 1, 10**40], ids=repr)
def test_a_scalar_is_rounded_to_f32_as_numpy_rounds_it(number: float) -> None:
    reference, compiled = outcomes(TIMES["f32"], {"x": [np.ones(5, np.float32)]}, {"s": number})
    assert reference == compiled
    with np.errstate(all="ignore"):
        assert reference[0] == np.full(5, np.float32(number)).tobytes()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("i32", 2**31), ("i32", 2.5), ("i32", np.nan), ("i32", np.inf), ("u32", -1), ("u32", 2**40), ("u32", -0.5)),
        *(("f32", 10**400), ("f32", "2"), ("f32", None), ("f32", 1j), ("f32", np.ones(2)), ("i32", np.uint32(2**31))),
    ],
    ids=repr,
)
def test_what_is_no_such_number_is_refused_alike(name: str, number: object) -> None:
    reference, compiled = outcomes(TIMES[name], {"x": [np.ones(5, TYPES[name])]}, {"s": number})
    assert reference == compiled
    assert isinstance(compiled, str)
    assert re.match(r"kernel k: scalar s is .*; give a number", compiled)


F = np.ones(4, np.float32)


@pytest.mark.parametrize(
    ("kernel", "inputs", "scalars", "said"),
    [
        (TIMES["f32"], {"x": [F]}, None, "kernel k lacks the scalar s: it takes s"),
        (TIMES["f32"], {"x": [F]}, {"s": 1, "speed": 2}, "kernel k has no scalar speed: it takes s"),
        (PLAIN, {"x": [F]}, {"s": 1}, "kernel k has no scalar s: it takes none"),
        (PLAIN, {"x": F}, None, "group x is one array; give a list of arrays, [array]"),
        (PLAIN, {"x": [[1.0, 2.0]]}, None, "group x holds list [1.0, 2.0]; give np.array"),
        (PLAIN, {"x": [1.0]}, None, "group x holds float 1.0; give np.array"),
        (PLAIN, {"x": [np.float32(1)]}, None, "group x holds float32 np.float32(1.0); give np.array"),
        (PLAIN, {"x": [np.array(1, np.float32)]}, None, "group x holds float32[], it takes float32[0]"),
        (PLAIN, {"x": []}, None, "group x holds no arrays, it takes float32[0]"),
        (PLAIN, {"x": None}, None, "group x is NoneType None; give a list of arrays"),
        (PLAIN, {"x": [F, F]}, None, "group x holds float32[4], float32[4], it takes float32[4]"),
        (PLAIN, {"x": [F.astype(">f4")]}, None, "it takes float32[4]"),
        (PLAIN, {"x": [F.reshape(2, 2)]}, None, "group x holds float32[2, 2], it takes float32[2]"),
        (PLAIN, {}, None, "kernel k takes x, got none"),
        (PLAIN, {"xs": [F]}, None, "kernel k takes x, got xs; did you mean x?"),
        (PLAIN, [F], None, "inputs are list; give a dict"),
    ],
)
def test_faulty_arguments_are_named_alike(kernel: Kernel, inputs: Any, scalars: Any, said: str) -> None:
    reference, compiled = outcomes(kernel, inputs, scalars)
    assert reference == compiled
    assert said in compiled


@pytest.mark.parametrize(
    ("fn", "said"),
    [
        (
            lambda x: None,
            "returned NoneType None (is its `return` forgotten?); return a dict of lists, {'y': [1 arrays]}",
        ),
        (lambda x: x, "the function returned list"),
        (lambda x: {"y": None}, "return a dict of lists"),
        (lambda x: {"y": "text"}, "return a dict of lists"),
    ],
)
def test_a_function_that_returns_something_else_is_named(fn: Callable[..., Any], said: str) -> None:
    kernel = Kernel("k", fn, {"x": ["f32"]}, {"y": ["f32"]})
    for act in (lambda: compile(kernel), lambda: kernel.reference({"x": [F]})):
        with pytest.raises(ValueError, match=re.escape(said)) as caught:
            act()
        assert "kernel k: " in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inputs": {}}, "kernel k has no input arrays, and so no lanes"),
        ({"inputs": {"x": []}}, "kernel k has no input arrays"),
        ({"inputs": {"x": "f32"}}, "group x has the types 'f32'; give a list"),
        ({"repeat": 2.5}, "repeat is 2.5, it must be at least 1, a whole number"),
        ({"repeat": True}, "repeat is True, it must be at least 1, a whole number"),
        ({"fn": None}, "fn is NoneType None; give a function"),
    ],
)
def test_a_faulty_table_is_named(change: dict[str, Any], said: str) -> None:
    table = {"fn": lambda x: {"y": x}, "inputs": {"x": ["f32"]}, "outputs": {"y": ["f32"]}, **change}
    with pytest.raises(ValueError, match=re.escape(said)):
        Kernel("k", **table)


@pytest.mark.parametrize("thing", [lambda x: x, Kernel, None], ids=repr)
def test_what_is_no_kernel_is_not_compiled(thing: Any) -> None:
    with pytest.raises(
        TypeError, match=r"compile takes a kernel, drillsergeant.Kernel\(name, fn, inputs, outputs\), not "
    ):
        compile(thing)


def test_more_lanes_than_a_memory_holds_are_refused_by_name_before_any_is_copied() -> None:
    lanes = np.broadcast_to(np.float32(0), (2**28,))
    with pytest.raises(
        ValueError, match=r"kernel k: 2 arrays of 268435456 lanes take 2.0 GiB, .* fewer lanes at a time"
    ):
        compile(PLAIN)({"x": [lanes]})


def test_a_function_cannot_change_the_callers_arrays_in_either_way() -> None:
    def add_in_place(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
        x[0] += 1.0
        return {"y": [x[0]]}

    kernel, given = Kernel("k", add_in_place, {"x": ["f32"]}, {"y": ["f32"]}), F.copy()
    with pytest.raises(ValueError, match="read-only"):
        kernel.reference({"x": [given]})
    with pytest.raises(TypeError, match="x = x \\+ y"):
        compile(kernel)
    assert (given == F).all()


def test_a_result_of_another_length_is_named() -> None:
    kernel = Kernel("k", lambda x: {"y": [x[0][:2]]}, {"x": ["f32"]}, {"y": ["f32"]})
    with pytest.raises(ValueError, match=r"kernel k: y\[0\] is of shape \(2,\), not \(4,\)"):
        kernel.reference({"x": [F]})
