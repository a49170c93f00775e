"""Stable-Baselines3 learns a drill; what it has learned goes back to the page.

    pip install '.[sb3]'
    python examples/train_with_sb3.py --decisions 2e6 --out policy.dshq

then drop policy.dshq onto the page: the players play by it, and Train goes on from it.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from drillsergeant.gym import DrillVectorEnv, win_share
from drillsergeant.gym.sb3 import SHAPE, Matches, brought_back
from stable_baselines3 import PPO

SETTINGS = {"n_steps": 16, "batch_size": 2048, "n_epochs": 2, "learning_rate": 1e-3, "gamma": 0.98, "ent_coef": 0.003}


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
    torch.set_num_threads(1)  # so small a network is slower on several
    model = PPO("MlpPolicy", env, policy_kwargs=SHAPE, seed=given.seed, device="cpu", **SETTINGS)
    shares: dict[str, dict[str, float]] = {}
    for when in ("before", "after"):
        if when == "after":
            model.learn(total_timesteps=int(given.decisions))
        policy = brought_back(model, env.drill)
        shares[when] = {opponent: win_share(policy, opponent) for opponent in ("scripted", "random")}
        wins = ", ".join(f"{share:.0%} against the {name} player" for name, share in shares[when].items())
        print(f"{when} {model.num_timesteps} decisions: wins {wins}", flush=True)
    policy.save(given.out)
    policy.export_onnx(given.out.with_suffix(".onnx"))
    return shares


if __name__ == "__main__":
    main()
