"""Measures of a loop that must keep a beat: frames per second and the spread of frame times."""

from __future__ import annotations


class FrameClock:
    """Keeps the last `capacity` frame intervals in a ring; the owner calls `frame` once per frame."""

    def __init__(self, capacity: int = 600) -> None:
        self._intervals_s = [0.0] * capacity
        self._count = 0
        self._last_s: float | None = None

    @property
    def frames(self) -> int:
        """Frames so far."""
        return self._count

    def frame(self, now_s: float) -> float:
        """Record a frame at `now_s`; returns the seconds since the one before (0 for the first)."""
        last, self._last_s = self._last_s, now_s
        if last is None:
            return 0.0
        interval = now_s - last
        self._intervals_s[self._count % len(self._intervals_s)] = interval
        self._count += 1
        return interval

    def summary(self) -> dict[str, float]:
        """Return frames_per_s and the 50th and 99th percentile interval in milliseconds."""
        known = sorted(self._intervals_s[: min(self._count, len(self._intervals_s))])
        if not known:
            return {"frames_per_s": 0.0, "frame_ms_p50": 0.0, "frame_ms_p99": 0.0}
        total = sum(known)
        return {
            "frames_per_s": len(known) / total if total > 0 else 0.0,
            "frame_ms_p50": 1000 * known[len(known) // 2],
            "frame_ms_p99": 1000 * known[min(len(known) - 1, int(len(known) * 0.99))],
        }
