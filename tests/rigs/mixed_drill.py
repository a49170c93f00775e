"""A game with all that an action can be: choices, numbers, and more masks than fit into a word; for two teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from drillsergeant.drills.contract import (
    COMMON_FIELDS,
    Body,
    Continuous,
    Discrete,
    Dtype,
    Head,
    Outcome,
    Scene,
    State,
    Words,
    team_of,
)
from drillsergeant.elementary import Array, hash_u32, uniform

KICKS = 40
HEADS: tuple[Head, ...] = (
    Discrete("move", ("left", "stay", "right")),
    Continuous("push", -1.0, 3.0, "N"),
    Discrete("kick", tuple(f"kick {number}" for number in range(KICKS))),
    Continuous("load", 0.0, 0.5, "kg"),
)


@dataclass(frozen=True)
class MixedDrill:
    """Players on a line; who leaves it on the far side has won. What may be kicked changes by chance."""

    name: str = "mixed"
    teams: tuple[int, ...] = (2, 1)
    action_repeat: int = 2
    tick_hz: int = 30
    time_limit_s: float = 0.5
    heads: tuple[Head, ...] = HEADS
    observation: tuple[str, ...] = ("own_x", "own_load", "luck")
    reward_terms: tuple[str, ...] = ("way", "load")

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """Where each player is and what it carries."""
        names = [f"{part}{player}" for player in range(sum(self.teams)) for part in ("x", "load")]
        return {**COMMON_FIELDS, **dict.fromkeys(names, "f32")}

    @property
    def scene(self) -> Scene:
        """A disc for player 0."""
        return Scene(2.0, 1.0, 0.0, 0.0, (Body("disc", "player", "x0", "load0", 0.1, 0),))

    @property
    def words(self) -> Words:
        """Says what it is."""
        return Words("Mixed", "A game for tests.", ("A", "B"), "wins", "A disc.", "A and D.")

    def reset(self, seed: Array, episode: Array) -> State:
        """Anywhere near the middle, with nothing to carry."""
        state = {"seed": seed, "episode": episode, "clock": seed & 0}
        for player in range(sum(self.teams)):
            state[f"x{player}"] = uniform(hash_u32(seed, episode, player)) - 0.5
            state[f"load{player}"] = (seed & 0).astype(np.float32)
        return state

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """Everything that is chosen moves the player a little."""
        after = {**state, "clock": state["clock"] + 1}
        for player, (move, push, kick, load) in enumerate(actions):
            step = (move.astype(np.float32) - 1.0) * 0.1 + push * 0.02 + (kick.astype(np.float32) - KICKS / 2) * 0.002
            after[f"x{player}"] = state[f"x{player}"] + step * (1.0 - load)
            after[f"load{player}"] = load
        return after

    def observe(self, state: State, player: int) -> list[Array]:
        """Where it is, seen from its own end, what it carries, and what the kicks depend on."""
        sign = 1.0 - 2.0 * team_of(self.teams, player)
        return [state[f"x{player}"] * sign, state[f"load{player}"], uniform(self._luck(state, player))]

    def allowed(self, state: State, player: int) -> list[Array]:
        """Not out on the left or right, and kicks by chance; a player can always stay, and kick by 0."""
        x, luck = state[f"x{player}"], self._luck(state, player)
        always = state["clock"] < 1_000_000
        kicks = [always, *((luck >> number % 7) & 1 != 0 for number in range(1, KICKS))]
        return [x > -0.5, always, x < 0.5, *kicks]

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """The way to the far side, less what carrying costs."""
        sign = 1.0 - 2.0 * team_of(self.teams, player)
        return [(after[f"x{player}"] - before[f"x{player}"]) * sign, after[f"load{player}"] * -0.1]

    def outcome(self, state: State) -> Outcome[Array, Array]:
        """Over when player 0 has left the line, or late."""
        won, lost = state["x0"] > 1.0, state["x0"] < -1.0
        late = (state["clock"] >= round(self.time_limit_s * self.tick_hz)) & ~won & ~lost
        return Outcome(won | lost, late, won.astype(np.int32) - lost.astype(np.int32))

    def scripted(self, state: State, player: int) -> list[Array]:
        """Stays, pushes towards its end, carries what is too much."""
        none = (state["clock"] & 0).astype(np.int32)
        return [none + 1, state[f"x{player}"] * 2.0, none, state[f"x{player}"] * 0.0 + 0.75]

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """Keys for every head."""
        return (1 + right, 1.0 + up, int(dash), 0.25 + 0.25 * turn)

    def _luck(self, state: State, player: int) -> Array:
        return hash_u32(state["seed"], state["clock"], 11, player)
