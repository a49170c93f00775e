"""A visitor of the page, who keeps notes of everything that goes through the tab."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, Worker

from build.browsers.docks import reach_into_docks
from tests.rigs.pages.waiting import wait_until

OUTSIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
BOOT_LIMIT_MS = 90_000  # a loaded machine of two cores; the product's own targets are in docs/benchmarks.md
ARTEFACTS = Path("out/screenshots")
WITHOUT_SERVICE_WORKERS = "delete Navigator.prototype.serviceWorker"
# The page keeps itself once its match has been moving for ten seconds: tests need not wait so long, or want none of it.
AT_EASE = """{
  const after = setTimeout;
  globalThis.setTimeout = (task, ms, ...rest) => after(task, `${task}`.includes("offline.js") ? EASE_MS : ms, ...rest);
}"""
SOON_MS, NEVER_MS = 500, 2**31 - 1
VIEWPORT: ViewportSize = {"width": 1280, "height": 860}


class Household:
    """A browser with a profile, for one visitor after the other: each finds what was compiled, and nothing else.

    A browser compiles Pyodide once a profile, which is a third of the work of opening the page.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.add_init_script(WITHOUT_SERVICE_WORKERS)
        self.blank = context.pages[0]
        self.devtools = context.new_cdp_session(self.blank)

    def clear(self, address: str) -> None:
        """Close what a visitor opened, and forget what was stored, granted and put in the way for the site there."""
        for page in self.context.pages:
            if page is not self.blank:
                page.close()
        self.context.unroute_all()
        self.context.clear_permissions()
        self.devtools.send("Storage.clearDataForOrigin", {"origin": address.rstrip("/"), "storageTypes": "all"})


class Visitor:
    """A tab on the site, and everything that went through it.

    Args:
        browser: the browser, which gives it a context of its own without a cache on disk, or a household.
        address: of the site.
        keeps: has service workers, which keep the site for use without a network, cost seconds and hide requests.
        isolates: has service workers, which isolate the page where its host's headers do not, and keeps nothing.
        user_agent: what the browser says it is, instead of what it is.
    """

    def __init__(
        self,
        browser: Browser | Household,
        address: str,
        *,
        keeps: bool = False,
        isolates: bool = False,
        user_agent: str | None = None,
    ) -> None:
        self.household: Household | None = None
        if isinstance(browser, Household):
            self.household, self.context = browser, browser.context
        else:
            self.context = browser.new_context(viewport=VIEWPORT, user_agent=user_agent)
            at_ease = AT_EASE.replace("EASE_MS", str(SOON_MS if keeps else NEVER_MS))
            self.context.add_init_script(at_ease if keeps or isolates else WITHOUT_SERVICE_WORKERS)
        self.page: Page = reach_into_docks(self.context.new_page())
        self.address = address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.warnings: list[str] = []
        self.context.on("request", self._request)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")
        elif message.type == "warning":  # what Python prints as an error, the page's and its workers'
            self.warnings.append(message.text)

    def open(self, query: str = "") -> None:
        """Go to the page and wait until training could begin."""
        self.page.goto(self.address + query, timeout=BOOT_LIMIT_MS)
        self.page.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)

    def told(self) -> dict[str, Any]:
        """What the page last wrote for machines to read."""
        text = self.page.evaluate("document.getElementById('telemetry').textContent")
        told: dict[str, Any] = json.loads(text)
        return told

    def show(self, key: str) -> Any:
        """One number of the match."""
        return (self.told().get("show") or {}).get(key)

    def trainer(self, key: str) -> Any:
        """One number of the trainer."""
        return (self.told().get("trainer") or {}).get(key)

    def until(self, what: str, true: Callable[..., object], limit_s: float = 60.0) -> None:
        """Wait until `true()`; see `wait_until`."""
        wait_until(what, true, self.told, lambda: self.page.wait_for_timeout(100), limit_s)

    def until_the_match_moves(self, ticks: int = 30, limit_s: float = 60.0) -> None:
        """Wait until one match went on for some ticks; one that begins anew in between is counted from there."""
        start: list[int] = []

        def went_on() -> bool:
            now = self.show("ticks")
            if now is None:
                return False
            if not start or now < start[0]:
                start[:] = [now]
            return bool(now >= start[0] + ticks)

        self.until(f"the match moves on by {ticks} ticks", went_on, limit_s)

    def worker(self, name: str) -> Worker:
        """The worker whose script is `workers/<name>.js`; the newest one where it was restarted."""
        return [worker for worker in self.page.workers if f"workers/{name}.js" in worker.url][-1]

    def type(self, selector: str, text: str) -> None:
        """Type over what is in a field, key by key: as people do, which no shortcut of the page may take for itself."""
        self.page.click(selector)
        for key in ("ControlOrMeta+A", "Delete"):
            self.page.keyboard.press(key)
        self.page.keyboard.type(text)

    def train(self, *, on: bool) -> None:
        """Begin to train, or stop, and wait until the trainer knows."""
        if (self.page.get_attribute("#train", "aria-pressed") == "true") != on:
            self.page.click("#train")
        self.until("the trainer knows", lambda: self.trainer("training") is on)

    def until_it_fits(self) -> None:
        """Wait until nothing is wider than the window: charts follow their place by an observer, after the layout."""
        self.until("it fits", lambda: self.page.evaluate(OUTSIDE) <= 0, 5)

    def download(self, button: str, folder: Path, limit_s: float = 30.0) -> Path:
        """Press a button that saves a file; returns where it is, in `folder`, under the name that the page gave it."""
        with self.page.expect_download(timeout=1000 * limit_s) as waiting:
            self.page.click(button)
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def snapshot(self, name: str) -> None:
        """Keep a picture of the page as an artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")

    def close(self) -> None:
        """Leave."""
        if self.household:
            self.context.remove_listener("request", self._request)
            self.household.clear(self.address)
        else:
            self.context.close()
