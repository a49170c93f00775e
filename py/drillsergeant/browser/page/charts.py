"""Live charts with uPlot: one per element `chart-<name>`, drawn only while it can be seen.

Colours come from the element's style (`--line`, `--line-2`, ...), so light and dark are the style sheet's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import js
from pyodide.ffi import create_proxy, to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.runtimes.page.training import ticks
from drillsergeant.runtimes.page.view import ChartData

FONT = "11px system-ui, sans-serif"
LINES = ("--line", "--line-2", "--line-3", "--line-4", "--line-5")
# The large chart: wins with their interval's edges, against chance, against its past, and the run before.
WINS_LOOK: tuple[dict[str, object], ...] = (
    {"line": 0, "width": 2.4},
    {"line": 0, "width": 0},
    {"line": 0, "width": 0},
    {"line": 1, "width": 1.5, "dash": [2, 3]},
    {"line": 2, "width": 1.8, "dash": [6, 3]},
    {"line": 3, "width": 1.2, "alpha": 0.6},
)
# The lines of a small chart where the style sheet says `--told-apart: shape`: its colours are all the same there.
SHAPES: tuple[dict[str, object], ...] = (
    {"width": 1.4},
    {"width": 1.4, "dash": [7, 3]},
    {"width": 1.4, "dash": [2, 3]},
    {"width": 3.2},
    {"width": 0.7},
)
# Seeds and runs: this run, another one, and seeds: the one in the middle and the band's edges.
COMPARED_LOOK: tuple[dict[str, object], ...] = (
    {"line": 0, "width": 2.4},
    {"line": 2, "width": 1.8, "dash": [6, 3]},
    {"line": 1, "width": 1.5, "dash": [2, 3]},
    {"line": 1, "width": 0},
    {"line": 1, "width": 0},
)
LARGE: Mapping[str, tuple[dict[str, object], ...]] = {"wins": WINS_LOOK, "compared": COMPARED_LOOK}
# Between which lines there is a band, and of which colour: the number of the upper edge comes first.
BANDS: Mapping[str, tuple[list[int], int]] = {"wins": ([3, 2], 0), "compared": ([5, 4], 1)}
BAND_ALPHA = 0.22
TIMELESS = ("compared",)  # over decisions: the pointer there is at no moment of the run


@dataclass
class _Chart:
    """What is to be drawn, and the drawing once there is one."""

    data: ChartData
    proxies: list[Any]
    plot: Any = None
    built_for: tuple[object, ...] = ()
    marked_for: tuple[object, ...] = ()
    stale: bool = True


class UplotCharts:
    """Owns the plots and two observers. Nothing is drawn before `use` has brought the library."""

    def __init__(self, hovered: Callable[[float | None], None]) -> None:
        """`hovered` hears where on the time axis the pointer is, None when it has left."""
        self._hovered, self._pointed = hovered, -1.0
        self._charts: dict[str, _Chart] = {}
        self._elements: dict[str, Any] = {}
        self._seen: set[str] = set()
        self._library: Any = None
        self._proxies = [create_proxy(self._on_seen), create_proxy(self._on_resized), create_proxy(self._on_cursor)]
        self._watch_seen = js.IntersectionObserver.new(self._proxies[0])
        self._watch_size = js.ResizeObserver.new(self._proxies[1])

    @property
    def drawing(self) -> bool:
        """Whether the library is here."""
        return self._library is not None

    def use(self, library: Any) -> None:
        """Begin to draw with uPlot's class."""
        self._library = library
        self._draw_seen()

    def set(self, name: str, data: ChartData) -> None:
        """Keep what `name` is to show, and draw it if it can be seen."""
        chart = self._charts.get(name)
        if chart is None:
            chart = self._charts[name] = _Chart(data, [])
            chart.proxies += [create_proxy(_labels_of(chart)), create_proxy(_axis_px)]
            self._elements[name] = js.document.getElementById(f"chart-{name}")
            self._watch_seen.observe(self._elements[name])
            self._watch_size.observe(self._elements[name])
            return
        chart.data, chart.stale = data, True
        self._draw(name)

    def recolour(self) -> None:
        """Build all plots again: the colours have changed."""
        for chart in self._charts.values():
            chart.built_for, chart.stale = (), True
        self._draw_seen()

    def close(self) -> None:
        """Release everything."""
        self._watch_seen.disconnect()
        self._watch_size.disconnect()
        for chart in self._charts.values():
            if chart.plot is not None:
                chart.plot.destroy()
            for proxy in chart.proxies:
                proxy.destroy()
        for proxy in self._proxies:
            proxy.destroy()
        self._charts.clear()
        self._elements.clear()

    def _on_seen(self, entries: Any, _observer: Any) -> None:
        for entry in entries:
            name = str(entry.target.id).removeprefix("chart-")
            (self._seen.add if entry.isIntersecting else self._seen.discard)(name)
        self._draw_seen()

    def _on_resized(self, entries: Any, _observer: Any) -> None:
        for entry in entries:
            chart = self._charts[str(entry.target.id).removeprefix("chart-")]
            if chart.plot is not None:
                size = {"width": entry.target.clientWidth, "height": entry.target.clientHeight}
                chart.plot.setSize(js_object(**size))
                chart.marked_for = ()
                chart.stale = True
        self._draw_seen()

    def _on_cursor(self, plot: Any, *_: Any) -> None:
        """All charts share the pointer, so this comes from each of them: one word of it is enough."""
        left = float(plot.cursor.left or -1.0)
        if left == self._pointed:
            return
        self._pointed = left
        self._hovered(float(plot.posToVal(left, "x")) if left >= 0 else None)

    def _draw_seen(self) -> None:
        for name in self._charts:
            self._draw(name)

    def _draw(self, name: str) -> None:
        chart, element = self._charts[name], self._elements[name]
        if self._library is None or not chart.stale or name not in self._seen or js.document.hidden:
            return
        if not element.clientWidth:
            return
        chart.stale = False
        wanted = chart.data
        shape = (len(wanted.columns), wanted.end, wanted.unit, wanted.kind)
        data = to_js([list(column) for column in wanted.columns])
        if chart.built_for != shape:
            if chart.plot is not None:
                chart.plot.destroy()
            chart.plot = self._library.new(js_object(**_options(name, chart, element, self._proxies[2])), data, element)
            chart.built_for, chart.marked_for = shape, ()
            element.dataset.unit = wanted.unit
        else:
            chart.plot.setData(data)
        if wanted.columns[0]:
            chart.plot.setScale("y", js_object(min=wanted.low, max=wanted.high))
        placed = (tuple(wanted.marks), wanted.end)
        if chart.marked_for != placed:
            chart.marked_for = placed
            _place_marks(chart, speaking=name == "wins")


def _options(name: str, chart: _Chart, element: Any, on_cursor: Any) -> dict[str, object]:
    """uPlot's options for one chart."""
    style = js.getComputedStyle(element)
    colours = [_colour(element, style.getPropertyValue(line)) for line in LINES]
    ink, rule = _colour(element, "var(--soft)"), _colour(element, "var(--rule)")
    large = name in LARGE
    shapes = SHAPES if str(style.getPropertyValue("--told-apart")).strip() == "shape" else SHAPES[:1]
    series: list[dict[str, object]] = [{}]
    for place in range(len(chart.data.columns) - 1):
        look = LARGE[name][place] if large else {"line": place % len(colours), **shapes[place % len(shapes)]}
        stroke = _faint(colours[int(str(look["line"]))], float(str(look.get("alpha", 1))))
        line = {"stroke": stroke, "width": look["width"], "spanGaps": True, "points": {"show": False}}
        series.append({**line, **({"dash": look["dash"]} if "dash" in look else {})})
    axis = {"stroke": ink, "font": FONT, "ticks": {"show": False}, "gap": 3}
    grid = {"stroke": rule, "width": 1}
    x_axis = {**axis, "grid": {"show": False}, "size": 18, "space": 50, "show": large}
    labels, size = chart.proxies
    y_axis = {**axis, "grid": grid, "values": labels, "size": size, "space": 30 if large else 12}
    cursor: dict[str, object] = {"y": False, "drag": {"x": False, "y": False}, "points": {"show": False}}
    if timed := name not in TIMELESS:
        cursor["sync"] = {"key": "training"}
    bands = (
        [{"series": edges, "fill": _faint(colours[line], BAND_ALPHA)} for edges, line in [BANDS[name]]] if large else []
    )
    return {
        "width": element.clientWidth,
        "height": element.clientHeight,
        "padding": [6, 14 if large else 8, 0 if large else 4, 8 if large else 0],  # a 0 below the corner is not cut
        "legend": {"show": False},
        "cursor": cursor,
        "hooks": {"setCursor": [on_cursor] if timed else []},
        "scales": {"x": {"time": False, "range": [0, chart.data.end]}, "y": {"auto": False}},
        "axes": [x_axis, y_axis],
        "series": series,
        "bands": bands,
    }


def _place_marks(chart: _Chart, speaking: bool) -> None:
    """Put the marks over the plot; on the large chart each is a button with its text."""
    over = chart.plot.over
    for old in list(over.querySelectorAll(".mark")):
        old.remove()
    end = chart.data.end
    for mark in chart.data.marks:
        if mark.x > end:
            continue
        item = js.document.createElement("button" if speaking else "i")
        item.className = f"mark {mark.kind}"
        item.style.left = f"{100 * mark.x / end:.2f}%"  # a plot just made does not know its own scales yet
        if speaking:
            item.type = "button"
            if mark.x > end / 2:
                item.dataset.late = ""
            words = js.document.createElement("span")
            words.textContent = mark.text
            item.setAttribute("aria-label", mark.text)  # words that are hidden until one is there name nothing
            item.append(words)
        over.append(item)


def _labels_of(chart: _Chart) -> Callable[..., Any]:
    """uPlot's `values` of an axis: what stands at its places. Another game may count in something else."""

    def values(_plot: Any, splits: Any, *_: Any) -> Any:
        return to_js(ticks.labels([float(split) for split in splits], chart.data.kind))

    return values


def _axis_px(_plot: Any, texts: Any, *_: Any) -> float:
    """uPlot's `size` of an axis; `texts` is null before there are any."""
    return ticks.axis_px([] if texts is None else [str(text) for text in texts])


def _colour(element: Any, value: str) -> str:
    """Return a colour of the style sheet as the canvas understands it."""
    probe = js.document.createElement("i")
    probe.style.color = value
    element.append(probe)
    found = str(js.getComputedStyle(probe).color)
    probe.remove()
    return found


def _faint(colour: str, alpha: float) -> str:
    """Return an `rgb(r, g, b)` colour made translucent."""
    return colour if alpha == 1 else colour.replace("rgb(", "rgba(").replace(")", f", {alpha})")
