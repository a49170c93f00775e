"""The curve of a run as SVG, which every notebook shows and every browser opens: no library draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

from drillsergeant.callbacks.callback import Metrics, WatchedRun
from drillsergeant.learn.files.replacing import checked_kind, replace_file

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 44, 40
COLOURS = ("#0b6bcb", "#d1540a", "#3f8f3f", "#8a3fa8", "#b0223f", "#5c6670")
SHARES = frozenset(("win_rate", "win_rate_random", "win_rate_team_0", "win_rate_team_1"))
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 5
THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def counted(number: float) -> str:
    """As people say it: 950, 41k, 1.6M, 37M."""
    for size, letter in THOUSANDS:
        if number >= 0.9995 * size:
            text = f"{number / size:.3g}"
            return f"{text}{letter}"
    return f"{number:.3g}"


class RunPlot:
    """Metrics over decisions. In a notebook it is its picture; `save("curve.svg")` writes it.

    `shares`: they are read as per cent; by itself wins are. `band`: between these two the picture is tinted.
    """

    def __init__(
        self,
        title: str,
        rows: Sequence[Metrics],
        names: Sequence[str],
        *,
        shares: bool | None = None,
        band: tuple[str, str] | None = None,
    ) -> None:
        self.title, self.rows, self.names, self._band = title, rows, tuple(names), band
        self._shares = set(names) <= SHARES if shares is None else shares

    @classmethod
    def of(cls, run: WatchedRun, *names: str) -> RunPlot:
        """The curve of a run: its `names`, or wins, or the mean return where that is what counts.

        Raises ValueError for a metric that there is not.
        """
        rows = run.history
        there = rows[-1] if rows else {}
        usual = ("mean_return",) if "mean_return" in there else ("win_rate", "win_rate_random")
        if rows and (missing := [name for name in names if name not in there]):
            raise ValueError(f"no metric is called {missing[0]!r}; there are {', '.join(there)}")
        now = there.get(usual[0], math.nan)
        good = "" if math.isnan(now) else f", {now:.1f} on average" if "mean_return" in there else f", {now:.0%} wins"
        title = f"{run.drill.name}: {counted(run.decisions)} of {counted(run.wanted)} decisions{good}"
        return cls(title, rows, names or usual)

    def svg(self) -> str:
        """The picture."""
        points = {name: self._points(name) for name in self.names}
        values = [y for each in points.values() for _, y in each]
        low, high = (0.0, 1.0) if self._shares else _around(values)
        most = max((float(row["decisions"]) for row in self.rows), default=1.0) or 1.0
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

        def at(x: float, y: float) -> tuple[float, float]:
            across, up = x / most, (y - low) / (high - low)
            return LEFT + (right - LEFT) * across, bottom - (bottom - TOP) * up

        parts = [_text(LEFT, 18, self.title, "start", 13)]
        for tick in _ticks(low, high):
            _, y = at(0.0, tick)
            said = f"{tick:.0%}" if self._shares else f"{tick:g}"
            parts += [_line(LEFT, y, right, y), _text(LEFT - 6, y + 4, said, "end")]
        for tick in _ticks(0.0, most):
            x, _ = at(tick, low)
            parts.append(_text(x, bottom + 16, counted(tick), "middle"))
        parts.append(_text((LEFT + right) / 2, HEIGHT - 6, "decisions", "middle"))
        if self._band:
            lower, upper = (points[name] for name in self._band)
            around = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in [*lower, *reversed(upper)])
            parts.append(f'<polygon points="{around}" fill="{COLOURS[1]}" opacity="0.18"/>')
        for number, (name, found) in enumerate(points.items()):
            colour = COLOURS[number % len(COLOURS)]
            parts.append(_text(LEFT + 150 * number, 36, f"— {name}", "start", 11, colour))
            path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in found)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        )
        style = 'role="img" font-family="system-ui, sans-serif" style="background:#fff;max-width:100%"'
        return f'{head} {style} aria-label="{escape(self.title)}">{"".join(parts)}</svg>'

    def _points(self, name: str) -> list[tuple[float, float]]:
        rows = [(float(row["decisions"]), float(row.get(name, math.nan))) for row in self.rows]
        return [(x, y) for x, y in rows if math.isfinite(y)]

    def save(self, path: str | Path) -> None:
        """Write it as an SVG file."""
        checked_kind(path, ".svg")
        replace_file(path, self.svg().encode())

    def _repr_html_(self) -> str:
        return self.svg()

    def _mime_(self) -> tuple[str, str]:
        """As marimo asks for it."""
        return "text/html", self.svg()

    def __repr__(self) -> str:
        return f"RunPlot({self.title!r}, {', '.join(self.names)})"


def _around(values: Sequence[float]) -> tuple[float, float]:
    """A range with room for all values."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        return low - 0.5, high + 0.5
    margin = 0.05 * (high - low)
    return low - margin, high + margin


def _ticks(low: float, high: float) -> list[float]:
    """About five round numbers in a range."""
    rough = (high - low) / TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in STEPS if size * each >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(number * step, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _text(x: float, y: float, said: str, anchor: str, size: int = 11, colour: str = "#333") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'
    )


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="#ddd"/>'
