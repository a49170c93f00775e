"""The curve of wins, losses and draws against the scripted bot: SVG points, a table and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page_numbers import clock, compact, duration, number, percent
from drillsergeant.runtimes.page_view import View

# The plot's frame in the coordinates of the svg in index.html.
LEFT, RIGHT, TOP, BOTTOM = 30.0, 292.0, 10.0, 130.0
ENDS_S = (60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 43200, 86400)
TABLE_ROWS = 16
NOTHING = "No results yet."


@dataclass(frozen=True)
class Result:
    """Shares of finished matches in [0, 1] at one moment of training."""

    t_s: float
    decisions: float
    win: float
    loss: float
    draw: float


def results(curve: object) -> list[Result]:
    """Return the readable points of what the trainer sent; anything malformed is left out."""
    found: list[Result] = []
    for point in curve if isinstance(curve, Sequence) else ():
        if not isinstance(point, Mapping):
            continue
        values = [number(point.get(name)) for name in ("t_s", "decisions", "win", "loss", "draw")]
        if None not in values:
            found.append(Result(*(value or 0.0 for value in values)))
    return found


def end_s(last_s: float) -> float:
    """Return the time at the right edge: the first round one that holds ``last_s``."""
    return next((float(end) for end in ENDS_S if last_s <= end), last_s)


def polyline(times_s: Sequence[float], shares: Sequence[float], right_s: float) -> str:
    """Return the ``points`` of a line through shares in [0, 1]; one point alone is drawn as a short dash."""
    pixels = [
        (LEFT + (RIGHT - LEFT) * t / right_s, BOTTOM - (BOTTOM - TOP) * min(1.0, max(0.0, share)))
        for t, share in zip(times_s, shares, strict=True)
    ]
    if len(pixels) == 1:
        pixels.append((pixels[0][0] + 2.0, pixels[0][1]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)


def sentence(points: Sequence[Result]) -> str:
    """Return the newest result in words."""
    if not points:
        return NOTHING
    last = points[-1]
    return (
        f"After {duration(last.t_s)} of training against the hand-written bot: "
        f"{percent(last.win)} wins, {percent(last.draw)} draws, {percent(last.loss)} losses."
    )


def table(points: Sequence[Result]) -> list[tuple[str, ...]]:
    """Return evenly chosen rows, newest first."""
    step = max(1, -(-len(points) // TABLE_ROWS))
    chosen = list(reversed(points))[::step]
    return [(clock(p.t_s), compact(p.decisions), percent(p.win), percent(p.loss), percent(p.draw)) for p in chosen]


class CurvePlot:
    """Draws the curve when it has changed."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._drawn: Result | None = None
        self._count = 0

    def show(self, points: Sequence[Result]) -> None:
        """Draw ``points``, oldest first."""
        last = points[-1] if points else None
        if last == self._drawn and len(points) == self._count:
            return
        self._drawn, self._count = last, len(points)
        view, right_s = self._view, end_s(last.t_s if last else 0.0)
        times_s = [p.t_s for p in points]
        for name in ("win", "loss", "draw"):
            shares = [getattr(p, name) for p in points]
            view.set_attribute(f"curve-{name}", "points", polyline(times_s, shares, right_s) if points else "")
        view.set_text("curve-end", duration(right_s).removesuffix(" 0 s").removesuffix(" 0 min"))
        x, y = (-9.0, -9.0)
        if last is not None:
            x, y = LEFT + (RIGHT - LEFT) * last.t_s / right_s, BOTTOM - (BOTTOM - TOP) * last.win
        view.set_attribute("curve-now", "cx", f"{x:.1f}")
        view.set_attribute("curve-now", "cy", f"{y:.1f}")
        view.set_text("curve-summary", sentence(points))
        view.set_rows("curve-table", table(points))
