"""Crash the tab again and again while it trains and saves: `make crashes ARGS="--count 200"`.

After every crash another page of the same site, which runs nothing, reads the saved files, and they are judged: the
run must stand no further back than the autosave period before the crash, never behind what was found after the
crash before, and a run that nobody touches must not have changed by a byte. Half of the crashes come while it saves.
"""

from __future__ import annotations

import argparse
import base64
import random
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import TypeVar

from drillsergeant.learn.files.dshq import read_summary
from drillsergeant.runtimes.storage import File, StorageError
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.saves import AUTOSAVE_EVERY_S
from playwright.sync_api import BrowserContext, Error, Page

from build.browsers.chromium import chromium, served
from build.browsers.docks import reach_into_docks
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.promises.records import tally, tell

QUERY = "?matches=64&workers=1&learner=wasm"
SLACK_S = 10.0  # a save that is due waits for the update in hand, and a loaded machine for its turn
LONGEST_S = 25.0  # of training before a crash that does not come while it saves
BEHIND_S = 30.0  # promised
KEPT = "kept apart"
READ = """async () => {
  if (!navigator.storage.getDirectory) return await inDatabase();
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs', {create: true});
  const found = {};
  for await (const [name, handle] of folder.entries()) {
    const url = await new Promise(async (done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(await handle.getFile());
    });
    found[name] = url.slice(url.indexOf(',') + 1);
  }
  return found;
  async function inDatabase() {
    const asked = (request) => new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
    const database = await asked(indexedDB.open('drillsergeant'));
    const store = database.transaction('runs').objectStore('runs');
    const [names, files] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
    database.close();
    const text = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    return Object.fromEntries(names.map((name, index) => [name, text(files[index])]));
  }
}"""
# Chromium without files for pages: what is kept is kept in its database.
WITHOUT_FILES = "--disable-blink-features=FileSystemAccessOriginPrivate"


T = TypeVar("T")


@dataclass
class Disk:
    """`archive.Storage` over what the browser's folder held; it is only read."""

    files: dict[str, bytes]

    async def names(self) -> list[str]:
        """The names of all files."""
        return list(self.files)

    async def open(self, name: str, *, create: bool) -> File:
        """Open a file for reading."""
        return Content(self.files[name])

    async def delete(self, name: str) -> None:
        """Nothing is removed from evidence."""
        raise StorageError("failed", f"{name} is not to be deleted")


@dataclass
class Content:
    """`archive.File` that cannot be changed."""

    content: bytes

    def size(self) -> int:
        """Length in bytes."""
        return len(self.content)

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from byte `at` on."""
        return self.content[at : at + size]

    def write(self, at: int, content: bytes) -> int:
        """Nothing is written."""
        return 0

    def truncate(self, size: int) -> None:
        """Nothing is changed."""

    async def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""


def saved(context: BrowserContext, address: str) -> tuple[dict[str, bytes], bool]:
    """Every run's newest whole save, read by a page that runs nothing; and whether a half-written one was beside it."""
    page = reach_into_docks(context.new_page())
    page.goto(address + "build.json")
    found = saved_here(page)
    page.close()
    return found


def saved_here(page: Page) -> tuple[dict[str, bytes], bool]:
    """The same, read by any page of the site."""
    files = {name: base64.b64decode(text) for name, text in page.evaluate(READ).items()}
    archive = Archive(Disk(files))
    runs, half = {}, False
    for name in now(archive.names()):
        try:
            found = now(archive.load(name))
        except StorageError:  # a first save that was never done
            half = True
            continue
        runs[name], half = found.content, half or found.damaged
    return runs, half


def now(work: Coroutine[object, None, T]) -> T:
    """The result of work that waits for nothing: Playwright's own event loop is running around us."""
    try:
        work.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    raise AssertionError("it waits for something")


def crash(page: Page) -> None:
    """End the tab's process, as a bug in the browser would."""
    try:
        page.goto("chrome://crash", timeout=10_000)
    except Error:
        page.close()
        return
    raise BuildError("the tab survived chrome://crash")


class Victim:
    """One profile of the browser, whose tab trains until it crashes."""

    def __init__(self, context: BrowserContext, address: str, moments: random.Random, longest_s: float) -> None:
        self._context, self._address, self._moments, self._longest_s = context, address, moments, longest_s
        self._best: dict[str, int] = {}
        self._kept = b""
        self._page: Page | None = None  # where it has the run in hand
        self.longest_behind_s = 0.0  # seconds of training that a crash cost, by looks a fifth of a second apart

    def prepare(self) -> None:
        """Train a little and keep a copy that nobody touches afterwards."""
        page = self._open()
        page.click("#train")
        self._wait(page, lambda: decisions(page) > 0)
        page.fill("#runs-name", KEPT)
        page.click("#runs-copy")
        self._wait(page, lambda: "Saved a copy" in page.inner_text("#runs-note"))
        page.click("#train")
        self._wait(page, lambda: "”, saved " in page.inner_text("#runs-state") and not training(page))
        self._page = page
        runs, _ = saved_here(page)
        self._kept = runs[KEPT]
        self._name = next(name for name in runs if name != KEPT)
        self._best[self._name] = read_summary(runs[self._name]).progress.decisions

    def suffer(self, while_saving: bool) -> str:
        """Train on, crash, judge; returns what came of it."""
        page, self._page = self._page or self._come_back(), None
        page.click("#train")
        self._wait(page, lambda: decisions(page) > self._best[self._name])
        ends_s = time.monotonic() + (
            self._moments.uniform(0.2, 2.0) if while_saving else self._moments.uniform(0, self._longest_s)
        )
        samples = [(time.monotonic(), decisions(page))]
        while time.monotonic() < ends_s:
            if while_saving:  # what being hidden does, again and again
                page.evaluate("dispatchEvent(new Event('pagehide'))")
            page.wait_for_timeout(self._moments.uniform(1, 30) if while_saving else 200)
            samples.append((time.monotonic(), decisions(page)))
        at_s = time.monotonic()
        crash(page)
        runs, half = saved(self._context, self._address)
        return self._judge(runs, samples, at_s) + (", a half-written save passed over" if half else "")

    def _judge(self, runs: dict[str, bytes], samples: Sequence[tuple[float, int]], at_s: float) -> str:
        if runs.get(KEPT) != self._kept:
            raise BuildError(f"the run {KEPT!r} is gone or changed, and nobody touched it")
        if self._name not in runs:
            raise BuildError(f"the run {self._name!r} is gone")
        found, before = read_summary(runs[self._name]).progress.decisions, self._best[self._name]
        if found < before:
            raise BuildError(f"{self._name!r} stands at {found:,} decisions, after the crash before it was {before:,}")
        due = [count for when_s, count in samples if when_s < at_s - AUTOSAVE_EVERY_S - SLACK_S]
        if due and found < due[-1]:
            raise BuildError(f"{self._name!r} stands at {found:,} decisions, {due[-1]:,} were made an autosave earlier")
        self._best[self._name] = found
        whole_s = max((when_s for when_s, count in samples if count <= found), default=samples[0][0])
        self.longest_behind_s = max(self.longest_behind_s, at_s - whole_s)
        return f"stands at {found:,} decisions, {max(0, samples[-1][1] - found):,} behind the last look"

    def _come_back(self) -> Page:
        page = self._open()
        page.select_option("#runs-list", self._name)
        page.click("#runs-load")
        self._wait(page, lambda: "Continued" in page.inner_text("#runs-note"))
        return page

    def _open(self) -> Page:
        page = reach_into_docks(self._context.new_page())
        page.goto(self._address + QUERY)
        wait_until_ready(page)
        return page

    def _wait(self, page: Page, true: object, limit_s: float = 60.0) -> None:
        assert callable(true)
        ends_s = time.monotonic() + limit_s
        while not true():
            if time.monotonic() > ends_s:
                raise BuildError(f"waited {limit_s:.0f} s in vain; the page says {page.inner_text('#runs')!r}")
            page.wait_for_timeout(100)


def decisions(page: Page) -> int:
    """How many decisions the run on the page stands at."""
    return int((telemetry(page).get("trainer") or {}).get("decisions") or 0)


def training(page: Page) -> bool:
    """Whether it trains."""
    return bool((telemetry(page).get("trainer") or {}).get("training"))


def crashes(context: BrowserContext, address: str, count: int, seed: int, longest_s: float = LONGEST_S) -> list[str]:
    """Crash that often, each time after up to `longest_s` of training: what each crash cost.

    Raises BuildError at the first loss.
    """
    victim = Victim(context, address, random.Random(seed), longest_s)
    victim.prepare()
    costs = []
    for number in range(1, count + 1):
        while_saving = number % 2 == 1
        how = "while it saved" if while_saving else "at any moment"
        costs.append(victim.suffer(while_saving))
        tally(10, "crashes", 1)
        tally(11, "crashes", 1, bad=victim.longest_behind_s > BEHIND_S)
        say(f"crash {number:3} of {count}, {how}: {costs[-1]}")
    tell(11, "seconds, at most", f"{victim.longest_behind_s:.1f}")
    say(f"{count} crashes; no saved run lost, none further back than {victim.longest_behind_s:.1f} s")
    return costs


def main(arguments: Sequence[str]) -> int:
    """Parse the command line and crash; an error names what was lost."""
    parser = argparse.ArgumentParser(prog="make crashes", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the crashes")
    parser.add_argument("--longest", type=float, default=LONGEST_S, metavar="S", help="of training before a crash")
    parser.add_argument("--database", action="store_true", help="in a browser that keeps no files, only a database")
    options = parser.parse_args(arguments)
    with served() as address, chromium([WITHOUT_FILES] if options.database else []) as browser:
        crashes(browser.new_context(), address, options.count, options.seed, options.longest)
    return 0


if __name__ == "__main__":
    guarded(main)
