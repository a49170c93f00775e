"""Every file that a first visit asks for, broken in six ways; and what the page says of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import BrowserContext, Error, Page, Route

from tests.rigs.pages.visitor import BOOT_LIMIT_MS, WITHOUT_SERVICE_WORKERS

LIMIT_S = 70.0  # a worker gives a file of its own 34 s of its own clock, which nobody skips
LOOK_MS = 250
SKIPPED_MS = 8_000  # of the page's clock a look, where what is waited for never comes
SAID = """(() => {
  const [list, button] = ["error-list", "reload"].map((id) => document.getElementById(id));
  return list?.checkVisibility() && button?.checkVisibility() ? list.innerText : "";
})()"""
# What a page does without: it starts, with a plain field, or more slowly.
DONE_WITHOUT = ("assets/", "pyodide/snapshot.bin")


def answered(change: Callable[[bytes], bytes]) -> Callable[[Route], None]:
    """Answer with the real file, changed."""

    def answer(route: Route) -> None:
        with suppress(Error):  # the visitor may have left before it is answered
            response = route.fetch()
            route.fulfill(response=response, body=change(response.body()))

    return answer


def exchanged(address: str) -> Callable[[Route], None]:
    """Answer with what stands at another address."""

    def answer(route: Route) -> None:
        with suppress(Error):
            route.fulfill(response=route.fetch(url=address))

    return answer


def _flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 0x01]) + body[middle + 1 :]


def _sign_in(route: Route) -> None:
    with suppress(Error):
        route.fulfill(status=200, content_type="text/html", body="<!doctype html><p>Please sign in")


def _missing(route: Route) -> None:
    with suppress(Error):
        route.fulfill(status=404)


NEVER = "never"
WAYS: dict[str, Callable[[Route], None]] = {
    "missing": _missing,
    "sign-in page": _sign_in,
    "aborted": lambda route: route.abort(),
    "cut": answered(lambda body: body[: len(body) // 2]),
    "flipped": answered(_flipped),
    NEVER: lambda route: None,
}


class FaultyVisits:
    """Visits of one site in one context, each to a page of its own and left as soon as it has said something."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        context.add_init_script(WITHOUT_SERVICE_WORKERS)

    def files(self) -> list[str]:
        """What a first visit asks of the site until it could train, by name."""
        page, asked = self.context.new_page(), set()
        self.context.on("request", lambda request: asked.add(request.url))
        page.goto(self.address + "?workers=1")
        page.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
        page.close()
        ours = (url.removeprefix(self.address).partition("?")[0] for url in asked if url.startswith(self.address))
        return sorted(name for name in ours if name)

    def open(self, name: str, fault: Callable[[Route], None], *, skips: bool = False) -> Page:
        """A page that has just been opened, and gets this file so. `skips`: its clock is the caller's."""
        page = self.context.new_page()
        self.context.route(re.compile(re.escape(self.address + name) + r"(\?.*)?$"), fault)
        if skips:
            page.clock.install()
        page.goto(self.address + "?workers=1", wait_until="commit")
        return page

    def close(self, page: Page) -> None:
        """Leave, and mend what was broken."""
        page.close()
        self.context.unroute_all()

    def said(self, name: str, fault: Callable[[Route], None], *, skips: bool = False) -> str:
        """What the page says beside its button, once the name is in it; all it said, where it is not within LIMIT_S."""
        page = self.open(name, fault, skips=skips)
        said, ends_s = "", time.monotonic() + LIMIT_S
        while name not in said and time.monotonic() < ends_s:
            page.wait_for_timeout(LOOK_MS)
            if skips:
                page.clock.fast_forward(SKIPPED_MS)
            said = str(page.evaluate(SAID))
        self.close(page)
        return said
