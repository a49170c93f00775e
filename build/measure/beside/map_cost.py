"""What the value map costs the match on screen: frame times while training, with the map and without, in turns.

`python -m build.measure.beside.map_cost --rounds 3`

One page trains all the while, and a player is looked into in both cases: what is compared is the map alone. Each turn
lasts until the show's frame clock holds nothing but that turn's frames.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.pins import SITE

WARM_S = 15.0  # of training, before the first turn
FRAMES_KEPT = 600  # by the show's frame clock
LIMIT_S = 120.0
NONE, BALL = "-1", "0"  # of the select that says of what the map is


def frames_of(page: Page) -> int:
    """How many frames the show has drawn."""
    return int((telemetry(page).get("show") or {}).get("frames") or 0)


def turn(page: Page, thing: str) -> tuple[float, float]:
    """Frame times with this map, ms: median and 99th percentile."""
    page.select_option("#map-of", thing)
    until = frames_of(page) + FRAMES_KEPT + FRAMES_KEPT // 10
    waited_s = 0.0
    while frames_of(page) < until:
        page.wait_for_timeout(250)
        waited_s += 0.25
        if waited_s > LIMIT_S:
            raise BuildError(f"the show drew fewer than {FRAMES_KEPT} frames in {LIMIT_S:.0f} s: is the page hidden?")
    show = telemetry(page)["show"]
    return float(show["frame_ms_p50"]), float(show["frame_ms_p99"])


def measure(rounds: int, query: str) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """For each round, without the map and with it."""
    with served() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address + query)
        wait_until_ready(page)
        page.click("#dock-inside")
        page.select_option("#inside-player", "0")
        page.click("#train")
        page.wait_for_selector("#map-of:visible")
        page.wait_for_timeout(1000 * WARM_S)
        found = []
        for number in range(rounds):
            # Who comes first changes, so that a policy that goes on learning favours neither.
            order = (NONE, BALL) if number % 2 == 0 else (BALL, NONE)
            times = {thing: turn(page, thing) for thing in order}
            found.append((times[NONE], times[BALL]))
            say(line(number, *found[-1]))
        rate = (telemetry(page).get("trainer") or {}).get("trained_decisions_per_s")
        say(f"while {rate or 0:,.0f} decisions a second were learned from")
        return found


def line(number: int, without: tuple[float, float], with_map: tuple[float, float]) -> str:
    """A round as a row of a table."""
    told = [f"{median:.1f} / {p99:.1f}" for median, p99 in (without, with_map)]
    return f"| {number + 1} | {told[0]} | {told[1]} | {with_map[1] - without[1]:+.1f} |"


def main(arguments: Sequence[str]) -> int:
    """Measure and print the rows, and the median of the differences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--query", default="?drill=ball&seed=1", help="the page's address from its ? on")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    say("| round | without, median / 99th percentile, ms | with | difference of the 99th |")
    found = measure(options.rounds, options.query)
    differences = [with_map[1] - without[1] for without, with_map in found]
    say(f"the 99th percentile with the map is {statistics.median(differences):+.2f} ms from without it, in the middle")
    return 0


if __name__ == "__main__":
    guarded(main)
