"""One match, tick by tick, for the screen: the same functions as a batch, with one match in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from drillsergeant.drills.contract import Drill, Outcome, Player
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import Insight
from drillsergeant.learn.formulas.network import Activations, Network
from drillsergeant.learn.formulas.sampling import sample, softmax_parts
from drillsergeant.learn.reference.matches import MatchBatch
from drillsergeant.learn.reference.rollout import RANDOM_PLAYER_SALT, SAMPLING_SALT, random_action


class SoloMatch:
    """A match whose decisions, ticks and judgements are asked for one at a time."""

    def __init__(self, drill: Drill, network: Network, seed: int) -> None:
        self.drill, self.network = drill, network
        self._parameters = [network.initial(seed) for _ in range(drill.sides)]
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start episode 0 of `seed`."""
        self._matches = MatchBatch(self.drill, 1, seed)
        sides = range(self.drill.sides)
        self._actions = [np.zeros(1, np.int32) for _ in sides]
        self._seen = [self._look(side) for side in sides]

    def use(self, parameters: Array, side: int) -> None:
        """Let `side` play by `parameters` f32 [P] from the next decision on."""
        self._parameters[side] = parameters

    def _look(self, side: int) -> Activations:
        return self.network.forward(self._parameters[side], self._matches.observe(side))

    def decide(self, players: Mapping[int, Player], visitor_action: int = 0) -> None:
        """See `engine.ShowMatch`."""
        for side in range(self.drill.sides):
            self._seen[side] = self._look(side)
            self._actions[side] = self._action(side, players.get(side, Player.POLICY), visitor_action)

    def _action(self, side: int, player: Player, visitor_action: int) -> Array:
        if player is Player.POLICY:
            return sample(list(self._seen[side].logits), self._matches.draw(side, SAMPLING_SALT))[0]
        if player is Player.SCRIPTED:
            return self.drill.scripted(self._matches.state, side)
        if player is Player.RANDOM:
            return random_action(self._matches.draw(side, RANDOM_PLAYER_SALT), self.drill.action_count)
        return np.full(1, visitor_action, np.int32)

    def insight(self, side: int) -> Insight:
        """Return what `side`'s policy made of the last decision."""
        seen = self._seen[side]
        _, exponentials, total = softmax_parts(list(seen.logits))
        chances = [float(exponential[0] / total[0]) for exponential in exponentials]
        return Insight(chances, float(seen.value[0]), [float(entry[0]) for entry in seen.observation])

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        self._matches.state = self.drill.tick(self._matches.state, self._actions)

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
