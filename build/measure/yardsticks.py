"""Tasks that others know, beside Stable-Baselines3's PPO: `make yardsticks ARGS="--seeds 1 2 3"`.

Both learn a task of Gymnasium's with their own defaults, one after the other on this machine, until the mean return of
100 fresh episodes by the sampling policy reaches what counts as solved, or a number of decisions is over. Ours plays
the drill of the same dynamics through the engine of the page's trainer, natively and on one thread; theirs plays
Gymnasium's own environment. Looking how good a policy is costs decisions and time of neither.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from drillsergeant.drills import make
from drillsergeant.drills.contract import MeanReturn, objective_of
from drillsergeant.learn.defaults import default_hyper
from drillsergeant.learn.train import Settings, native_rig, train

from build.console import BuildError, guarded, say
from build.pins import pins
from build.suite import missing

EPISODES = 100  # of a look
HEADER = "| task | seed | learner | decisions | seconds | mean return of 100 episodes | published |"


@dataclass(frozen=True)
class Yardstick:
    """A task: our drill of it, Gymnasium's name, decisions that are enough to tell, decisions between two looks, and
    what others have published."""

    drill: str
    task: str
    limit: int
    look_every: int
    published: str = ""

    @property
    def solved(self) -> float:
        """The mean return that counts as solved."""
        objective = objective_of(make(self.drill))
        assert isinstance(objective, MeanReturn), "a yardstick is told in returns"
        return objective.threshold


YARDSTICKS = (
    Yardstick("cartpole", "CartPole-v1", 500_000, 25_000, "CleanRL's PPO: 490.04 ± 6.12 after 500 k steps"),
    Yardstick("acrobot", "Acrobot-v1", 500_000, 25_000),
    Yardstick("pendulum", "Pendulum-v1", 500_000, 25_000),
)


@dataclass(frozen=True)
class Evaluation:
    """How good a policy was after so many decisions and seconds of playing and learning."""

    decisions: int
    seconds: float
    mean_return: float


def until_solved(looks: Iterator[Evaluation], threshold: float) -> tuple[Evaluation, bool]:
    """The first look at which a task was solved and True, or the last one there was and False."""
    last = None
    for last in looks:
        if last.mean_return >= threshold:
            return last, True
    if last is None:
        raise BuildError("nothing was learned: the limit of decisions is below one look")
    return last, False


def ours(yardstick: Yardstick, seed: int) -> Iterator[Evaluation]:
    """Our learner, as the terminal runs it."""
    drill = make(yardstick.drill)
    settings = Settings(
        decisions=yardstick.limit, evaluate_every=yardstick.look_every, evaluation_episodes=EPISODES, seed=seed
    )
    for point in train(native_rig(drill, settings), settings, default_hyper(drill)):
        tally = point.tallies["scripted"]
        yield Evaluation(point.decisions, point.seconds, tally.returns / tally.episodes)


def theirs(yardstick: Yardstick, seed: int) -> Iterator[Evaluation]:
    """Stable-Baselines3's PPO as it is when nobody sets anything, on one environment."""
    # Half a gigabyte of PyTorch, which only this function needs.
    import gymnasium
    from stable_baselines3 import PPO
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.monitor import Monitor

    model = PPO("MlpPolicy", yardstick.task, seed=seed, device="cpu")
    judge = Monitor(gymnasium.make(yardstick.task))
    judge.reset(seed=seed)
    seconds = 0.0
    while model.num_timesteps < yardstick.limit:
        began_s = time.perf_counter()
        model.learn(yardstick.look_every, reset_num_timesteps=False)
        seconds += time.perf_counter() - began_s
        mean, _ = evaluate_policy(model, judge, EPISODES, deterministic=False)
        assert isinstance(mean, float), "a mean, since no single returns were asked for"
        yield Evaluation(model.num_timesteps, seconds, mean)


LEARNERS = {"ours": ours, "SB3": theirs}


def row(yardstick: Yardstick, seed: int, learner: str, found: Evaluation, solved: bool) -> str:
    """One line of the table."""
    reached = f"{found.decisions / 1e6:.3f} M" if solved else f"not in {found.decisions / 1e6:.3f} M"
    return (
        f"| {yardstick.task} | {seed} | {learner} | {reached} | {found.seconds:.1f} "
        f"| {found.mean_return:.1f} | {yardstick.published} |"
    )


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, let both learn, print a row each; non-zero where ours was not the sooner or failed."""
    parser = argparse.ArgumentParser(prog="make yardsticks", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--tasks", nargs="+", choices=[each.drill for each in YARDSTICKS], metavar="DRILL")
    options = parser.parse_args(arguments)
    if why := missing("sb3", pins()):
        raise BuildError(why)
    say(HEADER + "\n|" + "---|" * (HEADER.count("|") - 1))
    good = True
    for yardstick in YARDSTICKS:
        if options.tasks and yardstick.drill not in options.tasks:
            continue
        for seed in options.seeds:
            took_s = []
            for name, learn in LEARNERS.items():
                found, solved = until_solved(learn(yardstick, seed), yardstick.solved)
                say(row(yardstick, seed, name, found, solved))
                took_s.append(found.seconds)
                good &= solved or name != "ours"
            good &= all(earlier < later for earlier, later in pairwise(took_s))
    return 0 if good else 1


if __name__ == "__main__":
    guarded(main)
