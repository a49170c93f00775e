"""Which value map is over the field, its legend, and its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from drillsergeant.drawing.maps.cells import things_of
from drillsergeant.drawing.maps.compass import Compass
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

CHOICE, ARROWS, SAVE = "map-of", "map-arrows", "map-save"
NO_MAP = -1
NUMBERED = re.compile(r"([A-Za-z]+)_?([0-9]+)")


class MapControl:
    """The map is off until it is asked for. `players`: what every player is called."""

    def __init__(
        self, view: View, send: Callable[[messages.Message], None], game: DrillFacts, players: Sequence[str]
    ) -> None:
        self._view, self._send = view, send
        self._thing, self._arrows = NO_MAP, True
        things = [
            (str(at), f"if {players[each.player] if each.player is not None else _called(each.name)} were there")
            for at, each in enumerate(things_of(game.scene))
        ]
        view.set_options(CHOICE, [(str(NO_MAP), "no map"), *things])
        view.set_value(CHOICE, str(NO_MAP))
        view.set_attribute("map-choices", "hidden", None if things else "")
        view.set_attribute("map-none", "hidden", "" if things else None)
        points = Compass(game.heads, game.from_keys, 0).points
        for name in (ARROWS, "map-arrows-note"):
            view.set_attribute(name, "hidden", None if points else "")
        self._count = len(things)
        self._write()

    def choose(self, value: str) -> None:
        """Map this thing, or nothing."""
        self._thing = {str(at): at for at in range(self._count)}.get(value, NO_MAP)
        self._tell()

    def turn_arrows(self) -> None:
        """With arrows, or without."""
        self._arrows = not self._arrows
        self._tell()

    def save(self) -> None:
        """Have the map as a file."""
        self._send(messages.ExportMap())

    def repeat(self) -> None:
        """Tell a show that has never heard of it."""
        if self._thing != NO_MAP:
            self._tell()

    def _tell(self) -> None:
        self._send(messages.SetMap(self._thing, self._arrows))
        self._write()

    def _write(self) -> None:
        self._view.set_attribute("map-legend", "hidden", "" if self._thing == NO_MAP else None)
        self._view.set_attribute(ARROWS, "aria-pressed", "true" if self._arrows else "false")
        self._view.set_attribute(SAVE, "disabled", "")
        self._view.set_attribute("map-flat", "hidden", "")
        self._view.set_attribute("map-scale", "hidden", None)

    def show(self, inside: Mapping[str, object]) -> None:
        """Write the range of the tints."""
        told = inside.get("map")
        if self._thing == NO_MAP or not isinstance(told, Mapping) or "low" not in told:
            return
        flat = told.get("flat") is True
        self._view.set_attribute("map-flat", "hidden", None if flat else "")
        self._view.set_attribute("map-scale", "hidden", "" if flat else None)
        for end in ("low", "high"):
            self._view.set_text(f"map-{end}", f"{float(told[end]):+.2f}".replace("-", "\u2212"))
        self._view.set_attribute(SAVE, "disabled", None)


def _called(name: str) -> str:
    """What a thing is called in a sentence: "the ball"; of several, counted from 0, "crate 1"."""
    numbered = NUMBERED.fullmatch(name)
    return f"{numbered[1]} {int(numbered[2]) + 1}" if numbered else f"the {name.replace('_', ' ')}"
