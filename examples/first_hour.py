"""A first hour: train with a bar, plot, judge, save, load, Gymnasium, Stable-Baselines3 and back, a drill of one's own.

    pip install '.[sb3]'
    python examples/first_hour.py --folder hour

Each step prints a line, and writes its files into the folder.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import drillsergeant
import gymnasium
from drillsergeant.callbacks import CsvLogger, EarlyStop
from drillsergeant.gym import DrillVectorEnv, film, win_share


def typed(*arguments: str) -> None:
    """The command line, as it is typed."""
    subprocess.run([sys.executable, "-m", "drillsergeant", *arguments], check=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Do it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("hour"))
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)

    run = drillsergeant.train(
        "chase", seed=1, decisions=300_000, callbacks=[CsvLogger("c.csv"), EarlyStop(win_rate=0.9)]
    )
    policy = run.finish(progress=True)
    run.plot().save("curve.svg")
    print(f"trained: {run.plot().title}")

    policy.save("chase.dshq")
    again = drillsergeant.Policy.load("chase.dshq")
    print(f"saved, loaded, and {win_share(again, 'random', 64):.0%} of its matches won; {film(again, 'match.gif')}")

    env = gymnasium.make("drillsergeant/Chase-v0", opponent="random")
    seen, _ = env.reset(seed=1)
    over, earned = False, 0.0
    while not over:
        seen, reward, terminated, truncated, info = env.step(again.act(seen))
        earned, over = earned + float(reward), terminated or truncated
    print(f"a match in Gymnasium: {earned:.2f} earned, winner {info['winner']:+d}")

    from drillsergeant.gym.sb3 import Matches, brought_back, handed_over, shape_of
    from stable_baselines3 import PPO
    from stable_baselines3.common.vec_env import VecNormalize

    there = Matches(DrillVectorEnv(64, "chase", "random"), seed=1)
    model = PPO("MlpPolicy", there, policy_kwargs=shape_of(policy.content.schema.hidden), n_steps=16, device="cpu")
    handed_over(policy, model)
    model.learn(2_000)
    print(f"learned on in Stable-Baselines3: {win_share(brought_back(model, 'chase'), 'random', 64):.0%} won")
    behind = PPO("MlpPolicy", VecNormalize(there), policy_kwargs=shape_of((32, 32)), n_steps=16, device="cpu")
    behind.learn(2_000)
    brought_back(behind, "chase").export_onnx("from_sb3.onnx")

    typed("new", "my_drill.py", "--force")
    typed("check", "my_drill.py")
    typed("train", "my_drill.py", "--decisions", "1e5", "--out", "mine.dshq", "--plot", "mine.svg")
    typed("play", "mine.dshq", "--drill", "my_drill.py", "--gif", "mine.gif")
    typed("eval", "mine.dshq", "--drill", "my_drill.py", "--matches", "64")
    typed("export", "mine.dshq", "mine.onnx", "--drill", "my_drill.py")
    print(f"written: {', '.join(sorted(path.name for path in Path.cwd().iterdir()))}")


if __name__ == "__main__":
    main()
