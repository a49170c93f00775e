"""Stable-Baselines3 learns Ball Drill; what it has learned goes back to the page.

    pip install 'drillsergeant[gym]' stable-baselines3
    python examples/train_with_sb3.py --decisions 2e6 --out policy.dshq

then, on the page, "Runs", "Import", and choose policy.dshq: the squares play by it, and Train goes on from it.

The page's network has one trunk (64 and 64 units, tanh) under both its heads. SB3 by default has two separate nets, of
which a `.dshq` file has no room for the second; so here SB3 is given the same trunk as a features extractor that both
heads share, and nothing is left out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import torch
from drillsergeant.gym import Batch, DrillVectorEnv
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv

HIDDEN = 64
SETTINGS = {"n_steps": 16, "batch_size": 2048, "n_epochs": 2, "learning_rate": 1e-3, "gamma": 0.98, "ent_coef": 0.003}


class Matches(VecEnv):
    """Our matches as SB3 wants them. All are stepped in one call."""

    def __init__(self, env: DrillVectorEnv, seed: int) -> None:
        self.env, self.first, self.render_mode = env, seed, None
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def reset(self) -> np.ndarray:
        return self.env.reset(seed=self.first)[0]

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        seen, reward, terminated, truncated, info = self.env.step(self.actions)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for match in np.flatnonzero(terminated | truncated):
            # With the last observation SB3 estimates what a truncated match would still have earned.
            last = {"terminal_observation": info["final_obs"][match], "TimeLimit.truncated": bool(truncated[match])}
            infos[match] = last
        return seen, reward, terminated | truncated, infos

    def close(self) -> None:
        self.env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [getattr(self.env, attr_name, None)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise AttributeError(f"{attr_name} belongs to all matches at once and cannot be set")

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        raise AttributeError(f"matches have no method {method_name} of their own")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * len(list(self._get_indices(indices)))


class Trunk(BaseFeaturesExtractor):
    """The page's two layers."""

    def __init__(self, observation_space: spaces.Box) -> None:
        super().__init__(observation_space, HIDDEN)
        layers = [torch.nn.Linear(observation_space.shape[0], HIDDEN), torch.nn.Tanh()]
        self.net = torch.nn.Sequential(*layers, torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.Tanh())

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.net(observations)


def brought_back(model: PPO, drill: Any) -> drillsergeant.Policy:
    """The model as a policy of the page."""
    net = model.policy
    modules = {
        "net.0": net.features_extractor.net[0],
        "net.2": net.features_extractor.net[2],
        "policy": net.action_net,
        "value": net.value_net,
    }
    tensors = {
        f"{name}.{kind}": getattr(module, kind).detach().cpu().numpy()
        for name, module in modules.items()
        for kind in ("weight", "bias")
    }
    return drillsergeant.Policy.from_tensors(drill, tensors, decisions=model.num_timesteps)


def win_share(policy: drillsergeant.Policy, opponent: str, matches: int = 256) -> float:
    """Share of first episodes won by the sampling policy, one of each match."""
    batch = Batch(drillsergeant.make(policy.content.schema.drill), matches)
    batch.reset(seed=977)
    won, counted = np.zeros(matches, bool), np.zeros(matches, bool)
    while not counted.all():
        verdict = batch.step([batch.choose(policy, 0), batch.choose(opponent, 1)])
        won |= verdict.over & ~counted & (verdict.winner > 0)
        counted |= verdict.over
        batch.restart(verdict.over)
    return float(won.mean())


def main(arguments: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Train, say what it has come to, write the files; returns the shares of wins before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball")
    parser.add_argument("--opponent", default="random", choices=["scripted", "random"], help="whom it learns from")
    parser.add_argument("--matches", type=int, default=512)
    parser.add_argument("--decisions", type=float, default=2e6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("policy.dshq"), help="beside it goes the same as .onnx")
    given = parser.parse_args(arguments)
    env = Matches(DrillVectorEnv(given.matches, given.drill, given.opponent), given.seed)
    torch.set_num_threads(1)
    shape = {"features_extractor_class": Trunk, "net_arch": [], "activation_fn": torch.nn.Tanh}
    model = PPO("MlpPolicy", env, policy_kwargs=shape, seed=given.seed, device="cpu", **SETTINGS)
    shares: dict[str, dict[str, float]] = {}
    for when in ("before", "after"):
        if when == "after":
            model.learn(total_timesteps=int(given.decisions))
        policy = brought_back(model, env.env.drill)
        shares[when] = {opponent: win_share(policy, opponent) for opponent in ("scripted", "random")}
        wins = ", ".join(f"{share:.0%} against the {name} player" for name, share in shares[when].items())
        print(f"{when} {model.num_timesteps} decisions: wins {wins}", flush=True)
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))
    return shares


if __name__ == "__main__":
    main()
