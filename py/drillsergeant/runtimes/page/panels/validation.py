"""The part of the page that shows whether the graphics processor computes what it should: a switch and a table.

Every kernel of the GPU learner is compared with NumPy in double precision while it learns (`learn/webgpu/watch.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.runtimes.page.number_text import DASH, number
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

SWITCH = "validate"
OFF = "Off. It costs a little time, and is worth it when you wonder whether your graphics processor computes right."
NOT_IN_USE = "On, for when the GPU learns. What learns now runs on the processor."
NOTHING = (
    "There is nothing to compare here: learning runs on the processor, where every result is the same to the last bit "
    "as NumPy's."
)
WAITING = "Loading NumPy; the first comparison comes with one of the next updates on the GPU."


class ValidationPanel:
    """Sends what the visitor switches, shows what the trainer found. `send` reaches the trainer."""

    def __init__(self, view: View, send: Callable[[messages.Message], None]) -> None:
        self._view, self._send = view, send
        self._on = self._switched = False

    def switch(self) -> None:
        """The visitor pressed the switch."""
        self._switched = True
        self._turn(not self._on)
        self._send(messages.SetValidation(self._on))
        self._view.set_text("validation-state", WAITING if self._on else OFF)

    def repeat(self) -> None:
        """A new trainer does not know what the visitor switched."""
        self._view.set_attribute(SWITCH, "disabled", None)
        if self._switched:
            self._send(messages.SetValidation(self._on))

    def show(self, values: Mapping[str, object]) -> None:
        """Show the trainer's newest findings."""
        told = values.get("validation")
        told = told if isinstance(told, Mapping) else {}
        if not self._switched or told.get("trouble"):
            self._turn(bool(told.get("on")))
        possible = told.get("possible") is True
        self._view.set_attribute(SWITCH, "hidden", None if possible else "")
        rows = told.get("rows")
        rows = [row(each) for each in rows] if isinstance(rows, Sequence) else []
        self._view.set_rows("validation-rows", rows)
        state = self._state(told, values.get("learner") == "webgpu", rows) if possible else NOTHING
        self._view.set_text("validation-state", state)
        trouble = str(told.get("trouble") or "")
        self._view.set_text("validation-trouble", f"{_capital(trouble)}. The processor learns on." if trouble else "")

    def _turn(self, on: bool) -> None:
        self._on = on
        self._view.set_attribute(SWITCH, "aria-checked", "true" if on else "false")
        self._view.set_attribute("validation-table", "hidden", None if on else "")

    def _state(self, told: Mapping[str, object], device: bool, rows: Sequence[Sequence[str]]) -> str:
        if not self._on:
            return OFF
        if not device:
            return NOT_IN_USE
        checks = int(number(told.get("checks")) or 0)
        if not (checks and rows):
            return WAITING
        times = "once" if checks == 1 else f"{checks} times"
        return f"Compared {times} since it was turned on; every result is within what rounding explains."


def row(finding: object) -> tuple[str, ...]:
    """Return one kernel's line: name, usual and worst error, bound, share of the bound, verdict."""
    name, *numbers = finding if isinstance(finding, Sequence) and not isinstance(finding, str) else (DASH,)
    usual, worst, bound, share = [*numbers, *([None] * 4)][:4]
    share = number(share)
    beyond = share is None or share > 1.0
    shown = DASH if share is None else f"{100 * share:.3g} %"
    return (str(name), _short(usual), _short(worst), _short(bound), shown, "beyond" if beyond else "within")


def _short(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "not finite"
    found = number(value)
    return DASH if found is None else f"{found:.1e}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
