"""Asking back, on the button itself, before something is done that costs time or what was learned."""

from __future__ import annotations

from drillsergeant.runtimes.page.view import View

SURE_S = 4.0  # a second press within this time means it
QUESTION = "Sure? Press again"


class Question:
    """What the button `name` asks back; its text is `label` while it asks nothing."""

    def __init__(self, view: View, name: str, label: str) -> None:
        self._view, self._name, self._label = view, name, label
        self._about: str | None = None
        self._asked_s = 0.0

    def agreed(self, about: str = "") -> bool:
        """Whether this press answers the question; otherwise it is asked now. `about`: what is at stake."""
        answers = about == self._about and not self._late()
        if answers:
            self.withdraw()
        else:
            self._about, self._asked_s = about, self._view.now_s()
            self._view.set_text(self._name, QUESTION)
        return answers

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        if self._about is not None and self._late():
            self.withdraw()

    def withdraw(self) -> None:
        """Ask nothing."""
        self._about = None
        self._view.set_text(self._name, self._label)

    def _late(self) -> bool:
        return self._view.now_s() - self._asked_s >= SURE_S
