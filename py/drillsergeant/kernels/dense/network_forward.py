"""The whole policy network in one module: how its parameters and activations lie, and forward over any number of rows.

Rows go through all layers in tiles small enough that a tile's activations stay in the cache. The network is tanh layers
and a linear head; its parameters lie flat as w0[H0][OBS], b0[H0], w1[H1][H0], b1[H1] and so on, those of the head with
HEAD outputs, and log_std[C], with HEAD = R + 1: R rows of the policy, then the value. Axes: OBS observation entries, H0
units of the first hidden layer, B rows, C continuous heads.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from drillsergeant.kernels.dense.control_flow import (
    Operand,
    advance,
    call,
    count_down,
    push,
    set_groups,
    set_minimum,
    unless_zero,
)
from drillsergeant.kernels.dense.layer import add_forward
from drillsergeant.kernels.dense.product_tile import Epilogue
from drillsergeant.kernels.wasm.assembler import Function
from drillsergeant.kernels.wasm.module import Module
from drillsergeant.kernels.wasm.opcodes import V128
from drillsergeant.kernels.wasm.text_format import Local
from drillsergeant.memory.access import SIMD_LANES, WORD_BYTES
from drillsergeant.memory.layout import SKEW_BYTES

LOG2_SIMD_LANES: Final = 2

StridedArray = tuple[Operand, Operand]
"""Where an array [features][rows] lies: base, and bytes from one feature to the next."""


class NetworkEmitter:
    """Adds the network's functions to `module`, one program to a module.

    `tanh` emits the activation of a vector. A `scratch` parameter of the functions must point to `scratch_bytes` bytes,
    16-byte aligned; `scratch_bytes` grows until the last function has been added. `widths` are OBS, those of the hidden
    layers, HEAD, and `parameter_offsets` those of w0, b0, w1, b1 and so on in the parameters and in a gradient, in
    bytes. An array of `inputs` from that of layer 2 on has room for what goes into the layer before it, too.
    """

    def __init__(
        self,
        module: Module,
        observation_size: int,
        hidden: Sequence[int],
        policy_rows: int,
        tanh: Epilogue,
        tile_rows: int,
        log_stds: int = 0,
    ) -> None:
        if tile_rows <= 0 or tile_rows % 8:
            raise ValueError(f"tile_rows is {tile_rows}; the network's tiles are a positive multiple of 8 rows")
        self.module, self.tile_rows, self.log_stds = module, tile_rows, log_stds
        self.widths = [observation_size, *hidden, policy_rows + 1]
        self.head = self.widths[-1] + log_stds
        self.parameter_offsets: list[int] = []
        self.parameter_bytes = 0
        for inputs, outputs in pairwise(self.widths):
            bias = self.parameter_bytes + outputs * inputs * WORD_BYTES
            self.parameter_offsets += [self.parameter_bytes, bias]
            self.parameter_bytes = bias + outputs * WORD_BYTES
        self.log_std_offset = self.parameter_bytes
        self.parameter_bytes += log_stds * WORD_BYTES
        self.stride = tile_rows * WORD_BYTES + SKEW_BYTES
        self.scratch_bytes = 0
        below = [0, 0, *self.widths[1:-2]]  # of layer n, the width of what goes into layer n - 1, from layer 2 on
        self.inputs = [self.reserve(max(pair)) for pair in zip(self.widths[:-1], below, strict=True)]
        last = len(self.widths) - 2
        self._layers = [
            add_forward(module, f"layer{n}", inputs, outputs, tanh if n < last else None)
            for n, (inputs, outputs) in enumerate(pairwise(self.widths))
        ]

    def add_forward(self, name: str) -> Function:
        """Export `name(rows, obs, obs_stride, params, scratch, head, head_stride)`.

        obs f32 [OBS][B] is read, head f32 [HEAD+C][B] written, the last C rows with the log standard deviations, each
        padded to a multiple of 8 rows; strides in bytes.
        """
        params = ["rows", "obs", "obs_stride", "params", "scratch", "head", "head_stride"]
        f = self.module.function(name, [(param, "i32") for param in params], export=True)
        rows, obs, head = f.params["rows"], f.params["obs"], f.params["head"]
        tile = f.local("i32", "tile")
        with unless_zero(f, rows), f.loop() as again:
            set_minimum(f, tile, rows, self.tile_rows)
            self.emit_forward(f, tile, (obs, f.params["obs_stride"]), (head, f.params["head_stride"]))
            advance(f, obs, self.tile_rows * WORD_BYTES)
            advance(f, head, self.tile_rows * WORD_BYTES)
            f.local_get(rows)
            f.local_get(tile)
            f.op("i32.sub")
            f.local_tee(rows)
            f.br_if(again)
        return f

    def reserve(self, features: int) -> int:
        """The offset in scratch of a new array [features][tile_rows]."""
        offset = self.scratch_bytes
        self.scratch_bytes += features * self.stride
        return offset

    def array(self, f: Function, offset: int) -> StridedArray:
        """The array reserved at `offset` in the scratch of `f`."""
        return (f.params["scratch"], offset), self.stride

    def emit_forward(self, f: Function, rows: Local, obs: tuple[Local, Local], head: StridedArray) -> None:
        """All layers for up to `tile_rows` rows, the inputs of layer n left in the scratch array `inputs[n]`."""
        self._fetch(f, rows, *obs)
        arrays = [*(self.array(f, offset) for offset in self.inputs), head]
        for n, layer in enumerate(self._layers):
            call(f, layer, rows, *arrays[n], *self.parameters_of(f.params["params"], n), *arrays[n + 1])
        for number in range(self.log_stds):
            self._spread(f, rows, head, number)

    def parameters_of(self, base: Local, layer: int) -> tuple[Operand, Operand]:
        """Addresses of a layer's weights and bias in the parameters or a gradient at `base`."""
        weights, bias = self.parameter_offsets[2 * layer : 2 * layer + 2]
        return (base, weights), (base, bias)

    def _spread(self, f: Function, rows: Local, head: StridedArray, number: int) -> None:
        """Write a log standard deviation to its row of the head; they lie behind the value's."""
        target, left, value = f.local("i32", "spread_to"), f.local("i32", "spread_left"), f.local(V128, "spread")
        base, stride = head
        push(f, base)
        push(f, stride)
        f.i32_const(self.widths[-1] + number)
        f.op("i32.mul")
        f.op("i32.add")
        f.local_set(target)
        f.local_get(f.params["params"])
        f.memory("v128.load32_splat", self.log_std_offset + number * WORD_BYTES)
        f.local_set(value)
        set_groups(f, left, rows, LOG2_SIMD_LANES)
        with count_down(f, left):
            f.local_get(target)
            f.local_get(value)
            f.memory("v128.store")
            advance(f, target, SIMD_LANES * WORD_BYTES)

    def _fetch(self, f: Function, rows: Local, obs: Local, obs_stride: Local) -> None:
        """Copy the observations to scratch: read in place, where their stride is often a large power of two, the
        features of a row would all fall into the same set of the cache."""
        source, target, left = f.local("i32", "obs_from"), f.local("i32", "obs_to"), f.local("i32", "obs_left")
        f.local_get(obs)
        f.local_set(source)
        f.local_get(f.params["scratch"])
        f.i32_const(self.inputs[0])
        f.op("i32.add")
        f.local_set(target)
        f.i32_const(self.widths[0])
        f.local_set(left)
        with count_down(f, left):
            f.local_get(target)
            f.local_get(source)
            f.local_get(rows)
            f.i32_const(2)
            f.op("i32.shl")
            f.memory_copy()
            advance(f, source, obs_stride)
            advance(f, target, self.stride)
