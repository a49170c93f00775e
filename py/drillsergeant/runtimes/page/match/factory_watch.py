"""One of the training matches, large: pressed in the factory, left by another press; the arrow keys go to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drillsergeant.drawing.factory import grid
from drillsergeant.drills.contract import Scene
from drillsergeant.runtimes.page import number_text
from drillsergeant.runtimes.protocol import messages

ALL = -1
SLOP_PX = 5.0  # a pointer that moved further meant something else
STEPS = {"ArrowLeft": -1, "ArrowRight": 1}
LEAVE = "Escape"


class FactoryWatch:
    """Which training match is watched. `send` reaches the show; `turned` hears when it is another one."""

    def __init__(self, send: Callable[[messages.Message], None], turned: Callable[[], None]) -> None:
        self._send, self._turned = send, turned
        self._shown = 0
        self._pressed: tuple[float, float] | None = None
        self.match = ALL

    @property
    def name(self) -> str:
        """Which one it is, in words; empty where all are shown."""
        return "" if self.match == ALL else f"Number {self.match + 1} of {self._shown}"

    def show(self, values: Mapping[str, object]) -> None:
        """The show tells how many training matches are shown."""
        self._shown = int(number_text.number(values.get("factory_shown")) or self._shown)

    def point(self, phase: str, x_px: float, y_px: float, scene: Scene, size: tuple[float, float]) -> None:
        """A pointer is on the stage, CSS pixels from its corner; `size` is the stage's."""
        if phase == "down":
            self._pressed = x_px, y_px
        elif self._pressed is not None and max(abs(x_px - self._pressed[0]), abs(y_px - self._pressed[1])) > SLOP_PX:
            self._pressed = None
        elif self._pressed is not None and phase == "up":
            self._pressed = None
            self._turn(self._at(x_px, y_px, scene, size) if self.match == ALL else ALL)

    def _at(self, x_px: float, y_px: float, scene: Scene, size: tuple[float, float]) -> int:
        """The match in whose cell a place lies; ALL where there is none."""
        if not (self._shown and 0 <= x_px < size[0] and 0 <= y_px < size[1]):
            return ALL
        cells = grid(scene, self._shown, *size)
        column, row = int(x_px * cells.columns / size[0]), int(y_px * cells.rows / size[1])
        match = row * cells.columns + column
        return match if match < self._shown else ALL

    def key(self, code: str) -> bool:
        """A key went down in the factory; returns whether it means one of its matches."""
        if code in STEPS and self._shown:
            start = self.match if self.match != ALL else -1 if STEPS[code] > 0 else 0
            self._turn((start + STEPS[code]) % self._shown)
        elif code == LEAVE and self.match != ALL:
            self._turn(ALL)
        else:
            return False
        return True

    def leave(self) -> None:
        """Something else is on screen now."""
        if self.match != ALL:
            self.match = ALL
            self.repeat()

    def repeat(self) -> None:
        """Tell the show which one it is."""
        self._send(messages.WatchMatch(self.match))

    def _turn(self, match: int) -> None:
        if match != self.match:
            self.match = match
            self.repeat()
            self._turned()
