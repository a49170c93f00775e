"""What one rollout leaves for the learner: T decisions of A agents, lane-major."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from drillsergeant.elementary import Array


@dataclass
class EpisodeStats:
    """Episodes that ended. Wins and losses are those of team 0; a draw is a match nobody won.

    `decisions` is the summed length of these episodes in decisions; `returns` what player 0 earned in them,
    `return_squares` the sum of its squares, `reward_terms` what it earned by name.
    """

    episodes: int = 0
    wins: int = 0
    losses: int = 0
    draws: int = 0
    decisions: int = 0
    returns: float = 0.0
    return_squares: float = 0.0
    reward_terms: dict[str, float] = field(default_factory=dict)

    def add(self, other: EpisodeStats) -> None:
        """Add another tally to this one, in place."""
        self.episodes += other.episodes
        self.wins += other.wins
        self.losses += other.losses
        self.draws += other.draws
        self.decisions += other.decisions
        self.returns += other.returns
        self.return_squares += other.return_squares
        for name, value in other.reward_terms.items():
            self.reward_terms[name] = self.reward_terms.get(name, 0.0) + value

    def shares(self) -> tuple[float, float, float]:
        """Shares of wins, losses and draws; zeros when nothing has ended yet."""
        count = max(self.episodes, 1)
        return self.wins / count, self.losses / count, self.draws / count


@dataclass(frozen=True)
class ChunkArrays:
    """One rollout. Arrays are only read by the learner.

    obs f32 [T][OBS][A]; action i32 [T][HEADS][A] and allowed i32 [T][WORDS][A], words as in `formulas.actions`; logp
    f32, reward f32, terminated i32 0/1, truncated i32 0/1, all [T][A]; value f32 [T+1][A], where value[T] is that
    of the state after the last decision, before a truncated match is reset.
    """

    obs: Array
    action: Array
    allowed: Array
    logp: Array
    reward: Array
    terminated: Array
    truncated: Array
    value: Array
    stats: EpisodeStats = field(default_factory=EpisodeStats)

    def __post_init__(self) -> None:
        horizon, observation_size, agents = self.obs.shape
        expected: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
            "obs": (np.float32, (horizon, observation_size, agents)),
            **{name: (np.int32, (horizon, *getattr(self, name).shape[1:2], agents)) for name in ("action", "allowed")},
            **{name: (dtype, (horizon, agents)) for name, dtype in _ROW_FIELDS.items()},
            "value": (np.float32, (horizon + 1, agents)),
        }
        for name, (dtype, shape) in expected.items():
            array: Array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise ValueError(
                    f"chunk field {name} is {array.dtype}{list(array.shape)}, expected {np.dtype(dtype)}{list(shape)} "
                    f"to go with obs [T={horizon}][OBS={observation_size}][A={agents}]"
                )

    @property
    def horizon(self) -> int:
        """T."""
        return int(self.logp.shape[0])

    @property
    def agents(self) -> int:
        """A."""
        return int(self.logp.shape[1])


_ROW_FIELDS: Mapping[str, type[np.generic]] = {
    "logp": np.float32,
    "reward": np.float32,
    "terminated": np.int32,
    "truncated": np.int32,
}


def empty_chunk(horizon: int, observation_size: int, heads: int, words: int, agents: int) -> ChunkArrays:
    """A zeroed chunk of the given size, to be filled."""

    def rows(name: str) -> Array:
        return np.zeros((horizon, agents), _ROW_FIELDS[name])

    return ChunkArrays(
        obs=np.zeros((horizon, observation_size, agents), np.float32),
        action=np.zeros((horizon, heads, agents), np.int32),
        allowed=np.zeros((horizon, words, agents), np.int32),
        logp=rows("logp"),
        reward=rows("reward"),
        terminated=rows("terminated"),
        truncated=rows("truncated"),
        value=np.zeros((horizon + 1, agents), np.float32),
    )
