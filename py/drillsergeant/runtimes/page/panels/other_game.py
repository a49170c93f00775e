"""What is asked where a saved run was trained in another game than is played now: nobody goes on silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ImportRun, LoadRun

REGION = "other-game"
CODE, RESTORE = "Show its code", "Put the original back"


class OtherGameOffer:
    """`send` reaches the trainer; `propose` puts code into the editor, or the original back where it is empty."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], propose: Callable[[str], None]) -> None:
        self._view, self._send, self._propose = view, send, propose
        self._request: LoadRun | ImportRun | None = None
        self._edit = ""
        self._asking = self._unanswered = False

    def commands(self) -> dict[str, Callable[[], None]]:
        """What each button does."""
        return {f"{REGION}-code": self._code, f"{REGION}-anyway": self._anyway, f"{REGION}-cancel": self.close}

    def remember(self, request: LoadRun | ImportRun) -> None:
        """This was asked of the trainer, and may be refused."""
        self.close()
        self._request = request

    def ask(self, note: str, edit: str) -> None:
        """The trainer refuses, for the reason `note`: the game of the run is made of the code `edit`."""
        if self._request is None:
            return
        self._edit, self._asking, self._unanswered = edit, True, True
        self._view.set_text(
            f"{REGION}-text", f"{note}. A policy that was trained for one reward may be lost in another."
        )
        self._view.set_text(f"{REGION}-code", CODE if edit else RESTORE)
        self._view.set_attribute(REGION, "hidden", None)

    def played(self, edit: str) -> None:
        """The game is now made of the code `edit`: a run that waits for it goes on."""
        if self._asking and self._request is not None and edit == self._edit:
            request = self._request
            self.close()
            self._send(request)

    def leave(self) -> None:
        """The visitor does something else instead of an answer."""
        if self._unanswered:
            self.close()

    def close(self) -> None:
        """Ask nothing."""
        self._request, self._asking, self._unanswered = None, False, False
        self._view.set_attribute(REGION, "hidden", "")

    def _code(self) -> None:
        self._unanswered = False
        self._view.set_attribute(REGION, "hidden", "")
        self._propose(self._edit)

    def _anyway(self) -> None:
        request = self._request
        self.close()
        if request is not None:
            self._send(replace(request, anyway=True))
