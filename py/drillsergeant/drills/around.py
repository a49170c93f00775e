"""A drill around another one, which has everything of it that it does not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drillsergeant.drills.contract import Drill, Dtype, Head, Scene, State, Words
from drillsergeant.elementary import Array


class Around:
    """A drill of the contract; `base` is the other one."""

    def __init__(self, base: Drill) -> None:
        self.base = base

    def __getattr__(self, name: str) -> Any:
        """What a drill may have beside what it must."""
        if name == "base" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.base, name)

    @property
    def written(self) -> Drill:
        """The drill as it was written, without what is around it."""
        return getattr(self.base, "written", self.base)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Around) and self.written == other.written

    def __hash__(self) -> int:
        return hash(self.written)

    def __repr__(self) -> str:
        return repr(self.written)

    @property
    def name(self) -> str:
        """As `base` has it, like all that follows."""
        return self.base.name

    @property
    def teams(self) -> tuple[int, ...]:
        """Players of each team."""
        return self.base.teams

    @property
    def heads(self) -> tuple[Head, ...]:
        """The parts of an action."""
        return self.base.heads

    @property
    def action_repeat(self) -> int:
        """Ticks per decision."""
        return self.base.action_repeat

    @property
    def tick_hz(self) -> int:
        """Ticks per second."""
        return self.base.tick_hz

    @property
    def time_limit_s(self) -> float:
        """After which a match is truncated."""
        return self.base.time_limit_s

    @property
    def fields(self) -> Mapping[str, Dtype]:
        """State field -> dtype."""
        return self.base.fields

    @property
    def observation(self) -> tuple[str, ...]:
        """Names of the OBS entries."""
        return self.base.observation

    @property
    def reward_terms(self) -> tuple[str, ...]:
        """Names of the terms."""
        return self.base.reward_terms

    @property
    def scene(self) -> Scene:
        """How to draw a match."""
        return self.base.scene

    @property
    def words(self) -> Words:
        """What a page says of it."""
        return self.base.words

    def reset(self, seed: Array, episode: Array) -> State:
        """The start of match `episode` (u32 [N]) of the slot seeded with `seed` (u32 [N])."""
        return self.base.reset(seed, episode)

    def tick(self, state: State, actions: Sequence[Sequence[Array]]) -> State:
        """The state 1/tick_hz s later; actions[player][head] [N]."""
        return self.base.tick(state, actions)

    def observe(self, state: State, player: int) -> list[Array]:
        """OBS arrays f32 [N]."""
        return self.base.observe(state, player)

    def reward(self, before: State, after: State, player: int) -> list[Array]:
        """One f32 [N] per reward term."""
        return self.base.reward(before, after, player)

    def outcome(self, state: State) -> tuple[Array, Array, Array]:
        """Terminated mask [N], truncated mask [N], winner i32 [N]."""
        return self.base.outcome(state)

    def scripted(self, state: State, player: int) -> list[Array]:
        """The action [N] a head of the hand-written player."""
        return self.base.scripted(state, player)

    def from_keys(self, player: int, right: int, up: int, turn: int, dash: bool) -> tuple[float, ...]:
        """The action, a number a head, for the keys a human holds."""
        return self.base.from_keys(player, right, up, turn, dash)
