"""Matches in one batch, team 0 to be learned, as a gymnasium vector environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent, checked_opponent
from drillsergeant.gym.render import described, picture
from drillsergeant.gym.single import SEEDS
from drillsergeant.gym.spaces import action_space, observation_space
from drillsergeant.library.actions import dealt


class DrillVectorEnv(VectorEnv[Array, Any, Array]):
    """Matches against an opponent, a decision of each a step. Every player of team 0 is an environment.

    Where team 0 has P players, N environments are N / P matches: environments 0 to N / P - 1 are player 0 of each, the
    next N / P player 1, and so on; of a drill of one against one, an environment is a match.

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
        """Play `drill` (an object or its name) for team 0, `num_envs` players in all, against `opponent`.

        Raises ValueError for an `autoreset` that leaves it to somebody else, or for `num_envs` that are no whole teams.
        """
        if autoreset is AutoresetMode.DISABLED:
            raise ValueError("autoreset is DISABLED; matches start anew by themselves: take SAME_STEP or NEXT_STEP")
        self._later = autoreset is AutoresetMode.NEXT_STEP
        drill = drills.resolve(drill)
        self._own = drill.teams[0]
        if num_envs % self._own:
            what = f"num_envs is {num_envs}, team 0 of {drill.name} has {self._own} players"
            raise ValueError(f"{what}, each an environment: take a multiple of {self._own}")
        self._batch = Batch(drill, num_envs // self._own)
        self._ended = np.zeros(num_envs // self._own, np.bool_)
        self.metadata = {**described(self._batch.drill, render_mode), "autoreset_mode": autoreset}
        self.render_mode = render_mode
        self.drill, self.num_envs = self._batch.drill, num_envs
        self.opponent = checked_opponent(opponent)
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
        return self._seen(), {}

    def _seen(self) -> Array:
        """What every environment's player sees, f32 [N][OBS]."""
        return np.concatenate([self._batch.observe(player) for player in range(self._own)])

    def _each(self, of_matches: Array) -> Array:
        """[N] from one entry a match."""
        return np.tile(of_matches, self._own)

    def action_masks(self) -> Array:
        """Which choices every environment has now, bool [N][K], see `DrillEnv.action_masks`."""
        return np.concatenate([self._batch.allowed(player) for player in range(self._own)])

    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Play one decision of every match, with N actions of `action_space`: int [N], of several heads [N][HEADS]."""
        others = [self._batch.choose(self.opponent, player) for player in range(self._own, sum(self.drill.teams))]
        rewards, outcome = self._batch.step([*dealt(self.drill.heads, actions, self._own), *others])
        played = ~self._ended
        over = outcome.over & played
        info: dict[str, Any] = {}
        if over.any():
            info = {"winner": self._each(np.where(over, outcome.winner, 0)), "_winner": self._each(over)}
            if not self._later:
                info |= {"final_obs": self._seen(), "_final_obs": self._each(over)}
        restarting = self._ended if self._later else over
        if restarting.any():
            self._batch.restart(restarting)
        self._ended = over if self._later else self._ended
        reward = np.concatenate([np.where(played, own, np.float32(0.0)) for own in rewards[: self._own]])
        terminated, truncated = (self._each(mask & played) for mask in (outcome.terminated, outcome.truncated))
        return self._seen(), reward, terminated, truncated, info

    def render(self) -> tuple[Array, ...] | None:
        """Everybody's match as the page draws it, u8 [height][width][3], with `render_mode` "rgb_array"; else None."""
        if not self.render_mode:
            return None
        return tuple(picture(self.drill, self._batch.state, match) for match in range(self._batch.count)) * self._own
