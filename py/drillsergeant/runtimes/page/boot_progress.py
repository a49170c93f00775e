"""What still loads after Python itself: the bar and its caption."""

from __future__ import annotations

from collections.abc import Mapping

from drillsergeant.runtimes.page.view import View

PYTHON_SHARE = 60.0  # percent of the bar that the boot script has filled when Python takes over


class BootProgress:
    """Fills the rest of the bar, worker by worker; it stays done once done."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._done = False

    def complete(self, states: Mapping[str, str]) -> bool:
        """Return whether everything that training needs is there."""
        return bool(states) and all(state == "ready" for state in states.values())

    def show(self, states: Mapping[str, str]) -> None:
        """Update bar and caption."""
        if self._done or not states:
            return
        ready = sum(state == "ready" for state in states.values())
        self._done = ready == len(states)
        share = PYTHON_SHARE + (100 - PYTHON_SHARE) * ready / len(states)
        self._view.set_attribute("boot-progress", "value", f"{share:.0f}")
        self._view.set_text("boot-stage", "Everything is loaded" if self._done else self._caption(states, ready))
        if self._done:
            self._view.set_attribute("boot-progress", "data-done", "")

    def summary(self, states: Mapping[str, str]) -> str:
        """Return how many workers run."""
        return f"{sum(state == 'ready' for state in states.values())} of {len(states)}"

    def _caption(self, states: Mapping[str, str], ready: int) -> str:
        if states.get("show") != "ready":
            return "Starting the match"
        return f"Loading training, part {ready} of {len(states) - 1}"
