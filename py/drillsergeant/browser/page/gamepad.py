"""Game controllers: asked at every frame while somebody plays, as browsers tell nobody of their own accord."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import js
from pyodide.ffi import create_proxy


class Gamepads:
    """Polls the first controller and tells `changed` its axes and buttons where they are others than before."""

    def __init__(self, changed: Callable[[Sequence[float], Sequence[bool]], None]) -> None:
        self._changed = changed
        self._frame = create_proxy(lambda _now: self._look())
        self._asked: Any = None
        self._last: tuple[list[float], list[bool]] = ([], [])

    def watch(self, on: bool) -> None:
        """Begin or stop to poll."""
        if on == (self._asked is not None):
            return
        if on:
            self._asked = js.requestAnimationFrame(self._frame)
        else:
            js.cancelAnimationFrame(self._asked)
            self._asked, self._last = None, ([], [])

    def close(self) -> None:
        """Stop for good."""
        self.watch(on=False)
        self._frame.destroy()

    def _look(self) -> None:
        self._asked = js.requestAnimationFrame(self._frame)
        pad = next((pad for pad in js.navigator.getGamepads() if pad and pad.connected), None)
        if pad is None:
            return
        # Sticks rest near, not at, their middle: what changes by less than a hundredth is noise.
        now = [round(float(axis), 2) for axis in pad.axes], [bool(button.pressed) for button in pad.buttons]
        if now != self._last:
            self._last = now
            self._changed(*now)
