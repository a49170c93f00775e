"""The match on the whole screen: a button where the browser can; Escape leaves it, as everywhere."""

from __future__ import annotations

from drillsergeant.runtimes.page.view import View

FULL_SCREEN, FILLS = "full-screen", "centre"


class FullScreenButton:
    """Says whether the match fills the screen, whoever changed that."""

    def __init__(self, view: View) -> None:
        self._view, self._on = view, False
        self._possible = view.watch_full_screen(self._changed)
        view.set_attribute(FULL_SCREEN, "hidden", None if self._possible else "")

    def turn(self) -> None:
        """Fill the screen, or leave it again."""
        if self._possible:
            self._view.fill_screen(FILLS, not self._on)

    def _changed(self, on: bool) -> None:
        self._on = on
        self._view.set_attribute(FULL_SCREEN, "aria-pressed", "true" if on else "false")
