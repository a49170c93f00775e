"""What an update on the GPU is made of, dispatch by dispatch: `make gpu-profile`, on a machine whose browser has a GPU.

The page trains as it would for a visitor; then every dispatch of some updates is timed by the device itself
(`timestamp-query`), each in a pass of its own. What is printed is per update: how often each pipeline runs, how long.
Timestamps are as fine as the device has them only where the browser is told so, see FLAGS.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, Worker

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready

SCRIPT = Path(__file__).with_suffix(".js")
# Otherwise a browser rounds timestamps to 0.1 ms, so that no page can tell what another one does on the same device.
FLAGS = ("--enable-webgpu-developer-features",)
HEADER = (
    "| pipeline | dispatches an update | of one, µs | of an update, µs | share |\n| --- | ---: | ---: | ---: | ---: |"
)


class PipelineTime(NamedTuple):
    """What a pipeline took: dispatches and microseconds of an update."""

    name: str
    dispatches: float
    microseconds: float


def rows_of(submissions: Sequence[Mapping[str, Any]]) -> tuple[list[PipelineTime], float]:
    """The rows of the whole updates among these submissions, the longest first, and the median microseconds between the
    first and the last dispatch of an update. Raises BuildError where there is no whole update."""
    ends = [number for number, each in enumerate(submissions) if each["last"]]
    if len(ends) < 2:
        raise BuildError(
            f"{len(ends)} updates ended while the device was timed, expected 2 or more: time it for longer"
        )
    counts: dict[str, int] = defaultdict(int)
    totals: dict[str, float] = defaultdict(float)
    spans = []
    for before, end in pairwise(ends):
        update = submissions[before + 1 : end + 1]
        for submission in update:
            times = submission["ns"]
            for number, name in enumerate(submission["names"]):
                counts[name] += 1
                totals[name] += max(0, times[2 * number + 1] - times[2 * number]) / 1000
        spans.append((update[-1]["ns"][-1] - update[0]["ns"][0]) / 1000)
    updates = len(ends) - 1
    rows = [PipelineTime(name, counts[name] / updates, totals[name] / updates) for name in counts]
    return sorted(rows, key=lambda row: -row.microseconds), statistics.median(spans)


def table(rows: Sequence[PipelineTime], span: float) -> str:
    """The rows as they stand in docs/benchmarks.md."""
    whole = sum(row.microseconds for row in rows)
    lines = [
        f"| `{name}` | {dispatches:.0f} | {each / max(dispatches, 1):.1f} | {each:.0f} | {each / whole:.0%} |"
        for name, dispatches, each in rows
    ]
    return "\n".join(
        [HEADER, *lines, f"| all | {sum(row.dispatches for row in rows):.0f} | | {whole:.0f}, of {span:.0f} | |"]
    )


def profile(query: str, seconds: float, timed_s: float) -> tuple[list[PipelineTime], float, str]:
    """Train for so long on the page at `query`, then time what the device does for `timed_s`; also what it is."""
    with served() as address, chromium(FLAGS) as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.on("worker", _prepare)
        page.goto(address + query)
        wait_until_ready(page)
        page.click("#train")
        page.wait_for_timeout(1000 * seconds)
        trainer = _trainer(page)
        trainer.evaluate("() => { gpuProfile.on = true }")
        page.wait_for_timeout(1000 * timed_s)
        trainer.evaluate("() => { gpuProfile.on = false }")
        now = telemetry(page).get("trainer") or {}
        page.click("#train")
        told = json.loads(str(trainer.evaluate("() => gpuProfile.told()")))
    if now.get("learner") != "webgpu":
        raise BuildError(f"the page learned on {now.get('learner')}, not on the GPU: {now.get('learner_why')}")
    return *rows_of([each for each in told if each["names"]]), str(now.get("learner_why"))


def _prepare(worker: Worker) -> None:
    """Before its own script has come to anything."""
    if "workers/trainer.js" in worker.url:
        worker.evaluate(SCRIPT.read_text())


def _trainer(page: Page) -> Worker:
    return [worker for worker in page.workers if "workers/trainer.js" in worker.url][-1]


def main(arguments: Sequence[str]) -> int:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(prog="make gpu-profile", description=__doc__.splitlines()[0])
    parser.add_argument("--query", default="?learner=webgpu&play=gpu", help="the page's address after the slash")
    parser.add_argument("--seconds", type=float, default=5.0, help="of training before")
    parser.add_argument("--timed", type=float, default=0.3, help="seconds in which dispatches are timed")
    options = parser.parse_args(arguments)
    rows, span, device = profile(options.query, options.seconds, options.timed)
    say(f"{device}\n\n{table(rows, span)}")
    return 0


if __name__ == "__main__":
    guarded(main)
