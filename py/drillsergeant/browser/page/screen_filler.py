"""An element on the whole screen, where the browser and whoever frames the page allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_proxy

CHANGED = "fullscreenchange"


class ScreenFiller:
    """Asks for it, and tells when it is so and when not any more: Escape is the browser's own."""

    def __init__(self) -> None:
        self._proxy: Any = None

    def watch(self, told: Callable[[bool], None]) -> bool:
        """Let `told` hear of every change from now on; returns whether there can be one."""
        self._proxy = create_proxy(lambda _event: told(bool(js.document.fullscreenElement)))
        js.document.addEventListener(CHANGED, self._proxy)
        return bool(getattr(js.document, "fullscreenEnabled", False))

    def fill(self, element: Any, on: bool) -> None:
        """Let an element fill the screen, or nothing. A browser that refuses leaves everything as it is."""
        if on:
            element.requestFullscreen().catch(lambda _refused: None)
        elif js.document.fullscreenElement:
            js.document.exitFullscreen().catch(lambda _refused: None)

    def close(self) -> None:
        """Stop listening."""
        if self._proxy is not None:
            js.document.removeEventListener(CHANGED, self._proxy)
            self._proxy.destroy()
            self._proxy = None
