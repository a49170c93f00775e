"""The policy and value network: tanh layers and one linear head, over one flat f32 parameter vector.

Parameters lie in the order of `Network.table`: w0[H0][OBS], b0[H0], w1[H1][H0], b1[H1] and so on for each hidden layer,
then those of the head, with two of them w2[R+1][H1], b2[R+1], and, where actions have C continuous heads, log_std[C].
Row R of the head is the value, the rows before it are the policy's, head of the action after head; log standard
deviations are the same whatever is observed.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.linear import FAST, Dense
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.heads import log_stds, policy_rows
from drillsergeant.learn.ppo.hidden import HIDDEN, hidden_text

# Standard deviation of the head's policy rows times sqrt(H): a fresh policy is close to uniform.
POLICY_GAIN = 0.01
VALUE_GAIN = 1.0
# Hidden gain of Glorot & Bengio for tanh is 5/3; 1.4 keeps a fresh tanh layer out of saturation on +-1 inputs.
HIDDEN_GAIN = 1.4
PER_LAYER = 2  # parameters: weights and bias


@dataclass(frozen=True)
class Parameter:
    """Where one matrix or bias lies in the flat vector. `offset` and `size` count f32 elements."""

    name: str
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        """Number of f32 elements."""
        return math.prod(self.shape)

    def of(self, vector: Array) -> Array:
        """View of this parameter (or of its gradient), in its own shape, in a flat vector f32 [P]."""
        view: Array = vector[self.offset : self.offset + self.size].reshape(self.shape)
        return view


@dataclass(frozen=True)
class Activations:
    """What one forward pass leaves for the backward pass; every array is f32 [features][B]."""

    observation: Array
    hidden: tuple[Array, ...]
    head: Array

    @property
    def policy(self) -> Array:
        """[R][B]."""
        return self.head[:-1]

    @property
    def value(self) -> Array:
        """[B]."""
        row: Array = self.head[-1]
        return row


class Network:
    """Shape and arithmetic of the network. It holds no parameters: those are passed in, flat, f32 [P]."""

    def __init__(
        self,
        observation_size: int,
        policy_rows: int,
        hidden: Sequence[int] = HIDDEN,
        dense: Dense = FAST,
        log_stds: int = 0,
    ) -> None:
        """`hidden`: units of each hidden layer; `log_stds`: C, one for each continuous head; see `for_heads`."""
        self.observation_size = observation_size
        self.policy_rows, self.log_stds = policy_rows, log_stds
        self.hidden = tuple(hidden)
        self.dense = dense
        widths = [observation_size, *hidden, policy_rows + 1]
        shapes: list[tuple[str, tuple[int, ...]]] = []
        for layer, (inputs, outputs) in enumerate(pairwise(widths)):
            shapes += [(f"w{layer}", (outputs, inputs)), (f"b{layer}", (outputs,))]
        if log_stds:
            shapes.append(("log_std", (log_stds,)))
        table: list[Parameter] = []
        offset = 0
        for name, shape in shapes:
            table.append(Parameter(name, shape, offset))
            offset += table[-1].size
        self.table = tuple(table)
        self.size = offset

    @classmethod
    def for_heads(
        cls, observation_size: int, heads: Sequence[Head], hidden: Sequence[int] = HIDDEN, dense: Dense = FAST
    ) -> Network:
        """The network of a policy over these heads."""
        return cls(observation_size, policy_rows(heads), hidden, dense, log_stds(heads))

    @property
    def head(self) -> Parameter:
        """The weights of the head."""
        return self.table[PER_LAYER * len(self.hidden)]

    @property
    def value_weights(self) -> int:
        """Elements before the value's row of the head."""
        return self.head.offset + self.policy_rows * self.hidden[-1]

    @property
    def value_bias(self) -> int:
        """Elements before the value's bias."""
        return self.table[PER_LAYER * len(self.hidden) + 1].offset + self.policy_rows

    @property
    def shape_hash(self) -> int:
        """A 32-bit digest of the shape, by which readers and writer of weights recognise each other."""
        return zlib.crc32(repr([(each.name, each.shape) for each in self.table]).encode())

    def noise(self) -> list[tuple[int, Parameter, float]]:
        """What a fresh network draws: the weights of every layer, each with its place in the table and its scale."""
        weights = enumerate(self.table[: PER_LAYER * (len(self.hidden) + 1) : PER_LAYER])
        gains = [*[HIDDEN_GAIN] * len(self.hidden), POLICY_GAIN]
        return [(PER_LAYER * layer, each, gains[layer] / math.sqrt(each.shape[1])) for layer, each in weights]

    def initial(self, seed: int) -> Array:
        """Fresh parameters, f32 [P]: the same on every machine, biases zero."""
        vector = np.zeros(self.size, np.float32)
        for index, parameter, scale in self.noise():
            where = np.arange(parameter.size, dtype=np.uint32)
            noise = unit_noise(np.full(parameter.size, seed, np.uint32), where, index) * np.float32(scale)
            parameter.of(vector)[...] = noise.reshape(parameter.shape)
        self.head.of(vector)[-1] *= VALUE_GAIN / POLICY_GAIN
        return vector

    def forward(self, parameters: Array, observation: Array) -> Activations:
        """observation [OBS][B]."""
        *hidden, head = self.layers(parameters)
        inputs = observation
        activations: list[Array] = []
        for weights, bias in hidden:
            inputs = elementary.tanh(self.dense.forward(weights, bias, inputs))
            activations.append(inputs)
        return Activations(observation, tuple(activations), self.dense.forward(*head, inputs))

    def policy(
        self, heads: Sequence[Head], parameters: Array, activations: Activations, allowed: Sequence[Array] = ()
    ) -> Distribution:
        """What `parameters` f32 [P] say to do, of their activations [..][B]; `allowed`: masks [B], or none."""
        rows = activations.head.shape[1]
        spread = [np.full(rows, value) for value in self.log_std(parameters)]
        return Distribution(heads, list(activations.policy), spread, allowed)

    def backward(self, parameters: Array, activations: Activations, upstream: Array) -> Array:
        """Gradient [P] of a loss summed over rows, from its gradient `upstream` [R+1+C][B] w.r.t. the head and the
        log standard deviations."""
        dense = self.dense
        gradient = np.empty_like(parameters)
        if self.log_stds:
            self.table[-1].of(gradient)[...] = dense.to_bias(upstream[self.policy_rows + 1 :])
        upstream = upstream[: self.policy_rows + 1]
        inputs = (activations.observation, *activations.hidden)
        weights, gradients = self.layers(parameters), self.layers(gradient)
        for layer in reversed(range(len(inputs))):
            to_weights, to_bias = gradients[layer]
            to_weights[...] = dense.to_weights(upstream, inputs[layer])
            to_bias[...] = dense.to_bias(upstream)
            if layer:
                upstream = tanh_backward(dense.to_inputs(weights[layer][0], upstream), inputs[layer])
        return gradient

    def views(self, vector: Array) -> list[Array]:
        """Views w0, b0, w1, b1 and so on of a flat vector f32 [P]. Raises ValueError when it is another network's."""
        if vector.shape != (self.size,) or vector.dtype != np.float32:
            raise ValueError(
                f"parameter vector is {vector.dtype}{list(vector.shape)}, this network (observation "
                f"{self.observation_size}, hidden {hidden_text(self.hidden)}, policy rows {self.policy_rows}) has "
                f"float32[{self.size}]; load weights that were saved for the same drill"
            )
        return [parameter.of(vector) for parameter in self.table[: PER_LAYER * (len(self.hidden) + 1)]]

    def layers(self, vector: Array) -> list[tuple[Array, Array]]:
        """Views of each layer's weights and bias, the head's last, of a flat vector f32 [P]. Raises ValueError."""
        views = self.views(vector)
        return list(zip(views[::PER_LAYER], views[1::PER_LAYER], strict=True))

    def log_std(self, vector: Array) -> Array:
        """View of the log standard deviations f32 [C] in a flat vector f32 [P]; empty where there are none."""
        return self.table[-1].of(vector) if self.log_stds else vector[:0]


def tanh_backward(upstream: Array, output: Array) -> Array:
    """dL/dx of output = tanh(x), elementwise."""
    return upstream * (1.0 - output * output)


def unit_noise(seed: Array, index: Array, salt: Array | int) -> Array:
    """Numbers of mean 0 and variance 1, elementwise: u32 seed and index -> f32, the same bits everywhere.

    The sum of four uniforms, scaled.
    """
    total = elementary.uniform(elementary.hash_u32(seed, index, salt, 0))
    for part in range(1, 4):
        total = total + elementary.uniform(elementary.hash_u32(seed, index, salt, part))
    noise: Array = (total - 2.0) * np.float32(math.sqrt(3.0))
    return noise
