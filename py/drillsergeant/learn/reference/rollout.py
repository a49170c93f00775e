"""Playing matches: the reference of the rollout workers, their duels with an older self, and evaluation.

One chunk is T decisions of all agents with the same parameters. A match that terminates starts anew at once. A match
past its time limit plays on to the chunk's end, is reported truncated there, and starts anew after the value of its
last state has been taken: so value[T] is what a truncated match is bootstrapped from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from drillsergeant.drills.contract import Continuous, Drill, Head, Player
from drillsergeant.elementary import Array
from drillsergeant.learn.formulas.actions import from_words, packed, to_words
from drillsergeant.learn.formulas.linear import lane_sum
from drillsergeant.learn.formulas.network import Network
from drillsergeant.learn.formulas.sampling import head_draw, sample, sample_choice
from drillsergeant.learn.heads import mask_words, masks_of
from drillsergeant.learn.reference.chunk import ChunkArrays, EpisodeStats, empty_chunk
from drillsergeant.learn.reference.matches import MatchBatch, Step

# Salts that keep the random numbers of different uses apart.
SAMPLING_SALT = 1
RANDOM_PLAYER_SALT = 2


def policy_against(opponent: Player, teams: Sequence[int], team: int = 0) -> tuple[Player, ...]:
    """Who plays each player when a policy is looked at: all of `team` is the policy's, the other one `opponent`'s."""
    sides = [(Player.POLICY if each == team else opponent,) * count for each, count in enumerate(teams)]
    return tuple(player for side in sides for player in side)


class Decision(NamedTuple):
    """What the policy saw and chose for its lanes (all agents of the players it controls), in the order of players."""

    obs: Array  # f32 [OBS][lanes]
    action: Array  # words i32 [HEADS][lanes]
    allowed: Array  # words i32 [WORDS][lanes]
    logp: Array  # f32 [lanes]
    value: Array  # f32 [lanes]


class ReferenceCollector:
    """N matches, each player played by the policy, frozen parameters, the drill's scripted player or a random one."""

    def __init__(
        self,
        drill: Drill,
        network: Network,
        matches: int,
        seed: int,
        players: Sequence[Player] | None = None,
        first: int = 0,
    ) -> None:
        """`first`: the episode with which every match begins."""
        self.drill = drill
        self.network = network
        self.matches = MatchBatch(drill, matches, seed, first)
        self.players: tuple[Player, ...] = tuple(players or [Player.POLICY] * sum(drill.teams))
        if len(self.players) != sum(drill.teams):
            raise ValueError(
                f"{drill.name} has {sum(drill.teams)} players, it was said of {len(self.players)} who plays them: "
                f"{', '.join(self.players)}"
            )
        self.policy_players = [player for player, who in enumerate(self.players) if who is Player.POLICY]
        self.frozen: Array | None = None  # f32 [P], what frozen players play with; to be set before playing
        # Of the episodes under way: decisions so far [N] and player 0's reward terms so far.
        self._length = np.zeros(matches, np.int64)
        self._terms = np.zeros((len(drill.reward_terms), matches), np.float32)
        # Of the latest chunk: `_ended` after every decision, and of those truncated at its end.
        self.log: list[Array] = []

    def collect(self, parameters: Array, decisions: int) -> ChunkArrays:
        """Play T = `decisions` decisions with `parameters` f32 [P]; records those of every player the policy plays."""
        lanes = self.matches.count * len(self.policy_players)
        chunk = empty_chunk(
            decisions, self.network.observation_size, len(self.drill.heads), mask_words(masks_of(self.drill)), lanes
        )
        self.log = []
        for t in range(decisions):
            decision = self.decide(parameters)
            chunk.obs[t], chunk.action[t] = decision.obs, decision.action
            chunk.allowed[t], chunk.logp[t], chunk.value[t] = decision.allowed, decision.logp, decision.value
            reward, outcome = self.advance(decision, chunk.stats)
            chunk.reward[t] = np.concatenate([total_reward(reward[player]) for player in self.policy_players])
            chunk.terminated[t] = np.tile(outcome.terminated, len(self.policy_players))
            self.log.append(self._latest)
            if t == decisions - 1:
                chunk.truncated[t] = np.tile(outcome.truncated, len(self.policy_players))
                chunk.value[decisions] = self.decide(parameters).value
                self._finish(outcome.truncated, outcome.winner, chunk.stats)
                self.log.append(self._latest)
        return chunk

    def play(self, parameters: Array, decisions: int) -> EpisodeStats:
        """Play with `parameters` f32 [P], unrecorded; matches past their limit end at once. The episodes that ended."""
        stats = EpisodeStats()
        for _ in range(decisions):
            outcome = self.advance(self.decide(parameters), stats).outcome
            self._finish(outcome.truncated, outcome.winner, stats)
        return stats

    def decide(self, parameters: Array) -> Decision:
        """What `parameters` f32 [P] choose in the present states. The one place that runs the network to play."""
        return self._choose(parameters, self.policy_players)

    def _choose(self, parameters: Array, players: Sequence[int]) -> Decision:
        obs = np.concatenate([self.matches.observe(player) for player in players], axis=1)
        draws = np.concatenate([self.matches.draw(player, SAMPLING_SALT) for player in players])
        activations = self.network.forward(parameters, obs)
        masks = [np.concatenate(each) for each in zip(*map(self.matches.allowed, players), strict=True)]
        action, logp = sample(self.network.policy(self.drill.heads, parameters, activations, masks), draws)
        words, none = to_words(self.drill.heads, action), np.zeros((0, len(draws)), np.int32)
        return Decision(obs, np.stack(words), np.stack(packed(masks)) if masks else none, logp, activations.value)

    def advance(self, decision: Decision, stats: EpisodeStats) -> Step:
        """Play one decision and restart the terminated matches. The one place that steps matches."""
        chosen = iter(np.split(decision.action, len(self.policy_players), axis=1))
        actions = [
            self._parts(next(chosen)) if who is Player.POLICY else self._foreign_action(who, player)
            for player, who in enumerate(self.players)
        ]
        _, late, _ = self.drill.outcome(self.matches.state)  # what is earned past the limit does not count
        step = self.matches.step(actions)
        self._length += ~late
        self._terms += np.where(late, np.float32(0.0), np.stack(step.reward[0]))
        self._finish(step.outcome.terminated, step.outcome.winner, stats)
        return step

    def _parts(self, words: Array) -> list[Array]:
        """The action, i32 or f32 [N] a head, of words i32 [HEADS][N]."""
        return from_words(self.drill.heads, list(words))

    def _foreign_action(self, who: Player, player: int) -> list[Array]:
        if who is Player.FROZEN:
            assert self.frozen is not None, "frozen players have no parameters"
            return self._parts(self._choose(self.frozen, [player]).action)
        if who is Player.SCRIPTED:
            return self.drill.scripted(self.matches.state, player)
        draw = self.matches.draw(player, RANDOM_PLAYER_SALT)
        return random_action(draw, self.drill.heads, self.matches.allowed(player))

    def _ended(self, over: Array, winner: Array) -> Array:
        """What is counted of the matches in the mask `over`, by `engine.CHUNK_STATS`: f32 [7][N], 0 for all others."""
        earned = total_reward(list(self._terms))
        counted = (over, winner > 0, winner < 0, winner == 0, self._length, earned, earned * earned)
        return np.stack([np.where(over, row, 0) for row in counted]).astype(np.float32)

    def _finish(self, over: Array, winner: Array, stats: EpisodeStats) -> None:
        """Tally and restart the matches in the mask `over`."""
        self._latest = self._ended(over, winner)
        if not over.any():
            return
        ended = EpisodeStats(
            episodes=int(over.sum()),
            wins=int((over & (winner > 0)).sum()),
            losses=int((over & (winner < 0)).sum()),
            draws=int((over & (winner == 0)).sum()),
            decisions=int(self._length[over].sum()),
            returns=float(lane_sum(self._latest[-2])),
            return_squares=float(lane_sum(self._latest[-1])),
            reward_terms={
                name: float(row[over].sum()) for name, row in zip(self.drill.reward_terms, self._terms, strict=True)
            },
        )
        stats.add(ended)
        self._length[over] = 0
        self._terms[:, over] = 0.0
        self.matches.restart(over)


def evaluate(
    drill: Drill,
    network: Network,
    parameters: Array,
    opponent: Player,
    matches: int,
    seed: int,
    team: int = 0,
) -> EpisodeStats:
    """The first episode of each of `matches` matches: `parameters` f32 [P] sample for `team` against `opponent`.

    Exactly one episode per match: counting whatever ends within some time would favour short episodes.
    """
    collector = ReferenceCollector(drill, network, matches, seed, policy_against(opponent, drill.teams, team))
    stats = EpisodeStats()
    counted = np.zeros(matches, np.bool_)
    while not counted.all():
        ended = EpisodeStats()
        outcome = collector.advance(collector.decide(parameters), ended).outcome
        over = outcome.terminated | outcome.truncated
        first = over & ~counted
        stats.add(
            EpisodeStats(
                episodes=int(first.sum()),
                wins=int((first & (outcome.winner > 0)).sum()),
                losses=int((first & (outcome.winner < 0)).sum()),
                draws=int((first & (outcome.winner == 0)).sum()),
            )
        )
        counted |= over
    return stats


def random_action(uniform: Array, heads: Sequence[Head], allowed: Sequence[Array] = ()) -> list[Array]:
    """The random player's action, i32 or f32 [N] a head, from a uniform number f32 [N] in [0, 1): each choice as
    likely, of those in `allowed` (masks [N]) where there are any."""
    action: list[Array] = []
    masks = iter(allowed)
    for number, head in enumerate(heads):
        draw = head_draw(uniform, number)
        if isinstance(head, Continuous):
            action.append(draw * (head.high - head.low) + head.low)
        elif allowed:
            own = list(islice(masks, len(head.choices)))
            action.append(sample_choice([draw * 0.0 for _ in own], draw, own)[0])
        else:
            action.append((draw * float(len(head.choices))).astype(np.int32))
    return action


def total_reward(terms: Sequence[Array]) -> Array:
    """The reward that is trained on: the terms added in order, f32 [N]."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
