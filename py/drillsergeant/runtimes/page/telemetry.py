"""What machines may read of the page: one JSON text in the document, rewritten when something changed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from drillsergeant.runtimes.page.view import View

KEPT = 50  # newest errors, refusals, news


class Telemetry:
    """Collects; `write` puts it into the document. The page calls that twice a second at most."""

    def __init__(self, view: View, drill: str) -> None:
        self._view, self._drill = view, drill
        self._changed = True
        self._show: Mapping[str, object] = {}
        self._trainer: Mapping[str, object] = {}
        self._fleet: Mapping[str, str] = {}
        self._errors: list[str] = []
        self._refusals: list[str] = []
        self._news: list[str] = []
        self._restarts: dict[str, int] = {}
        self._timings: dict[str, float] = {}

    def drill(self, name: str) -> None:
        """Another drill is played: what was said of the one before is not true of it."""
        self._drill, self._show, self._trainer, self._changed = name, {}, {}, True

    def show(self, values: Mapping[str, object]) -> None:
        """Keep the newest numbers of the match."""
        self._show, self._changed = values, True

    def trainer(self, values: Mapping[str, object]) -> None:
        """Keep the newest numbers of the trainer."""
        self._trainer, self._changed = values, True

    def fleet(self, name: str, state: str, why: str, states: Mapping[str, str]) -> None:
        """Note that worker `name` is now in `state` and why, and all workers' states."""
        news = f"{self._view.now_s():.2f} s: {name} {state}" + (f" ({why})" if why else "")
        self._news = [*self._news, news][-KEPT:]
        if state == "restarting":
            self._restarts[name] = self._restarts.get(name, 0) + 1
        self._fleet, self._changed = dict(states), True
        self.write()  # at once: a page that nobody sees writes nothing else

    def error(self, message: str) -> None:
        """Keep a problem."""
        self._errors = [*self._errors, message][-KEPT:]
        self._changed = True

    def refused(self, *refusals: str) -> None:
        """Keep the answers to values that were refused: the visitor's slips, not problems of the page."""
        self._refusals = [*self._refusals, *refusals][-KEPT:]
        self._changed = True

    def timing(self, name: str, ago_s: float = 0.0) -> None:
        """Note that something first happened `ago_s` seconds ago, in seconds since navigation began."""
        self._timings.setdefault(name, max(0.0, self._view.now_s() - ago_s))
        self._changed = True

    def write(self) -> None:
        """Put everything into the document if anything changed."""
        if not self._changed:
            return
        self._changed = False
        told = {
            "drill": self._drill,
            "show": self._show,
            "trainer": self._trainer,
            "fleet": self._fleet,
            "fleet_news": self._news,
            "restarts": self._restarts,
            "show_restarts": self._restarts.get("show", 0),
            "timings": self._timings,
            "errors": self._errors,
            "refusals": self._refusals,
        }
        self._view.set_text("telemetry", json.dumps(_plain(told)))


def _plain(value: object) -> object:
    """Return `value` as JSON has it: no NaN, no infinity, nothing but dicts, lists, text, numbers and booleans."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int)) else str(value)
