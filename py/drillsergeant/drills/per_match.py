"""Numbers that differ from match to match: `BallDrill(player_push=between(10.0, 20.0))`, domain randomisation, and
`BallDrill(half_length_m=lessons(4.0, 6.0))`, which moves on once the drill's measure is reached.

Such a number is drawn when a match is reset, from its seed and episode, and is a field of its state from then on.
The drill's own functions find it where the number was, `self.player_push`, as an array f32 [N]; what is drawn, and all
else that is one for all matches, has the middle of both, or the last lesson.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from drillsergeant.drills.around import Around
from drillsergeant.drills.contract import LESSON_SHIFT, MOST_LESSONS, Drill, Dtype, State, has_masks
from drillsergeant.elementary import Array, hash_u32, uniform
from drillsergeant.plain import real_number

DRAWN = 0x6D617463  # keeps these random numbers apart from those that a drill draws
# What there is one of for all matches.
FIXED = ("name", "teams", "heads", "action_repeat", "tick_hz", "time_limit_s")


@dataclass(frozen=True)
class Between:
    """A number of a match, from `low` on and below `high`, each as likely."""

    low: float
    high: float

    @property
    def usual(self) -> float:
        """Half-way between both."""
        return (self.low + self.high) / 2.0

    def drawn(self, seed: Array, episode: Array, number: int) -> Array:
        """The number `number` of the matches, f32 [N], by their seeds and episodes, u32 [N]."""
        value: Array = uniform(hash_u32(seed, episode, DRAWN, number)) * (self.high - self.low) + self.low
        return value


@dataclass(frozen=True)
class Lessons:
    """A number of a match that is one of `values`, by the lesson at which it is played; from the last on, the last."""

    values: tuple[float, ...]

    @property
    def usual(self) -> float:
        """The last, which is what is to be learned."""
        return self.values[-1]

    def drawn(self, seed: Array, episode: Array, number: int) -> Array:
        """The number of the matches, f32 [N], by their episodes, u32 [N]."""
        lesson = episode >> LESSON_SHIFT
        value: Array = (lesson * 0).astype(np.float32) + self.values[0]
        for each, later in enumerate(self.values[1:], 1):
            value = np.where(lesson >= each, later, value)
        return value


def between(low: float, high: float) -> Any:
    """What to write in place of a number of a drill to have it drawn anew for every match.

    Raises ValueError for what are no numbers, and where `low` is not below `high`.
    """
    low, high = real_number("the lower number of between", low), real_number("the higher number of between", high)
    if not low < high:
        raise ValueError(f"between({low!r}, {high!r}): give the lower number first, and a higher one")
    return Between(low, high)


def lessons(*values: float) -> Any:
    """What to write in place of a number of a drill to have it move on, from value to value, as the drill is learned.

    Raises ValueError for what are no numbers, less than two values, or more than there can be lessons.
    """
    values = tuple(real_number("a value of lessons", value) for value in values)
    if not 2 <= len(values) <= MOST_LESSONS:
        raise ValueError(
            f"lessons({', '.join(map(repr, values))}): give 2 to {MOST_LESSONS} values, the first one first"
        )
    return Lessons(values)


def varying_numbers(drill: object) -> dict[str, Between | Lessons]:
    """The numbers of a drill that differ from match to match, by their names."""
    return {name: value for name, value in vars_of(drill).items() if isinstance(value, Between | Lessons)}


def vars_of(drill: object) -> dict[str, object]:
    """What a drill has by its class or itself, by name."""
    known: dict[str, object] = {}
    for each in reversed(type(drill).__mro__):
        known |= vars(each)
    return known | getattr(drill, "__dict__", {})


class PerMatch(Around):
    """A drill some of whose numbers are `between` two others or `lessons`; it has a field more for each."""

    def __init__(self, drill: Drill) -> None:
        """Raises ValueError for a number that there is one of for all matches, or that is called like a field."""
        self._numbers = varying_numbers(drill)
        super().__init__(with_numbers(drill, {name: number.usual for name, number in self._numbers.items()}))
        for name in self._numbers:
            if name in FIXED:
                raise ValueError(
                    f"{name} of {drill.name} differs from match to match, it is one number for all of them: give that"
                )
            if name in self.base.fields:
                raise ValueError(
                    f"{name} of {drill.name} differs from match to match, and is a field of its state: rename one"
                )

    @property
    def written(self) -> Drill:
        """The drill with what stands for its numbers."""
        return with_numbers(self.base, self._numbers)

    @property
    def drawn_numbers(self) -> tuple[str, ...]:
        """The fields that hold its numbers."""
        return tuple(self._numbers)

    @property
    def lesson_values(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """The numbers that move on, each with its values."""
        return tuple((name, each.values) for name, each in self._numbers.items() if isinstance(each, Lessons))

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """Those of the drill, then its numbers."""
        return {**self.base.fields, **dict.fromkeys(self._numbers, "f32")}

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of matches, from u32 [N]; the numbers are drawn here."""
        drawn = {name: each.drawn(seed, episode, place) for place, (name, each) in enumerate(self._numbers.items())}
        return {**with_numbers(self.base, drawn).reset(seed, episode), **drawn}

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """A tick after actions [N]; the numbers stay what they are."""
        after = self._of(state).tick(state, actions)
        return {name: state[name] if name in self._numbers else after[name] for name in self.fields}

    def observe(self, state: State, player: int) -> list[Array]:
        """OBS entries f32 [N], with the numbers of each match."""
        return self._of(state).observe(state, player)

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """Reward terms f32 [N], with the numbers of each match."""
        return self._of(after).reward(before, after, player)

    def outcome(self, state: State) -> tuple[Array, Array, Array]:
        """Masks [N] and i32 [N], with the numbers of each match."""
        return self._of(state).outcome(state)

    def scripted(self, state: State, player: int) -> list[Array]:
        """The hand-written player's action [N] a head, with the numbers of each match."""
        return self._of(state).scripted(state, player)

    def __getattr__(self, name: str) -> Any:
        """What a drill may have beside what it must; what it forbids depends on its numbers, too."""
        return self._allowed if name == "allowed" and has_masks(self.base) else super().__getattr__(name)

    def _allowed(self, state: State, player: int) -> list[Array]:
        """A mask [N] for each choice."""
        drill = self._of(state)
        assert has_masks(drill), "its base has them"
        return drill.allowed(state, player)

    def _of(self, state: State) -> Drill:
        """The drill with the numbers of these matches."""
        return with_numbers(self.base, {name: state[name] for name in self._numbers})


def with_numbers(drill: Drill, numbers: Mapping[str, object]) -> Drill:
    """The drill with other numbers, whatever class it is of."""
    other = copy(drill)
    for name, value in numbers.items():
        object.__setattr__(other, name, value)
    return other
