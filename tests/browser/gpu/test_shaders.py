"""The hand-written shaders equal f64 within bounds that follow from the shapes, whatever does not fill a tile.

A sum of K products in f32, in any order, is within K * 2**-24 * sum |a| |b| of the true one (twice that is allowed,
for the product's own rounding and a fused or unfused end).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from drillsergeant.drills.contract import Discrete
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.ppo.minibatches import CELL_ROWS
from drillsergeant.learn.webgpu.pipelines import GRADIENT_TILE, OUTPUT_TILE, Binding, Dispatch, Pipeline
from drillsergeant.learn.webgpu.plan import CONTROL_WORDS, KNOBS

from tests.rigs.graphics.gpu_stand import SHADERS, Stand

ULP = 2.0**-24
TANH_ERROR = 4e-6
CANARY = np.float32(12345.0)
CANARIES = 64
# Rows around a cell, features around the tiles of dense.wgsl (8) and gradient.wgsl (32).
SHAPES = [(1, 1, 1), (127, 7, 9), (128, 8, 8), (129, 33, 7), (300, 31, 32), (257, 32, 33)]
STEPPING: tuple[Binding, ...] = ((0, "knobs"), (1, "control"), (2, "schedule"))


class Minibatch:
    """R rows in cells that are full but for the last, features lane-major, as activations or as observations."""

    def __init__(self, stand: Stand, rows: int) -> None:
        self.stand, self.rows = stand, rows
        self.cells = -(-rows // CELL_ROWS)
        self.capacity = self.cells * CELL_ROWS
        self.lanes = rows + 5  # of an observation entry, in the batch
        records = [(2, self.cells, rows, 0), (0, 0, 0, 0)]
        for cell in range(self.cells):
            first = cell * CELL_ROWS
            records.append((first, first, first, min(CELL_ROWS, rows - first)))
        self.schedule = np.array(records, np.uint32)

    def padded(self, values: Array) -> Array:
        """Activations [features][rows] with NaN where no row is."""
        out = np.full((len(values), self.capacity), np.nan, np.float32)
        out[:, : self.rows] = values
        return out

    def observed(self, values: Array) -> Array:
        """The same as observations."""
        out = np.full((len(values), self.lanes), np.nan, np.float32)
        out[:, : self.rows] = values
        return out

    def run(
        self, pipeline: Pipeline, groups: tuple[int, int, int], arrays: Mapping[str, Array], out: str, size: int
    ) -> Array:
        """`size` words of the buffer `out`; what lies behind them must not be touched."""
        self.stand.compile([pipeline], generated((Discrete("way", ("left", "right", "up")),)))
        splits = groups[2]
        knobs = KNOBS.pack(*([0.0] * 9), 1, 1, self.capacity, splits, splits)
        given = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        given[out] = np.full(size + CANARIES, CANARY, np.float32)
        given |= {"schedule": self.schedule, "knobs": np.frombuffer(knobs, np.uint8)}
        given["control"] = np.zeros(CONTROL_WORDS, np.uint32)
        self.stand.buffers({name: array.nbytes for name, array in given.items()})
        for name, array in given.items():
            self.stand.write(name, array)
        self.stand.run([Dispatch(pipeline.name, groups)])
        found = np.frombuffer(self.stand.read(out), np.float32)
        assert (found[size:] == CANARY).all(), "words behind the buffer's end were written"
        return found[:size]


def numbers(rng: np.random.Generator, *shape: int) -> Array:
    """Mixed magnitudes."""
    values: Array = (rng.normal(size=shape) * 10.0 ** rng.integers(-2, 3, shape)).astype(np.float32)
    return values


def exact(weights: Array, inputs: Array) -> tuple[Array, Array]:
    """The product in f64, and the bound of its error in f32."""
    product = weights.astype(np.float64) @ inputs.astype(np.float64)
    sizes = np.abs(weights.astype(np.float64)) @ np.abs(inputs.astype(np.float64))
    return product, 2 * (weights.shape[1] + 2) * ULP * sizes


@pytest.mark.parametrize("from_batch", [False, True])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SHAPES)
def test_a_layer_forward(stand: Stand, rows: int, inputs: int, outputs: int, from_batch: bool) -> None:
    rng = np.random.default_rng(rows)
    minibatch = Minibatch(stand, rows)
    weights, bias, x = numbers(rng, outputs, inputs), numbers(rng, outputs), numbers(rng, inputs, rows)
    product, bound = exact(weights, x)
    sums, bound = product + bias[:, None], bound + 2 * ULP * np.abs(bias[:, None])
    arrays = {
        "state": np.concatenate([weights.reshape(-1), bias]),
        "inputs": minibatch.observed(x) if from_batch else minibatch.padded(x),
        "other": np.zeros(4, np.float32),
    }
    for finish in (0, 1):
        constants = {
            **dict(INPUTS=inputs, OUTPUTS=outputs, WEIGHTS=0, WEIGHT_INPUT=1, WEIGHT_OUTPUT=inputs),
            **dict(BIAS=outputs * inputs, FINISH=finish, FROM_BATCH=from_batch, LANES=minibatch.lanes),
        }
        found = dense(minibatch, constants, outputs, arrays)
        expected, limit = (np.tanh(sums), bound + TANH_ERROR) if finish == 0 else (sums, bound + 1e-30)
        assert (np.abs(found[:, :rows] - expected) <= limit).all()
        assert (found[:, rows:] == 0.0).all()


@pytest.mark.parametrize(("rows", "inputs", "outputs"), SHAPES)
def test_a_layer_backward(stand: Stand, rows: int, inputs: int, outputs: int) -> None:
    rng = np.random.default_rng(rows)
    minibatch = Minibatch(stand, rows)
    weights, upstream = numbers(rng, outputs, inputs), numbers(rng, outputs, rows)
    tanh = np.tanh(rng.normal(size=(inputs, rows))).astype(np.float32)
    product, bound = exact(weights.T, upstream)
    slope = 1.0 - tanh.astype(np.float64) ** 2
    constants = {
        **dict(INPUTS=outputs, OUTPUTS=inputs, WEIGHTS=0, WEIGHT_INPUT=inputs, WEIGHT_OUTPUT=1),
        **dict(BIAS=0, FINISH=2, FROM_BATCH=False, LANES=1),
    }
    arrays = {
        "state": weights.reshape(-1),
        "inputs": minibatch.padded(upstream),
        "other": minibatch.padded(tanh),
    }
    found = dense(minibatch, constants, inputs, arrays)
    limit = bound + 8 * ULP * np.abs(product)
    assert (np.abs(found[:, :rows] - product * slope) <= limit + 1e-30).all()
    assert (found[:, rows:] == 0.0).all()


def dense(minibatch: Minibatch, constants: Mapping[str, float], outputs: int, arrays: Mapping[str, Array]) -> Array:
    """[outputs][capacity] of the shader."""
    places = (*STEPPING, (3, "state"), (4, "inputs"), (5, "out"), (6, "other"))
    groups = (minibatch.cells + 1, -(-outputs // OUTPUT_TILE), 1)
    size = outputs * minibatch.capacity
    return minibatch.run(Pipeline("dense", "dense", "dense", constants, places), groups, arrays, "out", size).reshape(
        outputs, minibatch.capacity
    )


@pytest.mark.parametrize("from_batch", [False, True])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SHAPES)
@pytest.mark.parametrize("tile", [GRADIENT_TILE, 16])
def test_the_gradient_of_a_layer(
    stand: Stand, tile: int, rows: int, inputs: int, outputs: int, from_batch: bool
) -> None:
    rng = np.random.default_rng(rows)
    minibatch = Minibatch(stand, rows)
    behind = rows % 3  # outputs without weights
    x, upstream = numbers(rng, inputs, rows), numbers(rng, outputs + behind, rows)
    parameters = outputs * (inputs + 1) + behind
    constants = {
        **dict(INPUTS=inputs, OUTPUTS=outputs + behind, WEIGHTED=outputs, WEIGHTS=0, BIAS=outputs * inputs),
        **dict(PARAMETERS=parameters, FROM_BATCH=from_batch, LANES=minibatch.lanes, TILE=tile),
    }
    places = (*STEPPING, (3, "inputs"), (4, "upstream"), (5, "partials"))
    pipeline = Pipeline("weights", "gradient", "weights", constants, places)
    arrays = {
        "inputs": minibatch.observed(x) if from_batch else minibatch.padded(x),
        "upstream": minibatch.padded(upstream),
    }
    splits = max(1, minibatch.cells - 1)
    groups = (-(-(inputs + 1) // tile), -(-(outputs + behind) // tile), splits)
    partials = minibatch.run(pipeline, groups, arrays, "partials", splits * parameters)
    found = partials.reshape(splits, parameters).astype(np.float64).sum(0)
    weights, bias, ones = found[: outputs * inputs], found[outputs * inputs :], np.ones((1, rows), np.float32)
    for part, of, operand in ((weights, upstream[:outputs], x), (bias, upstream, ones)):
        product, bound = exact(of, np.ascontiguousarray(operand.T))
        assert (np.abs(part.reshape(product.shape) - product) <= bound + 1e-30).all()


def test_the_words_of_knobs_and_control_are_those_of_the_shaders() -> None:
    text = (SHADERS / "common.wgsl").read_text()
    assert fields(text, "Knobs") * 4 == KNOBS.size
    assert fields(text, "Control") + 4 == CONTROL_WORDS  # the metrics are one field of five words
    assert struct.calcsize("<9f5I") == KNOBS.size


def fields(text: str, name: str) -> int:
    body: Sequence[str] = text.split(f"struct {name} {{")[1].split("}")[0].split("\n")
    return sum(":" in line for line in body)
