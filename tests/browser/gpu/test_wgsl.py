"""Kernels emitted as WGSL compute what their NumPy functions compute, in the browser's own compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from drillsergeant import elementary
from drillsergeant.drills.contract import Continuous, Discrete
from drillsergeant.elementary import Array
from drillsergeant.kernels.ir.ops import DType, Op
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.learn.compile.learner_functions import learner_kernels
from drillsergeant.learn.formulas.actions import packed

from tests.rigs.graphics.gpu_stand import Stand
from tests.rigs.graphics.wgsl_runs import run_wgsl
from tests.rigs.kernels.operations import LINES, PAIRS

COUNT = 301
# WGSL lets these be off by so many units in the last place; the rest is correctly rounded.
ROUNDED = {Op.DIV: 3, Op.SQRT: 3, Op.TO_F32: 1}
RESULTS = {
    **dict.fromkeys((Op.LT, Op.LE, Op.EQ, Op.NE), DType.MASK),
    Op.TO_F32: DType.F32,
    Op.AS_F32: DType.F32,
    Op.TO_I32: DType.I32,
    Op.AS_I32: DType.I32,
    Op.TO_U32: DType.U32,
    Op.AS_U32: DType.U32,
}
# Where the line would leave what WGSL defines: 0/0, a negative number as u32, bits that are a NaN or a denormal. A
# remainder is a - b * trunc(a / b) in WGSL, with the rounding of each; by a power of two there is none.
DEFINED: dict[Op, Callable[..., Array]] = {
    Op.DIV: lambda a, b: a / (np.abs(b) + 0.5),
    Op.FMOD: lambda a, b: np.fmod(a, 4.0),
    Op.TO_U32: lambda a: np.abs(a).astype(np.uint32),
    Op.AS_F32: lambda a: ((a & 0x3FFFFFFF) | 0x20000000).view(np.float32),
}


def operands(rng: np.random.Generator) -> dict[str, list[Array]]:
    """Ordinary numbers, halves and signed zeros; no NaN, infinity or denormal: WGSL promises nothing of those."""

    def floats() -> Array:
        values = (rng.normal(size=COUNT) * 10.0 ** rng.integers(-3, 4, COUNT)).astype(np.float32)
        values[:8] = [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 7.0]
        return values

    bits = [rng.integers(0, 2**32, COUNT, dtype=np.uint64).astype(np.uint32) for _ in range(4)]
    for each in bits:
        each[:3] = [0, 0x8000_0000, 0xFFFF_FFFF]
    return {
        "f32": [floats(), floats()],
        "i32": [bits[0].view(np.int32), bits[1].view(np.int32)],
        "u32": [bits[2], bits[3]],
        "mask": [rng.random(COUNT) < 0.5 for _ in range(3)],
    }


def test_every_operation(stand: Stand) -> None:
    outputs: dict[str, list[str]] = {}
    for op, dtype in PAIRS:
        kind = RESULTS.get(op, dtype).value
        outputs.setdefault(kind, []).append(kind)

    def fn(**groups: Sequence[Array]) -> dict[str, list[Array]]:
        results: dict[str, list[Array]] = {}
        for op, dtype in PAIRS:
            a, b = groups[dtype.value][:2]
            line = DEFINED.get(op, LINES[op])
            arguments = (groups["mask"][2], a, b) if op is Op.SELECT else (a, b)[: line.__code__.co_argcount]
            results.setdefault(RESULTS.get(op, dtype).value, []).append(line(*arguments))
        return results

    inputs = operands(np.random.default_rng(5))
    kernel = Kernel("every", fn, {name: [name] * len(arrays) for name, arrays in inputs.items()}, outputs)
    expected, found = kernel.reference(inputs), run_wgsl(stand, kernel, inputs)
    names = {kind: [pair for pair in PAIRS if RESULTS.get(*pair).value == kind] for kind in outputs}
    for kind, pairs in names.items():
        for pair, want, got in zip(pairs, expected[kind], found[kind], strict=True):
            if kind == "f32":
                limit = ROUNDED.get(pair[0], 0) * np.spacing(np.abs(want))
                assert (np.abs(got - want) <= limit).all(), pair
            else:
                np.testing.assert_array_equal(got, want, str(pair))


def test_endless_constants(stand: Stand) -> None:
    infinity = np.float32(np.inf)
    kernel = Kernel(
        "endless",
        lambda x: {"y": [np.where((x[0] < infinity) & (x[0] > -infinity), x[0], 7.0)]},
        {"x": ["f32"]},
        {"y": ["f32"]},
    )
    inputs = {"x": operands(np.random.default_rng(6))["f32"][:1]}
    np.testing.assert_array_equal(run_wgsl(stand, kernel, inputs)["y"][0], inputs["x"][0])


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_elementary_functions_over_extremes(stand: Stand, name: str) -> None:
    function = getattr(elementary, name)
    kernel = Kernel(name, lambda x: {"y": [function(x[0])]}, {"x": ["f32"]}, {"y": ["f32"]})
    ends = [0.0, 1e-30, 1.0, 10.0, 44.0, 45.0, 88.0, 89.0, 100.0, 1e3, 3e38]
    x = np.array([*ends, *(-end for end in ends), *np.linspace(-20.0, 20.0, 200)], np.float32)
    found = run_wgsl(stand, kernel, {"x": [x]})["y"][0]
    expected = function(x)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_random_numbers_are_the_same_everywhere(stand: Stand) -> None:
    kernel = Kernel(
        "draw",
        lambda seed, index: {"h": [elementary.hash_u32(seed[0], index[0], 3)]},
        {"seed": ["u32"], "index": ["u32"]},
        {"h": ["u32"]},
    )
    inputs = {"seed": [np.arange(COUNT, dtype=np.uint32) * 7919], "index": [np.arange(COUNT, dtype=np.uint32)]}
    np.testing.assert_array_equal(run_wgsl(stand, kernel, inputs)["h"][0], kernel.reference(inputs)["h"][0])


def test_the_loss_over_ordinary_and_extreme_rows(stand: Stand) -> None:
    heads = (Discrete("move", ("a", "b", "c")), Discrete("turn", ("a", "b")))
    loss = next(kernel for kernel in learner_kernels(heads) if kernel.name == "loss")
    rng = np.random.default_rng(2)
    scale = 10.0 ** rng.integers(-2, 3, COUNT)
    head = [(rng.normal(size=COUNT) * scale).astype(np.float32) for _ in range(6)]
    inputs: dict[str, list[Array]] = {
        "head": head,
        "action": [rng.integers(0, len(part.choices), COUNT).astype(np.int32) for part in heads],
        "logp": [-np.abs(rng.normal(size=COUNT) * scale).astype(np.float32)],
        "advantage": [rng.normal(size=COUNT).astype(np.float32)],
        "returns": [rng.normal(size=COUNT).astype(np.float32)],
    }
    scalars = {"clip_coef": 0.2, "entropy_coef": 0.01, "value_coef": 0.5}
    expected, found = loss.reference(inputs, scalars), run_wgsl(stand, loss, inputs, scalars)
    for group in ("upstream", "metrics"):
        for k, (want, got) in enumerate(zip(expected[group], found[group], strict=True)):
            assert np.isfinite(got).all()
            # exp of a log-ratio up to 20 magnifies its rounding
            error = np.abs(got - want) / (1e-5 + np.abs(want))
            assert np.quantile(error, 0.95) < 1e-4, (group, k)
            assert error.max() < 0.05, (group, k)


def test_the_loss_of_numbers_and_masked_choices(stand: Stand) -> None:
    heads = (Continuous("push", -1.0, 3.0, "N"), Discrete("way", ("a", "b", "c")))
    loss = next(kernel for kernel in learner_kernels(heads, masks=3) if kernel.name == "loss")
    rng = np.random.default_rng(4)
    choice, masks = rng.integers(0, 3, COUNT), rng.random((3, COUNT)) < 0.5
    masks[choice, np.arange(COUNT)] = True
    head = [rng.normal(size=COUNT).astype(np.float32) for _ in range(6)]
    number = (head[0] + np.exp(np.clip(head[5], -5.0, 1.0)) * rng.normal(size=COUNT)) * 2.0 + 1.0
    inputs: dict[str, list[Array]] = {
        "head": head,
        "action": [number.astype(np.float32).view(np.int32), choice.astype(np.int32)],
        "allowed": packed(list(masks)),
        "logp": [-np.abs(rng.normal(size=COUNT)).astype(np.float32)],
        "advantage": [rng.normal(size=COUNT).astype(np.float32)],
        "returns": [rng.normal(size=COUNT).astype(np.float32)],
    }
    scalars = {"clip_coef": 0.2, "entropy_coef": 0.01, "value_coef": 0.5}
    expected: Mapping[str, Sequence[Array]] = loss.reference(inputs, scalars)
    found = run_wgsl(stand, loss, inputs, scalars)
    for group in ("upstream", "metrics"):
        for want, got in zip(expected[group], found[group], strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-4, err_msg=group)
    assert all((row[~mask] == 0.0).all() for row, mask in zip(found["upstream"][1:4], masks, strict=True))


def test_adam_and_gae_step(stand: Stand) -> None:
    rng = np.random.default_rng(3)
    kernels = {kernel.name: kernel for kernel in learner_kernels((Discrete("way", ("left", "right")),))}
    adam = kernels["adam"]
    inputs = {name: [rng.normal(size=COUNT).astype(np.float32)] for name in ("p", "g", "m")}
    inputs["v"] = [np.abs(rng.normal(size=COUNT)).astype(np.float32)]
    scalars = {"learning_rate": 0.01, "gradient_scale": 0.5, "correction1": 2.0, "correction2": 3.0}
    expected: Mapping[str, Sequence[Array]] = adam.reference(inputs, scalars)
    found = run_wgsl(stand, adam, inputs, scalars)
    for name in ("p", "m", "v"):
        np.testing.assert_allclose(found[name][0], expected[name][0], rtol=1e-6, atol=1e-7)
    gae = kernels["gae_step"]
    columns: dict[str, list[Array]] = {name: [rng.normal(size=COUNT).astype(np.float32)] for name in gae.inputs}
    columns |= {name: [rng.integers(0, 2, COUNT).astype(np.int32)] for name in ("terminated", "truncated")}
    scalars = {"gamma": 0.99, "gae_lambda": 0.95}
    wanted: Mapping[str, Sequence[Array]] = gae.reference(columns, scalars)
    found = run_wgsl(stand, gae, columns, scalars)
    for name in ("advantage", "returns"):
        np.testing.assert_allclose(found[name][0], wanted[name][0], rtol=1e-6, atol=1e-6)
