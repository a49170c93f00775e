"""The page's network in Stable-Baselines3."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor

from drillsergeant.learn.ppo.hidden import HIDDEN, checked_hidden


class Trunk(BaseFeaturesExtractor):
    """The page's hidden layers, `net`: a linear layer and a tanh for each entry of `hidden`, the units of it."""

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
