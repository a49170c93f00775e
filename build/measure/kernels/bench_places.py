"""Where the benchmark measures: this process, and a worker of headless Chromium, behind one interface."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from build.browsers.chromium import chromium, served
from build.console import BuildError
from build.site_parts.headers import ISOLATION

if TYPE_CHECKING:
    from playwright.sync_api import Page

NATIVE, CHROMIUM = "native", "Chromium"
ANSWER_LIMIT_MS = 180_000
# The whole benchmark is of one core; a BLAS takes all it finds, and reads this when NumPy is first imported.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Takes the place of the site's page, which would start a match. Without an icon the browser would ask for one.
EMPTY_PAGE = '<!doctype html><link rel="icon" href="data:,"><title>Benchmark</title>'
START = """() => {
  const worker = new Worker("/workers/bench.js", { type: "module" });
  const waiting = new Map();
  worker.onmessage = ({ data }) => waiting.get(data.number)(data);
  const failed = (event) => ({ error: event.message || "workers/bench.js did not load" });
  worker.onerror = (event) => waiting.forEach((done) => done(failed(event)));
  let number = 0;
  window.ask = (text) => new Promise((done) => {
    waiting.set(++number, done);
    worker.postMessage({ number, text });
  });
}"""
ASK = """([text, limit]) => Promise.race([
  window.ask(text),
  new Promise((done) => setTimeout(() => done({ error: `no answer within ${limit / 1000} s` }), limit)),
])"""


class Side(Protocol):
    """`bench.stand.Stand`, near or far. `where` is its name in tables."""

    where: str

    def names(self) -> list[str]:
        """Every measurement."""
        ...

    def unit(self, name: str) -> str:
        """The unit of a measurement."""
        ...

    def round(self, name: str, seconds: float) -> Mapping[str, float]:
        """One round of it."""
        ...

    def drop(self, name: str) -> None:
        """Forget it."""
        ...

    def versions(self) -> Mapping[str, str]:
        """What is measured with."""
        ...


class NativeSide:
    """In this process, which must not have imported NumPy before."""

    where = NATIVE

    def __init__(self) -> None:
        os.environ.update(ONE_THREAD)
        from drillsergeant.bench.native import NativeBenchPlace
        from drillsergeant.bench.stand import Stand

        self._place = NativeBenchPlace()
        self._stand = Stand(self._place)
        self.names, self.unit = self._stand.names, self._stand.unit
        self.round, self.drop, self.versions = self._stand.round, self._stand.drop, self._place.versions


class ChromiumSide:
    """In one worker of an isolated page."""

    where = CHROMIUM

    def __init__(self, page: Page) -> None:
        self._page = page
        if not page.evaluate("crossOriginIsolated"):
            raise BuildError(
                "the benchmark's page is not isolated, so there is no shared memory: see build/site_parts/headers.py"
            )
        page.evaluate(START)
        browser = page.context.browser
        self._versions = {CHROMIUM: browser.version if browser else "unknown", **self._ask("versions")}

    def names(self) -> list[str]:
        """Every measurement."""
        return [str(name) for name in self._ask("names")]

    def unit(self, name: str) -> str:
        """The unit of a measurement."""
        return str(self._ask("unit", name=name))

    def round(self, name: str, seconds: float) -> Mapping[str, float]:
        """One round of it."""
        numbers: dict[str, float] = self._ask("round", name=name, seconds=seconds)
        return numbers

    def drop(self, name: str) -> None:
        """Forget it."""
        self._ask("drop", name=name)

    def versions(self) -> Mapping[str, str]:
        """What is measured with."""
        return self._versions

    def _ask(self, do: str, **arguments: object) -> Any:
        """See `browser/worker/bench_boot.py`. Raises BuildError with what went wrong in the worker."""
        answer = self._page.evaluate(ASK, [json.dumps({"do": do, **arguments}), ANSWER_LIMIT_MS])
        if "error" in answer:
            raise BuildError(f"the benchmark's worker failed at {do} {arguments}: {answer['error']}")
        return json.loads(answer["text"])


@contextmanager
def chromium_side() -> Iterator[ChromiumSide]:
    """A browser of its own on the built site."""
    with served() as address, chromium() as browser:
        page = browser.new_page()
        page.route(address, lambda route: route.fulfill(body=EMPTY_PAGE, content_type="text/html", headers=ISOLATION))
        page.goto(address)
        yield ChromiumSide(page)
