"""The docks beside the match: tabs of which one, or none, is open. The document shows what belongs to it.

Where there is room they have a column of their own, and the settings are open at first; on a phone they lie below the
match, closed at first. A frame that shows less than the page has none: what is shown there is up to the page around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from drillsergeant.runtimes.page.address import DOCKS, Address
from drillsergeant.runtimes.page.view import View

# The element of each dock.
PANELS: Mapping[str, str] = {
    "settings": "settings", "charts": "charts", "inside": "inside", "code": "workshop", "compare": "contest",
    "whatif": "what-if", "runs": "runs", "checks": "validation",
}  # fmt: skip
TAB = "dock-"  # the beginning of a tab's id
CLOSED = "none"
STEPS: Mapping[str, int] = {"ArrowLeft": -1, "ArrowRight": 1, "ArrowUp": -1, "ArrowDown": 1}
ENDS: Mapping[str, str] = {"Home": DOCKS[0], "End": DOCKS[-1]}
CODE, INSIDE = "code", "inside"


class Docks:
    """Which dock is open. `turned` hears of every change: the one before and the one now."""

    def __init__(self, view: View, address: Address, turned: Callable[[str, str], None]) -> None:
        self._view, self._address, self._turned = view, address, turned
        self._latest = DOCKS[0]  # of those that were open
        self._framed, self._chosen = address.get("embed") in ("minimal", "none"), address.get("dock")

    @property
    def now(self) -> str:
        """The name of the open one; `CLOSED` for none."""
        if self._framed:
            return CLOSED
        return self._chosen or self._first

    @property
    def _first(self) -> str:
        """What is open without anybody's doing."""
        return DOCKS[0] if self._view.docked() else CLOSED

    def begin(self) -> None:
        """Open what the page's address names."""
        self.mark()
        if self._chosen and not self._framed:
            self._show(CLOSED)

    def mark(self) -> None:
        """Tell by the tabs which one is open."""
        now = self.now
        for name in DOCKS:
            self._view.set_attribute(TAB + name, "aria-selected", "true" if name == now else "false")
            in_turn = name == (now if now in DOCKS else self._latest)
            self._view.set_attribute(TAB + name, "tabindex", "0" if in_turn else "-1")

    def commands(self) -> dict[str, Callable[[], None]]:
        """What the tabs do: open theirs, or close it."""
        return {TAB + name: partial(self._press, name) for name in DOCKS}

    def open(self, name: str) -> None:
        """Open a dock, if it is not."""
        if name != self.now and not self._framed:
            before, self._chosen = self.now, "" if name == self._first else name
            self._show(before)

    def suggest(self, name: str) -> None:
        """Open a dock, but not in the place of code that somebody may be writing: its tab is marked then."""
        if self.now == CODE != name:
            self._view.set_attribute(TAB + name, "data-marked", "")
        else:
            self.open(name)

    def step(self, code: str) -> bool:
        """A key on a tab: an arrow opens the one beside it, Home and End the first and last; False for others."""
        if code in ENDS:
            name = ENDS[code]
        elif code in STEPS:
            name = DOCKS[(DOCKS.index(self._latest) + STEPS[code]) % len(DOCKS)]
        else:
            return False
        self.open(name)
        self._view.reveal(TAB + name)
        return True

    def _press(self, name: str) -> None:
        self.open(CLOSED if name == self.now else name)

    def _show(self, before: str) -> None:
        now = self.now
        self._latest = next((name for name in (now, before) if name in DOCKS), self._latest)
        self._view.choose("docked", self._chosen or None)
        for seen in {before, now} & set(DOCKS):
            self._view.set_attribute(TAB + seen, "data-marked", None)
        self.mark()
        self._address.note("dock", now, self._first)
        self._turned(before, now)
        if now in PANELS and not self._view.docked():
            self._view.reveal(PANELS[now])
