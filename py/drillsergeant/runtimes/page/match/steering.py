"""Steering a player: which keys the visitor holds, what fingers and sticks add to that, and which action it all is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from drillsergeant.learn.program import DrillFacts

MOVES = {
    "KeyD": (1, 0), "ArrowRight": (1, 0), "KeyA": (-1, 0), "ArrowLeft": (-1, 0),
    "KeyW": (0, 1), "ArrowUp": (0, 1), "KeyS": (0, -1), "ArrowDown": (0, -1),
}  # fmt: skip
TURNS = {"KeyQ": 1, "KeyE": -1}
DASH = "Space"
PLAY_CODES = frozenset((*MOVES, *TURNS, DASH))


class Held(NamedTuple):
    """What a visitor asks of a player, as seen on the screen; a turn of +1 is counter-clockwise."""

    right: int = 0
    up: int = 0
    turn: int = 0
    dash: bool = False


class Device(Protocol):
    """Something to steer with."""

    def held(self) -> Held:
        """Return what is asked for now."""

    def release(self) -> None:
        """Let go of everything."""


class Keys:
    """The keys of the player that are down. Codes are physical places, so WASD lies there on every keyboard."""

    def __init__(self) -> None:
        self._down: set[str] = set()

    def change(self, code: str, down: bool) -> None:
        """Note that a key went down or up."""
        if down:
            self._down.add(code)
        else:
            self._down.discard(code)

    def release(self) -> None:
        """Let go of everything."""
        self._down.clear()

    def held(self) -> Held:
        """Return what the keys ask for; opposite ones cancel."""
        moves = [MOVES[code] for code in self._down if code in MOVES]
        turn = sum(TURNS[code] for code in self._down if code in TURNS)
        return Held(sum(move[0] for move in moves), sum(move[1] for move in moves), turn, DASH in self._down)


class Steering:
    """All devices together, as one action."""

    def __init__(self, rules: DrillFacts, player: int, devices: Sequence[Device]) -> None:
        self._rules, self._player, self._devices = rules, player, devices
        self._last = self._action()

    def release(self) -> tuple[float, ...] | None:
        """Let go of everything everywhere; returns the action if that changed it."""
        for device in self._devices:
            device.release()
        return self.news()

    def news(self) -> tuple[float, ...] | None:
        """Return the action where it is another one than the last time."""
        action = self._action()
        if action == self._last:
            return None
        self._last = action
        return action

    def _action(self) -> tuple[float, ...]:
        all_held = [device.held() for device in self._devices]
        right, up, turn = (_sign(sum(column)) for column in list(zip(*all_held, strict=True))[:3])
        return self._rules.from_keys(self._player, right, up, turn, any(held.dash for held in all_held))


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
