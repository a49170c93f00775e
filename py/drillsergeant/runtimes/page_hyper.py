"""The fields for hyperparameters: typed text goes to the trainer, which alone decides what is allowed.

A field shows what the trainer uses. What it refuses is put back, with the trainer's own sentence beneath the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from drillsergeant.learn.hyper import RANGES, Hyper
from drillsergeant.runtimes.page_numbers import number
from drillsergeant.runtimes.page_view import View

PREFIX = "hyper-"
NAMES = ("learning_rate", "clip", "entropy", "epochs")
LONGEST = 40  # characters of nonsense worth sending to be refused


def parse(text: str) -> float | str:
    """Return the number in ``text`` (also nan and inf, which the trainer refuses by name), or the text itself."""
    text = text.strip()[:LONGEST]
    try:
        return float(text)
    except ValueError:
        return text


class HyperForm:
    """Keeps the fields and the trainer's values together."""

    def __init__(self, view: View, send: Callable[[dict[str, object]], None]) -> None:
        self._view, self._send = view, send
        self._pending: dict[str, float | str] = {}
        self._used: dict[str, float] = {name: asdict(Hyper())[name] for name in NAMES}
        self._changed: dict[str, float] = {}
        for name in NAMES:
            self._restore(name)
            view.set_attribute(PREFIX + name, "title", f"Allowed: {RANGES[name]}")

    def on_change(self, element: str, text: str) -> None:
        """The visitor has entered ``text`` into a field."""
        name = element.removeprefix(PREFIX)
        value = parse(text)
        self._view.set_text("hyper-note", "")
        if name in NAMES and value != self._used[name]:
            self._pending[name] = value
            self._send({name: value})
        elif name in NAMES:
            self._restore(name)

    def on_refused(self, message: str) -> bool:
        """Put back the field that the trainer's ``message`` is about; False if it is about none that was changed."""
        name = next((name for name in self._pending if message.startswith(name)), None)
        if name is None:
            return False
        del self._pending[name]
        self._restore(name)
        self._view.set_text("hyper-note", f"{message}. It stays at {self._used[name]:g}.")
        return True

    def on_used(self, hyper: object) -> None:
        """Take over what the trainer says it uses. A field with a change still on its way is left alone."""
        if not isinstance(hyper, Mapping):
            return
        for name in NAMES:
            value = number(hyper.get(name))
            if value is None:
                continue
            if self._pending.get(name) == value:
                del self._pending[name]
                self._used[name] = self._changed[name] = value
            elif name not in self._pending and value != self._used[name]:
                self._used[name] = value
                self._restore(name)

    def repeat(self) -> None:
        """Tell a trainer that was started again what the visitor had set; what was on its way died with the old one."""
        for name in self._pending:
            self._restore(name)
        self._pending.clear()
        if self._changed:
            self._send(dict(self._changed))

    def _restore(self, name: str) -> None:
        self._view.set_value(PREFIX + name, f"{self._used[name]:g}")
