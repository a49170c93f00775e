"""Where on the screen a policy would go: its chances, by the keys that a human would hold for the same actions.

A drill says by `from_keys` which action belongs to a direction on the screen, whatever its heads are called. Turned
round, that gives every action a direction, in any game that can be played by keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product

from drillsergeant.drawing.place import Point
from drillsergeant.drills.contract import Continuous, Head

HELD = tuple(product((-1, 0, 1), (-1, 0, 1)))  # keys to the right, keys upwards
FEEBLE = 0.1  # a direction that is shorter than this is none: keys that cancel each other out

Held = tuple[int, int]
Keys = Callable[[int, int, int, int, bool], Sequence[float]]


class Compass:
    """The directions of one player's actions. `points`: whether there are any."""

    def __init__(self, heads: Sequence[Head], from_keys: Keys, player: int) -> None:
        actions = {held: from_keys(player, *held, 0, False) for held in HELD}
        moving = [at for at in range(len(heads)) if len({action[at] for action in actions.values()}) > 1]
        self._choosing = [at for at in moving if not isinstance(heads[at], Continuous)]
        self._ways = self._by_choices(actions)
        self._pulls = [self._pull(actions, at) for at in moving if isinstance(heads[at], Continuous)]
        self.points = bool(self._ways or self._pulls)

    def _by_choices(self, actions: Mapping[Held, Sequence[float]]) -> list[tuple[list[tuple[int, int]], Point]]:
        """Choices (head, choice) that belong together, and the direction in which they go."""
        keys: dict[tuple[tuple[int, int], ...], list[Point]] = {}
        for held, action in actions.items():
            keys.setdefault(tuple((at, int(action[at])) for at in self._choosing), []).append(_unit(held))
        ways = []
        for choices, directions in keys.items():
            middle = [sum(each) / len(directions) for each in zip(*directions, strict=True)]
            if choices and math.hypot(*middle) >= FEEBLE:
                ways.append((list(choices), _unit((middle[0], middle[1]))))
        return ways

    def _pull(self, actions: Mapping[Held, Sequence[float]], at: int) -> tuple[int, float, float, float]:
        """A head that is a number: where it is, its value without any key, and how much a key to the right and one
        upwards add."""
        right, left, up, down = (actions[held][at] for held in ((1, 0), (-1, 0), (0, 1), (0, -1)))
        return at, actions[0, 0][at], (right - left) / 2, (up - down) / 2

    def arrow(self, chances: Sequence[Sequence[float]]) -> Point:
        """Where it would go on average, at most 1 long, by the chances of every head as `engine.Insight` has them."""
        x = y = 0.0
        for choices, (right, up) in self._ways:
            share = 1.0
            for at, choice in choices:
                share *= chances[at][choice]
            x, y = x + share * right, y + share * up
        for at, idle, right, up in self._pulls:
            pull = chances[at][0] - idle
            x += _clipped(pull / right) if right else 0.0
            y += _clipped(pull / up) if up else 0.0
        length = math.hypot(x, y)
        return (x / length, y / length) if length > 1.0 else (x, y)


def _unit(way: Point) -> Point:
    length = math.hypot(*way) or 1.0
    return way[0] / length, way[1] / length


def _clipped(share: float) -> float:
    return min(max(share, -1.0), 1.0)
