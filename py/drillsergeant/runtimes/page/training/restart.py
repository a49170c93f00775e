"""The button that forgets everything and begins again; what cost a while to learn only goes at a second press."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.confirm import Question
from drillsergeant.runtimes.page.number_text import duration
from drillsergeant.runtimes.page.view import View

CHEAP_S = 10.0  # of training are forgotten without asking twice
NAME = "Apply and restart"


class RestartButton:
    """Asks, then calls `restart`. `tell` answers the visitor in a sentence."""

    def __init__(self, view: View, restart: Callable[[], None], tell: Callable[[str], None]) -> None:
        self._restart, self._tell = restart, tell
        self._question = Question(view, "restart", NAME)

    def press(self, trained_s: float) -> None:
        """Restart, or ask first where `trained_s` seconds of training are at stake."""
        if trained_s > CHEAP_S and not self._question.agreed():
            self._tell(f"That forgets what {duration(trained_s)} of training taught. Sure? Press again.")
            return
        self._question.withdraw()
        self._restart()

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        self._question.tick()
