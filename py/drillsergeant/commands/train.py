"""`python -m drillsergeant train ball`: a run in this terminal, with its file at the end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from drillsergeant.commands.command import A_DRILL, Command, named_number, whole

if TYPE_CHECKING:
    from drillsergeant.callbacks import Callback

USUAL_DECISIONS = 1_000_000
USUAL_EVERY = 500_000


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drill", help=A_DRILL)
    parser.add_argument("--decisions", type=whole, default=USUAL_DECISIONS, help="how many, such as 1e6 (default)")
    parser.add_argument("--seed", type=whole, default=0, help="the same seed gives the same weights (default: 0)")
    parser.add_argument("--seeds", type=whole, help="so many runs, from that seed on: FILE-1.dshq ..., and their band")
    parser.add_argument("--matches", type=whole, help="how many are played at once (default: 256)")
    parser.add_argument("--hidden", help="units of each hidden layer, such as 64,64 (default: the drill's own)")
    parser.add_argument(
        "--engine", choices=("wasm", "numpy"), help="what computes (default: wasm where it is installed)"
    )
    parser.add_argument(
        *("--set", "-s"),
        action="append",
        type=named_number,
        default=[],
        metavar="NAME=NUMBER",
        help="a hyperparameter, such as learning_rate=0.003; may be given several times",
    )
    parser.add_argument("--out", type=Path, help="the file of the policy (default: the drill's name, .dshq)")
    parser.add_argument("--until", type=named_number, metavar="METRIC=NUMBER", help="end early, such as win_rate=0.9")
    parser.add_argument("--checkpoints", type=Path, metavar="FOLDER", help="keep policies on the way in this folder")
    parser.add_argument("--every", type=whole, default=USUAL_EVERY, help="decisions between these (default: 5e5)")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="the curve as a picture")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="every update's metrics as a table")
    parser.add_argument("--jsonl", type=Path, metavar="FILE", help="the same, a JSON object a line")
    parser.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="curves for TensorBoard (an extra)")
    parser.add_argument("--wandb", metavar="PROJECT", help="a run of Weights & Biases (an extra)")
    parser.add_argument("--mlflow", metavar="EXPERIMENT", help="a run of MLflow (an extra)")
    parser.add_argument("--quiet", action="store_true", help="no bar (there is none where it is not a terminal)")


def _run(given: argparse.Namespace) -> int:
    """Train, save, and say in a line what it has come to. Ctrl+C ends it early, and what was learned is saved."""
    from drillsergeant.learn.ppo.hidden import parsed_hidden
    from drillsergeant.learn.run_sizes import RunSizes
    from drillsergeant.library.training import train

    if given.seeds is not None:
        return _run_seeds(given)
    run = train(
        given.drill,
        seed=given.seed,
        decisions=given.decisions,
        hyper=dict(given.set),
        matches=given.matches or RunSizes.matches,
        engine=given.engine,
        hidden=parsed_hidden(given.hidden) if given.hidden else None,
        callbacks=_callbacks(given),
    )
    out = given.out or Path(f"{run.drill.name}.dshq")
    _check_files(out, given.plot)
    try:
        run.finish(progress=False if given.quiet else None)
    except KeyboardInterrupt:
        if not run.updates:
            raise
    run.policy.save(out)
    if given.plot:
        run.plot().save(given.plot)
    print(f"{run.plot().title} in {run.seconds:.1f} s: {out}")
    return 0


def _check_files(out: Path, plot: Path | None) -> None:
    """Raises ValueError for files that could not be written in the end."""
    from drillsergeant.learn.files.replacing import checked_folder, checked_kind
    from drillsergeant.library.policy import checked_policy_path

    checked_policy_path(out)
    checked_folder(out)
    if plot:
        checked_folder(plot)
        checked_kind(plot, ".svg")


NOT_WITH_SEEDS = ("engine", "until", "checkpoints", "csv", "jsonl", "tensorboard", "wandb", "mlflow")


def _run_seeds(given: argparse.Namespace) -> int:
    """Train one policy a seed, save them all, and say in a line how far apart they came out."""
    from drillsergeant.learn.ppo.hidden import parsed_hidden
    from drillsergeant.learn.run_sizes import RunSizes
    from drillsergeant.library.seeds import seeds

    if alone := [name for name in NOT_WITH_SEEDS if getattr(given, name)]:
        raise ValueError(f"--seeds trains several runs, and --{alone[0]} is of one: leave one of the two out")
    _check_files(given.out or Path(), given.plot)
    found = seeds(
        given.drill,
        given.seeds,
        seed=given.seed,
        decisions=given.decisions,
        matches=given.matches or RunSizes.matches,
        hyper=dict(given.set),
        hidden=parsed_hidden(given.hidden) if given.hidden else None,
    )
    out = given.out or Path(f"{found.drill.name}.dshq")
    files = [out.with_name(f"{out.stem}-{seed}{out.suffix}") for seed in found.seeds]
    for policy, file in zip(found.policies, files, strict=True):
        policy.save(file)
    if given.plot:
        found.plot().save(given.plot)
    print(f"{found.plot().title}: {files[0]}{f' to {files[-1].name}' if len(files) > 1 else ''}")
    return 0


def _callbacks(given: argparse.Namespace) -> list[Callback]:
    from drillsergeant import callbacks

    chosen: list[Callback] = []
    if given.until:
        chosen.append(callbacks.EarlyStop(**dict([given.until])))
    if given.checkpoints:
        chosen.append(callbacks.Checkpoints(given.checkpoints, given.every))
    for name, logger in (
        ("csv", callbacks.CsvLogger),
        ("jsonl", callbacks.JsonLinesLogger),
        ("tensorboard", callbacks.TensorBoardLogger),
        ("mlflow", callbacks.MlflowLogger),
    ):
        if value := getattr(given, name):
            chosen.append(logger(value))
    return [*chosen, callbacks.WandbLogger(project=given.wandb)] if given.wandb else chosen


TRAIN = Command("train", "train a drill in this terminal and keep the policy as a .dshq file", _add_arguments, _run)
