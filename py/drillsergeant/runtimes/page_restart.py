"""The button that forgets everything and begins again; what cost a while to learn only goes at a second press."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page_numbers import duration
from drillsergeant.runtimes.page_view import View

SURE_S = 4.0  # a second press within this time means it
CHEAP_S = 10.0  # of training are forgotten without asking twice
NAME, QUESTION = "Apply and restart", "Sure? Press again"


class RestartButton:
    """Asks, then calls ``restart``. ``tell`` answers the visitor in a sentence."""

    def __init__(self, view: View, restart: Callable[[], None], tell: Callable[[str], None]) -> None:
        self._view, self._restart, self._tell = view, restart, tell
        self._asked_s = -SURE_S

    def press(self, trained_s: float) -> None:
        """Restart, or ask first where ``trained_s`` seconds of training are at stake."""
        now_s = self._view.now_s()
        if trained_s > CHEAP_S and now_s - self._asked_s >= SURE_S:
            self._asked_s = now_s
            self._view.set_text("restart", QUESTION)
            self._tell(f"That forgets what {duration(trained_s)} of training taught. Sure? Press again.")
            return
        self._calm()
        self._restart()

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        if self._asked_s > 0 and self._view.now_s() - self._asked_s >= SURE_S:
            self._calm()

    def _calm(self) -> None:
        self._asked_s = -SURE_S
        self._view.set_text("restart", NAME)
