"""Dense layers y = act(W x + b) and their gradients, as SIMD functions of a module.

Activations are lane-major: feature i of row r lies at base + i * stride + 4 * r, so four neighbouring rows are one
vector and no operand is ever transposed. Weights are W[outputs][inputs], row-major f32. Bases and strides are bytes,
run-time parameters; widths are fixed while emitting.

Every order of summation is that of `learn.formulas.linear.ORDERED`, bit for bit. Rows up to the next multiple of 8 are
read and written, never beyond; buffers are padded to that, and what the padding holds reaches no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from drillsergeant.kernels.dense.product_tile import Ending, Epilogue, ProductTile, Walk
from drillsergeant.kernels.dense.weights_tile import WeightsTile
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.memory.access import WORD_BYTES

WIDTH_MAX: Final = 256


def add_forward(
    module: Module, name: str, inputs: int, outputs: int, activation: Epilogue | None, *, export: bool = False
) -> Function:
    """Add `name(rows, x, x_stride, w, b, y, y_stride)`: y = activation(w x + b).

    x f32 [inputs][rows], w f32 [outputs][inputs], b f32 [outputs] are read; y f32 [outputs][rows] is written.
    Starts from the bias and adds inputs in index order.
    """
    f = _function(module, name, (inputs, outputs), "rows x x_stride w b y y_stride", export)
    walk = Walk(inputs, outputs, WORD_BYTES, inputs * WORD_BYTES)
    ProductTile(f, walk, "x", "y", Ending(bias="b", activation=activation)).emit()
    return f


def add_to_inputs(
    module: Module, name: str, inputs: int, outputs: int, *, tanh_below: bool, export: bool = False
) -> Function:
    """Add `name(rows, dy, dy_stride, w, dx, dx_stride)`: dx = wT dy, the gradient with respect to the layer's inputs.

    dy f32 [outputs][rows] and w f32 [outputs][inputs] are read; dx f32 [inputs][rows] is written. Starts from the
    product of output 0 and adds outputs in index order. With `tanh_below` two more parameters x, x_stride give the
    layer's inputs, outputs of a tanh, and dx is multiplied by 1 - x^2: the gradient before that tanh.
    """
    params = "rows dy dy_stride w dx dx_stride" + (" x x_stride" if tanh_below else "")
    f = _function(module, name, (inputs, outputs), params, export)
    walk = Walk(outputs, inputs, inputs * WORD_BYTES, WORD_BYTES)
    ProductTile(f, walk, "dy", "dx", Ending(tanh_output="x" if tanh_below else "")).emit()
    return f


def add_to_weights(module: Module, name: str, inputs: int, outputs: int, *, export: bool = False) -> Function:
    """Add `name(rows, dy, dy_stride, x, x_stride, dw, db, accumulate)`: dw = dy xT and db = dy, summed over rows.

    dy f32 [outputs][rows] and x f32 [inputs][rows] are read; dw f32 [outputs][inputs] and db f32 [outputs] are
    overwritten when `accumulate` is 0 and added to when it is 1. For the order see `dense.weights_tile`.
    """
    f = _function(module, name, (inputs, outputs), "rows dy dy_stride x x_stride dw db accumulate", export)
    tile = WeightsTile(f, inputs, outputs)
    tile.emit_weights()
    tile.emit_bias()
    return f


def _function(module: Module, name: str, widths: Sequence[int], params: str, export: bool) -> Function:
    if not all(1 <= width <= WIDTH_MAX for width in widths):
        inputs, outputs = widths
        raise ValueError(f"{name}: a dense layer has 1..{WIDTH_MAX} inputs and outputs, not {inputs} and {outputs}")
    return module.function(name, [(param, "i32") for param in params.split()], export=export)
