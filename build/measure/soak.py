"""Soak: crash the graphics process again and again while a page trains on it: `make soak ARGS="--crashes 20"`.

The browser gives a page no device for two minutes after a second crash, so most crashes hit a learner that has moved
to the kernels, and some one that has just come back. Whatever is hit: training goes on, no update is lost or counted
twice, no worker is restarted, the page reports no error.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from playwright.sync_api import Browser, Page

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.promises.records import tally, tell

QUERY = "?learner=webgpu&drill=probe-both&matches=32&workers=1&horizon=4"
DECISIONS_A_CHUNK = 32 * 4
GOES_ON_S = 60.0
PAUSE_S = 2.0  # promised: so long nothing is learned after a loss
# When new weights were published, in the show's worker, which waits for nobody.
WATCH = """
from drillsergeant.browser.worker.boot import _alive
from drillsergeant.memory.weights import WeightsWord
runtime = _alive[0]._runtime
word = runtime._layout["weights.control"].word + WeightsWord.VERSION
lambda: runtime._memory.load(word)
"""
NOTE_EVERY = """(code) => {
  const version = pyodide.runPython(code);
  let last = version();
  globalThis.published_ms = [];
  setInterval(() => { if (version() !== last) { last = version(); published_ms.push(performance.now()); } }, 5);
}"""
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


def longest_pause_s(published_ms: Sequence[float]) -> float:
    """Seconds without new weights, at most."""
    return max(after - before for before, after in pairwise(published_ms)) / 1000


def soak(crashes: int, seed: int) -> None:
    """Train, crash at random moments, check."""
    moments = random.Random(seed)
    pauses_s: list[float] = []
    with served() as address, chromium([NO_LIMIT]) as browser:
        page = browser.new_page()
        page.goto(address + QUERY)
        wait_until_ready(page)
        page.click("#train")
        wait_for(page, 5, 120)
        show = next(worker for worker in page.workers if "workers/show.js" in worker.url)
        show.evaluate(NOTE_EVERY, WATCH)
        for number in range(1, crashes + 1):
            page.wait_for_timeout(1000 * moments.uniform(1.0, 12.0))
            before = trainer(page)
            show.evaluate("published_ms = [performance.now()]")
            crash(browser)
            after = wait_for(page, before["updates"] + UPDATES_AFTER, GOES_ON_S)
            check(page)
            pauses_s.append(longest_pause_s(show.evaluate("[...published_ms, performance.now()]")))
            tally(7, "losses", 1)
            tally(8, "pauses", 1, bad=pauses_s[-1] >= PAUSE_S)
            say(
                f"crash {number:2} of {crashes}: was on {before['learner']:6}, nothing was learned for "
                f"{pauses_s[-1]:4.2f} s, now on {after['learner']:6}; devices lost {after['gpu_losses']}"
            )
    longest_s = max(pauses_s)
    tell(8, "seconds", f"median {statistics.median(pauses_s):.2f}, longest {longest_s:.2f}")
    say(f"{crashes} crashes survived; no update lost; never longer than {longest_s:.2f} s without one")


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
