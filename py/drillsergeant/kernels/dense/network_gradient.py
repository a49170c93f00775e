"""The gradient of a loss with respect to the network's parameters, over all cells of a minibatch in one call.

A cell is up to `tile_rows` rows that lie next to one another, described by a record of i32 words. For each cell:
forward, the loss kernel, then backward through the layers, the activations still in the cache. Cells are added to the
gradient in order, each as one sum in the order of `row_loop.py`.
"""

from __future__ import annotations

from typing import Final

from drillsergeant.kernels.dense.control_flow import Operand, advance, call, count_down, push, unless_zero
from drillsergeant.kernels.dense.layer import add_to_inputs, add_to_weights
from drillsergeant.kernels.dense.network_forward import NetworkEmitter, StridedArray
from drillsergeant.kernels.dense.reduce import add_sum
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import WORD_BYTES

# Words of a record that the function reads itself; those of the loss kernel follow.
CELL_WORDS: Final = ("rows", "obs", "obs_stride", "sums")


class NetworkGradient:
    """Adds `name(cells, count, params, scratch, gradient, accumulate)` to the program's module, exported.

    `cells` points to `count` records, one after the other, each with the words named in `record`. gradient f32 [P] is
    overwritten by the first cell when `accumulate` is 0 and added to when it is 1. A cell of more than `tile_rows` rows
    traps.

    `loss` is a kernel of the same module: of its parameters, `count`, the input group `head` (logits and value, HEAD
    arrays), the output group `upstream` (the gradient to them) and the output group `metrics` (`metrics` arrays) are
    given by this function; every other one is a word of the record (the bits, for an f32). The sum over rows of each
    metric is written as f32 [metrics] to the record's address `sums`.
    """

    def __init__(self, program: NetworkEmitter, name: str, loss: Function, metrics: int) -> None:
        self.program, self.loss, self.metrics = program, loss, metrics
        module, widths = program.module, program.widths
        self.layers = range(len(widths) - 1)
        self._weights = [add_to_weights(module, f"weights{n}", widths[n], widths[n + 1]) for n in self.layers]
        self._inputs = [
            add_to_inputs(module, f"inputs{n}", widths[n], widths[n + 1], tanh_below=True) for n in self.layers[1:]
        ]
        self._sum = add_sum(module, "row_sum")
        params = ["cells", "count", "params", "scratch", "gradient", "accumulate"]
        self.function = module.function(name, [(param, "i32") for param in params], export=True)
        f = self.function
        self._head = program.array(f, program.reserve(program.head))
        self._upstream = program.array(f, program.reserve(program.head))
        self._metrics_offset = program.reserve(metrics)
        self._hidden_upstream = program.array(f, program.reserve(widths[-2]))
        self._words = {word: f.local("i32", word) for word in CELL_WORDS}
        self._given = self._given_to_loss()
        self.record = (*CELL_WORDS, *(param for param in loss.params if param not in self._given))
        with unless_zero(f, f.params["count"]), count_down(f, f.params["count"]):
            self._emit_cell()

    def _given_to_loss(self) -> dict[str, Operand]:
        metrics = self.program.array(self.function, self._metrics_offset)
        groups = {"in.head": self._head, "out.upstream": self._upstream, "out.metrics": metrics}
        given: dict[str, Operand] = {"count": self._words["rows"]}
        for group, (base, stride) in groups.items():
            given |= {f"{group}.base": base, f"{group}.stride": stride}
        missing = given.keys() - self.loss.params.keys()
        if missing:
            raise ValueError(
                f"the loss kernel {self.loss.name} has no {', '.join(sorted(missing))}; name its groups "
                "head (in), upstream and metrics (out)"
            )
        return given

    def _emit_cell(self) -> None:
        f, program, words = self.function, self.program, self._words
        cells, accumulate = f.params["cells"], f.params["accumulate"]
        for index, word in enumerate(CELL_WORDS):
            f.local_get(cells)
            f.memory("i32.load", index * WORD_BYTES)
            f.local_set(words[word])
        f.local_get(words["rows"])
        f.i32_const(program.tile_rows)
        f.op("i32.gt_u")
        with f.if_():
            f.unreachable()
        program.emit_forward(f, words["rows"], (words["obs"], words["obs_stride"]), self._head)
        self._emit_loss(cells)
        self._emit_backward(words["rows"])
        f.i32_const(1)
        f.local_set(accumulate)
        advance(f, cells, len(self.record) * WORD_BYTES)

    def _emit_loss(self, cells: Local) -> None:
        f = self.function
        for param in self.loss.params.values():
            if param.name in self._given:
                push(f, self._given[param.name])
            else:
                f.local_get(cells)
                f.memory(f"{param.type}.load", self.record.index(param.name) * WORD_BYTES)
        f.call(self.loss)
        for metric in range(self.metrics):
            f.local_get(self._words["sums"])
            values = (f.params["scratch"], self._metrics_offset + metric * self.program.stride)
            call(f, self._sum, self._words["rows"], values)
            f.memory("f32.store", metric * WORD_BYTES)

    def _emit_backward(self, rows: Local) -> None:
        """Layer after layer from the head down; from two layers below the head on, the upstream of layer n takes the
        place of the inputs of layer n + 2, which are no longer needed then."""
        f, program = self.function, self.program
        inputs = [program.array(f, offset) for offset in program.inputs]
        upstream: list[StridedArray] = [*inputs[2:], self._hidden_upstream, self._upstream]
        for n in reversed(self.layers):
            gradients = program.parameters_of(f.params["gradient"], n)
            call(f, self._weights[n], rows, *upstream[n], *inputs[n], *gradients, f.params["accumulate"])
            if n == self.layers[-1]:
                self._add_log_stds(rows)
            if n > 0:
                weights, _ = program.parameters_of(f.params["params"], n)
                call(f, self._inputs[n - 1], rows, *upstream[n], weights, *upstream[n - 1], *inputs[n])

    def _add_log_stds(self, rows: Local) -> None:
        """The gradient of each log standard deviation: the sum over rows of what the loss wrote behind the value's."""
        f, program = self.function, self.program
        base, stride = self._upstream
        assert isinstance(base, tuple) and isinstance(stride, int), "arrays in scratch lie at known offsets"
        for number in range(program.log_stds):
            place = program.log_std_offset + number * WORD_BYTES
            values = (base[0], base[1] + (program.widths[-1] + number) * stride)
            f.local_get(f.params["gradient"])
            f.local_get(f.params["gradient"])
            f.memory("f32.load", place)
            f.f32_const(0.0)
            f.local_get(f.params["accumulate"])
            f.select()
            call(f, self._sum, rows, values)
            f.op("f32.add")
            f.memory("f32.store", place)
