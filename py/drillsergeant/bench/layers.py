"""Dense layers alone, by shape, as the network runs them: tiles whose activations stay in the cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from drillsergeant.bench.ground import SEED, BenchPlace
from drillsergeant.bench.timing import KERNELS, NUMPY, Contestant, Race
from drillsergeant.elementary import Array, tanh
from drillsergeant.kernels.dense.control_flow import call, count_down, unless_zero
from drillsergeant.kernels.dense.inline import Inline
from drillsergeant.kernels.dense.layer import add_forward, add_to_inputs, add_to_weights
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import MemoryImport, Module
from drillsergeant.learn.formulas.linear import FAST
from drillsergeant.learn.ppo.minibatches import CELL_ROWS
from drillsergeant.learn.wasm.scratch import Arena
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import MAX_PAGES

ROWS = CELL_ROWS
KINDS = ("forward", "forward+tanh", "to_inputs", "to_weights")
MEMORY_BYTES = 1 << 20
# Inside one call from Python, so that the call itself does not count.
TIMES = 64


def layer(place: BenchPlace, kind: str, inputs: int, outputs: int) -> Race:
    """A layer of `inputs` x `outputs` forward, backward to its inputs, or backward to its weights and bias.

    A multiplication and an addition are two operations; bias and tanh are done by both sides and counted by neither.
    """
    work = TIMES * 2 * ROWS * inputs * outputs / 1e9
    contestants = [
        Contestant(KERNELS, _kernel(place, kind, inputs, outputs), work),
        Contestant(NUMPY, _numpy(kind, inputs, outputs), work / TIMES),
    ]
    return Race("GFLOP/s", contestants)


def _kernel(place: BenchPlace, kind: str, inputs: int, outputs: int) -> Callable[[], object]:
    module = Module(MemoryImport(1, MAX_PAGES, place.shared))
    function = _repeated(module, _layer(module, kind, inputs, outputs))
    memory, arena = place.memory(MEMORY_BYTES), Arena(64, MEMORY_BYTES)
    below, above = arena.rows(inputs, ROWS), arena.rows(outputs, ROWS)
    weights, bias = arena.words(inputs * outputs), arena.words(outputs)
    rng = np.random.default_rng(SEED)
    for base, count in (
        (below.base, inputs * below.stride // WORD_BYTES),
        (above.base, outputs * above.stride // WORD_BYTES),
        (weights, inputs * outputs),
    ):
        memory.write(base, rng.standard_normal(count).astype(np.float32).data)
    given = {
        "times": TIMES,
        "rows": ROWS,
        "w": weights,
        "b": bias,
        "dw": weights,
        "db": bias,
        "accumulate": 0,
        "x": below.base,
        "x_stride": below.stride,
        "y": above.base,
        "y_stride": above.stride,
        "dx": below.base,
        "dx_stride": below.stride,
        "dy": above.base,
        "dy_stride": above.stride,
    }
    linked = place.link(memory, module.encode()).function(function.name)
    return partial(linked, *(given[name] for name in function.params))


def _layer(module: Module, kind: str, inputs: int, outputs: int) -> Function:
    if kind == "to_inputs":
        return add_to_inputs(module, "layer", inputs, outputs, tanh_below=False)
    if kind == "to_weights":
        return add_to_weights(module, "layer", inputs, outputs)
    return add_forward(module, "layer", inputs, outputs, Inline(tanh) if kind == "forward+tanh" else None)


def _repeated(module: Module, inner: Function) -> Function:
    """The same call `times` times."""
    f = module.function("repeated", [("times", "i32"), *((name, "i32") for name in inner.params)], export=True)
    with unless_zero(f, f.params["times"]), count_down(f, f.params["times"]):
        call(f, inner, *(f.params[name] for name in inner.params))
    return f


def _numpy(kind: str, inputs: int, outputs: int) -> Callable[[], object]:
    rng = np.random.default_rng(SEED)
    shapes = ((inputs, ROWS), (outputs, ROWS), (outputs, inputs), (outputs,))
    below, above, weights, bias = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)

    def with_tanh() -> Array:
        result: Array = np.tanh(FAST.forward(weights, bias, below))
        return result

    calls: dict[str, Callable[[], object]] = {
        "forward": lambda: FAST.forward(weights, bias, below),
        "forward+tanh": with_tanh,
        "to_inputs": lambda: FAST.to_inputs(weights, above),
        "to_weights": lambda: (FAST.to_weights(above, below), FAST.to_bias(above)),
    }
    return calls[kind]
