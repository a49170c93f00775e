"""Which keys the visitor holds, and which action of the player that is."""

from __future__ import annotations

from typing import Protocol

MOVES = {
    "KeyD": (1, 0), "ArrowRight": (1, 0), "KeyA": (-1, 0), "ArrowLeft": (-1, 0),
    "KeyW": (0, 1), "ArrowUp": (0, 1), "KeyS": (0, -1), "ArrowDown": (0, -1),
}  # fmt: skip
TURNS = {"KeyQ": 1, "KeyE": -1}
DASH = "Space"
PLAY_CODES = frozenset((*MOVES, *TURNS, DASH))


class Steering(Protocol):
    """The part of a drill that knows what keys mean."""

    def from_keys(self, side: int, right: int, up: int, turn: int, dash: bool) -> int:
        """Return the action for held keys; directions are as seen on the screen."""


class HeldKeys:
    """The keys of the player that are down. Codes are physical places, so WASD lies there on every keyboard."""

    def __init__(self, steering: Steering, side: int) -> None:
        self._steering, self._side = steering, side
        self._held: set[str] = set()
        self._last = self.action()

    def change(self, code: str, down: bool) -> int | None:
        """Note that a key went down or up; returns the action if that changed it."""
        if down:
            self._held.add(code)
        else:
            self._held.discard(code)
        return self._news()

    def release(self) -> int | None:
        """Let go of everything; returns the action if that changed it."""
        self._held.clear()
        return self._news()

    def action(self) -> int:
        """Return the action for what is held; opposite keys cancel."""
        right = _sign(sum(MOVES[code][0] for code in self._held if code in MOVES))
        up = _sign(sum(MOVES[code][1] for code in self._held if code in MOVES))
        turn = _sign(sum(TURNS[code] for code in self._held if code in TURNS))
        return self._steering.from_keys(self._side, right, up, turn, DASH in self._held)

    def _news(self) -> int | None:
        action = self.action()
        if action == self._last:
            return None
        self._last = action
        return action


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
