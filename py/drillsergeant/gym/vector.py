"""Matches in one batch, team 0 to be learned, as a gymnasium vector environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils.seeding import np_random
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from drillsergeant import drills
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent, checked_opponent, in_turn
from drillsergeant.gym.render import described, picture
from drillsergeant.gym.single import SEEDS
from drillsergeant.gym.spaces import action_space, observation_space
from drillsergeant.library.actions import dealt
from drillsergeant.plain import whole_number

MODES = ("rgb_array",)  # a window shows one match


class DrillVectorEnv(VectorEnv[Array, Any, Array]):
    """Matches against an opponent, a decision of each a step. Every player of team 0 is an environment.

    Where team 0 has P players, N environments are N / P matches: environments 0 to N / P - 1 are player 0 of each, the
    next N / P player 1, and so on; of a drill of one against one, an environment is a match.

    When a match that is over starts anew, `autoreset` says, as of all vector environments of gymnasium. With NEXT_STEP,
    gymnasium's default, it does so by itself in the step after, whose action counts for nothing and whose reward is 0.
    With SAME_STEP it does so in that very step: then `info["final_obs"]` [N][OBS] has the last observation, and
    `info["final_info"]` what else there is, where the mask `info["_final_obs"]` [N] is set. With DISABLED it does not:
    `reset(options={"reset_mask": over})` starts anew the matches in a mask bool [N], which it does in every mode.
    `info["winner"]` [N] says who won where the mask `info["_winner"]` is set.
    """

    def __init__(
        self,
        num_envs: int = 256,
        drill: Drill | str = "ball",
        opponent: Opponent = "scripted",
        autoreset: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:
        """Play `drill` (an object or its name) for team 0, `num_envs` players in all, against `opponent`.

        Raises ValueError for `num_envs` that are no whole teams.
        """
        drill = drills.resolve(drill)
        num_envs = whole_number("num_envs", num_envs, least=1)
        self._own = drill.teams[0]
        if num_envs % self._own:
            what = f"num_envs is {num_envs}, team 0 of {drill.name} has {self._own} players"
            raise ValueError(f"{what}, each an environment: take a multiple of {self._own}")
        self._batch = Batch(drill, num_envs // self._own)
        self._ended = np.zeros(num_envs // self._own, np.bool_)
        self.metadata = described(self._batch.drill, render_mode, MODES)
        self.autoreset = autoreset
        self.render_mode = render_mode
        self.drill, self.num_envs = self._batch.drill, num_envs
        self.opponent = checked_opponent(opponent, drill=drill)
        self.single_observation_space = observation_space(self.drill)
        self.single_action_space = action_space(self.drill)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    @property
    def autoreset(self) -> AutoresetMode:
        """When matches that are over start anew; to be set before the first `reset`."""
        mode: AutoresetMode = self.metadata["autoreset_mode"]
        return mode

    @autoreset.setter
    def autoreset(self, mode: AutoresetMode | str) -> None:
        ways = [each.value for each in AutoresetMode]
        if mode not in ways and not isinstance(mode, AutoresetMode):
            raise ValueError(f"autoreset is {mode!r}, expected one of {', '.join(ways)}")
        self.metadata = {**self.metadata, "autoreset_mode": AutoresetMode(mode)}

    @property
    def autoreset_mode(self) -> AutoresetMode:
        """The same as `autoreset`, where gymnasium's own vector environments have it and TorchRL looks for it."""
        return self.autoreset

    def __repr__(self) -> str:
        return f"<DrillVectorEnv {self.drill.name}, {self.num_envs} environments, against {self.opponent}>"

    @in_turn
    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Start all matches, or those of `options["reset_mask"]`, bool [N]: f32 [N, OBS].

        The same matches after the same seed. Of a list of N seeds each is that of `DrillEnv.reset`; of environments
        that share a match the first one's counts. Without a seed the matches of a mask play their next episode.
        Raises ValueError for a mask or a list of seeds that is not one for each environment, and for one that resets
        nothing, or a part of a match.
        """
        chosen = self._chosen(options)
        if isinstance(seed, list):
            self._reset_each(seed, chosen)
        elif seed is None and chosen is not None:
            self._batch.restart(chosen)
        else:
            super().reset(seed=None if seed is None else whole_number("seed", seed), options=options)
            self._batch.reset(int(self.np_random.integers(SEEDS)), chosen)
        self._ended &= False if chosen is None else ~chosen
        return self._seen(), {}

    def _reset_each(self, seeds: list[int | None], chosen: Array | None) -> None:
        if len(seeds) != self.num_envs:
            raise ValueError(f"seed is a list of {len(seeds)}, there are {self.num_envs} environments: give each one")
        seeds = [None if seed is None else whole_number("seed", seed) for seed in seeds]
        known = [seed for seed in seeds if seed is not None]
        if len(known) == len(seeds):  # then all that follows is determined, too
            self.np_random = np.random.default_rng(known)
        generators = [self.np_random if seed is None else np_random(seed)[0] for seed in seeds[: self._batch.count]]
        self._batch.reset_each([int(each.integers(SEEDS)) for each in generators], chosen)

    def _chosen(self, options: dict[str, Any] | None) -> Array | None:
        """Which matches are to be reset, bool [MATCHES]; None: all."""
        if options is None or "reset_mask" not in options:
            return None
        mask = options["reset_mask"]
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (self.num_envs,):
            said = f"{mask.dtype} {list(mask.shape)}" if isinstance(mask, np.ndarray) else repr(mask)
            raise ValueError(
                f"reset_mask is {said}, expected an array bool [{self.num_envs}]: one for each environment"
            )
        players = mask.reshape(self._own, -1)
        if (players != players[0]).any():
            raise ValueError(
                f"reset_mask starts some players of a match anew and leaves others: each match is {self._own} "
                f"environments, its number, that plus {self._batch.count}, and so on"
            )
        if not mask.any():
            raise ValueError("reset_mask is False everywhere: there is nothing to reset")
        chosen: Array = players[0].copy()
        return chosen

    def _seen(self) -> Array:
        """What every environment's player sees, f32 [N][OBS]."""
        return np.concatenate([self._batch.observe(player) for player in range(self._own)])

    def _each(self, of_matches: Array) -> Array:
        """[N] from one entry a match."""
        return np.tile(of_matches, self._own)

    @in_turn
    def action_masks(self) -> Array:
        """Which choices every environment has now, bool [N][K], see `DrillEnv.action_masks`."""
        return np.concatenate([self._batch.allowed(player) for player in range(self._own)])

    @in_turn
    def step(self, actions: Any) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Play one decision of every match, with N actions of `action_space`: int [N], of several heads [N][HEADS].

        Observations f32 [N, OBS], rewards f32 [N], terminated and truncated bool [N], and what there is to know of
        matches that are over. Raises ResetNeeded for one of these, where `autoreset` is DISABLED.
        """
        mode = self.autoreset
        if mode is AutoresetMode.DISABLED and self._ended.any():
            raise ResetNeeded(
                f"autoreset is DISABLED and matches {np.flatnonzero(self._ended)[:5]} are over: "
                'reset(options={"reset_mask": terminated | truncated})'
            )
        others = [self._batch.choose(self.opponent, player) for player in range(self._own, sum(self.drill.teams))]
        rewards, outcome = self._batch.step([*dealt(self.drill.heads, actions, self._own), *others])
        played = ~self._ended
        over = outcome.over & played
        info: dict[str, Any] = {}
        if over.any():
            info = {"winner": self._each(np.where(over, outcome.winner, 0)), "_winner": self._each(over)}
            if mode is AutoresetMode.SAME_STEP:
                mask = self._each(over)
                info |= {"final_obs": self._seen(), "_final_obs": mask, "final_info": dict(info), "_final_info": mask}
        restarting = over if mode is AutoresetMode.SAME_STEP else self._ended
        if restarting.any():
            self._batch.restart(restarting)
        self._ended = over if mode is not AutoresetMode.SAME_STEP else self._ended
        reward = np.concatenate([np.where(played, own, np.float32(0.0)) for own in rewards[: self._own]])
        terminated, truncated = (self._each(mask & played) for mask in (outcome.terminated, outcome.truncated))
        return self._seen(), reward, terminated, truncated, info

    @in_turn
    def render(self) -> tuple[Array, ...] | None:
        """Everybody's match as the page draws it, u8 [height][width][3], with `render_mode` "rgb_array"; else None."""
        if not self.render_mode:
            return None
        return tuple(picture(self.drill, self._batch.state, match) for match in range(self._batch.count)) * self._own
