"""A number as an action: a Gaussian whose mean the network says and whose spread is learned, whatever is observed.

Everything is counted in half ranges from the middle of the head's range, so that a policy that has learned nothing
(mean 0, log standard deviation 0) reaches all of it. What is drawn may lie outside; the game gets it clipped, and it is
the unclipped number whose probability density counts.
"""

from __future__ import annotations

import math

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Continuous
from drillsergeant.elementary import Array
from drillsergeant.learn.heads import GAUSSIAN_ENTROPY, LOG_STD_MAX, LOG_STD_MIN, spread_of

HALF_LOG_TAU = 0.5 * math.log(2.0 * math.pi)
_ANGLE_SALT = 0x9E3779B9


def bounded(log_std: Array) -> Array:
    """The log standard deviation in use, f32 [B], of the learned one."""
    used: Array = np.minimum(np.maximum(log_std, LOG_STD_MIN), LOG_STD_MAX)
    return used


def normal(uniform: Array) -> Array:
    """Numbers of mean 0 and deviation 1, f32 [B], of uniform ones f32 [B] in [0, 1): Box & Muller, the angle made of
    the bits of the radius."""
    angle = elementary.uniform(elementary.hash_u32(uniform.view(np.uint32), _ANGLE_SALT)) * (2.0 * math.pi)
    _, cosine = elementary.sin_cos(angle)
    noise: Array = np.sqrt(np.maximum(elementary.log(1.0 - uniform) * -2.0, 0.0)) * cosine
    return noise


def drawn(head: Continuous, mean: Array, log_std: Array, uniform: Array) -> Array:
    """The number drawn, f32 [B] in the head's unit, unclipped; mean and log_std f32 [B] in half ranges."""
    middle, half = spread_of(head)
    number: Array = (mean + elementary.exp(bounded(log_std)) * normal(uniform)) * half + middle
    return number


class Gaussian:
    """One continuous head: what `number` f32 [B] (in the head's unit) was, of a policy with this mean and log standard
    deviation f32 [B]. `logp` is the log density, per half range."""

    def __init__(self, head: Continuous, mean: Array, log_std: Array, number: Array) -> None:
        middle, half = spread_of(head)
        self._log_std, used = log_std, bounded(log_std)
        self._per_std = elementary.exp(-used)
        self._away = ((number - middle) * (1.0 / half) - mean) * self._per_std
        self.logp = self._away * self._away * -0.5 - used - HALF_LOG_TAU
        self.entropy = used + GAUSSIAN_ENTROPY

    def gradient(self, dlogp: Array, entropy_coef: np.float32) -> list[Array]:
        """dloss/dmean, one f32 [B], from dloss/dlogp f32 [B]; the entropy does not depend on the mean."""
        return [dlogp * self._away * self._per_std]

    def log_std_gradient(self, dlogp: Array, entropy_coef: np.float32) -> Array:
        """dloss/dlog_std f32 [B], from dloss/dlogp f32 [B]. At a bound only what leads back from it is left."""
        gradient = dlogp * (self._away * self._away - 1.0) - entropy_coef
        gradient = np.where(self._log_std > LOG_STD_MAX, np.maximum(gradient, 0.0), gradient)
        return np.where(self._log_std < LOG_STD_MIN, np.minimum(gradient, 0.0), gradient)
