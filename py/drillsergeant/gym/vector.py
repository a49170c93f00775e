"""N matches in one batch, side 0 to be learned, as a gymnasium vector environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent
from drillsergeant.gym.single import SEEDS
from drillsergeant.gym.spaces import action_space, observation_space


class DrillVectorEnv(VectorEnv[Array, Array, Array]):
    """N matches against an opponent, a decision of each a step.

    A match that is over starts anew in the same step: `info["final_obs"]` [N][OBS] and `info["winner"]` [N] hold, where
    the masks `info["_final_obs"]` and `info["_winner"]` [N] are set, the last observation and who won.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.SAME_STEP}  # noqa: RUF012  # as in DrillEnv

    def __init__(self, num_envs: int = 256, drill: Drill | str = "ball", opponent: Opponent = "scripted") -> None:
        """Play `num_envs` matches of `drill` (an object or its name) against `opponent` on the other sides."""
        self._batch = Batch(drill, num_envs)
        self.drill, self.opponent, self.num_envs = self._batch.drill, opponent, num_envs
        self.single_observation_space = observation_space(self.drill)
        self.single_action_space = action_space(self.drill)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Start all matches; the same ones after the same seed. Raises ValueError for a list of seeds."""
        if isinstance(seed, list):
            raise ValueError(f"seed is a list of {len(seed)}; this environment takes one number for all its matches")
        super().reset(seed=seed, options=options)
        self._batch.reset(int(self.np_random.integers(SEEDS)))
        return self._batch.observe(0), {}

    def step(self, actions: Array) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Play one decision of every match, with actions int [N]."""
        others = [self._batch.choose(self.opponent, side) for side in range(1, self.drill.sides)]
        verdict = self._batch.step([actions, *others])
        info: dict[str, Any] = {}
        if verdict.over.any():
            info = {"final_obs": self._batch.observe(0), "_final_obs": verdict.over}
            info |= {"winner": np.where(verdict.over, verdict.winner, 0), "_winner": verdict.over}
            self._batch.restart(verdict.over)
        return self._batch.observe(0), verdict.reward[0], verdict.terminated, verdict.truncated, info
