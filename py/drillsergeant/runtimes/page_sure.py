"""A button that asks back before it does what cannot be undone."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page_view import View

SURE_S = 4.0  # a second press within this time means it
QUESTION = "Sure? Press again"


class SureButton:
    """The button ``name``, whose text is ``label`` while it asks nothing."""

    def __init__(self, view: View, name: str, label: str, act: Callable[[], None]) -> None:
        self._view, self._name, self._label, self._act = view, name, label, act
        self._asked_s: float | None = None

    def press(self) -> None:
        """Ask, or act where it was asked just now."""
        if self._asked_s is None:
            self._asked_s = self._view.now_s()
            self._view.set_text(self._name, QUESTION)
        else:
            self._calm()
            self._act()

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        if self._asked_s is not None and self._view.now_s() - self._asked_s >= SURE_S:
            self._calm()

    def _calm(self) -> None:
        self._asked_s = None
        self._view.set_text(self._name, self._label)
