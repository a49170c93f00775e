"""Measuring and rescaling a batch, and the parameters that go with it: few calls, each a loop over elementwise kernels.

The twin of `formulas.rescale`, in the same order. Pointers are byte offsets, strides bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from drillsergeant.kernels.dense.control_flow import Operand, advance, call, count_down, push, set_sum, unless_zero
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.learn.formulas.network import Network
from drillsergeant.memory.access import LOG2_WORD_BYTES, WORD_BYTES


class RescaleEmitter:
    """Adds the functions to `module`. `kernels` are traced ones of the same module, as are `total` and `squares`, which
    sum an array and its squares."""

    def __init__(
        self, module: Module, kernels: Mapping[str, Function], total: Function, squares: Function, network: Network
    ) -> None:
        self.module, self.kernels, self.network = module, kernels, network
        self.total, self.squares = total, squares
        self._add_moments()
        self._add_standardised()
        self._add_rescaled()

    def _function(self, name: str, params: str, *, scalars: str = "", export: bool = True) -> Function:
        listed = [(param, "i32") for param in params.split()] + [(param, "f32") for param in scalars.split()]
        return self.module.function(name, listed, [], export=export)

    def _add_moments(self) -> None:
        """batch_moments(...): of f32 [T][OBS][lanes] at `obs` and f32 [T][lanes] at `returns`, for each entry and then
        the returns: the sum of its values minus its number of `shifts`, and of their squares, f32 [OBS + 1][2] at
        `sums`; see `rescale.moments`. `row` is room for a row."""
        size = "decisions agents lanes_bytes"
        f = self._function("moments", f"{size} entries x shifts row sums", export=False)
        p, entry = f.params, f.local("i32", "entry")
        shift, at = f.local("f32", "shift"), f.local("i32", "at")
        with self._each_row(f, entry):
            _load_entry(f, p["shifts"], entry, shift)
            self._call_row(f, "centre", {"in.x": p["x"], "out.x": p["row"]}, {"scalar.mean": shift})
            f.local_get(entry)
            f.i32_const(LOG2_WORD_BYTES + 1)
            f.op("i32.shl")
            f.local_get(p["sums"])
            f.op("i32.add")
            f.local_set(at)
            for place, summed in enumerate((self.total, self.squares)):
                f.local_get(at)
                f.local_get(at)
                f.memory("f32.load", place * WORD_BYTES)
                call(f, summed, p["agents"], p["row"])
                f.op("f32.add")
                f.memory("f32.store", place * WORD_BYTES)
        entries = self.network.observation_size
        whole = self._function("batch_moments", f"{size} obs returns shifts row sums")
        w = whole.params
        whole.local_get(w["sums"])
        whole.i32_const(0)
        whole.i32_const(2 * WORD_BYTES * (entries + 1))
        whole.memory_fill()
        sizes = [w[name] for name in size.split()]
        behind = (w["shifts"], WORD_BYTES * entries), w["row"], (w["sums"], 2 * WORD_BYTES * entries)
        call(whole, f, *sizes, entries, w["obs"], w["shifts"], w["row"], w["sums"])
        call(whole, f, *sizes, 1, w["returns"], *behind)

    def _add_standardised(self) -> None:
        """batch_standardised(...): of the same, each entry minus its mean, times its factor; observations are written
        to `result`, returns where they lie. `means` and `factors` are f32 [OBS + 1]."""
        size = "decisions agents lanes_bytes"
        f = self._function("standardised", f"{size} entries x result means factors", export=False)
        p, entry = f.params, f.local("i32", "entry")
        mean, factor = f.local("f32", "mean"), f.local("f32", "factor")
        with self._each_row(f, entry):
            _load_entry(f, p["means"], entry, mean)
            _load_entry(f, p["factors"], entry, factor)
            scalars = {"scalar.mean": mean, "scalar.factor": factor}
            self._call_row(f, "standardise", {"in.x": p["x"], "out.x": p["result"]}, scalars)
            advance(f, p["result"], p["lanes_bytes"])
        entries = self.network.observation_size
        whole = self._function("batch_standardised", f"{size} obs result returns means factors")
        w = whole.params
        sizes = [w[name] for name in size.split()]
        behind = (w["means"], WORD_BYTES * entries), (w["factors"], WORD_BYTES * entries)
        call(whole, f, *sizes, entries, w["obs"], w["result"], w["means"], w["factors"])
        call(whole, f, *sizes, 1, w["returns"], w["returns"], *behind)

    @contextmanager
    def _each_row(self, f: Function, entry: Local) -> Iterator[None]:
        """The body for every row of f32 [decisions][entries][lanes] at `x`, which goes along; `entry` counts up."""
        p, left = f.params, f.local("i32", "left")
        f.local_get(p["decisions"])
        f.local_set(left)
        with unless_zero(f, p["decisions"]), count_down(f, left):
            f.i32_const(0)
            f.local_set(entry)
            with f.loop() as again:
                yield
                advance(f, p["x"], p["lanes_bytes"])
                f.local_get(entry)
                f.i32_const(1)
                f.op("i32.add")
                f.local_tee(entry)
                f.local_get(p["entries"])
                f.op("i32.lt_u")
                f.br_if(again)

    def _call_row(self, f: Function, name: str, bases: Mapping[str, Operand], scalars: Mapping[str, Operand]) -> None:
        """Call a kernel over the agents of single rows."""
        self._call(f, name, f.params["agents"], bases, scalars)

    def _call(
        self, f: Function, name: str, count: Operand, bases: Mapping[str, Operand], scalars: Mapping[str, Operand]
    ) -> None:
        """Call a kernel over groups of one array each."""
        given: dict[str, Operand] = {"count": count, **scalars}
        for group, base in bases.items():
            given |= {f"{group}.base": base, f"{group}.stride": 0}
        kernel = self.kernels[name]
        call(f, kernel, *(given[param] for param in kernel.params))

    def _add_rescaled(self) -> None:
        """rescaled(...): the parameters at `source` for other units, at `parameters`, but for the value's bias.

        `factors` and `shifts` are f32 [H0][OBS], for each weight of the first layer; behind `factors` are four times 1.
        Where `leave` is 0, the first layer's bias gains the sums of weights times shifts, then the weights are
        multiplied by their factors; else the other way round. `products` is room for as many.
        """
        params = "leave source parameters factors shifts products"
        f = self._function("rescaled", params, scalars="value_factor")
        p, network = f.params, self.network
        weights = network.hidden[0] * network.observation_size
        for local in (p["parameters"], p["source"]):
            f.local_get(local)
        f.i32_const(network.size * WORD_BYTES)
        f.memory_copy()
        with unless_zero(f, p["leave"]):
            self._multiply(f, p["factors"], p["parameters"])
        self._multiply(f, p["shifts"], p["products"])
        self._add_to_bias(f, (p["parameters"], weights * WORD_BYTES))
        f.local_get(p["leave"])
        f.op("i32.eqz")
        with f.if_():
            self._multiply(f, p["factors"], p["parameters"])
        self._scale_value_row(f)

    def _add_to_bias(self, f: Function, bias: Operand) -> None:
        """To each of the first layer, the sum of its row of products. One by one: a vector would reach into the next
        layer's weights where the layer's width is no multiple of its lanes."""
        left, row, at = f.local("i32", "left"), f.local("i32", "row"), f.local("i32", "at")
        set_sum(f, row, f.params["products"], 0)
        push(f, bias)
        f.local_set(at)
        f.i32_const(self.network.hidden[0])
        f.local_set(left)
        with count_down(f, left):
            f.local_get(at)
            f.local_get(at)
            f.memory("f32.load")
            call(f, self.total, self.network.observation_size, row)
            f.op("f32.add")
            f.memory("f32.store")
            advance(f, row, self.network.observation_size * WORD_BYTES)
            advance(f, at, WORD_BYTES)

    def _scale_value_row(self, f: Function) -> None:
        """Multiply the row of the head that gives the value; one by one, as above: biases lie behind it."""
        left, at = f.local("i32", "weights_left"), f.local("i32", "weight_at")
        push(f, (f.params["parameters"], self.network.value_weights * WORD_BYTES))
        f.local_set(at)
        f.i32_const(self.network.hidden[-1])
        f.local_set(left)
        with count_down(f, left):
            f.local_get(at)
            f.local_get(at)
            f.memory("f32.load")
            f.local_get(f.params["value_factor"])
            f.op("f32.mul")
            f.memory("f32.store")
            advance(f, at, WORD_BYTES)

    def _multiply(self, f: Function, by: Local, result: Local) -> None:
        """result = the weights of the first layer, times the numbers at `by`."""
        count = self.network.hidden[0] * self.network.observation_size
        self._call(f, "multiply", count, {"in.x": f.params["parameters"], "in.y": by, "out.x": result}, {})


def _load_entry(f: Function, base: Local, entry: Local, target: Local) -> None:
    """target = the f32 number `entry` of those at `base`."""
    f.local_get(entry)
    f.i32_const(LOG2_WORD_BYTES)
    f.op("i32.shl")
    f.local_get(base)
    f.op("i32.add")
    f.memory("f32.load")
    f.local_set(target)
