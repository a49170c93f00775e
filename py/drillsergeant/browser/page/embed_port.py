"""The Python side of `web/gate.js`, and what of the document a page in a frame minds beside its host."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import create_proxy

from drillsergeant.runtimes.page.embed import Embed

OWN_TAB = "embed-own"
FRAMED = ("embed", "editor", "panel", "mode", "theme", "workers")  # what an address has only because it is a frame's
TOUCHES = ("pointerenter", "pointerdown", "focus")


class EmbedPort:
    """Owns its listeners and its observer; `close` releases them."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._height_px = 0
        self._link = js.document.getElementById(OWN_TAB)
        self._address = create_proxy(lambda _event: self._point())
        self._sized = create_proxy(lambda _entries, _observer: self._size())
        self._hear = create_proxy(self._on_data)
        self._opened = create_proxy(self._greet)
        self._observer = js.ResizeObserver.new(self._sized)
        for name in TOUCHES:
            self._link.addEventListener(name, self._address)
        self._point()
        self._gate: Any = getattr(js, "hostGate", None)
        if self._gate is None:  # an address with `embed` in a tab of its own
            return
        self._gate.opened = self._opened
        if self._gate.origin:
            self._greet()

    def close(self) -> None:
        """Stop listening and release everything."""
        for name in TOUCHES:
            self._link.removeEventListener(name, self._address)
        self._observer.disconnect()
        for proxy in (self._address, self._sized, self._hear, self._opened):
            proxy.destroy()

    def _greet(self) -> None:
        """A host has come through the gate."""
        origin = str(self._gate.origin)
        self._embed.greet(self._gate.say, origin, same_origin=origin == str(js.location.origin))
        early, self._gate.hear = self._gate.early.splice(0), self._hear
        for data in early:
            self._on_data(data)
        self._observer.observe(js.document.body)

    def _on_data(self, data: Any) -> None:
        self._embed.hear(data if isinstance(data, str) else data.to_bytes())

    def _size(self) -> None:
        height_px = int(js.document.body.offsetHeight)
        if height_px != self._height_px:
            self._height_px = height_px
            self._embed.sized(height_px)

    def _point(self) -> None:
        """Let the link lead to the set-up as it is now, in a tab of its own."""
        address = js.URL.new(js.location.href)
        for name in FRAMED:
            address.searchParams.delete(name)
        self._link.href = address.href
