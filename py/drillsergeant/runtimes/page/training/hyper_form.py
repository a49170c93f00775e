"""The fields for hyperparameters: typed text goes to the trainer, which alone decides what is allowed.

A field and its slider show what is set; where the trainer uses another value at the moment (annealed, or changed by
safeguards), that stands beside it. What the trainer refuses is put back, with its own sentence beneath the fields. A
slider's value is sent when it has stood still for a moment, so that one move is one change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from drillsergeant.learn.ppo.hyper import RANGES
from drillsergeant.learn.ppo.typed_number import typed_number
from drillsergeant.runtimes.page.address import Address, Opening
from drillsergeant.runtimes.page.number_text import number
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.training.sliders import MARGIN, SLIDES
from drillsergeant.runtimes.page.undo.undo_bar import Did
from drillsergeant.runtimes.page.view import View

PREFIX, SLIDE, IN_USE = "hyper-", "slide-", "in-use-"
NAMES = tuple(SLIDES)
STILL_S = 0.3
LONGEST = 40  # characters of what was typed worth showing again


class HyperForm:
    """Keeps the fields and the trainer's values together."""

    def __init__(self, view: View, send: Callable[[dict[str, object]], None], opening: Opening) -> None:
        self._view, self._send, self._defaults = view, send, opening.defaults
        self._pending: dict[str, float | str] = {}
        self._typed: dict[str, str] = {}  # of each that is on its way
        self._setting: dict[str, float] = {name: opening.hyper[name] for name in NAMES}
        self._changed: dict[str, float] = {}
        self._slid: dict[str, tuple[float, float]] = {}  # value and when
        for name in NAMES:
            self._restore(name)
            view.set_attribute(PREFIX + name, "title", f"Allowed: {RANGES[name]}")

    def on_drill(self) -> None:
        """Another drill is played: what was refused before is no longer to be read."""
        self._view.set_text("hyper-note", "")

    def on_change(self, element: str, text: str) -> None:
        """The visitor has entered `text` into a field."""
        name = element.removeprefix(PREFIX)
        self._slid.pop(name, None)  # whoever types has let go of the slider
        value = typed_number(text, name in NAMES and RANGES[name].integer)
        self._view.set_text("hyper-note", "")
        if name in NAMES and (value != self._setting[name] or name in self._pending):
            if isinstance(value, float) and math.isfinite(value):
                self._view.set_value(element, f"{value:.10g}")  # as it was understood
            self._want(name, value, text)
        elif name in NAMES:
            self._restore(name)

    def _want(self, name: str, value: float | str, text: str) -> None:
        """Ask the trainer for a value that was entered as `text`."""
        self._pending[name], self._typed[name] = value, shortened(text.strip(), LONGEST)
        self._place(name, value)
        self._send({name: value})

    def on_slide(self, element: str, text: str) -> None:
        """The visitor is moving a slider; its number follows at once, the trainer hears of it when it stands still."""
        name, position = element.removeprefix(SLIDE), typed_number(text)
        if name not in NAMES or not isinstance(position, float):
            return
        if abs(position - SLIDES[name].position(self.value(name))) < MARGIN:
            return
        value = SLIDES[name].value(position)
        self._slid[name] = (value, self._view.now_s())
        self._view.set_value(PREFIX + name, f"{value:g}")
        self._view.set_attribute(element, "aria-valuetext", SLIDES[name].spoken(value))

    def settle(self) -> None:
        """Send what sliders have stood still at. Called twice a second."""
        now_s = self._view.now_s()
        for name, (value, since_s) in list(self._slid.items()):
            if now_s - since_s >= STILL_S:
                del self._slid[name]
                if value != self._setting[name]:  # the field shows it, and may be written in by now
                    self._want(name, value, f"{value:g}")

    def choose(self, name: str, value: float) -> None:
        """Change a value as if the visitor had typed it."""
        self._view.set_value(PREFIX + name, f"{value:g}")
        self.on_change(PREFIX + name, f"{value:g}")

    def defaults(self, did: Did) -> None:
        """Put every value back to what the page begins with when its address says nothing."""
        other = {name: self.value(name) for name in NAMES}
        self._put(self._defaults)

        def turn() -> str:
            nonlocal other
            there, other = other, {name: self.value(name) for name in NAMES}
            self._put(there)
            return "The settings are as they were."

        if any(other[name] != self._defaults[name] for name in NAMES):
            did("put the settings back", turn)

    def _put(self, values: Mapping[str, float]) -> None:
        for name in NAMES:
            self.choose(name, values[name])

    def value(self, name: str) -> float:
        """Return what the visitor last wanted of `name`: on its way, or in use."""
        wanted = self._slid[name][0] if name in self._slid else self._pending.get(name)
        return wanted if isinstance(wanted, float) else self._setting[name]

    def note(self, address: Address) -> None:
        """Put what differs from the defaults into the address."""
        for name in NAMES:
            address.note(name, f"{self._setting[name]:g}", f"{self._defaults[name]:g}")

    def on_refused(self, message: str) -> bool:
        """Put back the field that the trainer's `message` is about; False if it is about none that was changed."""
        name = next((name for name in self._pending if message.startswith(name)), None)
        if name is None:
            return False
        got = f"got {self._pending.pop(name)!r}"
        said = message.replace(name, SLIDES[name].label, 1).replace(got, f"got “{self._typed[name]}”", 1)
        self._restore(name)
        self._view.set_text("hyper-note", f"{said}. It stays at {self._setting[name]:g}.")
        return True

    def on_told(self, hyper: object, in_use: object) -> None:
        """Take over what the trainer says is set, and what is in use.

        A field with a change still on its way is left alone.
        """
        if not isinstance(hyper, Mapping):
            return
        self._show_in_use(hyper, in_use if isinstance(in_use, Mapping) else hyper)
        for name in NAMES:
            value = number(hyper.get(name))
            if value is None:
                continue
            if self._pending.get(name) == value:
                del self._pending[name]
                self._setting[name] = self._changed[name] = value
            elif name not in self._pending and name not in self._slid and value != self._setting[name]:
                self._setting[name] = value
                self._restore(name)

    def _show_in_use(self, hyper: Mapping[object, object], in_use: Mapping[object, object]) -> None:
        for name in NAMES:
            used, setting = number(in_use.get(name)), number(hyper.get(name))
            differs = used is not None and used != setting
            self._view.set_text(IN_USE + name, f"in use {used:.3g}" if differs else "")

    def repeat(self) -> None:
        """Tell a trainer that was started again what the visitor had set; what was on its way died with the old one."""
        for name in self._pending:
            self._restore(name)
        self._pending.clear()
        if self._changed:
            self._send(dict(self._changed))

    def _restore(self, name: str) -> None:
        self._view.set_value(PREFIX + name, f"{self._setting[name]:g}")
        self._place(name, self._setting[name])

    def _place(self, name: str, value: float | str) -> None:
        """Put the slider where `value` lies."""
        if isinstance(value, float) and value == value:
            self._view.set_value(SLIDE + name, f"{SLIDES[name].position(value):.1f}")
            self._view.set_attribute(SLIDE + name, "aria-valuetext", SLIDES[name].spoken(value))
