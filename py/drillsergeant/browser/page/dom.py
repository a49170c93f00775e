"""The page's `View` over the real document. One Python function listens to every event; `close` releases it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import JsException, create_proxy

from drillsergeant.browser.page import address_bar, error_list
from drillsergeant.browser.page.bars import Bars
from drillsergeant.browser.page.charts import UplotCharts
from drillsergeant.browser.page.gamepad import Gamepads
from drillsergeant.browser.page.screen_filler import ScreenFiller
from drillsergeant.browser.page.synthesiser import Synthesiser
from drillsergeant.runtimes.page.view import Bar, ChartData, ViewEvents

DOCUMENT_EVENTS = ("click", "change", "input", "keydown", "keyup", "pointerdown")
STAGE_EVENTS = ("pointerdown", "pointermove", "pointerup", "pointercancel")
PHASES = {"pointerdown": "down", "pointermove": "move", "pointerup": "up", "pointercancel": "up"}
TICK_MS = 500
SHARPEST = 2.0  # device pixels per CSS pixel; more costs time and shows nothing


class DomView:
    """Owns its listeners, its timer and its observer; elements are looked up once."""

    def __init__(self) -> None:
        self._elements: dict[str, Any] = {}
        self._written: dict[tuple[str, str], str | None] = {}
        self._rows: dict[str, list[tuple[str, ...]]] = {}
        self._events: ViewEvents | None = None
        self._by_pointer = False
        self._used_keys: frozenset[str] = frozenset()
        self._dark = js.window.matchMedia("(prefers-color-scheme: dark)")
        self._calm = js.window.matchMedia("(prefers-reduced-motion: reduce)")
        self._coarse = js.window.matchMedia("(pointer: coarse)")
        self._proxies: list[Any] = []
        self._observer: Any = None
        self._timer: Any = None
        self._bars: dict[str, Bars] = {}
        self._gamepads = Gamepads(self._controlled)
        self._synthesiser, self._filler = Synthesiser(), ScreenFiller()
        self.play, self.watch_full_screen = self._synthesiser.play, self._filler.watch
        self.charts = UplotCharts(self._hovered)

    def connect(self, events: ViewEvents) -> None:
        """Begin to report events."""
        self._events = events
        handle, laid_out, tick = (create_proxy(f) for f in (self._handle, self._laid_out, self._ticked))
        self._proxies = [handle, laid_out, tick]
        for target, name in self._listened():
            target.addEventListener(name, handle)
        self._observer = js.ResizeObserver.new(laid_out)
        self._observer.observe(self._element("stage"))
        self._timer = js.setInterval(tick, TICK_MS)

    def close(self) -> None:
        """Stop listening and release everything."""
        for target, name in self._listened():
            target.removeEventListener(name, self._proxies[0])
        self._observer.disconnect()
        js.clearInterval(self._timer)
        for proxy in self._proxies:
            proxy.destroy()
        self._proxies = []
        self._elements.clear()
        self._bars.clear()
        self._gamepads.close()
        self._synthesiser.close()
        self._filler.close()
        self.charts.close()

    def _listened(self) -> list[tuple[Any, str]]:
        stage = self._element("stage")
        pads = js.document.querySelectorAll("[data-pad]")
        touched = [stage, *(pads.item(index) for index in range(pads.length))]
        targets = [(js.document, name) for name in DOCUMENT_EVENTS]
        targets += [(target, name) for target in touched for name in STAGE_EVENTS]
        return [*targets, (js.window, "blur"), (self._dark, "change"), (self._calm, "change")]

    # Events.

    def _handle(self, event: Any) -> None:
        """Tell the page what happened; its failures are shown like everybody's."""
        if self._events is None:
            return
        try:
            self._dispatch(self._events, event)
        except Exception as failure:
            self._trouble(failure)

    def _dispatch(self, events: ViewEvents, event: Any) -> None:
        kind = str(event.type)
        if kind in PHASES:
            self._by_pointer = True
            if hasattr(event.currentTarget, "id"):  # the document has none
                self._point(events, PHASES[kind], event)
        elif kind == "click":
            button = event.target.closest("button")
            if button is not None:
                self._by_pointer = event.detail > 0
                events.on_click(str(button.id))
        elif kind in ("keydown", "keyup"):
            self._by_pointer = False
            self._press(events, kind == "keydown", event)
        elif kind == "blur":
            events.on_blur()
        elif hasattr(event, "matches"):
            self._recoloured(events)
        elif kind == "change" or _text(event.target, "type") == "range":  # a slider speaks while it moves
            events.on_change(_text(event.target, "id"), _text(event.target, "value"))

    def _press(self, events: ViewEvents, down: bool, event: Any) -> None:
        code, key = _text(event, "code"), _text(event, "key")
        if not key or (down and (event.ctrlKey or event.metaKey or event.altKey)):
            return
        if not event.repeat:
            used = events.on_key(code, key, down, self._focus())
            self._used_keys = self._used_keys | {code} if used and down else self._used_keys - {code}
        if code in self._used_keys:
            event.preventDefault()  # no scrolling while playing

    def _point(self, events: ViewEvents, phase: str, event: Any) -> None:
        element = event.currentTarget
        if phase == "down":
            element.setPointerCapture(event.pointerId)
        box = element.getBoundingClientRect()
        x, y = float(event.clientX - box.left), float(event.clientY - box.top)
        if str(element.id) == "stage":
            if event.isPrimary:
                events.on_pointer(phase, x, y)
        elif phase != "move" or element.hasPointerCapture(event.pointerId):
            events.on_pad(str(element.id), phase, 2 * x / box.width - 1, 1 - 2 * y / box.height)

    def _controlled(self, axes: Sequence[float], buttons: Sequence[bool]) -> None:
        try:
            if self._events is not None:
                self._events.on_gamepad(axes, buttons)
        except Exception as failure:
            self._trouble(failure)

    def _laid_out(self, _entries: Any, _observer: Any) -> None:
        self._guarded("on_layout")

    def _ticked(self) -> None:
        if not self.charts.drawing and hasattr(js, "uPlot"):  # its script comes when it comes
            self.charts.use(js.uPlot)
        self._guarded("on_tick")

    def _guarded(self, name: str) -> None:
        try:
            getattr(self._events, name)()
        except Exception as failure:
            self._trouble(failure)

    def _trouble(self, failure: Exception) -> None:
        if self._events is not None:
            self._events.on_trouble(f"page: {type(failure).__name__}: {failure}", traceback.format_exc())

    def _hovered(self, x: float | None) -> None:
        if self._events is not None:
            self._events.on_hover(x)

    def _recoloured(self, events: ViewEvents) -> None:
        self.charts.recolour()
        events.on_layout()

    def _focus(self) -> str:
        tag = str(js.document.activeElement.tagName) if js.document.activeElement else ""
        if tag in ("INPUT", "SELECT", "TEXTAREA", "CODE-EDITOR"):
            return "typing"
        return "button" if tag in ("BUTTON", "SUMMARY", "A") else ""

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

    def set_rows(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Replace the rows of a table body; a row that exists is refilled."""
        wanted = [tuple(row) for row in rows]
        if self._rows.get(name) == wanted:
            return
        self._rows[name] = wanted
        body = self._element(name)
        while body.rows.length > len(wanted):
            body.deleteRow(-1)
        for index, texts in enumerate(wanted):
            row = body.rows.item(index) or body.insertRow(-1)
            for column, text in enumerate(texts):
                (row.cells.item(column) or row.insertCell(-1)).textContent = text

    def set_bars(self, name: str, groups: Sequence[Sequence[Bar]]) -> None:
        """Show groups of bars in an element that holds nothing else."""
        if name not in self._bars:
            self._bars[name] = Bars(self._element(name))
        self._bars[name].set(groups)

    def move_knob(self, name: str, x: float, y: float) -> None:
        """Put the knob of a stick away from its middle, as shares of half its stick's size, y upwards."""
        style = self._element(name).style
        style.left, style.top = f"{50 + 50 * x:.1f}%", f"{50 - 50 * y:.1f}%"

    def watch_gamepad(self, on: bool) -> None:
        """Begin or stop to report a game controller."""
        self._gamepads.watch(on)

    def fill_screen(self, name: str, on: bool) -> None:
        """Let an element fill the screen, or leave it."""
        self._filler.fill(self._element(name), on)

    def set_chart(self, name: str, data: ChartData) -> None:
        """Draw this in `chart-<name>` when it is seen."""
        self.charts.set(name, data)

    def set_options(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Replace what a select offers: (value, text) each; what was chosen stays chosen if it is still there."""
        if self._rows.get(name) == [*options]:
            return
        self._rows[name] = [*options]
        select = self._element(name)
        chosen = str(select.value)
        select.replaceChildren(*(js.Option.new(text, value) for value, text in options))
        if any(value == chosen for value, _ in options):
            select.value = chosen

    def get_value(self, name: str) -> str:
        """Return what an input or select holds."""
        return str(self._element(name).value)

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
        if name == "theme" and self._events is not None:
            self._recoloured(self._events)

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
        """Bring an element into view, out of what is folded, and give it the keyboard."""
        element = self._element(name)
        folded = element.closest("details")
        if folded is not None:
            folded.open = True
        element.scrollIntoView()
        element.focus()

    def focus_stage(self) -> None:
        """Give the field the keyboard if the visitor works with a pointer."""
        if self._by_pointer:
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

    def dark(self) -> bool:
        """Return whether the page is shown in dark colours."""
        chosen = js.document.documentElement.getAttribute("data-theme")
        return str(chosen) == "dark" if chosen else bool(self._dark.matches)

    def now_s(self) -> float:
        """Return seconds since navigation began."""
        return float(js.performance.now()) / 1000


def _text(thing: Any, name: str) -> str:
    """What an event or its target has under this name; "" where it has nothing: an element of our own (the code editor)
    has no `type`, and a key that a browser's own suggestions make up has neither `code` nor `key`."""
    return str(getattr(thing, name, None) or "")
