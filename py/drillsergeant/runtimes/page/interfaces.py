"""What the page asks of its workers and of the browser, as Protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drillsergeant.runtimes.protocol import messages


class WorkerFleet(Protocol):
    """The workers, as the page needs them."""

    def send(self, role: str, message: messages.Message) -> None:
        """Send `message` to all workers of `role`."""

    def states(self) -> dict[str, str]:
        """Return every worker's state by name."""


class KeptLongTexts(Protocol):
    """Long texts that are there at the next visit, by name."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text in the place of the one before, soon, where the browser keeps anything at all."""

    def kept(self, name: str, then: Callable[[str], None]) -> None:
        """`then` hears the text; "" where there is none."""


class Drafts(Protocol):
    """What is written down at the last moment, when a message would come too late; a text by name."""

    def note(self, name: str, text: str | None) -> None:
        """Write a text down, to be there at the next visit, or with None forget it; done when this returns, where the
        browser keeps anything at all."""

    def noted(self, name: str) -> str:
        """What was written down, at this visit or an earlier one; empty where nothing was."""


class CodeEditor(Protocol):
    """The editor of the game, as far as this goes."""

    def played(self, then: Callable[[str, bool, str], None]) -> None:
        """`then` hears the code of the game as it is played now, whether it is the original, and why there is none."""

    def bring(self, text: str, said: str) -> None:
        """Show this code, and say what it is."""
