"""How long players from nothing take: What if on the page and natively, and four seeds on the page.

`python -m build.measure.beside.trial_times`; `--grid` asks for 5 x 5 as well.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import drillsergeant
from playwright.sync_api import Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import wait_until_ready
from build.pins import SITE

FIVE = "0, 0.25, 0.5, 1, 2"
LIMIT_S = 600.0


def timed(page: Page, press: str, is_done: Callable[[], bool]) -> float:
    """Seconds from pressing a button until it is done."""
    page.click(press)
    began_s = time.monotonic()
    while not is_done():
        page.wait_for_timeout(50)
        if time.monotonic() - began_s > LIMIT_S:
            raise BuildError(f"{press} was not done after {LIMIT_S:.0f} s")
    return time.monotonic() - began_s


def on_page(page: Page, grid: bool) -> None:
    """Ask for players as a visitor does, with a worker that has to be started first, and say how long they took."""
    page.click("#dock-whatif")
    page.wait_for_selector("#what-if-run:not([disabled])")
    page.select_option("#what-if-first", "to_ball_reward")
    page.fill("#what-if-first-values", FIVE)
    for count, second in ((5, ""), (25, FIVE)) if grid else ((5, ""),):
        if second:
            page.select_option("#what-if-second", "ball_to_goal_reward")
            page.fill("#what-if-second-values", second)
        there = f"{count} players are there"
        took_s = timed(page, "#what-if-run", lambda there=there: page.inner_text("#what-if-said").startswith(there))  # type: ignore[misc]
        say(f"what if, {count} players of 700 000 decisions, on the page: {took_s:.1f} s")
    page.click("#dock-charts")
    took_s = timed(page, "#seeds-run", lambda: page.inner_text("#seeds-said").startswith("After"))
    say(f"4 seeds of 700 000 decisions, on the page: {took_s:.1f} s")
    say(page.inner_text("#seeds-said"))


def natively() -> None:
    """The same five in this process, on one core."""
    began_s = time.monotonic()
    drillsergeant.what_if("ball", to_ball=[0, 0.25, 0.5, 1, 2])
    say(f"what if, 5 players of 700 000 decisions, natively: {time.monotonic() - began_s:.1f} s")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--grid", action="store_true", help="5 x 5 players on the page, too")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    natively()
    with served() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}?drill=ball&seed=1")
        wait_until_ready(page)
        on_page(page, options.grid)
    return 0


if __name__ == "__main__":
    guarded(main)
