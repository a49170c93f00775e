"""What the value map costs the match on screen: frame times while training, with the map and without, in turns.

`python -m build.measure.beside.map_cost --rounds 3`

One page trains all the while, and a player is looked into in both cases: what is compared is the map alone. Each turn
lasts until the show's frame clock holds nothing but that turn's frames.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.measure.training.turns import processor_s
from build.pins import SITE

WARM_S = 15.0  # of training, before the first turn
LOOK_S = 3.0  # for whose thread is the show's
SETTLE_S = 1.5  # of a turn, before it is measured
FRAMES_KEPT = 600  # by the show's frame clock
LIMIT_S = 120.0
NONE, BALL = "-1", "0"  # of the select that says of what the map is


def frames_of(page: Page) -> int:
    """How many frames the show has drawn."""
    return int((telemetry(page).get("show") or {}).get("frames") or 0)


class MapTurn(NamedTuple):
    """Frame times of one turn, ms: median and 99th percentile; and the processor's time for a frame in the show's
    thread, ms, which another program beside it changes little."""

    median_ms: float
    p99_ms: float
    processor_ms: float

    def __str__(self) -> str:
        return f"{self.median_ms:.1f} / {self.p99_ms:.1f}; {self.processor_ms:.2f}"


def thread_of_show(page: Page) -> tuple[str, int]:
    """The show's thread: the worker's that works while nobody trains."""
    before = processor_s(os.getpid())
    page.wait_for_timeout(1000 * LOOK_S)
    after = processor_s(os.getpid())
    workers = [key for key in after if key[0].startswith("Dedicated")]
    return max(workers, key=lambda key: after[key] - before.get(key, 0.0))


def turn(page: Page, thing: str, thread: tuple[str, int]) -> MapTurn:
    """What frames take with this map."""
    page.select_option("#map-of", thing)
    page.wait_for_timeout(1000 * SETTLE_S)
    began, began_s = frames_of(page), processor_s(os.getpid())[thread]
    waited_s = 0.0
    while (drawn := frames_of(page) - began) < FRAMES_KEPT:
        page.wait_for_timeout(250)
        waited_s += 0.25
        if waited_s > LIMIT_S:
            raise BuildError(f"the show drew fewer than {FRAMES_KEPT} frames in {LIMIT_S:.0f} s: is the page hidden?")
    used_ms = 1000 * (processor_s(os.getpid())[thread] - began_s)
    show = telemetry(page)["show"]
    return MapTurn(float(show["frame_ms_p50"]), float(show["frame_ms_p99"]), used_ms / drawn)


def measure(rounds: int, query: str) -> list[tuple[MapTurn, MapTurn]]:
    """For each round, without the map and with it."""
    with served() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address + query)
        wait_until_ready(page)
        page.wait_for_timeout(1000 * LOOK_S)
        thread = thread_of_show(page)
        page.click("#dock-inside")
        page.select_option("#inside-player", "0")
        page.click("#train")
        page.wait_for_selector("#map-of:visible")
        page.wait_for_timeout(1000 * WARM_S)
        found = []
        for number in range(rounds):
            # Who comes first changes, so that a policy that goes on learning favours neither.
            order = (NONE, BALL) if number % 2 == 0 else (BALL, NONE)
            times = {thing: turn(page, thing, thread) for thing in order}
            found.append((times[NONE], times[BALL]))
            say(line(number, *found[-1]))
        rate = (telemetry(page).get("trainer") or {}).get("trained_decisions_per_s")
        say(f"while {rate or 0:,.0f} decisions a second were learned from; load {os.getloadavg()[0]:.0f}")
        return found


def line(number: int, without: MapTurn, with_map: MapTurn) -> str:
    """A round as a row of a table."""
    return f"| {number + 1} | {without} | {with_map} | {with_map.p99_ms - without.p99_ms:+.1f} |"


def main(arguments: Sequence[str]) -> int:
    """Measure and print the rows, and the median of the differences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--query", default="?drill=ball&seed=1", help="the page's address from its ? on")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    say("| round | without: median / 99th percentile; processor a frame, ms | with | difference of the 99th |")
    found = measure(options.rounds, options.query)
    late = statistics.median(with_map.p99_ms - without.p99_ms for without, with_map in found)
    work = statistics.median(with_map.processor_ms - without.processor_ms for without, with_map in found)
    say(f"with the map, in the middle: 99th percentile {late:+.2f} ms, the show's thread {work:+.2f} ms a frame")
    return 0


if __name__ == "__main__":
    guarded(main)
