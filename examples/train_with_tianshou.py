"""Tianshou learns a drill; what it has learned goes back to the page.

    pip install '.[gym]' tianshou
    python examples/train_with_tianshou.py --decisions 1e6 --out policy.dshq

then drop policy.dshq onto the page: the players play by it, and Train goes on from it.

Tianshou's own vector environments step single environments one after the other, or in processes; here it is given our
batch of matches as one of its own. For drills whose actions are choices.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import torch
from drillsergeant.gym import DrillVectorEnv, win_share
from drillsergeant.gym.pytorch import choice_sizes, choices, tensors_of
from tianshou.algorithm.modelfree.ppo import PPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import BaseVectorEnv
from tianshou.trainer import OnPolicyTrainerParams
from tianshou.utils.net.common import Net
from tianshou.utils.net.discrete import DiscreteActor, DiscreteCritic

HIDDEN = (64, 64)
STEPS = 16  # of every match between two updates
SETTINGS = {"gamma": 0.98, "ent_coef": 0.003, "max_grad_norm": 0.5}


class Matches(BaseVectorEnv):
    """The matches of a `DrillVectorEnv`, all played in one call, as Tianshou's collectors want them."""

    def __init__(self, env: DrillVectorEnv) -> None:
        env.autoreset = "Disabled"  # Tianshou says which matches start anew
        self.matches, self.env_num, self.is_async, self.is_closed = env, env.num_envs, False, False

    def get_env_attr(self, key: str, id: Any = None) -> list[Any]:
        """The same for all matches."""
        return [getattr(self.matches, f"single_{key}", None)] * len(self._wrap_id(id))

    def reset(self, env_id: Any = None, **given: Any) -> tuple[np.ndarray, np.ndarray]:
        """Start these matches anew; what is seen in them, f32 [N, OBS]."""
        chosen = np.asarray(self._wrap_id(env_id))
        if env_id is not None:
            given["options"] = {"reset_mask": np.isin(np.arange(self.env_num), chosen)}
        return self.matches.reset(**given)[0][chosen], np.array([{} for _ in chosen])

    def step(self, action: Any, id: Any = None) -> tuple[np.ndarray, ...]:
        """Play one decision of every match."""
        if len(self._wrap_id(id)) != self.env_num:
            raise ValueError("matches are played together: collect steps, not episodes")
        *found, _ = self.matches.step(np.asarray(action))
        return *found, np.array([{"env_id": number} for number in range(self.env_num)])

    def seed(self, seed: Any = None) -> list[Any]:
        """Let all matches follow from `seed`."""
        self.matches.reset(seed=seed)
        return [seed]

    def close(self) -> None:
        """End the matches."""
        self.matches.close()
        self.is_closed = True


def made(env: DrillVectorEnv) -> tuple[Any, dict[str, Any]]:
    """PPO of the page's network, and its layers by their names in a `.dshq` file."""
    sizes = choice_sizes(env.drill)
    trunk = Net(state_shape=env.single_observation_space.shape, hidden_sizes=HIDDEN, activation=torch.nn.Tanh)
    actor = DiscreteActor(preprocess_net=trunk, action_shape=sum(sizes), softmax_output=False)
    critic = DiscreteCritic(preprocess_net=trunk)
    policy = ProbabilisticActorPolicy(
        actor=actor,
        dist_fn=lambda logits: choices(logits, sizes),
        action_space=env.single_action_space,
        action_scaling=False,
        action_bound_method=None,
    )
    layers = [module for module in trunk.modules() if isinstance(module, torch.nn.Linear)]
    named = {f"net.{2 * number}": layer for number, layer in enumerate(layers)}
    named |= {"policy": actor.last.model[0], "value": critic.last.model[0]}
    torch.nn.init.zeros_(named["policy"].weight)  # at first every choice is as likely as the others
    return PPO(policy=policy, critic=critic, optim=AdamOptimizerFactory(lr=1e-3), **SETTINGS), named


def main(arguments: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Train, say what it has come to, write the files; returns the shares of wins before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball")
    parser.add_argument("--opponent", default="random", choices=["scripted", "random"], help="whom it learns from")
    parser.add_argument("--matches", type=int, default=256)
    parser.add_argument("--decisions", type=float, default=1e6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("policy.dshq"), help="beside it goes the same as .onnx")
    given = parser.parse_args(arguments)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)  # so small a network is slower on several
    env = DrillVectorEnv(given.matches, given.drill, given.opponent)
    algorithm, layers = made(env)
    batch = STEPS * given.matches
    collector = Collector(algorithm, Matches(env), VectorReplayBuffer(batch, given.matches))
    collector.reset(gym_reset_kwargs={"seed": given.seed})
    shares: dict[str, dict[str, float]] = {}
    for when in ("before", "after"):
        if when == "after":
            algorithm.run_training(
                OnPolicyTrainerParams(
                    training_collector=collector,
                    max_epochs=1,
                    epoch_num_steps=int(given.decisions),
                    collection_step_num_env_steps=batch,
                    batch_size=1024,
                    update_step_num_repetitions=2,
                    show_progress=False,
                )
            )
        policy = drillsergeant.Policy.from_tensors(env.drill, tensors_of(layers), collector.collect_step)
        shares[when] = {opponent: win_share(policy, opponent) for opponent in ("scripted", "random")}
        wins = ", ".join(f"{share:.0%} against the {name} player" for name, share in shares[when].items())
        print(f"{when} {collector.collect_step} decisions: wins {wins}", flush=True)
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))
    return shares


if __name__ == "__main__":
    main()
