"""One match, all its players to be learned, as a PettingZoo environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Space
from pettingzoo import ParallelEnv

from drillsergeant.drills.contract import Drill, team_of
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, in_turn
from drillsergeant.gym.render import described, picture
from drillsergeant.gym.screen import Watched
from drillsergeant.gym.single import SEEDS
from drillsergeant.gym.spaces import action_space, observation_space
from drillsergeant.plain import whole_number


class DrillParallelEnv(ParallelEnv[str, Array, Any]):
    """One match whose players, "player_0" and so on, team after team, decide at the same time; each sees it from its
    own end."""

    metadata = {"name": "drillsergeant", "render_modes": ["human", "rgb_array"]}  # noqa: RUF012  # PettingZoo's own declaration

    def __init__(self, drill: Drill | str = "ball", render_mode: str | None = None) -> None:
        """Play `drill` (an object or its name)."""
        self._batch = Batch(drill, 1)
        self.drill = self._batch.drill
        self.metadata = {"name": "drillsergeant", **described(self.drill, render_mode)}
        self.possible_agents = [f"player_{player}" for player in range(sum(self.drill.teams))]
        self.agents: list[str] = []
        self.render_mode = render_mode
        self._screen: Watched | None = None
        self._observations = {agent: observation_space(self.drill) for agent in self.possible_agents}
        self._actions = {agent: action_space(self.drill) for agent in self.possible_agents}
        # Made at the first reset, so that copies of one that was never started play different matches.
        self._random: np.random.Generator | None = None

    def observation_space(self, agent: str) -> Space[Any]:
        """What an agent sees: the same kind for all."""
        return self._observations[agent]

    def action_space(self, agent: str) -> Space[Any]:
        """What an agent can do: the same for all."""
        return self._actions[agent]

    def __repr__(self) -> str:
        return f"<DrillParallelEnv {self.drill.name}, {len(self.possible_agents)} players>"

    @in_turn
    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Array], dict[str, dict[str, Any]]]:
        """Start a match, a new one each time, the same ones after the same seed; everybody's observation f32 [OBS]."""
        if seed is not None or self._random is None:
            self._random = np.random.default_rng(None if seed is None else whole_number("seed", seed))
        self.agents = list(self.possible_agents)
        self._batch.reset(int(self._random.integers(SEEDS)))
        self._watch()
        return self._seen(), {agent: {} for agent in self.agents}

    @in_turn
    def step(
        self, actions: dict[str, Any]
    ) -> tuple[dict[str, Array], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Play one decision, an action for everybody; observations f32 [OBS]. A match that is over leaves no agents.

        Raises ResetNeeded before the first `reset`, ValueError where an action is missing or is none.
        """
        agents = self.possible_agents
        if self._random is None:
            raise ResetNeeded(f"no match of {self.drill.name} has been started: call reset() first")
        if not isinstance(actions, Mapping) or not all(agent in actions for agent in agents):
            raise ValueError(f"actions are {actions!r:.60}; give a dict with one for each of {', '.join(agents)}")
        reward, outcome = self._batch.step([actions[agent] for agent in agents])
        over = bool(outcome.over[0])
        players, teams = range(len(agents)), self.drill.teams
        # To each its own sign: +1 for who won, -1 for who lost.
        winner = int(outcome.winner[0])
        infos = [{"winner": -winner if team_of(teams, player) else winner} if over else {} for player in players]
        rewards = [float(reward[player][0]) for player in players]
        terminated, truncated = (bool(mask[0]) for mask in (outcome.terminated, outcome.truncated))
        self.agents = [] if over else list(agents)
        self._watch()
        return (
            self._seen(),
            dict(zip(agents, rewards, strict=True)),
            dict.fromkeys(agents, terminated),
            dict.fromkeys(agents, truncated),
            dict(zip(agents, infos, strict=True)),
        )

    @in_turn
    def action_masks(self) -> dict[str, Array]:
        """Which choices every agent has now, bool [K], those of all discrete heads one after the other."""
        return {agent: self._batch.allowed(player)[0] for player, agent in enumerate(self.possible_agents)}

    def _seen(self) -> dict[str, Array]:
        return {agent: self._batch.observe(player)[0] for player, agent in enumerate(self.possible_agents)}

    def _watch(self) -> None:
        """Show the match to a person, where that is the `render_mode`."""
        if self.render_mode == "human":
            self._screen = self._screen or Watched(self.drill.tick_hz / self.drill.action_repeat)
            self._screen.show(picture(self.drill, self._batch.state))

    @in_turn
    def render(self) -> Array | None:
        """The match as the page draws it, u8 [height][width][3], with `render_mode` "rgb_array"; else None, see
        `DrillEnv.render`."""
        return picture(self.drill, self._batch.state) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Close the window, where there is one."""
        if self._screen is not None:
            self._screen.close()
        self._screen = None
