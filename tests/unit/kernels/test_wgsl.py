"""The WGSL table has every operation and no other, and what it cannot say is refused. It runs in tests/browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from drillsergeant.drills import OWN, make
from drillsergeant.kernels.ir.ops import LEAVES, OPERANDS, DType, Op, arity
from drillsergeant.kernels.ir.passes import optimise
from drillsergeant.kernels.kernel import Kernel
from drillsergeant.kernels.wgsl import TEMPLATES, TYPES, emit
from drillsergeant.learn.compile.shaders.shader_kernels import KERNELS, generated
from drillsergeant.learn.heads import log_stds, masks_of, policy_rows

from tests.rigs.engines import SHORT, drill_named
from tests.rigs.kernels.drill_kernels import kernels_of
from tests.rigs.length import AT_LENGTH


def test_the_table_is_total() -> None:
    legal = {(op, dtype) for op in Op if op not in LEAVES for dtype in OPERANDS[op]}
    assert set(TEMPLATES) == legal
    assert set(TYPES) == set(DType)


@pytest.mark.parametrize("pair", sorted(TEMPLATES, key=str), ids=str)
def test_a_template_uses_each_operand(pair: tuple[Op, DType]) -> None:
    template = TEMPLATES[pair]
    assert [f"{{{k}}}" in template for k in range(4)] == [k < arity(pair[0]) for k in range(4)]


def test_constants_keep_their_bits() -> None:
    numbers = [0.1, -0.0, 1e-40, -3.5, 3.4028235e38]

    def fn(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
        return {"x": [sum((x[0] * value for value in numbers[1:]), x[0] * numbers[0])]}

    text = emit(Kernel("numbers", fn, {"x": ["f32"]}, {"x": ["f32"]}))
    assert "0.1f" in text
    assert "1e-40f" in text
    for value in (-0.0, -3.5, 3.4028235e38):
        assert f"bitcast<f32>({np.float32(value).view(np.uint32)}u)" in text


@pytest.mark.parametrize("value", [3.4028235e38, -3.4028235e38, 3.4028233e38, 1e-45, 1.1754942e-38, 1.1754944e-38])
def test_no_literal_lies_beyond_the_floats(value: float) -> None:
    """`3.4028235e+38` names the largest f32, but as a real number it is larger, and a browser refuses the shader."""
    constant = np.float32(value)
    text = emit(Kernel("k", lambda x: {"y": [np.minimum(x[0], constant)]}, {"x": ["f32"]}, {"y": ["f32"]}))
    literals = re.findall(r"(?<![\w.])(\d+\.?\d*(?:e[+-]?\d+)?)f\b", text)
    assert literals or f"bitcast<f32>({constant.view(np.uint32)}u)" in text
    assert all(float(each) <= float(np.finfo(np.float32).max) for each in literals)
    assert all(np.float32(each) == constant for each in literals)


def test_endless_constants_come_out_of_variables() -> None:
    """As constants, also as bits, a browser refuses them."""
    infinity = np.float32(np.inf)

    def fn(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
        return {"x": [np.where(x[0] < infinity, x[0] + 1.0, x[0] - infinity)]}

    text = emit(Kernel("endless", fn, {"x": ["f32"]}, {"x": ["f32"]}))
    assert text.count("  var bits_2139095040 = 2139095040u;\n") == 1
    assert text.count("bitcast<f32>(bits_2139095040)") == 2
    assert "inf" not in text


def test_a_group_of_several_types_is_handed_on_as_bits() -> None:
    types = ["f32", "u32", "i32", "mask"]

    def fn(x: list[np.ndarray]) -> dict[str, list[np.ndarray]]:
        return {"x": [x[0] + 1.0, x[1], -x[2], ~x[3]]}

    text = emit(Kernel("mixed", fn, {"x": types}, {"x": types}))
    assert "fn kernel_mixed(in_x: array<u32, 4>) -> kernel_mixed_results {" in text
    assert "  out_x: array<u32, 4>," in text
    named = dict(re.findall(r"let (n\d+) = (.*);", text))
    assert list(named.values()) == ["bitcast<f32>(in_x[0]) + 1.0f", "-bitcast<i32>(in_x[2])", "!(in_x[3] != 0u)"]
    total, negative, other = named
    stored = [f"bitcast<u32>({total})", "in_x[1]", f"bitcast<u32>({negative})", f"select(0u, 1u, {other})"]
    assert re.findall(r"results.out_x\[\d\] = (.*);", text) == stored


def test_scalars_are_parameters_by_their_names() -> None:
    kernel = Kernel(
        "scaled",
        lambda x, by, rounds: {"x": [x[0] * by, x[1] + rounds]},
        {"x": ["f32", "i32"]},
        {"x": ["f32", "i32"]},
        scalars={"by": "f32", "rounds": "i32"},
    )
    text = emit(kernel)
    assert "fn kernel_scaled(in_x: array<u32, 2>, scalar_by: f32, scalar_rounds: i32) -> " in text
    assert "bitcast<f32>(in_x[0]) * scalar_by;" in text and "bitcast<i32>(in_x[1]) + scalar_rounds;" in text


def test_a_kernel_that_repeats_is_a_loop_over_its_state() -> None:
    kernel = Kernel(
        "thrice",
        lambda state, push: {"state": [state[1], state[0] + push[0]]},
        {"state": ["f32", "f32"], "push": ["f32"]},
        {"state": ["f32", "f32"]},
        repeat=3,
    )
    text = emit(kernel)
    before, loop = text.split("  for (var repetition = 0u; repetition < 3u; repetition++) {\n")
    assert before.endswith("  results.out_state = in_state;\n")
    assert loop.splitlines()[0] == "  let in_state = results.out_state;"
    assert "in_state[0] + in_push;" in loop, "what is read is the state before the round, not what is being written"


def test_a_group_of_no_arrays_is_refused() -> None:
    kernel = Kernel("empty", lambda x, none: {"x": [x[0]]}, {"x": ["f32"], "none": []}, {"x": ["f32"]})
    with pytest.raises(ValueError, match="WGSL has no empty array; leave the group out"):
        emit(kernel)


@pytest.mark.parametrize("drill", sorted(OWN))
def test_every_drill_has_its_learner_in_wgsl(drill: str) -> None:
    game = make(drill)
    text = generated(game.heads, masks_of(game))
    for name in KERNELS:
        assert f"fn kernel_{name}(" in text
    assert f"const HEAD_ROWS = {policy_rows(game.heads) + 1 + log_stds(game.heads)}u;" in text
    assert f"const MASK_WORDS = {int(drill == 'probe-mask')}u;" in text


@pytest.mark.parametrize("drill", [*OWN, *SHORT] if AT_LENGTH else [name for name in OWN if name != "squad"])
def test_every_kernel_of_a_drill_is_written_whole(drill: str) -> None:
    """A line for each node, however often it is repeated, and no number that a browser refuses."""
    for kernel in kernels_of(drill_named(drill)).values():
        text, graph = emit(kernel), optimise(kernel.trace())
        computed = re.findall(r"^  let (n\d+) = ", text, re.MULTILINE)
        assert computed == [f"n{node.index}" for node in graph.nodes if node.args]
        assert {(node.op, node.args[-1].dtype) for node in graph.nodes if node.args} <= set(TEMPLATES)
        assert text.count("for (") == int(kernel.repeat > 1)
        assert not re.search(r"\b(inf|nan)f?\b", text), kernel.name
