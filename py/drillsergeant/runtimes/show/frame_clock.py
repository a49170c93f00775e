"""Measures of a loop that must keep a beat: frames per second and the spread of frame times."""

from __future__ import annotations

LATE = 1.5  # times the usual interval
WINDOW = 60  # frames, of which the quarter that came soonest tells what is usual
SLOWER = 1.02  # a window, at most: a display may have become slower, but who disturbs every frame is not the display


class FrameClock:
    """Keeps the last `capacity` frame intervals in a ring; the owner calls `frame` once per frame. `late`: whether the
    last one came late, by the interval that is usual on this display."""

    def __init__(self, capacity: int = 600) -> None:
        self._intervals_s = [0.0] * capacity
        self._count = 0
        self._last_s: float | None = None
        self._usual_s = float("inf")
        self._window: list[float] = []
        self.late = False

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
        self._tell_late(interval)
        return interval

    def _tell_late(self, interval_s: float) -> None:
        self.late = interval_s > LATE * self._usual_s
        self._window.append(interval_s)
        if len(self._window) == WINDOW:
            self._usual_s = min(sorted(self._window)[WINDOW // 4], SLOWER * self._usual_s)
            self._window.clear()

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
