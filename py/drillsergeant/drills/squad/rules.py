"""The numbers of Squad Drill beside those of Ball Drill, and what its players and its bot need to know of a team."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsergeant.drills.ball.match import BallMatch
from drillsergeant.drills.ball.rules import gap
from drillsergeant.drills.contract import State, team_of
from drillsergeant.elementary import Array


@dataclass(frozen=True)
class SquadRules(BallMatch):
    """Sizes in m, times in s. The field is larger than Ball Drill's, the ball rolls farther: there is room to pass."""

    teams: tuple[int, ...] = (3, 3)
    time_limit_s: float = 30.0

    half_length_m: float = 9.0
    half_width_m: float = 6.0
    corner_m: float = 2.0
    goal_half_width_m: float = 2.0
    ball_drag_per_s: float = 1.0

    to_ball_reward: float = 2.0  # to the whole team, for what its nearest player closes of a gap of one field length

    def team(self, player: int) -> range:
        """The numbers of a player's team, its own among them."""
        first = self.teams[0] * team_of(self.teams, player)
        return range(first, first + self.teams[team_of(self.teams, player)])

    def mates(self, player: int) -> list[int]:
        """The other players of a player's team, in turn from the next one on."""
        own = self.team(player)
        return [own[(player - own[0] + step) % len(own)] for step in range(1, len(own))]

    def opponents(self, player: int) -> list[int]:
        """The players of the other team."""
        return [other for other in range(sum(self.teams)) if other not in self.team(player)]


def nearer(rules: SquadRules, state: State, player: int) -> Array:
    """How many mates are nearer to the ball: 0 for whose ball it is; f32 [N]."""
    own = gap(state, player)
    count = own * 0.0
    for mate in rules.mates(player):
        count = count + (gap(state, mate) < own).astype(np.float32)
    return count


def least(values: Sequence[Array]) -> Array:
    """The smallest of some arrays, lane by lane; f32 [N]."""
    smallest = values[0]
    for value in values[1:]:
        smallest = np.minimum(smallest, value)
    return smallest
