"""The switch that turns the trainer's safeguards off and on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.runtimes.page.address import Address
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

SWITCH = "safeguards"
NOTE = "safeguards-state"
ON = "When a run goes wrong they shorten steps, raise curiosity, or go back to the best version; the chart says when."
OFF = "Whatever goes wrong, it goes on with your settings."
NOT_HERE = "Not in lockstep: every update uses the settings as they are."


class SafeguardsSwitch:
    """Sends what the visitor switches, and shows what is so. `send` reaches the trainer."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], address: Address) -> None:
        self._view, self._send, self._address = view, send, address
        self._on, self._switched = address.get("guards") != "0", False

    def commands(self) -> dict[str, Callable[[], None]]:
        """What the switch does, by its id."""
        return {SWITCH: self._switch}

    def _switch(self) -> None:
        self._on, self._switched = not self._on, True
        self._address.note("guards", "1" if self._on else "0", "1")
        self._send(messages.SetGuards(self._on))
        self._write()

    def repeat(self) -> None:
        """A new trainer does not know what the visitor switched."""
        if self._switched:
            self._send(messages.SetGuards(self._on))

    def show(self, values: Mapping[str, object]) -> None:
        """Show what the trainer tells: whether they are on, or nothing in lockstep, where there are none."""
        told = values.get("safeguards")
        self._view.set_attribute(SWITCH, "disabled", None if isinstance(told, bool) else "")
        if not self._switched:
            self._on = told is True
        self._write()
        if told is None:
            self._view.set_text(NOTE, NOT_HERE)

    def _write(self) -> None:
        self._view.set_attribute(SWITCH, "aria-checked", "true" if self._on else "false")
        self._view.set_text(NOTE, ON if self._on else OFF)
