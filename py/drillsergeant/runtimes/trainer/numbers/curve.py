"""The learning curve: shares of counted evaluation episodes, in points of at least a given number of episodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

EPISODES_A_POINT = 200
# Between two points, and between early ones: a share of the time until then, since that is when most happens.
SECONDS_A_POINT, EARLY_SHARE, EARLY_SECONDS_A_POINT = 1.0, 0.2, 0.1


@dataclass(frozen=True)
class CurvePoint:
    """One point: seconds and decisions of training so far; shares of the episodes counted since the point before."""

    t_s: float
    decisions: int
    episodes: int
    win: float
    loss: float
    draw: float

    def plain(self) -> dict[str, object]:
        """Return the point as a dict for a message or a file."""
        return asdict(self)


class Curve:
    """Turns ever-growing episode counters into points against one frozen opponent."""

    def __init__(self) -> None:
        self.points: list[CurvePoint] = []
        self._counted = (0, 0, 0)
        self._last_s = 0.0

    def cut(self, t_s: float, totals: Mapping[str, int]) -> None:
        """Forget what came later than `t_s`, and count on from these counters: the run goes on from there."""
        self.points = [point for point in self.points if point.t_s <= t_s]
        self._counted, self._last_s = (totals["episodes"], totals["wins"], totals["losses"]), t_s

    def update(self, t_s: float, decisions: int, totals: Mapping[str, int]) -> CurvePoint | None:
        """Take the counters `episodes`, `wins`, `losses` as they stand; returns a point when one is complete."""
        now = (totals["episodes"], totals["wins"], totals["losses"])
        episodes, wins, losses = (a - b for a, b in zip(now, self._counted, strict=True))
        early_s = max(EARLY_SECONDS_A_POINT, EARLY_SHARE * self._last_s)
        if episodes < EPISODES_A_POINT or t_s - self._last_s < min(SECONDS_A_POINT, early_s):
            return None
        self._counted, self._last_s = now, t_s
        win, loss = wins / episodes, losses / episodes
        point = CurvePoint(round(t_s, 3), decisions, episodes, win, loss, 1.0 - win - loss)
        self.points.append(point)
        return point
