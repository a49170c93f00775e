"""Workers that are alive but stuck: every worker counts its heartbeat while its event loop turns; here it is felt.

Judgement needs an undisturbed watch. A page that was frozen, asleep or throttled has looked away for a while, and its
workers may have stood still with it; so after a gap all watching begins again, and nobody is called stuck for it.
"""

from __future__ import annotations

from collections.abc import Mapping

PULSE_EVERY_S = 1.0
LOOK_EVERY_S = 2.0
GAP_S = 6.0  # between two looks: more means that the page itself stood still
STUCK_S = 15.0


class Heartbeats:
    """What was felt of each worker's pulse, and since when it has not changed."""

    def __init__(self) -> None:
        self._looked_s = -GAP_S
        self._felt: dict[str, int] = {}
        self._since_s: dict[str, float] = {}

    def look(self, now_s: float, beats: Mapping[str, int]) -> list[str]:
        """Take the `beats` of all workers that ought to be at work; returns the names of those that are stuck."""
        if now_s - self._looked_s > GAP_S:
            self._since_s.clear()
        self._looked_s = now_s
        self._since_s = {
            name: self._since_s.get(name, now_s) if self._felt.get(name) == beat else now_s
            for name, beat in beats.items()
        }
        self._felt = dict(beats)
        return [name for name, since_s in self._since_s.items() if now_s - since_s >= STUCK_S]
