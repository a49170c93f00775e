"""Soak: crash the graphics process again and again while a page trains on it: `make soak ARGS="--crashes 20"`.

The browser gives a page no device for two minutes after a second crash, so most crashes hit a learner that has moved
to the kernels, and some one that has just come back. Whatever is hit: training goes on, no update is lost or counted
twice, no worker is restarted, the page reports no error.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready

QUERY = "?learner=webgpu&drill=probe-both&matches=32&workers=1&horizon=4"
DECISIONS_A_CHUNK = 32 * 4
GOES_ON_S = 60.0
NO_LIMIT = "--disable-gpu-process-crash-limit"  # without it the browser itself gives up at the sixth crash
UPDATES_AFTER = 3


def crash(browser: Browser) -> None:
    """End the process that the page's device lives in."""
    session = browser.new_browser_cdp_session()
    session.send("Browser.crashGpuProcess")
    session.detach()


def trainer(page: Page) -> dict[str, Any]:
    """The trainer's last numbers."""
    numbers: dict[str, Any] = telemetry(page).get("trainer") or {}
    return numbers


def wait_for(page: Page, updates: int, limit_s: float) -> dict[str, Any]:
    """Wait until that many updates have been made; returns the numbers of that moment."""
    ends_s = time.monotonic() + limit_s
    while (now := trainer(page)).get("updates", 0) < updates:
        if time.monotonic() > ends_s:
            raise BuildError(f"training stopped: {now.get('updates')} updates in {limit_s:.0f} s, expected {updates}")
        page.wait_for_timeout(100)
    return now


def check(page: Page) -> None:
    """Every chunk played counts as one update, and nothing else went wrong."""
    told, now = telemetry(page), trainer(page)
    if now["decisions"] != now["updates"] * DECISIONS_A_CHUNK or now["dropped"]:
        raise BuildError(f"{now['decisions']} decisions in {now['updates']} updates, {now['dropped']} dropped steps")
    if told["errors"] or told["restarts"]:
        raise BuildError(f"errors {told['errors']}, restarts {told['restarts']}, expected none")


def soak(crashes: int, seed: int) -> None:
    """Train, crash at random moments, check."""
    moments = random.Random(seed)
    with served() as address, chromium([NO_LIMIT]) as browser:
        page = browser.new_page()
        page.goto(address + QUERY)
        wait_until_ready(page)
        page.click("#train")
        wait_for(page, 5, 120)
        for number in range(1, crashes + 1):
            page.wait_for_timeout(1000 * moments.uniform(1.0, 12.0))
            before = trainer(page)
            began_s = time.monotonic()
            crash(browser)
            after = wait_for(page, before["updates"] + UPDATES_AFTER, GOES_ON_S)
            check(page)
            say(
                f"crash {number:2} of {crashes}: was on {before['learner']:6}, {UPDATES_AFTER} updates more after "
                f"{time.monotonic() - began_s:4.1f} s, now on {after['learner']:6}; devices lost {after['gpu_losses']}"
            )
    say(f"{crashes} crashes survived; no update lost")


def main(arguments: Sequence[str]) -> int:
    """Parse the command line and soak; an error names what went wrong."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.splitlines()[0])
    parser.add_argument("--crashes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the crashes")
    options = parser.parse_args(arguments)
    soak(options.crashes, options.seed)
    return 0


if __name__ == "__main__":
    guarded(main)
