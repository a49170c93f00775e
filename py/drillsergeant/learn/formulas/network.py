"""The policy and value network: two tanh layers and one linear head, over one flat f32 parameter vector.

Parameters lie in the order of `Network.table`: w0[H][OBS], b0[H], w1[H][H], b1[H], w2[R+1][H], b2[R+1]. Row R of the
head is the value, the rows before it are the policy's, head of the action after head.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from drillsergeant import elementary
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.linear import FAST, Dense

# Standard deviation of the head's policy rows times sqrt(H): a fresh policy is close to uniform.
POLICY_GAIN = 0.01
VALUE_GAIN = 1.0
# Hidden gain of Glorot & Bengio for tanh is 5/3; 1.4 keeps a fresh tanh layer out of saturation on +-1 inputs.
HIDDEN_GAIN = 1.4
GAINS = {"w0": HIDDEN_GAIN, "w1": HIDDEN_GAIN, "w2": POLICY_GAIN}


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
    hidden0: Array
    hidden1: Array
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

    def __init__(self, observation_size: int, policy_rows: int, hidden: int = 64, dense: Dense = FAST) -> None:
        self.observation_size = observation_size
        self.policy_rows = policy_rows
        self.hidden = hidden
        self.dense = dense
        head = policy_rows + 1
        shapes: list[tuple[str, tuple[int, ...]]] = [
            ("w0", (hidden, observation_size)),
            ("b0", (hidden,)),
            ("w1", (hidden, hidden)),
            ("b1", (hidden,)),
            ("w2", (head, hidden)),
            ("b2", (head,)),
        ]
        table: list[Parameter] = []
        offset = 0
        for name, shape in shapes:
            table.append(Parameter(name, shape, offset))
            offset += table[-1].size
        self.table = tuple(table)
        self.size = offset

    @property
    def value_weights(self) -> int:
        """Elements before the value's row of the head."""
        return self.table[4].offset + self.policy_rows * self.hidden

    @property
    def value_bias(self) -> int:
        """Elements before the value's bias."""
        return self.table[5].offset + self.policy_rows

    @property
    def shape_hash(self) -> int:
        """A 32-bit digest of the shape, by which readers and writer of weights recognise each other."""
        return zlib.crc32(repr([(each.name, each.shape) for each in self.table]).encode())

    def initial(self, seed: int) -> Array:
        """Fresh parameters, f32 [P]: the same on every machine, biases zero."""
        vector = np.zeros(self.size, np.float32)
        for index, parameter in enumerate(self.table):
            if parameter.name in GAINS:
                where = np.arange(parameter.size, dtype=np.uint32)
                noise = unit_noise(np.full(parameter.size, seed, np.uint32), where, index) * np.float32(
                    GAINS[parameter.name] / math.sqrt(parameter.shape[1])
                )
                parameter.of(vector)[...] = noise.reshape(parameter.shape)
        self.table[4].of(vector)[-1] *= VALUE_GAIN / POLICY_GAIN
        return vector

    def forward(self, parameters: Array, observation: Array) -> Activations:
        """observation [OBS][B]."""
        w0, b0, w1, b1, w2, b2 = self.views(parameters)
        hidden0 = elementary.tanh(self.dense.forward(w0, b0, observation))
        hidden1 = elementary.tanh(self.dense.forward(w1, b1, hidden0))
        return Activations(observation, hidden0, hidden1, self.dense.forward(w2, b2, hidden1))

    def backward(self, parameters: Array, activations: Activations, upstream: Array) -> Array:
        """Gradient [P] of a loss summed over rows, from its gradient `upstream` w.r.t. the head [R+1][B]."""
        dense = self.dense
        _, _, w1, _, w2, _ = self.views(parameters)
        gradient = np.empty_like(parameters)
        dw0, db0, dw1, db1, dw2, db2 = self.views(gradient)
        dw2[...] = dense.to_weights(upstream, activations.hidden1)
        db2[...] = dense.to_bias(upstream)
        upstream1 = tanh_backward(dense.to_inputs(w2, upstream), activations.hidden1)
        dw1[...] = dense.to_weights(upstream1, activations.hidden0)
        db1[...] = dense.to_bias(upstream1)
        upstream0 = tanh_backward(dense.to_inputs(w1, upstream1), activations.hidden0)
        dw0[...] = dense.to_weights(upstream0, activations.observation)
        db0[...] = dense.to_bias(upstream0)
        return gradient

    def views(self, vector: Array) -> list[Array]:
        """Views w0, b0, w1, b1, w2, b2 of a flat vector f32 [P]. Raises ValueError when it is another network's."""
        if vector.shape != (self.size,) or vector.dtype != np.float32:
            raise ValueError(
                f"parameter vector is {vector.dtype}{list(vector.shape)}, this network (observation "
                f"{self.observation_size}, hidden {self.hidden}, policy rows {self.policy_rows}) has "
                f"float32[{self.size}]; load weights that were saved for the same drill"
            )
        return [parameter.of(vector) for parameter in self.table]


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
