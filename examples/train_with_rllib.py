"""Ray RLlib learns Ball Drill; what it has learned goes back to the page.

    pip install 'drillsergeant[gym]' 'ray[rllib]' torch
    python examples/train_with_rllib.py --decisions 2e6 --out policy.dshq

Its default network with a shared encoder of 64 and 64 tanh units is the page's. RLlib makes many single environments
itself; to use our batch of matches, they come as one vector environment.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import drillsergeant
import gymnasium
import numpy as np
from drillsergeant.gym import DrillEnv, DrillVectorEnv
from gymnasium.vector import AutoresetMode
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig

NAME = "drillsergeant/ball-v0"
SHAPE = DefaultModelConfig(
    fcnet_hiddens=[64, 64], fcnet_activation="tanh", head_fcnet_hiddens=[], vf_share_layers=True
)
# Tensors of RLlib's module, by their names in a .dshq file.
TENSORS = {
    "net.0": "encoder.encoder.net.mlp.0",
    "net.2": "encoder.encoder.net.mlp.2",
    "policy": "pi.net.mlp.0",
    "value": "vf.net.mlp.0",
}


def register(opponent: str) -> None:
    """Make the environments known by a name."""
    gymnasium.register(
        id=NAME,
        entry_point=lambda **_: DrillEnv("ball", opponent),
        # RLlib counts on the step between two episodes.
        vector_entry_point=lambda num_envs, **_: DrillVectorEnv(num_envs, "ball", opponent, AutoresetMode.NEXT_STEP),
    )


def brought_back(algorithm: Any, decisions: int) -> drillsergeant.Policy:
    """The policy as one of the page."""
    # The learner's module: the one that plays has no value head.
    state = algorithm.learner_group.get_weights()[DEFAULT_MODULE_ID]
    tensors = {
        f"{ours}.{kind}": np.asarray(state[f"{theirs}.{kind}"])
        for ours, theirs in TENSORS.items()
        for kind in ("weight", "bias")
    }
    return drillsergeant.Policy.from_tensors(drillsergeant.make("ball"), tensors, decisions)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opponent", default="random", choices=["scripted", "random"], help="whom it learns from")
    parser.add_argument("--matches", type=int, default=256)
    parser.add_argument("--decisions", type=float, default=2e6)
    parser.add_argument("--out", type=Path, default=Path("policy.dshq"), help="beside it goes the same as .onnx")
    given = parser.parse_args(arguments)
    register(given.opponent)
    config = (
        PPOConfig()
        .environment(NAME)
        .env_runners(
            num_env_runners=0,
            num_envs_per_env_runner=given.matches,
            gym_env_vectorize_mode="vector_entry_point",
            rollout_fragment_length=16,
        )
        .training(
            train_batch_size=16 * given.matches, minibatch_size=1024, num_epochs=2, lr=1e-3, gamma=0.98,
            entropy_coeff=0.003,
        )
        .rl_module(model_config=SHAPE)
    )  # fmt: skip
    algorithm = config.build_algo()
    decisions = 0
    while decisions < given.decisions:
        result = algorithm.train()
        runners = result["env_runners"]
        decisions = int(runners["num_env_steps_sampled_lifetime"])
        print(f"{decisions} decisions, mean reward of an episode {runners.get('episode_return_mean')}", flush=True)
    policy = brought_back(algorithm, decisions)
    algorithm.stop()
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))


if __name__ == "__main__":
    main()
