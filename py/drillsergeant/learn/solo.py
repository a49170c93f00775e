"""One match, tick by tick, for the screen: the same functions as a batch, with one match in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import Finish
from drillsergeant.learn.matches import Matches
from drillsergeant.learn.network import Network
from drillsergeant.learn.rollout import SAMPLING_SALT
from drillsergeant.learn.sampling import sample


class SoloMatch:
    """A match whose decisions, ticks and judgements are asked for one at a time."""

    def __init__(self, drill: Drill, network: Network, seed: int) -> None:
        self.drill, self.network = drill, network
        self._parameters = network.initial(seed)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Start episode 0 of ``seed``."""
        self._matches = Matches(self.drill, 1, seed)
        self._actions = [np.zeros(1, np.int32) for _ in range(self.drill.sides)]

    def use(self, parameters: Array) -> None:
        """Play with ``parameters`` f32 [P] from the next decision on."""
        self._parameters = parameters

    def decide(self, human: Mapping[int, int]) -> None:
        """Choose every side's action for the coming ticks; ``human`` maps a side to the action it takes instead."""
        for side in range(self.drill.sides):
            if side in human:
                self._actions[side] = np.full(1, human[side], np.int32)
                continue
            logits = self.network.forward(self._parameters, self._matches.observe(side)).logits
            self._actions[side], _, _ = sample(list(logits), self._matches.draw(side, SAMPLING_SALT))

    def tick(self) -> None:
        """Advance the physics by one tick with the chosen actions."""
        self._matches.state = self.drill.tick(self._matches.state, self._actions)

    def finish(self) -> Finish:
        """Judge the decision that just ended; a match that is over starts its next episode."""
        terminated, truncated, winner = self.drill.outcome(self._matches.state)
        over = terminated | truncated
        if over[0]:
            self._matches.restart(over)
        return Finish(bool(terminated[0]), bool(truncated[0]), int(winner[0]) if terminated[0] else 0)

    def state(self) -> Mapping[str, float]:
        """Return every state field of the match."""
        return {name: float(array[0]) for name, array in self._matches.state.items()}

    def put(self, values: Mapping[str, float]) -> None:
        """Overwrite state fields (dragging in the sandbox)."""
        for name, value in values.items():
            old = self._matches.state[name]
            self._matches.state[name] = np.full(1, value, old.dtype)
