"""Everything that happens in the document: one Python function listens to all of it; `close` releases it."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import js
from pyodide.ffi import create_proxy

from drillsergeant.browser.page.charts import UplotCharts
from drillsergeant.browser.page.gamepad import Gamepads
from drillsergeant.runtimes.page.view import ViewEvents

DOCUMENT_EVENTS = ("click", "change", "input", "keydown", "keyup", "pointerdown")
STAGE_EVENTS = ("pointerdown", "pointermove", "pointerup", "pointercancel")
PHASES = {"pointerdown": "down", "pointermove": "move", "pointerup": "up", "pointercancel": "up"}
APPROACHED, APPROACHES = "train", ("pointerenter", "focus")
TICK_MS = 500


class DomListener:
    """Owns the listeners, the timer and the observer. `media` are the queries of what the page looks like."""

    def __init__(self, charts: UplotCharts, media: Sequence[Any]) -> None:
        self._charts, self._media = charts, media
        self._events: ViewEvents | None = None
        self.by_pointer = False  # whether the visitor's last act was one of a pointer
        self._stage: Any = None
        self._used_keys: frozenset[str] = frozenset()
        self._proxies: list[Any] = []
        self._observer: Any = None
        self._timer: Any = None
        self._gamepads = Gamepads(self._controlled)

    def connect(self, events: ViewEvents, stage: Any) -> None:
        """Begin to report events; `stage` is the element of the field."""
        self._events, self._stage = events, stage
        handle, laid_out, tick = (create_proxy(f) for f in (self._handle, self._laid_out, self._ticked))
        self._proxies = [handle, laid_out, tick]
        for target, name in self._listened():
            target.addEventListener(name, handle)
        self._observer = js.ResizeObserver.new(laid_out)
        self._observer.observe(stage)
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
        self._gamepads.close()

    def watch_gamepad(self, on: bool) -> None:
        """Begin or stop to report a game controller."""
        self._gamepads.watch(on)

    def hovered(self, x: float | None) -> None:
        """The pointer is over a chart, or has left it."""
        if self._events is not None:
            self._events.on_hover(x)

    def recoloured(self) -> None:
        """The page has other colours now."""
        if self._events is not None:
            self._charts.recolour()
            self._events.on_layout()

    def _listened(self) -> list[tuple[Any, str]]:
        pads = js.document.querySelectorAll("[data-pad]")
        touched = [self._stage, *(pads.item(index) for index in range(pads.length))]
        targets = [(js.document, name) for name in DOCUMENT_EVENTS]
        targets += [(target, name) for target in touched for name in STAGE_EVENTS]
        targets += [(js.document.getElementById(APPROACHED), name) for name in APPROACHES]
        return [*targets, (js.window, "blur"), *((query, "change") for query in self._media)]

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
            self.by_pointer = True
            if hasattr(event.currentTarget, "id"):  # the document has none
                self._point(events, PHASES[kind], event)
        elif kind == "click":
            button = event.target.closest("button")
            if button is not None:
                self.by_pointer = event.detail > 0
                events.on_click(str(button.id))
        elif kind in ("keydown", "keyup"):
            self.by_pointer = False
            self._press(events, kind == "keydown", event)
        elif kind in APPROACHES:
            events.on_approach()
        elif kind == "blur":
            events.on_blur()
        elif hasattr(event, "matches"):
            self.recoloured()
        elif kind == "change" or _text(event.target, "type") in ("range", "search"):  # these speak while they change
            events.on_change(_text(event.target, "id"), _text(event.target, "value"))

    def _press(self, events: ViewEvents, down: bool, event: Any) -> None:
        code, key = _text(event, "code"), _text(event, "key")
        if down and (event.ctrlKey or event.metaKey) and not event.altKey and key.lower() in ("z", "y"):
            again = event.shiftKey or key.lower() == "y"
            if _focus() != "typing" and not event.repeat and events.on_undo(again):
                event.preventDefault()
            return
        if not key or (down and (event.ctrlKey or event.metaKey or event.altKey)):
            return
        if not event.repeat:
            used = events.on_key(code, key, down, _focus())
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
        if not self._charts.drawing and hasattr(js, "uPlot"):  # its script comes when it comes
            self._charts.use(js.uPlot)
        self._guarded("on_tick")

    def _guarded(self, name: str) -> None:
        try:
            getattr(self._events, name)()
        except Exception as failure:
            self._trouble(failure)

    def _trouble(self, failure: Exception) -> None:
        if self._events is not None:
            self._events.on_trouble(f"page: {type(failure).__name__}: {failure}", traceback.format_exc())


def _focus() -> str:
    """What the keyboard is in: "typing", "tab", "button", or "" for the page."""
    element = js.document.activeElement
    tag = str(element.tagName) if element else ""
    if tag in ("INPUT", "SELECT", "TEXTAREA", "CODE-EDITOR"):
        return "typing"
    if tag == "BUTTON" and str(element.getAttribute("role")) == "tab":
        return "tab"
    return "button" if tag in ("BUTTON", "SUMMARY", "A") else ""


def _text(thing: Any, name: str) -> str:
    """What an event or its target has under this name; "" where it has nothing: an element of our own (the code editor)
    has no `type`, and a key that a browser's own suggestions make up has neither `code` nor `key`."""
    return str(getattr(thing, name, None) or "")
