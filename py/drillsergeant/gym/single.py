"""One match, one player to be learned, as a gymnasium environment."""

from __future__ import annotations

from typing import Any

import gymnasium

from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.batch import Batch, Opponent, checked_opponent, in_turn
from drillsergeant.gym.render import described, picture
from drillsergeant.gym.screen import Watched
from drillsergeant.gym.spaces import action_space, observation_space
from drillsergeant.plain import whole_number

SEEDS = 2**32


class DrillEnv(gymnasium.Env[Array, Any]):
    """One match as player 0, with mates where its team has several, against an opponent, a decision a step.

    A goal (or whatever decides a drill) terminates, the time limit truncates. `info["winner"]`, in the last step, is
    +1, -1 or 0. Slow, like everything that steps one match at a time: use `DrillVectorEnv` to learn.
    """

    metadata = {"render_modes": ["human", "rgb_array"]}  # noqa: RUF012  # gymnasium's own declaration

    def __init__(
        self,
        drill: Drill | str = "ball",
        opponent: Opponent = "scripted",
        render_mode: str | None = None,
        mates: Opponent = "scripted",
    ) -> None:
        """Play `drill` (an object or its name) with `mates` as the rest of team 0 and `opponent` as team 1."""
        self._batch = Batch(drill, 1)
        self.metadata, self.render_mode = described(self._batch.drill, render_mode), render_mode
        self.drill = self._batch.drill
        self._screen: Watched | None = None
        self.opponent, self.mates = (
            checked_opponent(who, what, self.drill) for who, what in ((opponent, "opponent"), (mates, "mates"))
        )
        self.observation_space, self.action_space = observation_space(self.drill), action_space(self.drill)

    def __repr__(self) -> str:
        return f"<DrillEnv {self.drill.name}, against {self.opponent}>"

    @in_turn
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """Start a match, a new one each time, the same ones after the same seed; the observation f32 [OBS]."""
        super().reset(seed=None if seed is None else whole_number("seed", seed), options=options)
        self._batch.reset(int(self.np_random.integers(SEEDS)))
        self._watch()
        return self._batch.observe(0)[0], {}

    @in_turn
    def action_masks(self) -> Array:
        """Which choices there are now, bool [K], those of every discrete head one after the other: what `MaskablePPO`
        of sb3-contrib asks for."""
        masks: Array = self._batch.allowed(0)[0]
        return masks

    @in_turn
    def step(self, action: Any) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Play one decision; the observation f32 [OBS]."""
        teams = self.drill.teams
        players = [self.mates] * (teams[0] - 1) + [self.opponent] * sum(teams[1:])
        others = [self._batch.choose(who, player) for player, who in enumerate(players, 1)]
        reward, outcome = self._batch.step([action, *others])
        info = {"winner": int(outcome.winner[0])} if outcome.over[0] else {}
        self._watch()
        ended = bool(outcome.terminated[0]), bool(outcome.truncated[0])
        return self._batch.observe(0)[0], float(reward[0][0]), *ended, info

    def _watch(self) -> None:
        """Show the match to a person, where that is the `render_mode`."""
        if self.render_mode == "human":
            self._screen = self._screen or Watched(self.drill.tick_hz / self.drill.action_repeat)
            self._screen.show(picture(self.drill, self._batch.state))

    @in_turn
    def render(self) -> Array | None:
        """The match as the page draws it, u8 [height][width][3], with `render_mode` "rgb_array"; else None.

        With "human" every `reset` and `step` shows it at its own pace, see `gym.screen`.
        """
        return picture(self.drill, self._batch.state) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        """Close the window, where there is one."""
        if self._screen is not None:
            self._screen.close()
        self._screen = None
