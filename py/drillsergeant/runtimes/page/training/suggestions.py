"""Suggestions under the match: each is one press that does what it says."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.learn.ppo.hyper import RANGES, floor_learning_rate
from drillsergeant.runtimes.page.training.hyper_form import HyperForm
from drillsergeant.runtimes.page.view import View

TRIES = ("try-bold", "try-bot", "try-you", "try-then", "try-factory")
BOLDER = 5.0
BOLD, CALM = "Make it fearless", "Calm it down again"
BOLD_SAID = "Five times the learning rate. Watch Change and Held back rise, and whether it stays as good as it is."
CALM_SAID = "Back to smaller steps. Does it find its way again?"


class Suggestions:
    """Presses other buttons: `click` and `change` are the page's own handlers, `tell` explains."""

    def __init__(
        self,
        view: View,
        hyper: HyperForm,
        click: Callable[[str], None],
        change: Callable[[str, str], None],
        tell: Callable[[str], None],
    ) -> None:
        self._view, self._hyper, self._click, self._change, self._tell = view, hyper, click, change, tell
        self._bold = False

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each suggestion does, by its button."""
        return {
            "try-bold": self._embolden,
            "try-then": lambda: self._click("compare"),
            "try-you": lambda: self._set("player-left", "you"),
            "try-factory": lambda: self._click("factory"),
            "try-hide": lambda: self._tips(shown=False),
            "tips": lambda: self._tips(shown=True),
        }

    def _embolden(self) -> None:
        factor = 1 / BOLDER if self._bold else BOLDER
        self._bold = not self._bold
        rate = floor_learning_rate(self._hyper.value("learning_rate") * factor)
        self._hyper.choose("learning_rate", min(RANGES["learning_rate"].high, rate))
        self._view.set_text("try-bold", CALM if self._bold else BOLD)
        self._tell(BOLD_SAID if self._bold else CALM_SAID)

    def _set(self, name: str, value: str) -> None:
        self._view.set_value(name, value)
        self._change(name, value)

    def _tips(self, shown: bool) -> None:
        self._view.prefer("tips", None if shown else "hidden")
