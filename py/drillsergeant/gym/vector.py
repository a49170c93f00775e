"""N matches in one batch, side 0 to be learned, as a gymnasium vector environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent
from drillsergeant.gym.render import described, picture
from drillsergeant.gym.single import SEEDS
from drillsergeant.gym.spaces import action_space, observation_space


class DrillVectorEnv(VectorEnv[Array, Array, Array]):
    """N matches against an opponent, a decision of each a step.

    A match that is over starts anew by itself, with `autoreset` SAME_STEP in that very step: then `info["final_obs"]`
    [N][OBS] has the last observation where the mask `info["_final_obs"]` [N] is set. With NEXT_STEP it starts in the
    step after, whose action counts for nothing and whose reward is 0. `info["winner"]` [N] says who won where the mask
    `info["_winner"]` is set.
    """

    def __init__(
        self,
        num_envs: int = 256,
        drill: Drill | str = "ball",
        opponent: Opponent = "scripted",
        autoreset: AutoresetMode = AutoresetMode.SAME_STEP,
        render_mode: str | None = None,
    ) -> None:
        """Play `num_envs` matches of `drill` (an object or its name) against `opponent` on the other sides.

        Raises ValueError for an `autoreset` that leaves it to somebody else.
        """
        if autoreset is AutoresetMode.DISABLED:
            raise ValueError("autoreset is DISABLED; matches start anew by themselves: take SAME_STEP or NEXT_STEP")
        self._later = autoreset is AutoresetMode.NEXT_STEP
        self._ended = np.zeros(num_envs, np.bool_)
        self._batch = Batch(drill, num_envs)
        self.metadata = {**described(self._batch.drill, render_mode), "autoreset_mode": autoreset}
        self.render_mode = render_mode
        self.drill, self.opponent, self.num_envs = self._batch.drill, opponent, num_envs
        self.single_observation_space = observation_space(self.drill)
        self.single_action_space = action_space(self.drill)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Start all matches, the same ones after the same seed: f32 [N, OBS]. Raises ValueError for a list of seeds."""
        if isinstance(seed, list):
            raise ValueError(f"seed is a list of {len(seed)}; this environment takes one number for all its matches")
        super().reset(seed=seed, options=options)
        self._batch.reset(int(self.np_random.integers(SEEDS)))
        self._ended[:] = False
        return self._batch.observe(0), {}

    def step(self, actions: Array) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Play one decision of every match, with actions int [N]."""
        others = [self._batch.choose(self.opponent, side) for side in range(1, self.drill.sides)]
        rewards, outcome = self._batch.step([actions, *others])
        played = ~self._ended
        over = outcome.over & played
        info: dict[str, Any] = {}
        if over.any():
            info = {"winner": np.where(over, outcome.winner, 0), "_winner": over}
            if not self._later:
                info |= {"final_obs": self._batch.observe(0), "_final_obs": over}
        restarting = self._ended if self._later else over
        if restarting.any():
            self._batch.restart(restarting)
        self._ended = over if self._later else self._ended
        reward = np.where(played, rewards[0], np.float32(0.0))
        return self._batch.observe(0), reward, outcome.terminated & played, outcome.truncated & played, info

    def render(self) -> tuple[Array, ...] | None:
        """Every match as the page draws it, u8 [height][width][3], with `render_mode` "rgb_array"; else None."""
        if not self.render_mode:
            return None
        return tuple(picture(self.drill, self._batch.state, match) for match in range(self.num_envs))
