"""Where a hyperparameter's value lies on its slider, which runs from 0 to 100, and back; and how it is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

END = 100.0
MARGIN = 0.5  # a slider gives tenths; what is closer than this to where it stands has not been moved


@dataclass(frozen=True)
class Slider:
    """A slider from `low` to `high`; `bend` maps values to something even, `unbend` is its inverse. `unit` is what is
    counted, in words, with `{s}` where the plural has an s; `label` what the page calls it."""

    label: str
    low: float
    high: float
    bend: Callable[[float], float]
    unbend: Callable[[float], float]
    unit: str
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

    def spoken(self, value: float) -> str:
        """Return `value` and its unit for who hears the slider: digits a voice reads well, never 1e-05."""
        digits = f"{value:.10f}".rstrip("0").rstrip(".")
        return f"{digits} {self.unit.format(s='' if value == 1.0 else 's')}"


def _root(power: float) -> tuple[Callable[[float], float], Callable[[float], float]]:
    return (lambda v: v ** (1 / power)), (lambda v: v**power)


_LOG = (math.log, math.exp)
_EVEN = (lambda v: v, lambda v: v)
_TO_ONE = ((lambda v: -math.log(1.0 - v)), (lambda v: 1.0 - math.exp(-v)))

SLIDES: Mapping[str, Slider] = {
    "learning_rate": Slider("Boldness", 1e-5, 0.1, *_LOG, "per step"),
    "entropy_coef": Slider("Curiosity", 0.0, 0.3, *_root(3), "per nat of entropy"),
    "clip_coef": Slider("Leash", 0.01, 1.0, *_root(2), "either side of a ratio of one"),
    "epochs": Slider("Rereads", 1, 16, *_EVEN, "epoch{s}", whole=True),
    "gamma": Slider("Foresight", 0.5, 0.999, *_TO_ONE, "per decision"),
    "gae_lambda": Slider("Trust in play", 0.0, 1.0, *_EVEN, "per decision"),
    "minibatch_size": Slider("Bite", 64, 65536, *_LOG, "row{s}", whole=True),
    "value_coef": Slider("Forecast weight", 0.0, 4.0, *_root(2), "time{s} the value loss"),
    "max_grad_norm": Slider("Brake", 0.05, 20.0, *_LOG, "at most, as the length of a gradient"),
}
