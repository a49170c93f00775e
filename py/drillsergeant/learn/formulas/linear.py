"""Matrix products of the network, lane-major: activations are [features][rows], weights [outputs][inputs].

Two implementations of one small interface. `FAST` calls matmul, whose summation order belongs to the BLAS at hand.
`ORDERED` fixes every order of summation and is what the SIMD kernels reproduce bit for bit:

* forward: starts from the bias, adds inputs in index order;
* to inputs: starts from output 0, adds outputs in index order;
* to weights and bias: rows go to four lanes (row r to lane r mod 4), each lane adds its rows in order starting from
  zero, then the lanes are added as ((0+1)+(2+3)); missing rows of the last group count as zero.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.memory.access import SIMD_LANES


class Dense(Protocol):
    """Arithmetic of one linear layer y = w x + b."""

    def forward(self, weights: Array, bias: Array, inputs: Array) -> Array:
        """weights [O][I], bias [O], inputs [I][B] -> [O][B]."""
        ...

    def to_inputs(self, weights: Array, upstream: Array) -> Array:
        """weights [O][I], upstream dL/dy [O][B] -> dL/dx [I][B]."""
        ...

    def to_weights(self, upstream: Array, inputs: Array) -> Array:
        """upstream dL/dy [O][B], inputs [I][B] -> dL/dw [O][I], summed over rows."""
        ...

    def to_bias(self, upstream: Array) -> Array:
        """upstream dL/dy [O][B] -> dL/db [O], summed over rows."""
        ...


class FastDense:
    """By matmul: quick, right to rounding, not reproducible to the bit on another machine."""

    def forward(self, weights: Array, bias: Array, inputs: Array) -> Array:
        """Outputs f32 [O][B] of inputs f32 [I][B]: w x + b, w f32 [O][I], b f32 [O]."""
        product: Array = weights @ inputs
        product += bias[:, None]
        return product

    def to_inputs(self, weights: Array, upstream: Array) -> Array:
        """dL/dinputs f32 [I][B]: transposed w f32 [O][I] times upstream f32 [O][B]."""
        product: Array = weights.T @ upstream
        return product

    def to_weights(self, upstream: Array, inputs: Array) -> Array:
        """dL/dw f32 [O][I]: upstream f32 [O][B] times transposed inputs f32 [I][B]."""
        product: Array = upstream @ inputs.T
        return product

    def to_bias(self, upstream: Array) -> Array:
        """dL/db f32 [O]: the sum of upstream f32 [O][B] over rows."""
        total: Array = upstream.sum(axis=1, dtype=np.float32)
        return total


class OrderedDense:
    """In the documented order, whatever it costs: the reference of the kernels."""

    def forward(self, weights: Array, bias: Array, inputs: Array) -> Array:
        """Outputs f32 [O][B]: w x + b, from the bias on, inputs f32 [I][B] in index order."""
        total: Array = np.repeat(bias[:, None], inputs.shape[1], axis=1)
        for i in range(weights.shape[1]):
            total = total + weights[:, i, None] * inputs[i]
        return total

    def to_inputs(self, weights: Array, upstream: Array) -> Array:
        """dL/dinputs f32 [I][B]: transposed w times upstream f32 [O][B], outputs in index order."""
        total: Array = weights[0, :, None] * upstream[0]
        for o in range(1, weights.shape[0]):
            total = total + weights[o, :, None] * upstream[o]
        return total

    def to_weights(self, upstream: Array, inputs: Array) -> Array:
        """dL/dw f32 [O][I]: upstream f32 [O][B] times transposed inputs, rows by `lane_sum`."""
        return lane_sum(upstream[:, None, :] * inputs[None, :, :])

    def to_bias(self, upstream: Array) -> Array:
        """dL/db f32 [O]: the rows of upstream f32 [O][B] by `lane_sum`."""
        return lane_sum(upstream)


def lane_sum(values: Array) -> Array:
    """Sum of f32 [..., N] over the last axis, in the order of a 4-lane SIMD loop (see the module's docstring)."""
    rows = values.shape[-1]
    missing = -rows % SIMD_LANES
    if missing:
        padding = np.zeros((*values.shape[:-1], missing), np.float32)
        values = np.concatenate([values, padding], axis=-1)
    groups = values.reshape(*values.shape[:-1], -1, SIMD_LANES)
    start = np.zeros((*groups.shape[:-2], 1, SIMD_LANES), np.float32)
    # accumulate, not sum: NumPy promises its order.
    lanes = np.add.accumulate(np.concatenate([start, groups], axis=-2), axis=-2)[..., -1, :]
    total: Array = (lanes[..., 0] + lanes[..., 1]) + (lanes[..., 2] + lanes[..., 3])
    return total


FAST: Dense = FastDense()
ORDERED: Dense = OrderedDense()
