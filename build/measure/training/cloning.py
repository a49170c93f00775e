"""Learn from you, measured: `python -m build.measure.training.cloning`, five runs of Ball Drill.

Of each: a minute of the scripted player's decisions is cloned, as if a visitor had played; how far the policy agrees
with the decisions that were held out; after how many decisions PPO then wins half of its matches, and after how many
from nothing. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import math
import statistics

import drillsergeant
from drillsergeant.library.training import Training

ENOUGH = 0.5
MOST_DECISIONS = 4_000_000
T_975 = 2.776  # Student's t of four degrees of freedom: 95 % of five runs


def decisions_until_enough(run: Training) -> float:
    """Decisions after which half of the matches are won against the scripted player; infinity where that never was."""
    return next((row["decisions"] for row in run if row["win_rate"] >= ENOUGH), math.inf)


def interval(values: list[float]) -> str:
    """Mean of five runs and where the true one lies, with 95 %."""
    reach = T_975 * statistics.stdev(values) / math.sqrt(len(values))
    return f"{statistics.mean(values):.3g} ± {reach:.2g}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", default="ball")
    parser.add_argument("--seconds", type=int, default=60, help="of play that are cloned")
    given = parser.parse_args()
    print("| seed | agrees | 95 % | chance | commonest action | 50 % wins after it | from nothing |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    shares, sooner = [], []
    for seed in range(5):
        shown = drillsergeant.demonstrate(given.drill, seconds=given.seconds, seed=100 + seed)
        run, fresh = (drillsergeant.train(given.drill, seed=seed, decisions=MOST_DECISIONS) for _ in range(2))
        found = run.clone(shown)
        low, high = found.interval()
        after, nothing = decisions_until_enough(run), decisions_until_enough(fresh)
        shares.append(found.share)
        sooner.append(nothing / after)
        agreed = f"{found.share:.0%} | {low:.0%} to {high:.0%} | {found.chance:.1%} | {found.commonest:.0%}"
        print(f"| {seed} | {agreed} | {after:,.0f} | {nothing:,.0f} |", flush=True)
    print(f"\nagrees: {interval(shares)}; times fewer decisions: {interval(sooner)}")


if __name__ == "__main__":
    main()
