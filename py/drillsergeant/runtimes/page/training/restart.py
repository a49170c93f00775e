"""The buttons that begin: Train, and the one that forgets everything and begins again.

What cost a while to learn only goes at a second press.
"""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.runtimes.page.confirm import Question
from drillsergeant.runtimes.page.number_text import duration
from drillsergeant.runtimes.page.training.status import Status
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

CHEAP_S = 10.0  # of training are forgotten without asking twice
NAME = "Apply and restart"


class TrainButton:
    """Turns `status.training`; `send` reaches the trainer, `began` hears that training begins."""

    def __init__(
        self, view: View, send: Callable[[messages.Message], None], status: Status, began: Callable[[], None]
    ) -> None:
        self._view, self._send, self._status, self._began = view, send, status, began

    def begin(self) -> None:
        """Train, where nobody does."""
        if not self._status.training:
            self.press()

    def press(self) -> None:
        """Train, or stop."""
        on = self._status.training = not self._status.training
        self._send(messages.StartTraining() if on else messages.StopTraining())
        if on:
            self._began()
        self._view.set_attribute("train", "aria-pressed", "true" if on else "false")
        self._view.set_text("train", "Stop" if on else "Train")

    def approach(self) -> None:
        """Somebody points at the button, or has come to it by key."""
        if self._status.ready and not self._status.training:
            self._send(messages.ExpectTraining())


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
