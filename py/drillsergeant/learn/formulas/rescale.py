"""Parameters for rescaled observations and returns, and back; see `ppo.scales`.

Rescaled, an observation entry is (x - mean) / spread and a return likewise. The first layer and the value's row of the
head are changed so that the network computes the same. Sums are `linear.lane_sum`, of each row of the first layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.linear import lane_sum
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.ppo.scales import Moments, Scales


def standardise(x: Array, mean: Array | np.float32, factor: Array | np.float32) -> Array:
    """f32 of any shape, to mean 0 and spread 1: elementwise, also as a kernel."""
    result: Array = (x - mean) * factor
    return result


def moments(rows: Array, shift: float) -> Moments:
    """Of rows f32 [T][A] minus `shift`: each row by `lane_sum`, rows in order."""
    centred = rows - np.float32(shift)
    sums = np.zeros(2, np.float32)
    for each in centred:
        sums = sums + np.array([lane_sum(each), lane_sum(each * each)])
    return Moments(shift, rows.size, float(sums[0]), float(sums[1]))


def entered(network: Network, parameters: Array, scales: Scales) -> Array:
    """The parameters f32 [P] of the same policy for rescaled numbers."""
    changed = parameters.copy()
    w0, b0, *_ = network.views(changed)
    b0 += lane_sum(w0 * rounded(scales.means))
    w0 *= rounded(scales.spreads)
    mean, spread = scales.returns.mean, scales.return_spread
    bias = float(parameters[network.value_bias])
    _value_row(network, changed)[...] *= np.float32(1.0 / spread)
    changed[network.value_bias] = np.float32((bias - mean) / spread)
    return changed


def left(network: Network, parameters: Array, scales: Scales) -> Array:
    """The inverse of `entered`, to rounding: f32 [P] -> f32 [P]."""
    changed = parameters.copy()
    w0, b0, *_ = network.views(changed)
    w0 *= rounded(factors(scales.spreads))
    b0 += lane_sum(w0 * rounded([-mean for mean in scales.means]))
    mean, spread = scales.returns.mean, scales.return_spread
    bias = float(parameters[network.value_bias])
    _value_row(network, changed)[...] *= np.float32(spread)
    changed[network.value_bias] = np.float32(bias * spread + mean)
    return changed


def factors(spreads: Sequence[float]) -> list[float]:
    """What numbers of these spreads are multiplied by."""
    return [1.0 / spread for spread in spreads]


def rounded(values: Sequence[float]) -> Array:
    """As f32 [N]."""
    return np.array(values, np.float32)


def _value_row(network: Network, parameters: Array) -> Array:
    return parameters[network.value_weights : network.value_weights + network.hidden[-1]]
