"""Bit tests for numbers that must not reach the weights.

NaN, infinity and absurd magnitudes are found by their bits, not by comparing: a compiler or a GPU may assume that NaN
does not exist and then `x != x` is false for it.
"""

from __future__ import annotations

import numpy as np

from drillsergeant.elementary import Array
from drillsergeant.learn.ppo.limits import SANE

SANE_BITS = int(np.float32(SANE).view(np.int32))


def poisoned(values: Array) -> bool:
    """Whether any of `values`, f32 of any shape, is NaN, infinite or at least SANE, 1e18, in magnitude."""
    bits = np.ascontiguousarray(values).view(np.int32) & 0x7FFFFFFF
    return bool((bits >= SANE_BITS).any())
