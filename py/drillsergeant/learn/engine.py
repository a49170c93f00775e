"""The seam between what the runtimes do and how the arithmetic is done.

An `Engine` steps matches, runs the network and learns from chunks. There is one over plain NumPy (the reference)
and one over generated kernels; the runtimes cannot tell them apart. Offsets are byte offsets into shared memory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, Protocol

from drillsergeant.drills.contract import Outcome, Player
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.imitator import Imitator
from drillsergeant.learn.ppo.ppo import LearnerState
from drillsergeant.memory.layout import Plan

# Frozen opponents and how many matches every rollout worker plays against each, beside its training.
EVALUATION_MATCHES: Mapping[Player, int] = {Player.SCRIPTED: 128, Player.RANDOM: 32}
EVALUATION_OPPONENTS: tuple[Player, ...] = tuple(EVALUATION_MATCHES)
# Where the policy is looked at as team 1, too: what that is called, and how many matches it takes.
SCRIPTED_AWAY, AWAY_MATCHES = "scripted_away", 64
# Teams of a drill in which a worker can play duels: the policy for team 0, frozen parameters for team 1.
DUEL_TEAMS = 2
# Matches the show can play: its own, and two to compare.
SHOW_MATCHES = 3

# What a chunk's `stats` region holds, f32 each: the episodes that ended in the chunk, what they earned in all and
# the sum of its squares; then, in the order of the drill's reward terms, what was earned by each.
CHUNK_STATS: tuple[str, ...] = ("episodes", "wins", "losses", "draws", "decisions", "returns", "return_squares")
# There is room for so many, whatever a drill has: another number of them needs no other memory.
MOST_REWARD_TERMS = Plan.stats_size - len(CHUNK_STATS)


class EvaluationMatches(NamedTuple):
    """Matches that a worker plays only to tell how good the policy is: it plays `team`, `opponent` the other."""

    opponent: Player
    team: int
    matches: int


def evaluations_of(teams: Sequence[int]) -> Mapping[str, EvaluationMatches]:
    """The evaluations of a drill by name, those with the policy as team 0 by their opponents' names.

    Teams of different sizes play different games, so there the policy is looked at as team 1, too: "scripted_away".
    """
    found = {str(opponent): EvaluationMatches(opponent, 0, matches) for opponent, matches in EVALUATION_MATCHES.items()}
    if len(teams) == DUEL_TEAMS and teams[0] != teams[1]:
        found[SCRIPTED_AWAY] = EvaluationMatches(Player.SCRIPTED, 1, AWAY_MATCHES)
    return found


def worker_seed(seed: int, index: int) -> int:
    """The seed of rollout worker `index`'s matches in a run seeded with `seed`."""
    return (seed * 1009 + index * 7919 + 1) % 2**32


def evaluation_seed(own_seed: int, number: int, start: int) -> int:
    """The seed of the matches against opponent `number` of start `start` (they start anew with a policy from
    elsewhere), from the worker's own."""
    return (own_seed + 104729 * (number + 1) + 15485863 * start) % 2**32


def duels_of(teams: Sequence[int], matches: int, percent: int) -> int:
    """How many of a worker's matches are duels, where about so many of a hundred should be: a multiple of four."""
    return matches * percent // 400 * 4 if len(teams) == DUEL_TEAMS else 0


def duel_seed(own_seed: int, start: int) -> int:
    """The seed of the duels of start `start` (they start anew with every opponent), from the worker's own."""
    return (own_seed + 7368787 * (start + 1)) % 2**32


@dataclass(frozen=True)
class Tally:
    """Episodes counted since the tally before: the policy against one frozen opponent.

    `returns` is what they earned in all, `return_squares` the sum of the squares of what each did.
    """

    episodes: int
    wins: int
    losses: int
    returns: float = 0.0
    return_squares: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Tally(*(one + two for one, two in pairs))

    def of_team(self, team: int) -> Tally:
        """The same episodes as `team` has won and lost them."""
        return replace(self, wins=self.losses, losses=self.wins) if team else self


@dataclass(frozen=True)
class Insight:
    """What a player's policy made of the last decision: its chances for each choice of each head (of a continuous head:
    mean and standard deviation in its unit), the reward it expects from there on, and what it saw [OBS]. Also where
    somebody else played for it: what the policy would have done. `allowed`: masks of all choices, or none."""

    probabilities: Sequence[Sequence[float]]
    value: float
    observation: Sequence[float]
    allowed: Sequence[bool] = ()


NO_EPISODES = Tally(0, 0, 0)


class ShowMatch(Protocol):
    """One match on screen: the drill's own functions with one match, and a policy of its own for each team."""

    def reset(self, seed: int, lesson: int = 0) -> None:
        """Start the first episode of `seed` at a lesson."""

    def adopt(self, weights_offset: int, team: int) -> None:
        """Copy the parameters at `weights_offset`; `team` plays by them from the next decision on."""

    def decide(self, players: Mapping[int, Player], visitor_action: Sequence[float] = ()) -> None:
        """Choose every player's action for the coming ticks: who plays it by `players`, or its team's policy. A visitor
        has chosen `visitor_action`, a number a head."""

    def actions(self) -> Sequence[int]:
        """What everybody does now: i32 words [players x heads], player after player."""

    def act(self, actions: Sequence[int]) -> None:
        """Let everybody do this in the coming ticks, whoever plays: words as `actions` has them."""

    def insight(self, player: int) -> Insight:
        """Return what `player`'s policy made of the last decision."""

    def picked(self, player: int) -> Sequence[float]:
        """Return what `player`'s policy chose at the last decision, a number a head, whoever played."""

    def influences(self, player: int, baseline: Sequence[float]) -> list[float]:
        """Return, for each entry of what `player` saw at the last decision, how much less likely what its policy chose
        would have been with that entry at its `baseline` [OBS]: the fall of the log-probability, nats."""

    def suppose(
        self, player: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]
    ) -> Sequence[Insight]:
        """Return what `player`'s policy would make of a state of the match with each of these changes of its fields,
        without the observations. The match itself is left alone."""

    def earned(self, player: int) -> list[float]:
        """Return what `player` has earned since the last decision, in the order of the reward terms: after the ticks,
        before `finish`."""

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""

    def finish(self) -> Outcome[bool, int]:
        """Judge the decision that just ended; a match that is over starts its next episode."""

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (a body is dragged)."""


class Collector(Protocol):
    """One rollout worker's matches."""

    def collect(self, weights_offset: int, chunk_offset: int) -> Tally:
        """Play one chunk with the parameters at `weights_offset` and write it to the ring at `chunk_offset`.

        Returns what became of its duels.
        """

    def set_opponent(self, weights_offset: int | None) -> None:
        """Start the duels anew, from now on against the parameters at this offset, which stay there unchanged; None:
        against those that `collect` plays with."""

    def set_lesson(self, lesson: int) -> None:
        """Start all matches anew, at this lesson of the drill."""

    def compute_shares(self) -> None:
        """Do what there is to do for the learner, while the ring is full; returns at once where there is nothing."""

    def evaluate(self, weights_offset: int) -> Mapping[str, Tally]:
        """Play the evaluation matches for one chunk's length; returns what counts from now on of each of
        `evaluations_of`, as won and lost by the policy, in the order in which the matches began
        (`evaluation.start_order`)."""

    def waiting(self, evaluation: str) -> int:
        """Return how many matches of an evaluation have begun and are not counted yet."""

    def restart_evaluations(self) -> None:
        """Start the evaluation matches anew: the policy is one that did not come of the one that began them."""


class AnyLearner(Protocol):
    """PPO over chunks in shared memory, however it learns. `why` tells the reader what decided that it is this one."""

    name: str
    why: str

    def write_parameters(self, weights_offset: int) -> None:
        """Copy the current parameters to `weights_offset`."""

    def read_parameters(self, weights_offset: int) -> None:
        """Continue from the parameters at `weights_offset` with a fresh optimiser."""

    def reset(self, seed: int) -> None:
        """Start over with new parameters."""

    def state(self) -> LearnerState:
        """Return everything needed to go on exactly where this learner stands, independent of what it does next."""

    def restore(self, state: LearnerState) -> None:
        """Go on from a state. Raises ValueError when it is another network's, or holds unusable numbers."""


class Learner(AnyLearner, Protocol):
    """One that computes where it is called."""

    def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Mapping[str, float]:
        """Update from these chunks; returns the metrics of the update."""

    def imitator(self) -> Imitator:
        """What clones with this learner's arithmetic. The learner is to be restored after that, whatever came of it."""


class DeviceLearner(AnyLearner, Protocol):
    """One that has a device compute: an update is a promise."""

    def learn(self, chunk_offsets: Sequence[int], hyper: Hyper) -> Awaitable[Mapping[str, float]]:
        """Update from these chunks, which may be read until the promise is kept; returns the metrics of the update."""


class Engine(Protocol):
    """Makes the three parts over one drill, layout and memory."""

    name: str

    def show_match(self, seed: int, number: int = 0) -> ShowMatch:
        """Return match `number` of the render worker, below SHOW_MATCHES."""

    def collector(self, index: int, seed: int) -> Collector:
        """Return the matches of rollout worker `index`."""

    def learner(self, seed: int) -> Learner:
        """Return the trainer's learner."""
