"""What people write, line by line and for every element type: NumPy's bits in every target, or refused with a remedy.

NaN, infinities, both zeros, denormals and extremes are among the values. `MINE` is what has to be accepted; of the other
lines it is enough that they are refused where they are not equal.
"""
# ruff: noqa: E501  # the lines are a table

from __future__ import annotations

import numpy as np
import pytest
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.trace.errors import TraceError

from tests.rigs.kernels.agreement import assert_agreement, samples

COUNT = 1003
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1, -1, 0.5, -0.5, 1e-45, 3.4028235e38], np.float32)
KINDS = {dtype.numpy.name: dtype.value for dtype in DType}
FLOATS = ("f32",)
WHOLE = ("i32", "u32")
NUMBERS = (*FLOATS, *WHOLE)
ALL = (*NUMBERS, "mask")

#: Lines over x, y, z of one type, masks m and n, i of int32 and u of uint32 -> the types that are to be accepted.
MINE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("np.clip(x, 0, 1)", "np.clip(x, y, z)", "np.clip(x, None, 3)", "np.clip(x, 2, None)"), NUMBERS),
    **dict.fromkeys(("np.clip(x, 5, 1)", "x.clip(0, 1)", "np.clip(x, a_min=0, a_max=3)", "np.clip(x, min=0)"), NUMBERS),
    **dict.fromkeys(("np.clip(x, -1, 2)", "np.clip(x, -(2**40), 2**40)", "np.clip(x, 0, 2**32)"), NUMBERS),
    **dict.fromkeys(("np.clip(x, 0.25, 0.75)", "np.clip(x, np.nan, 1)", "np.clip(x, -0.0, 0.0)"), FLOATS),
    **dict.fromkeys(("np.clip(x, 0, None)", "np.clip(x, -0.0, None)", "np.clip(x, y, 0.0)"), FLOATS),
    **dict.fromkeys(("np.sign(x)", "np.square(x)", "x**0", "x**1", "x**2", "np.power(x, 2)", "x**True"), NUMBERS),
    **dict.fromkeys(
        ("x**2.0", "x**0.5", "x**-1", "x**-1.0", "x**np.float32(2)", "np.copysign(x, y)", "np.fabs(x)"), FLOATS
    ),
    **dict.fromkeys(("x**3", "x**7", "np.power(x, 3)", "x**1000"), WHOLE),
    **dict.fromkeys(("np.isnan(x)", "np.isfinite(x)", "np.isinf(x)", "np.signbit(x)"), ALL),
    **dict.fromkeys(
        ("x // y", "x % y", "x // 3", "x % 3", "x // 0", "x % 0", "x // 8", "x % 8", "x // 1", "x % 1"), NUMBERS
    ),
    **dict.fromkeys(
        ("3 // x", "3 % x", "np.mod(x, y)", "divmod(x, y)[0]", "divmod(x, y)[1]", "np.fmod(x, y)"), NUMBERS
    ),
    **dict.fromkeys(("x % (2**31 - 1)", "x // 7", "np.fmod(x, 3)", "np.divmod(x, 3)[1]", "x % 1000000007"), NUMBERS),
    **dict.fromkeys(
        ("x // -3", "x % -3", "x // -1", "x % -1", "-7 // x", "-7 % x", "x % -8", "np.fmod(x, -3)"), ("f32", "i32")
    ),
    **dict.fromkeys(
        ("x // 0.1", "x % 0.1", "x // -0.0", "x % np.inf", "x // -np.inf", "7.5 % x", "x % 6.2831855"), FLOATS
    ),
    **dict.fromkeys(("np.select([m, n], [x, y], z)", "np.where(m, x, 1)", "np.where(True, x, y)"), NUMBERS),
    **dict.fromkeys(("np.select([m, n], [x, y])", "np.select([m, n], [x, 1], 2)"), ("f32", "i32")),
    **dict.fromkeys(("np.select([m], [x], 2**62 + 2**38 + 1)", "np.where(m, 2**62 + 2**38 + 1, x)"), FLOATS),
    "np.select([m, n], [1, 2], 0).astype(np.float32)": FLOATS,
    "np.select([m, n], [1.5, 2], 0).astype(np.float32)": FLOATS,
    **dict.fromkeys(("np.where(m, 1, 0).astype(np.float32)", "np.where(m, 1, 0).astype(np.int32)"), FLOATS),
    **dict.fromkeys(
        ("np.where(m, -1, 0).astype(np.uint32)", "np.where(m, 1, 0) == 1", "np.where(m, 1, 0) > i"), FLOATS
    ),
    **dict.fromkeys(("np.where(m, 0.1, 1 / 3).astype(np.float32)", "np.where(m, 1, 0).astype(bool)"), FLOATS),
    "np.where(m, np.where(n, 1, 2), 3).astype(np.int32)": FLOATS,
    "np.where(m, True, False)": FLOATS,
    **dict.fromkeys(("np.sum([x, y, z], axis=0)", "np.sum([x] * 20, axis=0)", "np.mean([x, y, z], axis=0)"), FLOATS),
    **dict.fromkeys(
        ("np.sum([x, y], 0)", "np.sum([x], axis=0)", "np.mean((x, y), axis=-2)", "np.prod([x, y, z], axis=0)"), FLOATS
    ),
    **dict.fromkeys(("np.linalg.norm([x, y, z], axis=0)", "np.linalg.norm([x, y], 2, 0)"), FLOATS),
    **dict.fromkeys(("np.max([x, y, z], axis=0)", "np.min([x, y, z], axis=0)", "np.amax([x, y], axis=0)"), ALL),
    **dict.fromkeys(("np.any([x, y], axis=0)", "np.all([x, y], axis=0)"), ALL),
    **dict.fromkeys(("np.argmax([x, y, z], axis=0).astype(np.int32)", "np.argmin([x, y], axis=0) == 1"), NUMBERS),
    "np.choose(np.argmax([x, y, z], axis=0), [x, y, z])": NUMBERS,
    "np.sum([x, y], axis=0, dtype=np.float32)": ALL,
    "np.sum([x, y], axis=0, dtype=np.int32)": (*WHOLE, "mask"),
    "np.choose(i & 1, [x, y])": ALL,
    "np.choose(u & 3, np.array([0.1, 0.2, 0.3, 0.4], np.float32))": FLOATS,
    "np.choose(i % 3, [1.5, 2, 3]).astype(np.float32)": FLOATS,
    "np.choose(u % 3, [1, 2, 3]).astype(np.int32)": FLOATS,
    **dict.fromkeys(("np.zeros_like(x, dtype=np.float32)", "np.ones_like(m, np.float32)"), ALL),
    **dict.fromkeys(("np.full_like(x, 2, dtype=np.int32)", "np.full_like(x, fill_value=2)"), NUMBERS),
    **dict.fromkeys(("x + 2**62", "x * (2**62 + 2**38 + 1)", "x + 10**40", "x + 1e300", "x * 1e-300"), FLOATS),
    **dict.fromkeys(("x + np.float16(1)", "x + np.array(1.5, np.float32)", "x < 2**40", "x == 0.1"), FLOATS),
    **dict.fromkeys(("np.exp(x)", "np.log(x)", "np.tanh(x)", "np.sin(x)", "np.cos(x)"), FLOATS),
    **dict.fromkeys(("np.tanh(np.sum([x, y], axis=0))", "np.exp(-np.linalg.norm([x, y], axis=0))"), FLOATS),
    **dict.fromkeys(("np.round(x)", "np.round(x, decimals=0)"), NUMBERS),
    "np.rint(x)": FLOATS,
}

OTHERS = [
    *("np.where(m, 1, 0)", "np.where(m, 1, 0) + x", "x * np.where(m, 1.0, 2.0)", "np.where(m, 1, 0) & 1", "-np.where(m, 1, 0)"),
    *("np.where(x, 1, 0).astype(np.float32)", "np.where(m, 2**40, 0).astype(np.float32)", "np.logical_not(np.where(m, 1, 0))"),
    *("np.where(m, 1.9999999999, 0.0).astype(np.int32)", "np.where(m, 1, 0) << 1", "np.where(np.where(m, 1, 0), x, y)"),
    *("x**np.float64(2)", "x**np.int64(2)", "x**np.array(2)", "2**x", "x**y", "x**2**40", "x**np.int32(2)", "x**-2"),
    *("np.sum([x, y])", "np.max([x, y])", "np.linalg.norm([x, y])", "np.linalg.norm([x, y], ord=1, axis=0)", "np.std([x, y], axis=0)"),
    *("np.sum([x, 1], axis=0)", "np.sum([x, m], axis=0)", "np.median([x, y], axis=0)", "np.stack([x, y])", "np.array([x, y])"),
    *("np.choose(m, [x, y])", "np.choose(x, [1, 2])", "np.choose(i, [x, y], mode='wrap')", "np.clip(x, 2**40, 2**41)"),
    *("x + 2**31", "x - 2**31", "x * 2**32", "x + 10**400", "x > -1", "x < np.float64(0.1)", "x + np.int8(1)", "x + np.array(1.5)"),
    *("x * True", "x ^ True", "~x", "-x", "+x", "x @ y", "np.abs(x)", "x << 1", "x >> 31", "x << y", "x | 1", "x & y", "x / y"),
    *("np.hypot(x, y)", "np.arctan2(y, x)", "np.logical_and(x, y)", "x != y", "np.round(x, 2)", "np.cbrt(x)", "x[0]", "x.sum()"),
    *("np.where(m, x, m)", "np.where(m, x, i)", "np.where(m, x, np.float64(1))", "np.select([m, x], [x, y], z)", "np.float64(2) * x"),
]  # fmt: skip


def function_of(line: str):  # type: ignore[no-untyped-def]
    code = compile(line, "<line>", "eval")

    def fn(x: list[Array], m: list[Array], i: list[Array], u: list[Array]) -> dict[str, list[Array]]:
        names = dict(zip("xyzmniu", (*x, *m, *i, *u), strict=True))
        return {"y": [eval(code, {"np": np, **names})]}

    return fn


def arrays(kind: str) -> dict[str, list[Array]]:
    rng = np.random.default_rng(5)
    x = [samples(DType(kind), COUNT, rng) for _ in range(3)]
    if kind == "f32":
        x = [np.where(rng.random(COUNT) < 0.3, rng.choice(SPECIAL, COUNT), each) for each in x]
    x[1][::5] = x[0][::5]
    masks = [rng.random(COUNT) < 0.5 for _ in "mn"]
    return {"x": x, "m": masks, "i": [samples(DType.I32, COUNT, rng)], "u": [samples(DType.U32, COUNT, rng)]}


def kernel_of(line: str, kind: str, result: str) -> Kernel:
    inputs = {"x": [kind] * 3, "m": ["mask"] * 2, "i": ["i32"], "u": ["u32"]}
    return Kernel("line", function_of(line), inputs, {"y": [result]})


def numpys_type(line: str, kind: str) -> str:
    """The element type of NumPy's result; "" where it refuses, or has none of the four, or not one number a lane."""
    given = {group: [array[:2] for array in each] for group, each in arrays(kind).items()}
    with np.errstate(all="ignore"):
        try:
            result = np.asarray(function_of(line)(**given)["y"][0])
        except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
            return ""
    return KINDS.get(result.dtype.name, "") if result.shape in ((), (2,)) else ""


@pytest.mark.parametrize(("line", "kind"), [(line, kind) for line, kinds in MINE.items() for kind in kinds])
def test_line_has_numpys_bits_in_every_target(line: str, kind: str) -> None:
    result = numpys_type(line, kind)
    assert result, f"NumPy does not take {line} of {kind} itself"
    assert_agreement(kernel_of(line, kind, result), arrays(kind))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("line", [*MINE, *OTHERS])
def test_line_is_equal_or_refused_with_a_remedy(line: str, kind: str) -> None:
    if kind in MINE.get(line, ()):
        return
    result = numpys_type(line, kind)
    for declared in (result,) if result else KINDS.values():
        kernel = kernel_of(line, kind, declared)
        try:
            kernel.trace()
        except TraceError as refused:
            assert ". Write " in str(refused)
        except ValueError as refused:
            assert "add .astype(" in str(refused)
        else:
            assert result, f"{line} of {kind} is traced as {declared}, and NumPy refuses it or has another type"
            assert_agreement(kernel, arrays(kind))


@pytest.mark.parametrize("line", ["np.sum([x, y, z] * 5, axis=0)", "np.mean([x, y, z] * 5, axis=0)"])
def test_a_single_lane_is_summed_in_the_same_order(line: str) -> None:
    given = {group: [array[:1] for array in each] for group, each in arrays("f32").items()}
    assert_agreement(kernel_of(line, "f32", "f32"), given)
