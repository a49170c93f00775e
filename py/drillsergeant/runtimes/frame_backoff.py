"""Training on a GPU gives way to the show, which is drawn on the same one: where frames come late, it rests more."""

from __future__ import annotations

import time

from drillsergeant.memory.access import Memory
from drillsergeant.memory.layout import SHOW, Layout
from drillsergeant.memory.telemetry import Counter, read_telemetry

LOOK_EVERY_S = 0.5
LATE, FINE = 0.10, 0.02  # shares of late frames: above the one it rests more, below the other less
# Of the time that an update takes. The device has the next one to do meanwhile, so that it rests only from one update's
# time on: with the least for a third of the time, with the most for three quarters.
LEAST, MOST = 1.5, 4.0


class FrameBackoff:
    """How long the learner rests after an update on the device. The show counts its frames in shared memory; one that
    is not drawn, in a hidden tab, is disturbed by nobody."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        self._memory, self._layout = memory, layout
        self._looked_s = 0.0
        self._counts = self._counted()
        self._update_s = 0.0  # while nothing rests: later, an update is often done when it is asked for
        self.share = 0.0  # of an update's time

    def _counted(self) -> tuple[int, int]:
        told = read_telemetry(self._memory, self._layout, SHOW)
        return told[Counter.FRAMES], told[Counter.LATE_FRAMES]

    def rest_s(self, took_s: float) -> float:
        """An update took so long; returns the seconds to leave the device to others before the next."""
        now_s = time.monotonic()
        if not self.share:
            self._update_s = took_s
        if now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s, before, self._counts = now_s, self._counts, self._counted()
            frames, late = (now - then & 0xFFFF_FFFF for now, then in zip(self._counts, before, strict=True))
            self._judge(frames, late)
        return self.share * self._update_s

    def _judge(self, frames: int, late: int) -> None:
        if not frames or (late < FINE * frames and self.share <= LEAST):
            self.share = 0.0
        elif late > LATE * frames:
            self.share = min(MOST, max(LEAST, 2.0 * self.share))
        elif late < FINE * frames:
            self.share /= 2.0
