"""One match, tick by tick, for the screen: the same functions as a batch, with one match in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from drillsergeant import elementary
from drillsergeant.drills.contract import LESSON_SHIFT, Continuous, Drill, Outcome, Player, has_masks, team_of
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.formulas.actions import as_played, from_words, to_words
from drillsergeant.learn.formulas.gaussian import bounded
from drillsergeant.learn.formulas.network import Activations, Network
from drillsergeant.learn.formulas.sampling import Choice, Distribution, sample, softmax_parts
from drillsergeant.learn.heads import log_chance, spread_of
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.reference.rollout import RANDOM_PLAYER_SALT, SAMPLING_SALT, random_action


class SoloMatch:
    """A match whose decisions, ticks and judgements are asked for one at a time."""

    def __init__(self, drill: Drill, network: Network, seed: int) -> None:
        self.drill, self.network = drill, network
        self._parameters = [network.initial(seed) for _ in drill.teams]
        self.reset(seed)

    def reset(self, seed: int, lesson: int = 0) -> None:
        """Start the first episode of `seed` at a lesson."""
        self._matches = MatchBatch(self.drill, 1, seed, lesson << LESSON_SHIFT)
        players = range(sum(self.drill.teams))
        nothing = from_words(self.drill.heads, [np.zeros(1, np.int32) for _ in self.drill.heads])
        self._actions = [nothing for _ in players]
        self._allowed = [self._matches.allowed(player) for player in players]
        self._draws = [self._matches.draw(player, SAMPLING_SALT) for player in players]
        self._before = dict(self._matches.state)
        self._seen = [self._look(player) for player in players]

    def use(self, parameters: Array, team: int) -> None:
        """Let `team` play by `parameters` f32 [P] from the next decision on."""
        self._parameters[team] = parameters

    def _look(self, player: int) -> Activations:
        parameters = self._parameters[team_of(self.drill.teams, player)]
        return self.network.forward(parameters, self._matches.observe(player))

    def decide(self, players: Mapping[int, Player], visitor_action: Sequence[float] = ()) -> None:
        """See `engine.ShowMatch`."""
        self._before = dict(self._matches.state)
        for player in range(sum(self.drill.teams)):
            self._seen[player], self._allowed[player] = self._look(player), self._matches.allowed(player)
            self._draws[player] = self._matches.draw(player, SAMPLING_SALT)
            self._actions[player] = self._action(player, players.get(player, Player.POLICY), visitor_action)

    def _action(self, player: int, who: Player, visitor_action: Sequence[float]) -> list[Array]:
        if who is Player.POLICY:
            return sample(self._policy(player), self._draws[player])[0]
        if who is Player.SCRIPTED:
            return self.drill.scripted(self._matches.state, player)
        if who is Player.RANDOM:
            draw = self._matches.draw(player, RANDOM_PLAYER_SALT)
            return random_action(draw, self.drill.heads, self._matches.allowed(player))
        return [
            np.full(1, part, np.float32 if isinstance(head, Continuous) else np.int32)
            for head, part in zip(self.drill.heads, visitor_action, strict=True)
        ]

    def _policy(self, player: int) -> Distribution:
        """What a player's policy makes of what it has just seen."""
        parameters = self._parameters[team_of(self.drill.teams, player)]
        allowed = self._allowed[player]
        return self.network.policy(self.drill.heads, parameters, self._seen[player], allowed)

    def actions(self) -> Sequence[int]:
        """See `engine.ShowMatch`."""
        return [int(word[0]) for action in self._actions for word in to_words(self.drill.heads, action)]

    def act(self, actions: Sequence[int]) -> None:
        """See `engine.ShowMatch`."""
        heads = self.drill.heads
        words = [np.full(1, word, np.int32) for word in actions]
        self._actions = [from_words(heads, words[at : at + len(heads)]) for at in range(0, len(words), len(heads))]

    def insight(self, player: int) -> Insight:
        """Return what `player`'s policy made of the last decision."""
        seen = self._seen[player]
        masks = [bool(mask[0]) for mask in self._allowed[player]]
        observation = [float(entry[0]) for entry in seen.observation]
        return Insight(_chances(self._policy(player))[0], float(seen.value[0]), observation, masks)

    def picked(self, player: int) -> list[float]:
        """See `engine.ShowMatch`."""
        return [float(part[0]) for part in sample(self._policy(player), self._draws[player])[0]]

    def influences(self, player: int, baseline: Sequence[float]) -> list[float]:
        """See `engine.ShowMatch`."""
        seen, heads, action = self._seen[player].observation, self.drill.heads, self.picked(player)
        count = len(seen)
        rows = np.repeat(seen, count, axis=1)
        np.fill_diagonal(rows, np.asarray(baseline, np.float32))
        allowed = [np.repeat(mask, count) for mask in self._allowed[player]]
        others = self._made_of(player, rows, allowed)[0]
        whole = log_chance(heads, self.insight(player).probabilities, action)
        return [whole - log_chance(heads, chances, action) for chances in others]

    def suppose(self, player: int, state: Mapping[str, float], changes: Sequence[Mapping[str, float]]) -> list[Insight]:
        """See `engine.ShowMatch`."""
        supposed = {
            name: np.array([change.get(name, state[name]) for change in changes], old.dtype)
            for name, old in self._matches.state.items()
        }
        rows = np.stack(self.drill.observe(supposed, player))
        allowed = self.drill.allowed(supposed, player) if has_masks(self.drill) else []
        chances, values = self._made_of(player, rows, allowed)
        return [Insight(own, value, ()) for own, value in zip(chances, values, strict=True)]

    def _made_of(
        self, player: int, observation: Array, allowed: Sequence[Array]
    ) -> tuple[list[list[list[float]]], list[float]]:
        """Chances and value of each of B observations [OBS][B] by a player's policy."""
        parameters = self._parameters[team_of(self.drill.teams, player)]
        seen = self.network.forward(parameters, observation)
        policy = self.network.policy(self.drill.heads, parameters, seen, allowed)
        return _chances(policy), [float(value) for value in seen.value]

    def earned(self, player: int) -> list[float]:
        """See `engine.ShowMatch`."""
        return [float(term[0]) for term in self.drill.reward(self._before, self._matches.state, player)]

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        played = [as_played(self.drill.heads, action) for action in self._actions]
        self._matches.state = self.drill.tick(self._matches.state, played)

    def finish(self) -> Outcome[bool, int]:
        """Judge the decision that just ended; a match that is over starts its next episode."""
        terminated, truncated, winner = self.drill.outcome(self._matches.state)
        over = terminated | truncated
        if over[0]:
            self._matches.restart(over)
        return Outcome(bool(terminated[0]), bool(truncated[0]), int(winner[0]) if over[0] else 0)

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""
        return {name: float(array[0]) for name, array in self._matches.state.items()}

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (a body is dragged)."""
        for name, value in values.items():
            old = self._matches.state[name]
            self._matches.state[name] = np.full(1, value, old.dtype)


def _chances(policy: Distribution) -> list[list[list[float]]]:
    """Of each of B situations and every head the chances of its choices, or mean and standard deviation."""
    columns: list[list[Array]] = []
    for part in policy.by_head():
        if isinstance(part, Choice):
            _, exponentials, total = softmax_parts(*part)
            columns.append([exponential / total for exponential in exponentials])
        else:
            middle, half = spread_of(part.head)
            columns.append([part.mean * half + middle, elementary.exp(bounded(part.log_std)) * half])
    rows = len(columns[0][0])
    return [[[float(number[row]) for number in own] for own in columns] for row in range(rows)]
