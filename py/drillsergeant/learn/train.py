"""Training in a terminal: `python -m drillsergeant.learn.train --decisions 4e6 --out policy.npz`.

The same learner as in the browser, natively. Prints one line per evaluation: shares of wins, losses and draws of the
sampling policy against the drill's frozen scripted player, one episode in each of the evaluation matches.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from drillsergeant.drills import DRILLS, make
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.chunk import Chunk, EpisodeStats
from drillsergeant.learn.hyper import Hyper
from drillsergeant.learn.network import Network
from drillsergeant.learn.numpy_arithmetic import NumpyArithmetic
from drillsergeant.learn.ppo import Learner, Metrics
from drillsergeant.learn.rollout import Collector, Controller, evaluate

HEADER = "  time_s  decisions    /s   win  loss  draw  entropy      kl   value  episode_s  rewards"


@dataclass(frozen=True)
class Plan:
    """How to train: matches side by side (N), decisions in a chunk (T), and when to stop and to look."""

    matches: int = 512
    horizon: int = 16
    decisions: int = 4_000_000
    evaluate_every: int = 250_000
    evaluation_matches: int = 200
    seed: int = 0


@dataclass(frozen=True)
class Point:
    """One point of the learning curve. `seconds` leaves evaluation out; `episodes` are those of self-play."""

    seconds: float
    decisions: int
    against_scripted: EpisodeStats
    episodes: EpisodeStats
    metrics: Metrics
    parameters: Array


def train(drill: Drill, plan: Plan, hyper: Hyper) -> Iterator[Point]:
    """Train from scratch by self-play, both sides learning, and yield the curve as it grows."""
    network = Network(len(drill.observation), drill.action_count)
    arithmetic = NumpyArithmetic(network, plan.seed)
    learner: Learner[Chunk] = Learner(arithmetic, plan.seed, cell_lanes=plan.matches * drill.sides)
    collector = Collector(drill, network, plan.matches, plan.seed)
    seconds, decisions, metrics, episodes = 0.0, 0, Metrics(), EpisodeStats()
    next_look = 0
    while True:
        if decisions >= next_look or decisions >= plan.decisions:
            opponent: Controller = "scripted" if drill.sides > 1 else "policy"
            record = evaluate(drill, network, arithmetic.parameters, opponent, plan.evaluation_matches, plan.seed + 1)
            yield Point(seconds, decisions, record, episodes, metrics, arithmetic.parameters.copy())
            episodes = EpisodeStats()
            next_look += plan.evaluate_every
            if decisions >= plan.decisions:
                return
        start = time.perf_counter()
        chunk = collector.collect(arithmetic.parameters, plan.horizon)
        metrics = learner.learn([chunk], hyper)
        seconds += time.perf_counter() - start
        decisions += chunk.horizon * chunk.agents
        episodes.add(chunk.stats)


def line(drill: Drill, point: Point) -> str:
    """One point as a row under HEADER."""
    wins, losses, draws = point.against_scripted.shares()
    count = max(point.episodes.episodes, 1)
    rewards = " ".join(f"{name} {total / count:+.2f}" for name, total in point.episodes.reward_terms.items())
    m = point.metrics
    episode_s = point.episodes.decisions / count * drill.action_repeat / drill.tick_hz
    rate = point.decisions / max(point.seconds, 1e-9)
    return (
        f"{point.seconds:8.1f} {point.decisions:10d} {rate / 1e3:4.0f}k {wins:5.0%} {losses:5.0%} {draws:5.0%} "
        f"{m.entropy:8.3f} {m.approx_kl:7.4f} {m.value_loss:7.4f} {episode_s:10.1f}  {rewards}"
    )


def save(path: str, drill: Drill, parameters: Array, decisions: int) -> None:
    """Write a policy as .npz: the flat parameters and what they belong to."""
    np.savez(
        path,
        parameters=parameters,
        drill=np.array(drill.name),
        observation=np.array(drill.observation),
        action_count=np.array(drill.action_count),
        decisions=np.array(decisions),
    )


def main() -> None:
    """Parse the command line, train, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", choices=sorted(DRILLS), default="ball")
    parser.add_argument("--out", default="policy.npz", help="where to save the policy")
    for settings in (Plan, Hyper):
        for field in fields(settings):
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=field.default)
    given = vars(parser.parse_args())
    plan = Plan(**{field.name: int(given[field.name]) for field in fields(Plan)})
    hyper = Hyper(**{field.name: given[field.name] for field in fields(Hyper)})
    drill = make(given["drill"])
    print(HEADER)
    for point in train(drill, plan, hyper):
        print(line(drill, point), flush=True)
        save(given["out"], drill, point.parameters, point.decisions)


if __name__ == "__main__":
    main()
