"""Several runs that differ in their seed alone: how much of a curve is chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drillsergeant import drills
from drillsergeant.callbacks.run_plot import RunPlot, counted
from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.drill_checks import ensure_drill
from drillsergeant.learn.defaults import default_hidden
from drillsergeant.learn.ppo.hidden import checked_hidden
from drillsergeant.learn.ppo.hyper import current_names
from drillsergeant.learn.ppo.limits import checked_seed
from drillsergeant.learn.run_sizes import RunSizes
from drillsergeant.learn.trials.curves import LearningCurve, band, curve_of
from drillsergeant.learn.trials.recipe import DECISIONS, TrialRecipe
from drillsergeant.library.policy import Policy
from drillsergeant.library.trained_run import trained_run
from drillsergeant.plain import whole_number

SEEDS, MOST_SEEDS = 4, 64
NAMES = ("lowest", "median", "highest")


class SeedBand:
    """Runs of a drill that differ in their seed alone: the `seeds`, and for each its policy in `policies`.

    `table()` has the lowest, the middle and the highest of them after each update, wins, or the mean return where that
    is what counts; `plot()` is that as a picture, which a notebook shows by itself.
    """

    def __init__(
        self, drill: Drill, seeds: Sequence[int], policies: Sequence[Policy], curves: Sequence[LearningCurve]
    ) -> None:
        self.drill, self.seeds, self.policies, self._curves = drill, tuple(seeds), tuple(policies), tuple(curves)

    def __len__(self) -> int:
        return len(self.seeds)

    def __repr__(self) -> str:
        return f"<SeedBand {self._title()}>"

    def curve(self, seed: int) -> list[tuple[float, float]]:
        """(decisions, how good) of one of the seeds. Raises ValueError for one that is none of them."""
        if seed not in self.seeds:
            raise ValueError(f"seed {seed} is none of these, which are {', '.join(map(str, self.seeds))}")
        curve = self._curves[self.seeds.index(seed)]
        return [(x, y) for x, y in zip(curve.decisions, curve.values, strict=True) if y is not None]

    def table(self) -> list[dict[str, float]]:
        """A row for each number of decisions at which all are known: `decisions`, `lowest`, `median`, `highest`."""
        begun = [curve for curve in self._curves if curve.decisions]
        if not begun:
            return []
        low, high = max(curve.decisions[0] for curve in begun), min(curve.end for curve in begun)
        places = sorted({x for curve in begun for x in curve.decisions if low <= x <= high})
        found = band(begun, places)
        rows = zip(places, found.low, found.median, found.high, strict=True)
        return [
            dict(zip(("decisions", *NAMES), (place, a, b, c), strict=True))
            for place, a, b, c in rows
            if a is not None and b is not None and c is not None
        ]

    def plot(self) -> RunPlot:
        """The band over decisions; `plot().save("seeds.svg")` is a file."""
        return RunPlot(self._title(), self.table(), NAMES, shares=not self._of_returns, band=(NAMES[0], NAMES[2]))

    @property
    def _of_returns(self) -> bool:
        return any(policy.content.progress.mean_return is not None for policy in self.policies)

    def _title(self) -> str:
        rows = self.table()
        head = f"{self.drill.name}: {len(self)} seeds"
        if not rows:
            return f"{head}, no match counted"
        last = rows[-1]
        said = [f"{last[name]:.4g}" if self._of_returns else f"{last[name]:.0%}" for name in NAMES]
        what = "on average" if self._of_returns else "wins"
        return f"{head}, {counted(last['decisions'])} decisions, {said[0]} to {said[2]} {what}, {said[1]} in the middle"

    def _repr_html_(self) -> str:
        return self.plot().svg()


def seeds(
    drill: Drill | str,
    count: int = SEEDS,
    *,
    seed: int = 0,
    decisions: int = DECISIONS,
    matches: int = RunSizes.matches,
    hyper: Mapping[str, float] | None = None,
    hidden: Sequence[int] | None = None,
) -> SeedBand:
    """Train `count` players from nothing, 1 to 64, with the seeds `seed`, `seed` + 1 and so on, and all else alike.

    All else is as in `train`, and so are the weights. The page's *Run 4 seeds* comes to the same, to the last bit.
    Raises ValueError for values out of range.
    """
    made = drills.resolve(drill)
    ensure_drill(made)
    count = whole_number("count", count, least=1)
    if count > MOST_SEEDS:
        raise ValueError(f"count is {count}, at most {MOST_SEEDS} seeds are trained at once")
    first = checked_seed(seed)
    numbers = [checked_seed(first + place) for place in range(count)]
    decisions, matches = (
        whole_number(name, value, least=1) for name, value in (("decisions", decisions), ("matches", matches))
    )
    network = default_hidden(made) if hidden is None else checked_hidden(hidden)
    changes = current_names(hyper or {})
    runs = [
        trained_run(made, network, TrialRecipe(number, decisions, matches, stops=False, hyper=changes))
        for number in numbers
    ]
    return SeedBand(made, numbers, [Policy(run.policy()) for run in runs], [curve_of(run.curve()) for run in runs])
