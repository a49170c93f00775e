"""Endurance: train for half an hour in a headless browser and see what it does: `make endurance ARGS="--minutes 30"`.

A row a minute: wins against the scripted bot, the best, rewinds, throughput, memory, objects held across languages. In
the end, one line for every promise of a long run. `out/endurance.json` has everything.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Worker

from build.browsers.chromium import chromium, served
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.measure.endurance_report import Minute, Sample, table, throughput, verdicts
from build.pins import SITE
from build.promises.records import tally, tell

LOOK_EVERY_S = 2.0
ROLES = ("show", "trainer", "rollout")
TRACE = "pyodide._module.enable_pyproxy_allocation_tracing()"
HELD = "pyodide._module.pyproxy_alloc_map.size + pyodide._module.hiwire.num_keys()"
WASM_BYTES = "pyodide._module.HEAPU8.length"
# All of the page's JavaScript, workers too, after a collection; the browser answers when it finds time for one.
SCRIPT_BYTES = "async () => (await performance.measureUserAgentSpecificMemory()).bytes"
MB = 1e6


class Watcher:
    """One training page, looked at."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.samples: list[Sample] = []
        self.minutes: list[Minute] = []
        self._frames = 0

    def workers(self) -> dict[str, Worker]:
        """The newest worker of each role."""
        return {role: worker for role in ROLES for worker in self._page.workers if f"workers/{role}.js" in worker.url}

    def trace(self) -> None:
        """Let the workers keep count of what they hold."""
        for worker in self.workers().values():
            worker.evaluate(TRACE)

    def look(self) -> None:
        """Take one sample."""
        told = telemetry(self._page)
        trainer, show = told.get("trainer") or {}, told.get("show") or {}
        if told.get("errors"):
            raise BuildError(f"the page reported errors while it trained: {told['errors']}")
        self._frames = int(show.get("frames") or 0)
        rewinds = tuple(event["t_s"] for event in trainer.get("events") or [] if event["kind"] == "rewind")
        t_s, decisions = (float(trainer.get(key) or 0.0) for key in ("t_s", "decisions"))
        self.samples.append(Sample(t_s, decisions, trainer.get("win_rate"), trainer.get("win_best"), rewinds))

    def close_minute(self, minute: float, began: int) -> None:
        """Turn the samples from number `began` on into a row, and print it."""
        workers, last = self.workers(), self.samples[-1]
        wasm = sum(worker.evaluate(WASM_BYTES) for worker in workers.values())
        row = Minute(
            minute,
            last.win,
            last.best,
            len(last.rewinds_t_s),
            throughput(self.samples[began:]),
            self._page.evaluate(SCRIPT_BYTES) / MB,
            wasm / MB,
            processes_bytes() / MB,
            self._frames,
            {role: worker.evaluate(HELD) for role, worker in workers.items()},
        )
        self.minutes.append(row)
        say(table([row]).splitlines()[-1] + f" {json.dumps(row.proxies)}")


def processes_bytes() -> int:
    """Resident memory of all processes this one has started: the browser's."""
    parents: dict[int, int] = {}
    resident: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                numbers = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended while we looked
                continue
            parents[int(folder.name)], resident[int(folder.name)] = int(numbers[1]), int(numbers[21])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(resident[pid] for pid in ours - {os.getpid()}) * os.sysconf("SC_PAGE_SIZE")


def endure(minutes: float, query: str) -> Watcher:
    """Train for so long and take notes."""
    with served() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(address + query)
        wait_until_ready(page)
        watcher = Watcher(page)
        watcher.trace()
        page.click("#train")
        say(table([]))
        began_s, began, closed = time.monotonic(), 0, 0
        while closed < minutes:
            page.wait_for_timeout(1000 * LOOK_EVERY_S)
            watcher.look()
            passed = (time.monotonic() - began_s) / 60.0
            if passed >= closed + 1:
                closed += 1
                watcher.close_minute(passed, began)
                began = len(watcher.samples) - 1
        page.click("#train")
        return watcher


def report(watcher: Watcher) -> dict[str, Any]:
    """Everything, as plain data."""
    found: Mapping[str, Any] = {
        "minutes": [asdict(minute) for minute in watcher.minutes],
        "samples": [asdict(sample) for sample in watcher.samples],
        "verdicts": [asdict(verdict) for verdict in verdicts(watcher.samples, watcher.minutes)],
    }
    return dict(found)


def main(arguments: Sequence[str]) -> int:
    """Parse the command line, train, judge; non-zero when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make endurance", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--query", default="", help='page address parameters, such as "?seed=2"')
    parser.add_argument("--out", type=Path, default=Path("out/endurance.json"))
    parser.add_argument("--promised", action="store_true", help="judge by what docs/promises.md lists alone")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    watcher = endure(options.minutes, options.query)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report(watcher), indent=1) + "\n")
    found = verdicts(watcher.samples, watcher.minutes)
    for verdict in found:
        say(verdict.line())
        if verdict.number:
            tally(verdict.number, "minutes", len(watcher.minutes), bad=0 if verdict.kept else 1)
            tell(verdict.number, verdict.claim, verdict.found)
    if options.promised:
        found = [verdict for verdict in found if verdict.number]
    return 0 if all(verdict.kept for verdict in found) else 1


if __name__ == "__main__":
    guarded(main)
