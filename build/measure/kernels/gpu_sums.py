"""Compares the two ways a GPU sums over workgroups: `make gpu-sums`, on a machine whose browser has a GPU.

The page trains as it would for a visitor, in turns with the subgroups that the adapter offers and with the file for
devices without them served in their place. "Updates" is the learner alone, the best of its updates, in decisions a
second; "trained" is the whole page. In a last run of each, every kernel is compared with NumPy (`?validate=1`).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser

from build.browsers.altered import alter
from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.pins import SITE

START_LIMIT_S = 60.0


def visit(browser: Browser, url: str, seconds: float, *, subgroups: bool, checked: bool) -> dict[str, Any]:
    """Train on the GPU for `seconds` from its first update on; returns the trainer's last numbers."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    if not subgroups:
        plain = (SITE / "shaders/sum_plain.wgsl").read_text()
        alter(context, "shaders/sum_subgroups.wgsl", plain)
    try:
        page = context.new_page()
        page.goto(url)
        wait_until_ready(page)
        page.click("#train")
        ends_s = time.monotonic() + START_LIMIT_S
        while (telemetry(page).get("trainer") or {}).get("learner") != "webgpu":
            if time.monotonic() > ends_s:
                why = (telemetry(page).get("trainer") or {}).get("learner_why")
                raise BuildError(f"the GPU did not learn within {START_LIMIT_S:.0f} s: {why}")
            page.wait_for_timeout(100)
        page.wait_for_timeout(1000 * seconds)
        now: dict[str, Any] = telemetry(page)["trainer"]
        if now["learner"] != "webgpu" or (checked and not now["validation"]["checks"]):
            raise BuildError(f"after {seconds:.0f} s on {now['learner']}: {now['learner_why']}; {now['validation']}")
        return now
    finally:
        context.close()


def update_rate(why: str) -> float:
    """Decisions a second of the learner alone, in M, from its own words: "NAME: 3.45 M decisions/s, the CPU ..."."""
    return float(why.split(" M decisions/s")[0].rsplit(" ", 1)[1])


def compare(query: str, rounds: int, seconds: float) -> None:
    """Print a line a visit, then medians."""
    names = {True: "subgroups", False: "plain"}
    found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    with served() as address, chromium() as browser:
        for number in range(rounds * 2):
            subgroups = number % 2 == 0
            now = visit(browser, address + query, seconds, subgroups=subgroups, checked=False)
            if "with subgroups" not in now["learner_why"]:
                raise BuildError(f"this adapter has no subgroups, there is nothing to compare: {now['learner_why']}")
            pair = (update_rate(now["learner_why"]), now["trained_decisions_per_s"] / 1e6)
            found[subgroups].append(pair)
            say(f"{names[subgroups]:>9}: updates {pair[0]:.3f} M/s, trained {pair[1]:.3f} M/s ({now['learner_why']})")
        for subgroups, name in names.items():
            told = visit(browser, address + query + "&validate=1", seconds, subgroups=subgroups, checked=True)
            kernel, _, worst, bound, share = max(told["validation"]["rows"], key=lambda row: float(row[4]))
            say(f"{name:>9}: nearest to its bound is {kernel}, {worst:.2g} of {bound:.2g} ({100 * share:.0f} %)")
    for subgroups, name in names.items():
        updates, trained = (statistics.median(column) for column in zip(*found[subgroups], strict=True))
        say(f"{name:>9}: median of {rounds}: updates {updates:.3f} M/s, trained {trained:.3f} M/s")


def main(arguments: Sequence[str]) -> int:
    """Parse the command line and compare; an error names what went wrong."""
    parser = argparse.ArgumentParser(prog="make gpu-sums", description=__doc__.splitlines()[0])
    parser.add_argument("--query", default="?learner=webgpu", help="the page's address after the slash")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0, help="of training on the GPU, a visit")
    options = parser.parse_args(arguments)
    compare(options.query, options.rounds, options.seconds)
    return 0


if __name__ == "__main__":
    guarded(main)
