"""The policy and value network: two tanh layers and one linear head, over one flat f32 parameter vector.

Parameters lie in the order of `Network.table`: w0[H][OBS], b0[H], w1[H][H], b1[H], w2[R+1][H], b2[R+1] and, where
actions have C continuous heads, log_std[C]. Row R of the head is the value, the rows before it are the policy's, head
of the action after head; log standard deviations are the same whatever is observed.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Head
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.linear import FAST, Dense
from drillsergeant.learn.formulas.sampling import Distribution
from drillsergeant.learn.heads import log_stds, policy_rows

# Standard deviation of the head's policy rows times sqrt(H): a fresh policy is close to uniform.
POLICY_GAIN = 0.01
VALUE_GAIN = 1.0
# Hidden gain of Glorot & Bengio for tanh is 5/3; 1.4 keeps a fresh tanh layer out of saturation on +-1 inputs.
HIDDEN_GAIN = 1.4
LINEAR_PARAMETERS = 6  # weights and bias of every layer
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

    def __init__(
        self, observation_size: int, policy_rows: int, hidden: int = 64, dense: Dense = FAST, log_stds: int = 0
    ) -> None:
        """`log_stds`: C, one for each continuous head; see `for_heads`."""
        self.observation_size = observation_size
        self.policy_rows, self.log_stds = policy_rows, log_stds
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
            *([("log_std", (log_stds,))] if log_stds else []),
        ]
        table: list[Parameter] = []
        offset = 0
        for name, shape in shapes:
            table.append(Parameter(name, shape, offset))
            offset += table[-1].size
        self.table = tuple(table)
        self.size = offset

    @classmethod
    def for_heads(cls, observation_size: int, heads: Sequence[Head], hidden: int = 64, dense: Dense = FAST) -> Network:
        """The network of a policy over these heads."""
        return cls(observation_size, policy_rows(heads), hidden, dense, log_stds(heads))

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
        _, _, w1, _, w2, _ = self.views(parameters)
        gradient = np.empty_like(parameters)
        dw0, db0, dw1, db1, dw2, db2 = self.views(gradient)
        head = upstream[: self.policy_rows + 1]
        dw2[...] = dense.to_weights(head, activations.hidden1)
        db2[...] = dense.to_bias(head)
        if self.log_stds:
            self.table[-1].of(gradient)[...] = dense.to_bias(upstream[len(head) :])
        upstream1 = tanh_backward(dense.to_inputs(w2, head), activations.hidden1)
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
        return [parameter.of(vector) for parameter in self.table[:LINEAR_PARAMETERS]]

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
