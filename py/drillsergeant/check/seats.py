"""Who plays a match of a drill and what they can do there: the one place in which checks know the contract's shape.

An action of a player is a list with one array per head: i32 [N] of a choice, f32 [N] of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np

from drillsergeant.drills.contract import Continuous, Drill, Head, MeanReturn, State, has_masks, objective_of
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import as_played

Action: TypeAlias = "list[Array]"


@dataclass(frozen=True)
class ActionHead:
    """One thing that a player decides: one of `choices`, or, where there are none, a number in [low, high]."""

    name: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


class Seats:
    """The players of a drill, numbered team after team."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.teams = drill.teams
        self.team_of = tuple(team for team, size in enumerate(self.teams) for _ in range(size))
        self.heads = tuple(map(_head, drill.heads))

    @property
    def players(self) -> range:
        """Their numbers."""
        return range(len(self.team_of))

    @property
    def even(self) -> bool:
        """Whether two teams of the same size meet, so that each has to have the same game."""
        return len(self.teams) == 2 and self.teams[0] == self.teams[1]

    @property
    def plays_for_return(self) -> bool:
        """Whether what is earned is all that it is about, and not a way to tell who wins."""
        return isinstance(objective_of(self.drill), MeanReturn)

    def random(self, generator: np.random.Generator, state: State, player: int) -> Action:
        """Any action of a player, each as likely, [N] per head; choices that it has in this state."""
        count, masks = len(state["clock"]), iter(self.allowed(state, player))
        return [_drawn(head, generator, count, list(islice(masks, len(head.choices)))) for head in self.heads]

    def allowed(self, state: State, player: int) -> list[Array]:
        """Masks [N] of the choices that a player has, all heads' one after the other; none where the drill has none."""
        return list(self.drill.allowed(state, player)) if has_masks(self.drill) else []

    def scripted(self, state: State, player: int) -> Action:
        """What the drill's hand-written player does, [N] per head."""
        return list(self.drill.scripted(state, player))

    def tick(self, state: State, actions: Sequence[Action]) -> State:
        """The state [N] a tick later; numbers are clipped to their range, as everywhere."""
        return self.drill.tick(state, [as_played(self.drill.heads, action) for action in actions])

    def decide(self, state: State, actions: Sequence[Action]) -> State:
        """The state [N] a decision later."""
        for _ in range(self.drill.action_repeat):
            state = self.tick(state, actions)
        return state


def _head(head: Head) -> ActionHead:
    if isinstance(head, Continuous):
        return ActionHead(head.name, low=head.low, high=head.high)
    return ActionHead(head.name, head.choices)


def _drawn(head: ActionHead, generator: np.random.Generator, count: int, allowed: Sequence[Array]) -> Array:
    if allowed:
        luck = np.where(np.stack(allowed), generator.random((len(allowed), count)), -1.0)
        choice: Array = luck.argmax(0).astype(np.int32)
        return choice
    if head.choices:
        return generator.integers(0, len(head.choices), count).astype(np.int32)
    return generator.uniform(head.low, head.high, count).astype(np.float32)
