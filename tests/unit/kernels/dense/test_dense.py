"""Dense kernels equal the ordered NumPy reference bit for bit, over ragged shapes, and touch nothing they may not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest
from drillsergeant.elementary import Array, tanh
from drillsergeant.kernels.dense.inline import Inline
from drillsergeant.kernels.dense.layer import add_forward, add_to_inputs, add_to_weights
from drillsergeant.kernels.dense.reduce import add_poisoned, add_sum
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.formulas.linear import ORDERED
from drillsergeant.learn.formulas.network import tanh_backward

from tests.rigs.kernels.dense_cases import CANARY, F32, U32, LaneMajor, random_f32, same_bits

WIDTHS = [1, 3, 4, 5, 31, 64, 65, 256]
SHAPES = list(itertools.product(WIDTHS, WIDTHS))
FEW_ROWS = range(1, 18)
MANY_ROWS = 1024
MANY_ROWS_SHAPES = [(1, 1), (5, 3), (18, 64), (64, 64), (64, 9), (65, 31), (256, 4)]
MEMORY_BYTES = 8 << 20
Call = Callable[..., object]


class Layer:
    """The kernels of one shape, and operands for them in memory."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.memory = NativeMemory(MEMORY_BYTES)
        module = Module(self.memory.imported)
        add_forward(module, "linear", inputs, outputs, None, export=True)
        add_forward(module, "tanh", inputs, outputs, Inline(tanh), export=True)
        add_to_inputs(module, "to_inputs", inputs, outputs, tanh_below=False, export=True)
        add_to_inputs(module, "to_inputs_tanh", inputs, outputs, tanh_below=True, export=True)
        add_to_weights(module, "to_weights", inputs, outputs, export=True)
        linked = self.memory.link(module.encode())
        self.call: dict[str, Call] = {function.name: linked.function(function.name) for function in module.functions}
        self.rng = np.random.default_rng(inputs * 1000 + outputs)
        self.weights_at, self.bias_at = 64, 64 + outputs * inputs * 4
        self.weights = self.memory.array(self.weights_at, (outputs, inputs), F32)
        self.bias = self.memory.array(self.bias_at, outputs, F32)
        self.weights[:] = random_f32(self.rng, outputs, inputs)
        self.bias[:] = random_f32(self.rng, outputs)
        self.free = -(-(self.bias_at + outputs * 4) // 64) * 64

    def arrays(self, rows: int, *features: int) -> list[LaneMajor]:
        made: list[LaneMajor] = []
        start = self.free
        for count in features:
            made.append(LaneMajor(self.memory, start, count, rows))
            start = made[-1].end + 64
            made[-1].values[:] = random_f32(self.rng, count, rows)
        return made

    def forward(self, name: str, rows: int) -> tuple[Array, Array]:
        x, y = self.arrays(rows, self.inputs, self.outputs)
        self.call[name](rows, x.base, x.stride, self.weights_at, self.bias_at, y.base, y.stride)
        assert x.untouched() and y.untouched()
        return x.values, y.values

    def to_weights(self, rows: int, accumulate: int, start: float) -> tuple[LaneMajor, LaneMajor, Array, Array]:
        """Runs the kernel with gradients that hold `start`; returns upstream, inputs, and both gradients."""
        dy, x = self.arrays(rows, self.outputs, self.inputs)
        gradient = LaneMajor(self.memory, x.end + 64, 1, self.outputs * (self.inputs + 1))
        gradient.values[:] = start
        dw_at, db_at = gradient.base, gradient.base + self.outputs * self.inputs * 4
        self.call["to_weights"](rows, dy.base, dy.stride, x.base, x.stride, dw_at, db_at, accumulate)
        assert dy.untouched() and x.untouched() and gradient.untouched()
        dw, db = np.split(gradient.values[0], [self.outputs * self.inputs])
        return dy, x, dw.reshape(self.outputs, self.inputs), db


@pytest.fixture(scope="module", params=SHAPES, ids=lambda shape: f"{shape[0]}x{shape[1]}")
def layer(request: pytest.FixtureRequest) -> Layer:
    inputs, outputs = request.param
    return Layer(inputs, outputs)


def test_forward_equals_ordered_sum_in_every_bit(layer: Layer) -> None:
    for rows in FEW_ROWS:
        x, y = layer.forward("linear", rows)
        assert same_bits(y, ORDERED.forward(layer.weights, layer.bias, x)), rows


def test_forward_with_tanh_equals_elementary_tanh_in_every_bit(layer: Layer) -> None:
    for rows in FEW_ROWS:
        x, y = layer.forward("tanh", rows)
        assert same_bits(y, tanh(ORDERED.forward(layer.weights, layer.bias, x))), rows


@pytest.mark.parametrize("tanh_below", [False, True])
def test_gradient_to_inputs_equals_ordered_sum_in_every_bit(layer: Layer, tanh_below: bool) -> None:
    for rows in FEW_ROWS:
        dy, x, dx = layer.arrays(rows, layer.outputs, layer.inputs, layer.inputs)
        expected = ORDERED.to_inputs(layer.weights, dy.values)
        operands = [rows, dy.base, dy.stride, layer.weights_at, dx.base, dx.stride]
        if tanh_below:
            layer.call["to_inputs_tanh"](*operands, x.base, x.stride)
            expected = tanh_backward(expected, x.values)
        else:
            layer.call["to_inputs"](*operands)
        assert same_bits(dx.values, expected), rows
        assert dy.untouched() and x.untouched() and dx.untouched()


def test_gradient_to_weights_overwrites_or_accumulates_in_every_bit(layer: Layer) -> None:
    for rows, accumulate in itertools.product(FEW_ROWS, (0, 1)):
        start = 0.75 if accumulate else np.nan  # what is overwritten must not be read
        dy, x, dw, db = layer.to_weights(rows, accumulate, start)
        before = np.float32(start if accumulate else 0.0)
        assert same_bits(dw, before + ORDERED.to_weights(dy.values, x.values)), (rows, accumulate)
        assert same_bits(db, before + ORDERED.to_bias(dy.values)), (rows, accumulate)


@pytest.mark.parametrize(("inputs", "outputs"), MANY_ROWS_SHAPES)
def test_many_rows_equal_the_ordered_reference_in_every_bit(inputs: int, outputs: int) -> None:
    layer = Layer(inputs, outputs)
    x, y = layer.forward("tanh", MANY_ROWS)
    assert same_bits(y, tanh(ORDERED.forward(layer.weights, layer.bias, x)))
    dy, inputs_, dw, db = layer.to_weights(MANY_ROWS, 0, 0.0)
    assert same_bits(dw, ORDERED.to_weights(dy.values, inputs_.values))
    assert same_bits(db, ORDERED.to_bias(dy.values))


@pytest.mark.parametrize(("inputs", "outputs"), MANY_ROWS_SHAPES)
def test_sums_are_within_the_rounding_bound_of_f64(inputs: int, outputs: int) -> None:
    """n rounded products added one after the other are off by at most n units of 2^-24 of the sum of the absolute
    terms, to first order (Higham, Accuracy and Stability of Numerical Algorithms, 3.1); + 2 for slack."""
    layer = Layer(inputs, outputs)
    x, y = layer.forward("linear", 100)
    weights, bias = layer.weights.astype(np.float64), layer.bias.astype(np.float64)
    exact = weights @ x + bias[:, None]
    size = abs(weights) @ abs(x.astype(np.float64)) + abs(bias[:, None])
    assert (abs(y - exact) <= (inputs + 2) * 2.0**-24 * size).all()
    dy, x_, dw, _ = layer.to_weights(100, 0, 0.0)
    exact = dy.values.astype(np.float64) @ x_.values.T.astype(np.float64)
    size = abs(dy.values.astype(np.float64)) @ abs(x_.values.T.astype(np.float64))
    assert (abs(dw - exact) <= (100 / 4 + 4) * 2.0**-24 * size).all()


def test_zero_rows_write_no_activation_and_clear_the_gradient() -> None:
    layer = Layer(5, 3)
    (y,) = layer.arrays(8, 3)
    y.values.view(U32)[:] = CANARY
    layer.call["linear"](0, y.base, y.stride, layer.weights_at, layer.bias_at, y.base, y.stride)
    assert (y.values.view(U32) == CANARY).all()
    gradient = LaneMajor(layer.memory, y.end, 1, 18)
    gradient.values[:] = 5.0
    layer.call["to_weights"](0, y.base, y.stride, y.base, y.stride, gradient.base, gradient.base + 60, 0)
    assert (gradient.values == 0.0).all()


def test_a_width_beyond_the_limit_is_refused() -> None:
    module = Module(NativeMemory(1).imported)
    with pytest.raises(ValueError, match=r"wide: a dense layer has 1..256 inputs and outputs, not 257 and 4"):
        add_forward(module, "wide", 257, 4, None)


def halved_bits(x: Array) -> Array:
    """Shifts in both directions, on a value that is used twice."""
    bits = x.view(np.int32)
    return ((bits >> 1) ^ (bits << 3)).view(np.float32)


def test_an_activation_may_shift_its_bits() -> None:
    inputs, outputs, rows = 3, 4, 9
    memory = NativeMemory(MEMORY_BYTES)
    module = Module(memory.imported)
    add_forward(module, "plain", inputs, outputs, None, export=True)
    add_forward(module, "shifted", inputs, outputs, Inline(halved_bits), export=True)
    linked, rng = memory.link(module.encode()), np.random.default_rng(4)
    memory.array(64, outputs * (inputs + 1), F32)[:] = random_f32(rng, outputs * (inputs + 1))
    bias_at = 64 + outputs * inputs * 4
    x = LaneMajor(memory, 512, inputs, rows)
    x.values[:] = random_f32(rng, inputs, rows)
    ys = [LaneMajor(memory, x.end + 64, outputs, rows)]
    ys.append(LaneMajor(memory, ys[0].end + 64, outputs, rows))
    for name, y in zip(("plain", "shifted"), ys, strict=True):
        linked.function(name)(rows, x.base, x.stride, 64, bias_at, y.base, y.stride)
    assert same_bits(ys[1].values, halved_bits(ys[0].values.copy()))


def test_kernels_are_exported_by_those_who_ask_for_it() -> None:
    memory = NativeMemory(MEMORY_BYTES)
    module = Module(memory.imported)
    add_forward(module, "forward", 4, 4, None)
    add_to_inputs(module, "to_inputs", 4, 4, tanh_below=False)
    add_to_weights(module, "to_weights", 4, 4)
    add_sum(module, "sum")
    add_poisoned(module, "poisoned", 1)
    add_forward(module, "asked", 4, 4, None, export=True)
    assert re.findall(r'\(export "(\w+)"', module.text()) == ["asked"]
