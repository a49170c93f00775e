"""Does the page go on getting better? `make growth ARGS="--seeds 1 2 3"`: trains in the page, then lets policies meet.

For every seed the built site is opened headless, Train is pressed, and the policy is exported as a visitor does it,
after 15 and after 60 seconds of training, or at other `--moments`. Each then plays the one before it natively, both
ways round, by whole time limits. Draws are a column of their own; the ratio of won to lost matches has the interval of
the share of wins among the decided ones. Every policy's own file says how far it was.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from drillsergeant.drills import DRILLS, make
from drillsergeant.drills.contract import Drill
from drillsergeant.elementary import Array
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.evaluation.results import Estimate
from drillsergeant.learn.files.dshq import PolicyFile, read_policy
from drillsergeant.learn.files.schema import Schema
from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.browsers.docks import reach_into_docks
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.measure.headtohead import play
from build.pins import SITE

PROMISED = 2.0  # won matches for every lost one
LOOK_EVERY_MS = 100
LATE_S = 120.0  # a page that has not trained that much longer is not training
HEADER = (
    "| seed | earlier: trained, decisions, wins vs the bot | later | matches | won | lost | drawn | won : lost (95 %) |"
)


@dataclass(frozen=True)
class Meeting:
    """What became of the matches of the later policy (`tally` is its own) against the earlier one."""

    seed: str
    earlier: str
    later: str
    tally: Tally

    @property
    def ratio(self) -> float:
        """Matches won for every one lost."""
        return ratio_of(self.tally.wins / max(1, self.tally.wins + self.tally.losses))

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true ratio lies, matches being independent of one another."""
        decided = self.tally.wins + self.tally.losses
        if not decided:
            return 0.0, math.inf
        won = self.tally.wins / decided
        low, high = Estimate(won, 1.0 - won, 0.0, decided).interval()
        return ratio_of(low), ratio_of(high)

    def line(self) -> str:
        """The row of the table."""
        tally = self.tally
        won, lost = tally.wins / max(1, tally.episodes), tally.losses / max(1, tally.episodes)
        low, high = self.interval
        return (
            f"| {self.seed} | {self.earlier} | {self.later} | {tally.episodes} | {won:.1%} | {lost:.1%} "
            f"| {1 - won - lost:.1%} | {self.ratio:.2f} ({low:.2f} to {high:.2f}) |"
        )


def ratio_of(won: float) -> float:
    """Won matches for every lost one, by the share won of the decided ones."""
    return math.inf if won >= 1.0 else won / (1.0 - won)


def pooled(meetings: Sequence[Meeting]) -> Meeting:
    """All seeds together."""
    tallies = [meeting.tally for meeting in meetings]
    sums = (sum(getattr(tally, name) for tally in tallies) for name in ("episodes", "wins", "losses"))
    return Meeting("all", "", "", Tally(*sums))


def facts(policy: PolicyFile) -> str:
    """How far a policy was, by its own file."""
    progress = policy.progress
    wins = "-" if progress.win_rate is None else f"{progress.win_rate:.0%}"
    return f"{progress.trained_s:.1f} s, {progress.decisions / 1e6:.2f} M, {wins}"


def parameters(policy: PolicyFile) -> Array:
    """f32 [P]."""
    return np.frombuffer(policy.state.arrays["parameters"], np.float32)


def meet(drill: Drill, new: PolicyFile, old: PolicyFile, matches: int, seed: int) -> Tally:
    """At least so many matches of `new` against `old`, half of them with the teams changed; the tally is new's."""
    half = math.ceil(matches / 2)
    first = play(drill, parameters(new), parameters(old), half, seed)
    second = play(drill, parameters(old), parameters(new), half, seed + 1)
    return Tally(first.episodes + second.episodes, first.wins + second.losses, first.losses + second.wins)


def grow(page: Page, address: str, moments_s: Sequence[float], folder: Path) -> list[bytes]:
    """Train in the page and export at these moments of training; the contents of the files."""
    page.goto(address)
    wait_until_ready(page)
    page.click("#train")
    found = []
    for moment_s in moments_s:
        _wait_for(page, moment_s)
        with page.expect_download() as waiting:
            page.click("#runs-export")
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        found.append(path.read_bytes())
    page.click("#train")
    if errors := telemetry(page).get("errors"):
        raise BuildError(f"the page reported errors while it trained: {errors}")
    return found


def _wait_for(page: Page, moment_s: float) -> None:
    """Until the trainer's own clock, which stands still while nothing is trained, says so."""
    ends_s = time.monotonic() + moment_s + LATE_S
    while (told := (telemetry(page).get("trainer") or {}).get("t_s") or 0.0) < moment_s:
        if time.monotonic() > ends_s:
            raise BuildError(f"the page has trained for {told:.1f} s in the time for {moment_s + LATE_S:.0f} s")
        page.wait_for_timeout(LOOK_EVERY_MS)


def measure(
    drill_name: str, query: str, seeds: Sequence[int], moments_s: Sequence[float], matches: int
) -> list[Meeting]:
    """One page for each seed, and a meeting of every policy with the one before it; prints a row each."""
    drill = make(drill_name)
    if len(drill.teams) < 2:
        raise BuildError(f"nobody meets anybody in {drill_name!r}: choose a drill with two teams")
    program = build_program(drill, shared=False)
    schema = Schema.of(program.drill, program.network.hidden)
    found = []
    for seed in seeds:
        # A browser of its own for each: a page that is gone takes no processor time from the next.
        with served() as address, chromium() as browser, TemporaryDirectory() as folder:
            page = reach_into_docks(browser.new_page(viewport={"width": 1280, "height": 860}))
            where = f"{address}?drill={drill_name}&seed={seed}{query}"
            policies = [read_policy(content, schema) for content in grow(page, where, moments_s, Path(folder))]
        for old, new in pairwise(policies):
            found.append(Meeting(str(seed), facts(old), facts(new), meet(drill, new, old, matches, seed)))
            say(found[-1].line())
    return found


def report(meetings: Sequence[Meeting]) -> list[Mapping[str, object]]:
    """Everything, as plain data."""
    return [{**asdict(each), "ratio": each.ratio, "interval": each.interval} for each in meetings]


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, train, play, print; non-zero when a seed or all together stay below the promise."""
    parser = argparse.ArgumentParser(prog="make growth", description=__doc__.splitlines()[0])
    parser.add_argument("--drill", choices=sorted(DRILLS), default="ball")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--moments", type=float, nargs="+", default=[15.0, 60.0], metavar="S", help="of training")
    parser.add_argument("--matches", type=int, default=1000, help="of each seed, at least")
    parser.add_argument("--query", default="", help='more address parameters, such as "&workers=1"')
    parser.add_argument("--out", type=Path, default=Path("out/growth.json"))
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    if sorted(set(options.moments)) != options.moments or len(options.moments) < 2:
        raise BuildError(f"--moments {options.moments}: give two or more, each later than the one before")
    say(HEADER + "\n|" + "---|" * (HEADER.count("|") - 1))
    found = measure(options.drill, options.query, options.seeds, options.moments, options.matches)
    steps = len(options.moments) - 1
    for step in range(steps):
        found.append(pooled(found[step : steps * len(options.seeds) : steps]))
        say(found[-1].line())
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report(found), indent=1) + "\n")
    return 0 if all(meeting.ratio >= PROMISED for meeting in found) else 1


if __name__ == "__main__":
    guarded(main)
