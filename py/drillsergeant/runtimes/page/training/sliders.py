"""Where a hyperparameter's value lies on its slider, which runs from 0 to 100, and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

END = 100.0
MARGIN = 0.5  # a slider gives tenths; what is closer than this to where it stands has not been moved


@dataclass(frozen=True)
class Slider:
    """A slider from `low` to `high`; `bend` maps values to something even, `unbend` is its inverse."""

    low: float
    high: float
    bend: Callable[[float], float]
    unbend: Callable[[float], float]
    whole: bool = False

    def position(self, value: float) -> float:
        """Return where `value` lies, in [0, 100]; what lies outside of the slider is at its end."""
        low, high = self.bend(self.low), self.bend(self.high)
        inside = min(max(value, min(self.low, self.high)), max(self.low, self.high))
        return END * (self.bend(inside) - low) / (high - low)

    def value(self, position: float) -> float:
        """Return a short number for a position; the ends give the ends."""
        low, high = self.bend(self.low), self.bend(self.high)
        found = self.unbend(low + (high - low) * min(END, max(0.0, position)) / END)
        if self.whole:
            return float(round(found))
        if abs(found) > 0.5 and self.high <= 1.0:  # close to one it is the distance to one that matters
            return round(1.0 - float(f"{1.0 - found:.2g}"), 6)
        return float(f"{found:.2g}")


def _root(power: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    return (lambda v: v ** (1 / power)), (lambda v: v**power)


_LOG = (math.log, math.exp)
_EVEN = (lambda v: v, lambda v: v)
_TO_ONE = ((lambda v: -math.log(1.0 - v)), (lambda v: 1.0 - math.exp(-v)))

SLIDES: Mapping[str, Slider] = {
    "learning_rate": Slider(1e-5, 0.1, *_LOG),
    "entropy_coef": Slider(0.0, 0.3, *_root(3)),
    "clip_coef": Slider(0.01, 1.0, *_root(2)),
    "epochs": Slider(1, 16, *_EVEN, whole=True),
    "gamma": Slider(0.5, 0.999, *_TO_ONE),
    "gae_lambda": Slider(0.0, 1.0, *_EVEN),
    "minibatch_size": Slider(64, 65536, *_LOG, whole=True),
    "value_coef": Slider(0.0, 4.0, *_root(2)),
    "max_grad_norm": Slider(0.05, 20.0, *_LOG),
}
