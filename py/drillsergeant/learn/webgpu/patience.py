"""How long a device is waited for that has answered before: one that hangs in mid-run must not hold learning up."""

from __future__ import annotations

from collections import deque

FIRST_S = 20.0  # until it has answered once: its first work compiles
LEAST_S = 2.0
TIMES, RECENT = 4.0, 8  # so many times as long as the slowest of its last few answers
GAP_S = 1.0  # a wait that took so much longer than its limit was one of the whole page, frozen or asleep


class Patience:
    """Told how long each answer took, it says how long the next one may."""

    def __init__(self) -> None:
        self._answers_s: deque[float] = deque(maxlen=RECENT)

    @property
    def limit_s(self) -> float:
        """Seconds to wait for the next answer."""
        slowest_s = max(self._answers_s, default=FIRST_S)
        return min(FIRST_S, max(LEAST_S, TIMES * slowest_s))

    def answered(self, after_s: float) -> None:
        """An answer came."""
        self._answers_s.append(after_s)

    def spent(self, limit_s: float, after_s: float) -> bool:
        """Whether a wait that was to take `limit_s` and ended without an answer tells of the device."""
        return after_s < limit_s + GAP_S
