"""A drill in Stable-Baselines3, and what it learned as a policy of the page: `pip install stable-baselines3`.

    env = Matches(DrillVectorEnv(512, "ball", "scripted"), seed=1)
    model = PPO("MlpPolicy", env, policy_kwargs=SHAPE).learn(2_000_000)
    brought_back(model, env.drill).save("policy.dshq")

The page's network has one trunk (by default 64 and 64 units, tanh) under both its heads. SB3 by default has two
separate nets, of which a `.dshq` file has no room for the second; so `SHAPE` gives SB3 the same trunk as a features
extractor that both heads share, and nothing is left out; `shape_of((32, 32))` is that of another network.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv

from drillsergeant import drills
from drillsergeant.drills.contract import Continuous, Drill
from drillsergeant.elementary import Array
from drillsergeant.gym.vector import DrillVectorEnv
from drillsergeant.learn.files.schema import LOG_STD
from drillsergeant.learn.heads import log_stds, spread_of
from drillsergeant.learn.ppo.hidden import HIDDEN, checked_hidden
from drillsergeant.library.policy import Policy

# Of SB3's modules, by their names in a .dshq file; and what those of the trunk begin with.
PARTS = {"policy": "action_net", "value": "value_net"}
TRUNK = "features_extractor."


class Matches(VecEnv):
    """The matches of `env` as SB3 wants them; all are stepped in one call. `drill` is the drill they are of."""

    def __init__(self, env: DrillVectorEnv, seed: int | None = None) -> None:
        """Wrap `env`, whose first matches follow from `seed`. Raises ValueError where it restarts in the next step."""
        if env.metadata["autoreset_mode"] is not AutoresetMode.SAME_STEP:
            raise ValueError(
                f"autoreset is {env.metadata['autoreset_mode'].name}, SB3 counts on SAME_STEP, the default"
            )
        self.env, self.drill, self._seed = env, env.drill, seed
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def reset(self) -> Array:
        """Start all matches; observations f32 [N, OBS]."""
        seen, _ = self.env.reset(seed=self._seed)
        self._seed = None  # further ones are others
        return seen

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
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for match in np.flatnonzero(terminated | truncated):
            # With the last observation SB3 estimates what a truncated match would still have earned.
            last = {"terminal_observation": info["final_obs"][match], "TimeLimit.truncated": bool(truncated[match])}
            infos[match] = {**last, "winner": int(info["winner"][match])}
        return seen, reward, terminated | truncated, infos

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


class Trunk(BaseFeaturesExtractor):
    """The page's hidden layers."""

    def __init__(self, observation_space: spaces.Box, hidden: Sequence[int] = HIDDEN) -> None:
        super().__init__(observation_space, hidden[-1])
        layers: list[torch.nn.Module] = []
        for inputs, outputs in pairwise([observation_space.shape[0], *hidden]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
        self.net = torch.nn.Sequential(*layers)

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        """[N][OBS] -> [N][units of the last layer]."""
        return self.net(observations)


# For PPO's or A2C's `policy_kwargs`, with "MlpPolicy".
SHAPE: dict[str, Any] = {"features_extractor_class": Trunk, "net_arch": [], "activation_fn": torch.nn.Tanh}


def shape_of(hidden: Sequence[int]) -> dict[str, Any]:
    """As `SHAPE`, with `hidden` units in each hidden layer. Raises ValueError for what no network here is."""
    return {**SHAPE, "features_extractor_kwargs": {"hidden": checked_hidden(hidden)}}


def brought_back(model: Any, drill: Drill | str) -> Policy:
    """What `model` has learned as a policy of the page. Raises ValueError for a model without the page's `SHAPE`."""
    modules = dict(model.policy.named_modules())
    trunk = {
        name.removeprefix(TRUNK): name
        for name, module in modules.items()
        if name.startswith(f"{TRUNK}net.") and isinstance(module, torch.nn.Linear)
    }
    parts = {**(trunk or {"net.0": f"{TRUNK}net.0"}), **PARTS}
    if missing := [name for name in parts.values() if name not in modules]:
        raise ValueError(
            f"the model's policy has no {missing[0]}, so it is not the page's network: make it with "
            'PPO("MlpPolicy", env, policy_kwargs=drillsergeant.gym.sb3.SHAPE)'
        )
    heads = drills.resolve(drill).heads
    tensors = {
        f"{ours}.{kind}": getattr(modules[theirs], kind).detach().cpu().numpy()
        for ours, theirs in parts.items()
        for kind in ("weight", "bias")
    }
    if log_stds(heads):  # counted in half ranges here, and in the unit of the action there
        middles, halves = np.array([spread_of(head) for head in heads if isinstance(head, Continuous)], np.float32).T
        tensors["policy.weight"] = tensors["policy.weight"] / halves[:, None]
        tensors["policy.bias"] = (tensors["policy.bias"] - middles) / halves
        tensors[LOG_STD] = model.policy.log_std.detach().cpu().numpy() - np.log(halves)
    return Policy.from_tensors(drill, tensors, decisions=model.num_timesteps)
