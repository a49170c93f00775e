"""The page's `View` over the real document; what happens in it goes through `DomListener`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import JsException

from drillsergeant.browser.page import address_bar, error_list
from drillsergeant.browser.page.cells.dom_cells import DomCells
from drillsergeant.browser.page.charts import UplotCharts
from drillsergeant.browser.page.listener import DomListener
from drillsergeant.browser.page.lists import Bars, Lists, Strip
from drillsergeant.browser.page.screen_filler import ScreenFiller
from drillsergeant.browser.page.synthesiser import Synthesiser
from drillsergeant.runtimes.page.view import Bar, CellGrid, ChartData, StripRow, ViewEvents

# What the page looks like depends on: dark colours, less motion, fingers, and room for docks beside the match, which is
# as in `styles/docks.css`.
MEDIA = (
    "(prefers-color-scheme: dark)",
    "(prefers-reduced-motion: reduce)",
    "(pointer: coarse)",
    "(min-width: 60rem), (orientation: landscape) and (min-width: 48rem) and (max-height: 32rem)",
)
SHARPEST = 2.0  # device pixels per CSS pixel; more costs time and shows nothing


class DomView:
    """Elements are looked up once; what has been written is not written again."""

    def __init__(self) -> None:
        self._elements: dict[str, Any] = {}
        self._written: dict[tuple[str, str], str | None] = {}
        self._dark, self._calm, self._coarse, self._docked = (js.window.matchMedia(query) for query in MEDIA)
        self._bars: dict[str, Bars] = {}
        self._cells: dict[str, DomCells] = {}
        self._strips: dict[str, Strip] = {}
        self._synthesiser, self._filler = Synthesiser(), ScreenFiller()
        self._lists = Lists(self._element)
        self.set_rows, self.set_options = self._lists.set_rows, self._lists.set_options
        self.set_choices = self._lists.set_choices
        self.play, self.watch_full_screen = self._synthesiser.play, self._filler.watch
        self.charts = UplotCharts(lambda x: self._listener.hovered(x))
        self._listener = DomListener(self.charts, (self._dark, self._calm))

    def connect(self, events: ViewEvents) -> None:
        """Begin to report events."""
        self._listener.connect(events, self._element("stage"))

    def close(self) -> None:
        """Stop listening and release everything."""
        self._listener.close()
        self._elements.clear()
        self._bars.clear()
        self._cells.clear()
        self._strips.clear()
        self._lists.close()
        self._synthesiser.close()
        self._filler.close()
        self.charts.close()

    # The document.

    def _element(self, name: str) -> Any:
        if name not in self._elements:
            found = js.document.getElementById(name)
            if found is None:
                raise LookupError(f"index.html has no element with the id {name!r}")
            self._elements[name] = found
        return self._elements[name]

    def set_text(self, name: str, text: str) -> None:
        """Replace an element's text."""
        if self._written.get((name, "")) != text:
            self._written[(name, "")] = text
            self._element(name).textContent = text

    def set_attribute(self, name: str, attribute: str, value: str | None) -> None:
        """Set an attribute; None removes it."""
        key = (name, attribute)
        if key in self._written and self._written[key] == value:
            return
        self._written[key] = value
        if value is None:
            self._element(name).removeAttribute(attribute)
        else:
            self._element(name).setAttribute(attribute, value)

    def set_value(self, name: str, value: str) -> None:
        """Put text into an input or choose an option."""
        self._element(name).value = value

    def set_bars(self, name: str, groups: Sequence[Sequence[Bar]]) -> None:
        """Show groups of bars in an element that holds nothing else."""
        if name not in self._bars:
            self._bars[name] = Bars(self._element(name))
        self._bars[name].set(groups)

    def set_cells(self, name: str, grid: CellGrid) -> None:
        """Show a grid of small pictures to press."""
        if name not in self._cells:
            self._cells[name] = DomCells(self._element(name))
        self._cells[name].set(grid)

    def give_cell(self, name: str, cell: str) -> Any:
        """Give the canvas of a cell away."""
        return self._cells[name].give(cell)

    def set_strip(self, name: str, rows: Sequence[StripRow]) -> None:
        """Show the rows of a strip in an element that holds nothing else."""
        if name not in self._strips:
            self._strips[name] = Strip(self._element(name))
        self._strips[name].set(rows)

    def move_knob(self, name: str, x: float, y: float) -> None:
        """Put the knob of a stick away from its middle, as shares of half its stick's size, y upwards."""
        style = self._element(name).style
        style.left, style.top = f"{50 + 50 * x:.1f}%", f"{50 - 50 * y:.1f}%"

    def watch_gamepad(self, on: bool) -> None:
        """Begin or stop to report a game controller."""
        self._listener.watch_gamepad(on)

    def fill_screen(self, name: str, on: bool) -> None:
        """Let an element fill the screen, or leave it."""
        self._filler.fill(self._element(name), on)

    def set_chart(self, name: str, data: ChartData) -> None:
        """Draw this in `chart-<name>` when it is seen."""
        self.charts.set(name, data)

    def get_value(self, name: str) -> str:
        """Return what an input or select holds."""
        return str(self._element(name).value)

    def before_cursor(self, name: str) -> str:
        """Return what stands before the cursor of an editor."""
        return str(self._element(name).before)

    def insert(self, name: str, text: str) -> None:
        """Put text where the cursor of an editor is; the editor gets the keyboard."""
        self._element(name).insert(text)

    def prefer(self, name: str, value: str | None) -> None:
        """Keep a choice about the page's looks for the next visit too, where that is possible."""
        key = f"drillsergeant-{name}"
        with suppress(JsException):  # a browser that keeps nothing: the choice holds until the page is left
            js.localStorage.removeItem(key) if value is None else js.localStorage.setItem(key, value)
        self.choose(name, value)

    def choose(self, name: str, value: str | None) -> None:
        """Let a choice about the page's looks hold for this visit, on the root element, where styles read it."""
        root = js.document.documentElement
        root.removeAttribute(f"data-{name}") if value is None else root.setAttribute(f"data-{name}", value)
        if name == "theme":
            self._listener.recoloured()

    def choice(self, name: str) -> str:
        """What was chosen by `prefer`, now or at an earlier visit (`web/theme.js` brings it); else empty."""
        return str(js.document.documentElement.getAttribute(f"data-{name}") or "")

    def set_address(self, values: Mapping[str, str]) -> None:
        """Put these values into the page's address."""
        address_bar.write(values)

    def location(self) -> str:
        """Return the page's address."""
        return address_bar.shown()

    def copy(self, text: str, done: Callable[[bool], None]) -> None:
        """Copy a text for the visitor."""
        address_bar.copy(text, done)

    def open_dialog(self, name: str, shown: bool) -> None:
        """Open a dialog over the page, or close it; the browser moves the keyboard there and back."""
        dialog = self._element(name)
        if shown and not dialog.open:
            dialog.showModal()
        elif not shown:
            dialog.close()

    def add_error(self, message: str, detail: str) -> None:
        """Show a problem, newest first."""
        error_list.add(message, detail)

    def clear_errors(self) -> None:
        """Put the problems away."""
        error_list.clear()

    def reveal(self, name: str) -> None:
        """Bring an element into view, out of what is folded or in a dock, and give it the keyboard."""
        element = self._element(name)
        folded = element.closest("details")
        if folded is not None:
            folded.open = True
        dock = element.closest("[data-dock]")
        if dock is not None and not dock.checkVisibility():
            js.document.getElementById(f"dock-{dock.dataset.dock}").click()
        element.scrollIntoView()
        element.focus()

    def focus_stage(self) -> None:
        """Give the field the keyboard if the visitor works with a pointer."""
        if self._listener.by_pointer:
            self._element("stage").focus()

    def stage_size(self) -> tuple[float, float, float]:
        """Return the stage's width and height in CSS pixels, and device pixels per CSS pixel."""
        stage = self._element("stage")
        ratio = min(SHARPEST, float(js.window.devicePixelRatio or 1))
        return float(stage.clientWidth), float(stage.clientHeight), ratio

    def calm(self) -> bool:
        """Return whether the visitor's system asks for reduced motion."""
        return bool(self._calm.matches)

    def coarse(self) -> bool:
        """Return whether the visitor points with fingers."""
        return bool(self._coarse.matches)

    def docked(self) -> bool:
        """Return whether docks stand beside the match."""
        return bool(self._docked.matches)

    def dark(self) -> bool:
        """Return whether the page is shown in dark colours."""
        chosen = js.document.documentElement.getAttribute("data-theme")
        return str(chosen) == "dark" if chosen else bool(self._dark.matches)

    def now_s(self) -> float:
        """Return seconds since navigation began."""
        return float(js.performance.now()) / 1000
