"""Training in a terminal: `python -m drillsergeant.learn.train --decisions 4e6 --out policy.npz`.

The learner of the browser, natively: the same compiled drill through wasmtime, in lockstep (chunks, update, chunks,
...), so that the same settings give the same weights on every machine. Prints one line per evaluation: shares of wins,
losses and draws of the sampling policy against the drill's frozen scripted player, and its wins against a random one;
or the mean return of an episode, where that is the drill's objective.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from io import BytesIO

import numpy as np

from drillsergeant.drills import make
from drillsergeant.drills.contract import Discrete, Drill, objective_of
from drillsergeant.elementary import Array
from drillsergeant.kernels.wasm.wasmtime_host import NativeMemory
from drillsergeant.learn.defaults import default_hidden, default_hyper
from drillsergeant.learn.engine import CHUNK_STATS, SCRIPTED_AWAY, Tally
from drillsergeant.learn.evaluation.curriculum import Curriculum
from drillsergeant.learn.evaluation.results import Estimate, RecentEpisodes, Score
from drillsergeant.learn.files.replacing import replace_file
from drillsergeant.learn.ppo.hidden import parsed_hidden
from drillsergeant.learn.ppo.hyper import RANGES, Hyper, annealed
from drillsergeant.learn.rig import ENGINES, Rig, make_rig
from drillsergeant.learn.run_sizes import RunSizes

RATES, RETURNS = "  win  loss  draw  random", "  return   95 % ±  random"
HEADER = "  time_s  decisions    /s {score}  entropy      kl   value episode_s  decided  pool  elo  rewards"
EVALUATION_SEED = 977


@dataclass(frozen=True)
class Settings(RunSizes):
    """How to train: what is played, and when to stop and to look."""

    decisions: int = 4_000_000
    evaluate_every: int = 250_000
    evaluation_episodes: int = 200
    seed: int = 0


@dataclass(frozen=True)
class TrainPoint:
    """One point of the learning curve. `seconds` leaves evaluation out.

    `tallies` are the policy's episodes in each of `engine.evaluations_of`, `self_play` the sums of `CHUNK_STATS` and of
    the reward terms over the episodes that ended since the point before, `metrics` those of the latest update,
    `league` the numbers of the duels, `lesson` that of the drill, from 0.
    """

    seconds: float
    decisions: int
    tallies: Mapping[str, Tally]
    self_play: Mapping[str, float]
    metrics: Mapping[str, float]
    parameters: Array
    league: Mapping[str, object]
    lesson: int = 0


class NativePlace:
    """A memory of this process and wasmtime, for `make_rig`."""

    def __init__(self, size_bytes: int) -> None:
        self.memory = NativeMemory(size_bytes)
        self.link = self.memory.link


def native_rig(drill: Drill, settings: Settings, engine: str = "wasm", hidden: Sequence[int] = ()) -> Rig:
    """An engine of this process, with room for one more worker, who only evaluates; `hidden`: see `rig.make_rig`."""
    return make_rig(drill, settings, engine, NativePlace, hidden=hidden, spare_workers=1)


def train(rig: Rig, settings: Settings, hyper: Hyper) -> Iterator[TrainPoint]:
    """Train from scratch by self-play, all players learning, and yield the curve as it grows."""
    run, terms = rig.run(settings.workers, settings.seed), rig.drill.reward_terms
    nothing = dict.fromkeys((*CHUNK_STATS, *terms), 0.0)
    seconds, next_look, self_play = 0.0, 0, nothing
    curriculum = Curriculum(getattr(rig.drill, "lesson_values", ()), Score(objective_of(rig.drill)))
    metrics: Mapping[str, float] = {}
    while True:
        if run.decisions >= min(next_look, settings.decisions):
            parameters = _parameters(rig, run.weights_offset)
            tallies = evaluate(rig, settings, curriculum.number)
            run.matchmaking.played_scripted(tallies["scripted"])
            league = run.matchmaking.values()
            yield TrainPoint(seconds, run.decisions, tallies, self_play, metrics, parameters, league, curriculum.number)
            if run.decisions >= settings.decisions:
                return
            if curriculum.reached(_scripted(rig.drill, tallies)):
                curriculum.number += 1
                run.set_lesson(curriculum.number)
            self_play = nothing
            next_look += settings.evaluate_every
        start = time.perf_counter()
        metrics = run.update(annealed(hyper, run.updates))
        seconds += time.perf_counter() - start
        self_play = {name: total + self_play[name] for name, total in run.episode_sums(terms).items()}


def _parameters(rig: Rig, weights_offset: int) -> Array:
    """A copy of the parameters, f32 [P]."""
    parameters: Array = np.empty(rig.layout.plan.parameter_count, np.float32)
    rig.memory.read(weights_offset, parameters.data)
    return parameters


def evaluate(rig: Rig, settings: Settings, lesson: int = 0) -> dict[str, Tally]:
    """Tally of the current parameters in each of `engine.evaluations_of`, at a lesson of the drill.

    Fresh matches, counted in the order in which they began: short ones are not favoured.
    """
    collector = rig.engine.collector(settings.workers, settings.seed + EVALUATION_SEED)
    if lesson:
        collector.set_lesson(lesson)
    decisions_per_limit = rig.drill.time_limit_s * rig.drill.tick_hz / rig.drill.action_repeat
    chunks_per_limit = math.ceil(decisions_per_limit / settings.horizon)
    totals: dict[str, Tally] = {}
    while not totals or min(tally.episodes for tally in totals.values()) < settings.evaluation_episodes:
        for _ in range(chunks_per_limit):
            for name, tally in collector.evaluate(rig.weights_offset).items():
                totals[name] = totals.get(name, Tally(0, 0, 0)) + tally
    return totals


def line(drill: Drill, point: TrainPoint) -> str:
    """One point as a row under HEADER."""
    ended = max(point.self_play["episodes"], 1.0)
    episode_s = point.self_play["decisions"] / ended * drill.action_repeat / drill.tick_hz
    decided = (point.self_play["wins"] + point.self_play["losses"]) / ended
    rewards = " ".join(f"{name} {point.self_play[name] / ended:+.2f}" for name in drill.reward_terms)
    entropy, kl, value_loss = (point.metrics.get(name, 0.0) for name in ("entropy", "approx_kl", "value_loss"))
    return (
        f"{point.seconds:8.1f} {point.decisions:10d} {point.decisions / max(point.seconds, 1e-9) / 1e3:4.0f}k "
        f"{_scores(drill, point)} {entropy:8.3f} {kl:7.4f} {value_loss:7.4f} {episode_s:9.1f} "
        f"{decided:8.0%} {_share(point.league.get('win_rate_pool'))} {_rating(point.league.get('rating'))}  {rewards}"
        f"{_teams(drill, point)}{f'  lesson {point.lesson + 1}' if point.lesson else ''}"
    )


def header(drill: Drill) -> str:
    """What stands over the rows of a drill: in the measure of its objective."""
    return HEADER.format(score=RETURNS if Score(objective_of(drill)).of_returns else RATES)


def _scores(drill: Drill, point: TrainPoint) -> str:
    """Shares of wins, losses and draws, or the mean return; then that against a random player."""
    scripted, random = _scripted(drill, point.tallies), _estimate(drill, point.tallies["random"])
    if not Score(objective_of(drill)).of_returns:
        shares = " ".join(f"{share:5.0%}" for share in (scripted.win, scripted.loss, scripted.draw))
        return f"{shares} {random.win:7.0%}"
    reach = scripted.return_interval()[1] - scripted.mean_return
    return f"{scripted.mean_return:8.1f} {reach:8.1f} {random.mean_return:7.1f}"


def _scripted(drill: Drill, tallies: Mapping[str, Tally]) -> Estimate:
    """What matches against the scripted player say; the mean of both teams where these play different games."""
    home = _estimate(drill, tallies["scripted"])
    return home.balanced(_estimate(drill, tallies[SCRIPTED_AWAY])) if SCRIPTED_AWAY in tallies else home


def _teams(drill: Drill, point: TrainPoint) -> str:
    """Wins as either team, where they play different games and `win` is the mean of both."""
    if SCRIPTED_AWAY not in point.tallies:
        return ""
    home, away = (_estimate(drill, point.tallies[name]).win for name in ("scripted", SCRIPTED_AWAY))
    return f"  as team 0 {home:.0%}, as team 1 {away:.0%}"


def _estimate(drill: Drill, tally: Tally) -> Estimate:
    recent = RecentEpisodes(Score(objective_of(drill)))
    recent.add(tally)
    return recent.estimate() or Estimate(0.0, 0.0, 0.0, 1.0)


def _rating(value: object) -> str:
    return f"{value:4d}" if isinstance(value, int) else "   -"


def _share(value: object) -> str:
    return f"{value:5.0%}" if isinstance(value, float) else "    -"


def save(path: str, drill: Drill, hidden: Sequence[int], parameters: Array, decisions: int) -> None:
    """Write a policy as .npz: the flat parameters f32 [P], and what they belong to; `choices` is 0 of a number.

    `path` gets that ending where it has none. Raises OSError; what lay there before is whole then.
    """
    content = BytesIO()
    np.savez(
        content,
        parameters=parameters,
        drill=np.array(drill.name),
        observation=np.array(drill.observation),
        heads=np.array([head.name for head in drill.heads]),
        choices=np.array([len(head.choices) if isinstance(head, Discrete) else 0 for head in drill.heads]),
        hidden=np.array(hidden),
        decisions=np.array(decisions),
    )
    replace_file(path if path.endswith(".npz") else f"{path}.npz", content.getvalue())


def main() -> None:
    """Parse the command line, train, print, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball", help="its name, module:Class or file.py")
    parser.add_argument("--engine", choices=ENGINES, default="wasm")
    parser.add_argument("--hidden", help="units of each hidden layer, such as 64,64 (default: the drill's own)")
    parser.add_argument("--out", default="policy.npz", help="where to save the policy")
    for table in (Settings, Hyper):
        for field in fields(table):
            about = f"{RANGES[field.name].meaning} Higher: {RANGES[field.name].raised}." if table is Hyper else None
            usual = None if table is Hyper else field.default  # of a hyperparameter it depends on the drill
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=usual, help=about)
    given = vars(parser.parse_args())
    settings = Settings(**{field.name: int(given[field.name]) for field in fields(Settings)})
    try:
        drill = make(given["drill"])
        hidden = parsed_hidden(given["hidden"]) if given["hidden"] else default_hidden(drill)
    except ValueError as wrong:
        parser.error(str(wrong))
    wanted = {field.name: given[field.name] for field in fields(Hyper) if given[field.name] is not None}
    hyper = default_hyper(drill).changed(**wanted)
    print(header(drill))
    for point in train(native_rig(drill, settings, given["engine"], hidden), settings, hyper):
        print(line(drill, point), flush=True)
        save(given["out"], drill, hidden, point.parameters, point.decisions)


if __name__ == "__main__":
    main()
