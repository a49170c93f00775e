"""The choice of what the policy is learned on: the CPU, the GPU, or whatever is faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

SELECT = "learner"
FASTER = "auto"


class LearnerChoice:
    """What the visitor has chosen; `send` reaches the trainer."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], address: Address) -> None:
        self._view, self._send, self._address = view, send, address
        self._chosen = ""  # nothing yet: the address's

    def choose(self, value: str) -> None:
        """Learn on this from now on."""
        if value in messages.LEARNERS:
            self._chosen = value
            self._address.note(SELECT, value, FASTER)
            self.repeat()

    def repeat(self) -> None:
        """Tell a trainer that is new."""
        if self._chosen:
            self._send(messages.SetLearner(self._chosen))

    def show(self, values: Mapping[str, object]) -> None:
        """Show what the trainer goes by, until the visitor has chosen."""
        if not self._chosen and "learner_choice" in values:
            self._view.set_value(SELECT, str(values["learner_choice"]))
