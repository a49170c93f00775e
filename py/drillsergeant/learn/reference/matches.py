"""A batch of matches of one drill, played by calling the drill with arrays: the reference of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import Drill, Outcome, has_masks
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import as_played


class Step(NamedTuple):
    """What one decision led to."""

    reward: list[list[Array]]  # [S][reward terms] f32 [N]
    outcome: Outcome[Array, Array]


class MatchBatch:
    """N matches side by side; slot n is seeded with hash(seed, n) and plays episode `first` and those that follow."""

    def __init__(self, drill: Drill, count: int, seed: int, first: int = 0) -> None:
        self.drill = drill
        self.count = count
        slot = np.arange(count, dtype=np.uint32)
        seeds = elementary.hash_u32(np.full(count, seed & 0xFFFFFFFF, np.uint32), slot)
        self.state = drill.reset(seeds, np.full(count, first, np.uint32))

    def observe(self, player: int) -> Array:
        """What that player sees: f32 [OBS][N]."""
        return np.stack(self.drill.observe(self.state, player))

    def allowed(self, player: int) -> list[Array]:
        """Masks [N] of the choices that this player can take now; none where the drill has no masks."""
        return self.drill.allowed(self.state, player) if has_masks(self.drill) else []

    def draw(self, player: int, salt: int) -> Array:
        """Uniform numbers f32 [N] in [0, 1) that depend on nothing but match, clock, player and salt."""
        s = self.state
        return elementary.uniform(elementary.hash_u32(s["seed"], s["episode"], s["clock"], player, salt))

    def step(self, actions: Sequence[Sequence[Array]]) -> Step:
        """Play one decision (action_repeat ticks) with actions[S][HEADS] i32 or f32 [N]. Nothing is reset."""
        before, played = self.state, [as_played(self.drill.heads, action) for action in actions]
        for _ in range(self.drill.action_repeat):
            self.state = self.drill.tick(self.state, played)
        reward = [self.drill.reward(before, self.state, player) for player in range(sum(self.drill.teams))]
        return Step(reward, Outcome(*self.drill.outcome(self.state)))

    def restart(self, over: Array) -> None:
        """Start the next episode of the matches in the mask `over` [N]."""
        if not over.any():
            return
        fresh = self.drill.reset(self.state["seed"], self.state["episode"] + 1)
        self.state = {name: np.where(over, fresh[name], old) for name, old in self.state.items()}
