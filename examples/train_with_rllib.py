"""Ray RLlib learns a drill; what it has learned goes back to the page.

    pip install '.[gym]' 'ray[rllib]' torch
    python examples/train_with_rllib.py --decisions 2e6 --out policy.dshq

then drop policy.dshq onto the page: the players play by it, and Train goes on from it.

RLlib's default network with a shared encoder of 64 and 64 tanh units is the page's. Left alone, RLlib makes many single
environments; here it is given our batch of matches as one vector environment.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import drillsergeant
import numpy as np
import ray
from drillsergeant.gym import env_id, win_share
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig

SHAPE = DefaultModelConfig(fcnet_hiddens=[64, 64], fcnet_activation="tanh", head_fcnet_hiddens=[], vf_share_layers=True)
# Tensors of RLlib's module, by their names in a .dshq file.
TENSORS = {
    "net.0": "encoder.encoder.net.mlp.0",
    "net.2": "encoder.encoder.net.mlp.2",
    "policy": "pi.net.mlp.0",
    "value": "vf.net.mlp.0",
}


def configured(drill: str, opponent: str, matches: int, seed: int, runners: int = 0) -> PPOConfig:
    """PPO over one vector environment in this process, or one in each of `runners` others, on whatever machines Ray
    has."""
    batch = 16 * matches * max(runners, 1)
    return (
        PPOConfig()
        # The name says what to import, in processes that have not imported it.
        .environment(f"drillsergeant.gym:{env_id(drill)}", env_config={"opponent": opponent})
        .env_runners(
            num_env_runners=runners,
            num_envs_per_env_runner=matches,
            gym_env_vectorize_mode="vector_entry_point",
            rollout_fragment_length=16,
        )
        .training(train_batch_size=batch, minibatch_size=min(1024, batch), num_epochs=2)
        .training(lr=1e-3, gamma=0.98, entropy_coeff=0.003)
        .rl_module(model_config=SHAPE)
        .debugging(seed=seed)
    )


def brought_back(algorithm: Any, drill: str, decisions: int) -> drillsergeant.Policy:
    """The policy as one of the page."""
    # The learner's module: the one that plays has no value head.
    state = algorithm.learner_group.get_weights()[DEFAULT_MODULE_ID]
    tensors = {
        f"{ours}.{kind}": np.asarray(state[f"{theirs}.{kind}"])
        for ours, theirs in TENSORS.items()
        for kind in ("weight", "bias")
    }
    return drillsergeant.Policy.from_tensors(drillsergeant.make(drill), tensors, decisions)


def main(arguments: Sequence[str] | None = None) -> dict[str, dict[str, float]]:
    """Train, say what it has come to, write the files; returns the shares of wins before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball")
    parser.add_argument("--opponent", default="random", choices=["scripted", "random"], help="whom it learns from")
    parser.add_argument("--matches", type=int, default=256)
    parser.add_argument("--decisions", type=float, default=2e6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runners", type=int, default=0, help="processes that play, on all machines that Ray has")
    parser.add_argument("--address", help="of a Ray cluster, such as auto (default: this machine alone)")
    parser.add_argument("--out", type=Path, default=Path("policy.dshq"), help="beside it goes the same as .onnx")
    given = parser.parse_args(arguments)
    if given.address:
        ray.init(address=given.address, ignore_reinit_error=True)
    algorithm = configured(given.drill, given.opponent, given.matches, given.seed, given.runners).build_algo()
    shares: dict[str, dict[str, float]] = {}
    decisions = 0
    for when in ("before", "after"):
        while when == "after" and decisions < given.decisions:
            decisions = int(algorithm.train()["env_runners"]["num_env_steps_sampled_lifetime"])
        policy = brought_back(algorithm, given.drill, decisions)
        shares[when] = {opponent: win_share(policy, opponent) for opponent in ("scripted", "random")}
        wins = ", ".join(f"{share:.0%} against the {name} player" for name, share in shares[when].items())
        print(f"{when} {decisions} decisions: wins {wins}", flush=True)
    algorithm.stop()
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))
    return shares


if __name__ == "__main__":
    main()
