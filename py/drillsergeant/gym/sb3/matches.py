"""The matches as Stable-Baselines3's vector environment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env import VecEnv

from drillsergeant.drills.contract import WinRate, objective_of
from drillsergeant.elementary import Array
from drillsergeant.gym.vector import DrillVectorEnv


class Matches(VecEnv):
    """The matches of `env` as SB3 wants them; all are stepped in one call. `drill` is the drill they are of."""

    def __init__(self, env: DrillVectorEnv, seed: int | None = None) -> None:
        """Wrap `env`, whose first matches follow from `seed`, and which restarts in the same step from now on, as SB3
        counts on. Raises TypeError for another environment, also for a wrapper of gymnasium around ours."""
        if not isinstance(env, DrillVectorEnv):
            raise TypeError(
                f"Matches takes a DrillVectorEnv, not {type(env).__name__} ({env}): put SB3's own wrappers around "
                "Matches, such as VecNormalize(Matches(env))"
            )
        env.autoreset = AutoresetMode.SAME_STEP
        self.env, self.drill, self._seed = env, env.drill, seed
        self._counts_wins = isinstance(objective_of(env.drill), WinRate)
        self._start_s = time.time()
        self._begin()
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def reset(self) -> Array:
        """Start all matches; observations f32 [N, OBS]."""
        seen, _ = self.env.reset(seed=self._seed)
        self._seed = None  # further ones are others
        self._begin()
        return seen

    def _begin(self) -> None:
        self._returns, self._lengths = np.zeros(self.env.num_envs), np.zeros(self.env.num_envs, np.int64)

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Let the next `reset` start the matches that follow from `seed`."""
        self._seed = seed
        return [seed] * self.num_envs

    def step_async(self, actions: Array) -> None:
        """Keep the actions [N], or [N][HEADS], for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[Array, Array, Array, list[dict[str, Any]]]:
        """Play one decision of every match: observations f32 [N, OBS], rewards f32 [N], ended bool [N]."""
        seen, reward, terminated, truncated, info = self.env.step(self._actions)
        self._returns += reward
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for match in np.flatnonzero(terminated | truncated).tolist():
            # With the last observation SB3 estimates what a truncated match would still have earned.
            last = {"terminal_observation": info["final_obs"][match], "TimeLimit.truncated": bool(truncated[match])}
            infos[match] = {**last, "winner": int(info["winner"][match]), **self._episode(match)}
            if self._counts_wins:
                infos[match]["is_success"] = bool(info["winner"][match] > 0)
        return seen, reward, terminated | truncated, infos

    def _episode(self, match: int) -> dict[str, dict[str, float]]:
        """What SB3 logs of a match that is over, as its Monitor says it: return, decisions, seconds since the start."""
        earned, length = round(float(self._returns[match]), 6), int(self._lengths[match])
        self._returns[match], self._lengths[match] = 0.0, 0
        return {"episode": {"r": earned, "l": length, "t": round(time.time() - self._start_s, 6)}}

    def close(self) -> None:
        """End the matches."""
        self.env.close()

    def get_images(self) -> Sequence[Array | None]:
        """A picture u8 [HEIGHT, WIDTH, 3] of every match, with the `render_mode` of `env`."""
        return self.env.render() or [None] * self.num_envs

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The same for all matches: what `env` has. Raises AttributeError where it has none."""
        return [getattr(self.env, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refused: raises AttributeError."""
        raise AttributeError(f"{attr_name} belongs to all matches at once and cannot be set")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """What matches can be asked for: `action_masks`, bool [K] of each. Raises AttributeError for anything else."""
        if method_name == "action_masks":
            masks = self.env.action_masks()
            return [masks[index] for index in self._get_indices(indices)]
        raise AttributeError(f"matches have no method {method_name} of their own")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No match is wrapped by anything."""
        return [False] * len(list(self._get_indices(indices)))
