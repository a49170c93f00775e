"""Slow lines: what arrives is shown, patience lasts as long as anything arrives, and a late success takes it back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from build.pins import SITE, pins
from build.serve import Handler, Server
from build.site_parts.headers import site_headers
from tests.rigs.pages.visitor import BOOT_LIMIT_MS, Visitor

CORE = "pyodide/pyodide.asm.wasm"
PIECES = 8
LONG_MS = 30_000  # less than the page's own, of which there are 34 s
TOO_LONG_MS = 60_000


class Sluice:
    """A server whose core comes in pieces, each when it is let through."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        sluice = self

        class Slow(Handler):
            def copyfile(self, source: Any, outputfile: Any) -> None:
                if not self.path.startswith(f"/{CORE}"):
                    super().copyfile(source, outputfile)
                    return
                content = (SITE / CORE).read_bytes()
                size = -(-len(content) // PIECES)
                for start in range(0, len(content), size):
                    sluice.gate.acquire()
                    self.wfile.write(content[start : start + size])

        self.handler = Slow

    def let(self, pieces: int) -> None:
        """Let so many more pieces through."""
        for _ in range(pieces):
            self.gate.release()


class SluiceServer(Server):
    """The site behind a sluice."""

    sluice: Sluice

    def finish_request(self, request: object, client_address: object) -> None:
        """Hand the folder to the slow handler."""
        self.sluice.handler(request, client_address, self, directory=str(self.folder))  # type: ignore[arg-type]


@pytest.fixture
def sluice() -> Iterator[tuple[Sluice, str]]:
    server = SluiceServer(("127.0.0.1", 0), SITE, site_headers(pins().content_security_policy))
    server.sluice = made = Sluice()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made, f"http://localhost:{server.server_port}/"
    made.let(PIECES)
    server.shutdown()
    server.server_close()


def shown_mb(page: Page) -> tuple[float, float]:
    """What the page says has come, of how much, in MB."""
    found = re.search(r"([\d.]+) of ([\d.]+) MB", page.inner_text("#boot-stage"))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def until_more(visitor: Visitor, than_mb: float) -> float:
    visitor.until("more has come", lambda: shown_mb(visitor.page)[0] > than_mb)
    return shown_mb(visitor.page)[0]


def test_a_slow_line_is_waited_for_silence_is_told_and_a_late_success_takes_it_back(
    browser: Browser, sluice: tuple[Sluice, str]
) -> None:
    gate, address = sluice
    visitor = Visitor(browser, address)
    page = visitor.page
    page.clock.install()
    page.goto(address + "?workers=1&drill=chase")
    have_mb = 0.0
    for piece in range(PIECES - 1):
        if piece:
            page.clock.fast_forward(LONG_MS)  # in all far more than the patience with silence
        gate.let(1)
        have_mb = until_more(visitor, have_mb)
        assert have_mb < shown_mb(page)[1]
        assert page.locator("#errors").is_hidden()
    page.clock.fast_forward(TOO_LONG_MS)
    page.wait_for_selector("#errors:not([hidden]) li")
    assert f"waits for {CORE}, and nothing has come for 34 seconds" in page.inner_text("#errors")
    gate.let(1)
    page.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
    assert page.locator("#errors").is_hidden() and page.locator("#error-list li").count() == 0
    visitor.until_the_match_moves()
    visitor.close()
