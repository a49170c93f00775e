"""Steering with fingers on the screen and with a game controller."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.match.steering import Held
from drillsergeant.runtimes.page.view import View

STICK = "touch-stick"
TURNS = {"touch-left": 1, "touch-right": -1}
DASH = "touch-dash"
KNOB_REACH = 0.6  # how far the knob goes, of the way to the stick's edge
DEAD = 0.3  # a stick that is pushed less than this, of the whole way, asks for nothing
# The standard layout of https://www.w3.org/TR/gamepad: axes of the sticks, then buttons.
MOVE_X, MOVE_Y, TURN_X = 0, 1, 2
FACE_DOWN, LEFT_SHOULDER, RIGHT_SHOULDER, RIGHT_TRIGGER = 0, 4, 5, 7
CROSS_UP, CROSS_DOWN, CROSS_LEFT, CROSS_RIGHT = 12, 13, 14, 15


class PadUse(NamedTuple):
    """Which pads make a difference to a player: the stick to the sides, up and down, both buttons to turn, and Dash."""

    across: bool
    up: bool
    turn: bool
    dash: bool

    @classmethod
    def of(cls, game: DrillFacts, player: int) -> PadUse:
        """Those of a drill."""

        def differ(*held: tuple[int, int, int, bool]) -> bool:
            return len({game.from_keys(player, *each) for each in held}) > 1

        return cls(
            across=differ((-1, 0, 0, False), (1, 0, 0, False)),
            up=differ((0, -1, 0, False), (0, 1, 0, False)),
            turn=differ((0, 0, -1, False), (0, 0, 1, False)),
            dash=differ((0, 0, 0, False), (0, 0, 0, True)),
        )


def touch_hint(game: DrillFacts, player: int) -> str:
    """Who a human is, as the drill's own words begin, and the pads that steer that player; its keys where none does."""
    use = PadUse.of(game, player)
    way = "left or right" if use.across else "up or down"
    stick = "the stick moves" if use.across and use.up else f"the stick, {way}"
    told = ((stick, use.across or use.up), ("↺ and ↻ turn", use.turn), ("Dash dashes", use.dash))
    pads = [text for text, on in told if on]
    if not pads:
        return game.words.keys
    who = game.words.keys.partition(". ")[0].partition(":")[0]
    who = f"{who}: " if who.startswith("You ") else ""
    hint = f"{who}{', '.join(pads)}."
    return hint[0].upper() + hint[1:]


class TouchPads:
    """The stick and the buttons on the screen; each follows the finger that came down on it."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._stick = (0.0, 0.0)
        self._pressed: set[str] = set()

    def offer(self, use: PadUse) -> None:
        """Show the buttons that make a difference."""
        for name, on in (*((turn, use.turn) for turn in TURNS), (DASH, use.dash)):
            self._view.set_attribute(name, "hidden", None if on else "")

    def change(self, name: str, phase: str, x: float, y: float) -> None:
        """A finger on the pad `name`: `phase` is down, move or up; x and y from its middle, up to 1, y upwards."""
        if name == STICK:
            self._lean(*((0.0, 0.0) if phase == "up" else (x, y)))
        elif phase == "down":
            self._press(name, on=True)
        elif phase == "up":
            self._press(name, on=False)

    def _lean(self, x: float, y: float) -> None:
        shorter = 1.0 / max(1.0, math.hypot(x, y))
        self._stick = x * shorter, y * shorter
        self._view.move_knob("touch-knob", KNOB_REACH * self._stick[0], KNOB_REACH * self._stick[1])

    def _press(self, name: str, *, on: bool) -> None:
        (self._pressed.add if on else self._pressed.discard)(name)
        self._view.set_attribute(name, "data-down", "" if on else None)

    def release(self) -> None:
        """Let go of everything."""
        if self._stick != (0.0, 0.0):
            self._lean(0.0, 0.0)
        for name in tuple(self._pressed):
            self._press(name, on=False)

    def held(self) -> Held:
        """Return what the fingers ask for."""
        return Held(*_direction(*self._stick), sum(TURNS.get(name, 0) for name in self._pressed), DASH in self._pressed)


class Controller:
    """A game controller. It is asked for only while `watch` says so."""

    def __init__(self, watch: Callable[[bool], None]) -> None:
        self.watch = watch
        self._held = Held()

    def change(self, axes: Sequence[float], buttons: Sequence[bool]) -> None:
        """The controller's axes (right and down are positive) and buttons are these now."""
        right, up = _direction(_at(axes, MOVE_X), -_at(axes, MOVE_Y))
        right += _down(buttons, CROSS_RIGHT) - _down(buttons, CROSS_LEFT)
        up += _down(buttons, CROSS_UP) - _down(buttons, CROSS_DOWN)
        lean = _at(axes, TURN_X)
        turn = (lean < -DEAD) - (lean > DEAD) + _down(buttons, LEFT_SHOULDER) - _down(buttons, RIGHT_SHOULDER)
        dash = _down(buttons, FACE_DOWN) or _down(buttons, RIGHT_TRIGGER)
        self._held = Held(right, up, turn, bool(dash))

    def release(self) -> None:
        """Let go of everything."""
        self._held = Held()

    def held(self) -> Held:
        """Return what the controller asks for."""
        return self._held


def _direction(x: float, y: float) -> tuple[int, int]:
    """Return the direction of a stick: along its longer axis, for a player runs in one of four directions."""
    if math.hypot(x, y) < DEAD:
        return 0, 0
    if abs(x) >= abs(y):
        return (1 if x > 0 else -1), 0
    return 0, (1 if y > 0 else -1)


def _at(axes: Sequence[float], index: int) -> float:
    return axes[index] if index < len(axes) else 0.0


def _down(buttons: Sequence[bool], index: int) -> int:
    return int(index < len(buttons) and buttons[index])
