"""The button that puts the training matches on screen in place of the show's own, and the words above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.runtimes import page_numbers, protocol
from drillsergeant.runtimes.page_view import View

HINT = "Every match in here is learned from. Its players go by the newest weights, too."
STANDING = 0.05  # times real time; below that nobody sees anything move


class FactoryToggle:
    """Which view the visitor has chosen. ``send`` reaches the show."""

    def __init__(self, view: View, send: Callable[[protocol.Message], None]) -> None:
        self._view, self._send = view, send
        self.on = False

    def turn(self, on: bool) -> None:
        """Change the view if it is another one."""
        if on == self.on:
            return
        self.on = on
        self._send(protocol.SetView("factory" if on else "match"))
        self._view.set_attribute("factory", "aria-pressed", "true" if on else "false")
        self._view.set_attribute("match-board", "hidden", "" if on else None)
        self._view.set_attribute("factory-board", "hidden", None if on else "")

    def show(self, values: Mapping[str, object]) -> None:
        """Say how many matches there are and how fast they are played."""
        count, shown = (page_numbers.number(values.get(f"factory_{name}")) for name in ("matches", "shown"))
        if count is None or shown is None:
            return
        speed = page_numbers.number(values.get("factory_speed")) or 0.0
        self._view.set_text("factory-count", page_numbers.compact(count))
        here = "" if shown == count else f"{shown:.0f} of them here, "
        pace = f"{speed:.0f}\u00d7 as fast as life" if speed >= 10 else f"{speed:.1f}\u00d7 as fast as life"
        self._view.set_text("factory-pace", here + (pace if speed > STANDING else "waiting for Train"))
