"""Which hyperparameters learn a drill fastest: a search by Optuna or by Ray Tune, each trial a run of our own engine.

    pip install '.[wasm]' optuna            # or 'ray[tune]'
    python examples/search.py --tool optuna --trials 20

Prints one table, the best trial first, and writes the policy of each. A trial that does worse than others did at
its time is ended early, by a callback.
"""

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import drillsergeant

# Low, high, and whether it is looked through by powers of ten.
SPACE: Mapping[str, tuple[float, float, bool]] = {
    "learning_rate": (3e-4, 3e-2, True),
    "entropy_coef": (1e-4, 3e-2, True),
    "clip_coef": (0.1, 0.4, False),
}
MEASURE = "win_rate"
Row = dict[str, float]


def file_of(folder: Path, hyper: Mapping[str, float]) -> Path:
    """Where the policy of a trial lies."""
    return folder / f"{'-'.join(f'{hyper[name]:.4g}' for name in SPACE)}.dshq"


def trained(given: argparse.Namespace, hyper: Mapping[str, float], goes_on: Callable[[int, float], bool]) -> Row:
    """One trial: its row of the table. `goes_on` hears of its measure after every update in which it is known."""
    row: Row = {**hyper, MEASURE: 0.0}

    def watch(run: Any, metrics: Mapping[str, float]) -> bool:
        if math.isnan(metrics[MEASURE]):
            return True
        row[MEASURE] = metrics[MEASURE]
        return goes_on(run.decisions, metrics[MEASURE])

    run = drillsergeant.train(given.drill, seed=given.seed, decisions=given.decisions, hyper=hyper, callbacks=[watch])
    run.finish(progress=False).save(file_of(given.folder, hyper))
    return {**row, "decisions": run.decisions, "seconds": run.seconds}


def by_optuna(given: argparse.Namespace) -> list[Row]:
    """Optuna's search; trials below the median of the others are ended early."""
    import optuna

    rows: list[Row] = []

    def objective(trial: optuna.Trial) -> float:
        hyper = {name: trial.suggest_float(name, low, high, log=log) for name, (low, high, log) in SPACE.items()}

        def goes_on(decisions: int, value: float) -> bool:
            trial.report(value, decisions)
            return not trial.should_prune()

        rows.append(trained(given, hyper, goes_on))
        if trial.should_prune():
            raise optuna.TrialPruned
        return rows[-1][MEASURE]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=given.seed)
    study = optuna.create_study(direction="maximize", sampler=sampler, pruner=optuna.pruners.MedianPruner())
    study.optimize(objective, n_trials=given.trials)
    return rows


def by_ray(given: argparse.Namespace) -> list[Row]:
    """Ray Tune's search; as many trials at once as there are processors, on as many machines as Ray has."""
    from ray import tune

    def trainable(config: dict[str, float]) -> None:
        def goes_on(decisions: int, value: float) -> bool:
            tune.report({MEASURE: value, "decisions": decisions})
            return True  # Ray ends it itself

        tune.report(trained(given, config, goes_on))

    space = {
        name: tune.loguniform(low, high) if log else tune.uniform(low, high) for name, (low, high, log) in SPACE.items()
    }
    asha = tune.schedulers.ASHAScheduler(
        time_attr="decisions", max_t=2 * given.decisions, grace_period=given.decisions // 4
    )
    config = tune.TuneConfig(metric=MEASURE, mode="max", num_samples=given.trials, scheduler=asha)
    results = tune.Tuner(trainable, param_space=space, tune_config=config).fit()
    return [
        {**result.config, **{name: result.metrics.get(name, 0.0) for name in (MEASURE, "decisions", "seconds")}}
        for result in results
    ]


def main(arguments: Sequence[str] | None = None) -> list[Row]:
    """Search, print the table, keep the best policy; returns the rows, the best first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="chase")
    parser.add_argument("--tool", choices=["optuna", "ray"], default="optuna")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--decisions", type=int, default=60_000, help="of each trial")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=lambda text: Path(text).resolve(), default=Path("search").resolve())
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    found = (by_optuna if given.tool == "optuna" else by_ray)(given)
    rows = sorted(found, key=lambda row: (-row[MEASURE], row["decisions"]))
    print("  ".join(f"{name:>13}" for name in rows[0]))
    for row in rows:
        print("  ".join(f"{value:13.5g}" for value in row.values()))
    print(f"the best: {file_of(given.folder, rows[0])}")
    return rows


if __name__ == "__main__":
    main()
