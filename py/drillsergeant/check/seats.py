"""Who plays a match of a drill and what they can do there: the one place in which checks know the contract's shape.

An action of a player is a list with one array per head: i32 [N] of a choice, f32 [N] of a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from drillsergeant.drills.contract import Drill, MeanReturn, State, objective_of
from drillsergeant.elementary import Array

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
        self.heads = tuple(ActionHead(head.name, head.choices) for head in drill.heads)

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
        """Any action of a player, each as likely, [N] per head."""
        count = len(state["clock"])
        return [_drawn(head, generator, count) for head in self.heads]

    def scripted(self, state: State, player: int) -> Action:
        """What the drill's hand-written player does, [N] per head."""
        return list(self.drill.scripted(state, player))

    def tick(self, state: State, actions: Sequence[Action]) -> State:
        """The state [N] a tick later."""
        return self.drill.tick(state, actions)

    def decide(self, state: State, actions: Sequence[Action]) -> State:
        """The state [N] a decision later."""
        for _ in range(self.drill.action_repeat):
            state = self.tick(state, actions)
        return state


def _drawn(head: ActionHead, generator: np.random.Generator, count: int) -> Array:
    if head.choices:
        return generator.integers(0, len(head.choices), count).astype(np.int32)
    return generator.uniform(head.low, head.high, count).astype(np.float32)
