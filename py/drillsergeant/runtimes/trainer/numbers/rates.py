"""Rates over the last few seconds, from counters that only grow."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

WINDOW_S = 3.0


class Rates:
    """Counts per second over a sliding window, by counter name."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, dict[str, int]]] = deque()

    def add(self, now_s: float, counters: Mapping[str, int]) -> None:
        """Record the counters as they stand at `now_s`."""
        self._samples.append((now_s, dict(counters)))
        while len(self._samples) > 2 and now_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()

    def summary(self) -> dict[str, float]:
        """Return `<counter>_per_s` for each counter; nothing before the second sample."""
        if len(self._samples) < 2:
            return {}
        (began_s, first), (ended_s, last) = self._samples[0], self._samples[-1]
        span_s = max(ended_s - began_s, 1e-9)
        return {f"{name}_per_s": (last[name] - first[name]) / span_s for name in last}
