"""When a worker that ended is started again: at once, or, where that comes to nothing, every few seconds, for ever.

What ends workers may be gone the next minute: a network that is not there, a machine that had no memory left.
"""

from __future__ import annotations

AT_ONCE = 5  # starts
RECOVERY_S = 12.0  # until there may be one more
SLOWEST = 8  # times as long as a first start is a slow one given, at most


class Restarts:
    """The restarts of one worker."""

    def __init__(self) -> None:
        self._left, self._since_s = float(AT_ONCE), 0.0
        self._slow = 0  # starts in a row that took too long
        self.told = False  # that it does not last, since it was last at work

    def pause_s(self, now_s: float) -> float:
        """It ended: how long to wait until it is started again."""
        self._left = min(AT_ONCE, self._left + (now_s - self._since_s) / RECOVERY_S) - 1.0
        self._since_s = now_s
        return max(0.0, -self._left * RECOVERY_S)

    def overdue(self) -> None:
        """It was not ready in time: a busy machine may just be slow."""
        self._slow += 1

    def ready(self) -> None:
        """It is at work."""
        self._slow, self.told = 0, False

    @property
    def patience(self) -> int:
        """How many times as long as a first one the next start is given."""
        return int(min(SLOWEST, 2**self._slow))
