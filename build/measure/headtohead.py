"""Does it go on getting better? Trains natively, and lets the later policy play the earlier one.

`python -m build.measure.headtohead --decisions 4e6 --seeds 1 2 3`

For every seed a policy is trained; then the policy after X decisions plays the one after X/4, at several X. A
visitor's page learns from a steady number of decisions a second, so that is "after 60 s against after 15 s". Prints a
table with shares of the matches between the two, of matches against the scripted player, and of decided matches in
self-play.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drillsergeant.drills import DRILLS, make
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.train import Settings, TrainPoint, native_rig, train

QUARTERS = 4  # the older policy has played this part of the newer one's decisions
POINTS = 16  # of the curve; a multiple of QUARTERS
MATCHES = 64
HEADER = "| seed | decisions | won | lost | drawn | won : lost | scripted | decided in self-play | rating |"


@dataclass(frozen=True)
class Row:
    """One comparison: `tally` is of the policy after `decisions` against its self after a quarter of them."""

    seed: int
    decisions: int
    tally: Tally
    scripted: float
    decided: float
    rating: object

    def __str__(self) -> str:
        tally = self.tally
        won, lost = tally.wins / tally.episodes, tally.losses / tally.episodes
        ratio = tally.wins / max(tally.losses, 1)
        return (
            f"| {self.seed} | {self.decisions / 1e6:.1f} M | {won:.0%} | {lost:.0%} | {1 - won - lost:.0%} "
            f"| {ratio:.1f} | {self.scripted:.0%} | {self.decided:.0%} | {self.rating} |"
        )


def play(drill: Drill, new: Array, old: Array, episodes: int, seed: int) -> Tally:
    """At least so many matches of `new` against `old`, f32 [P] each, the tally being that of `new`.

    Whole time limits are played, so that short matches are hardly favoured.
    """
    rig = native_rig(drill, Settings(matches=MATCHES, duel_percent=100, seed=seed))
    rival, chunk_offset = rig.layout["weights.1"].offset, rig.chunk_offset(0)
    rig.memory.write(rig.weights_offset, new.data)
    rig.memory.write(rival, old.data)
    collector = rig.engine.collector(0, seed)
    collector.set_opponent(rival)
    decisions = drill.time_limit_s * drill.tick_hz / drill.action_repeat
    chunks = math.ceil(decisions / rig.layout.plan.horizon)
    total = Tally(0, 0, 0)
    while total.episodes < episodes:
        for _ in range(chunks):
            tally = collector.collect(rig.weights_offset, chunk_offset)
            total = Tally(total.episodes + tally.episodes, total.wins + tally.wins, total.losses + tally.losses)
    return total


def compare(drill: Drill, settings: Settings, hyper: Hyper, episodes: int) -> list[Row]:
    """Train once and compare at every fourth point of the curve."""
    curve = list(train(native_rig(drill, settings), settings, hyper))
    rows = []
    for number in range(QUARTERS, POINTS + 1, QUARTERS):
        new, old = curve[number], curve[number // QUARTERS]
        tally = play(drill, new.parameters, old.parameters, episodes, settings.seed)
        rows.append(_row(settings.seed, new, tally))
        print(rows[-1], flush=True)
    return rows


def _row(seed: int, point: TrainPoint, tally: Tally) -> Row:
    scripted, ended = point.tallies["scripted"], max(point.self_play["episodes"], 1.0)
    decided = (point.self_play["wins"] + point.self_play["losses"]) / ended
    return Row(seed, point.decisions, tally, scripted.wins / scripted.episodes, decided, point.league.get("rating"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, train every seed, print the table and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drill", choices=sorted(DRILLS), default="ball")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--decisions", type=float, default=4e6)
    parser.add_argument("--episodes", type=int, default=500, help="matches of each comparison, at least")
    parser.add_argument("--duel-percent", type=int, default=Settings.duel_percent)
    given = parser.parse_args(arguments)
    settings = Settings(
        decisions=int(given.decisions),
        evaluate_every=int(given.decisions) // POINTS,
        duel_percent=given.duel_percent,
    )
    print(HEADER, "|---" * HEADER.count(" | ") + "|---|", sep="\n")
    rows = [
        row
        for seed in given.seeds
        for row in compare(make(given.drill), replace(settings, seed=seed), Hyper(), given.episodes)
    ]
    last = [row.tally for row in rows if row.decisions == max(row.decisions for row in rows)]
    won, lost = sum(tally.wins for tally in last), sum(tally.losses for tally in last)
    print(f"\nAt the end, all seeds: {won} won, {lost} lost of {sum(tally.episodes for tally in last)}")


if __name__ == "__main__":
    main()
