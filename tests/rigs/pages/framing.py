"""The site inside somebody else's page, on another origin, watched from outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Frame

from build.pins import SITE
from build.serve import serving
from tests.rigs.pages.visitor import BOOT_LIMIT_MS
from tests.rigs.pages.waiting import wait_until

QUERY = "?workers=1&matches=64"
PARENT = '<!doctype html><title>A tutorial</title><iframe src="{source}" {extra} width="1200" height="900"></iframe>'


class Framed:
    """Our page in a frame: what it shows, and every time it navigated."""

    def __init__(self, context: BrowserContext, parent: str, address: str) -> None:
        self.page = context.new_page()
        self.navigations: list[str] = []
        self.complaints: list[str] = []
        self.page.on("framenavigated", self._navigated)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.address = address
        self.page.goto(parent)

    def _navigated(self, frame: Frame) -> None:
        if frame.parent_frame is not None:
            self.navigations.append(frame.url)

    @property
    def frame(self) -> Frame:
        """Our document."""
        (frame,) = (frame for frame in self.page.frames if frame.url.startswith(self.address))
        return frame

    def told(self) -> dict[str, Any]:
        """What the page last wrote for machines to read."""
        told: dict[str, Any] = json.loads(self.frame.text_content("#telemetry") or "{}")
        return told

    def until(self, what: str, true: Callable[[dict[str, Any]], object], limit_s: float = 60.0) -> None:
        """Wait until what the page tells is as wanted."""
        wait_until(what, lambda: true(self.told()), self.told, lambda: self.page.wait_for_timeout(200), limit_s)

    def plays_and_learns(self) -> str:
        """Wait until the match moves, press Train and wait for updates; returns the mode and why."""
        self.page.wait_for_timeout(500)
        self.frame.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
        self.until("the match moves", lambda told: (told.get("show") or {}).get("ticks", 0) > 60)
        self.frame.click("#train")
        self.until("it learns", lambda told: (told.get("trainer") or {}).get("updates", 0) >= 3)
        self.until("the match has what was learned", lambda told: told["show"]["versions_adopted"] >= 2)
        self.frame.click("#train")  # to learn on meanwhile would cost two cores
        assert self.told()["errors"] == [] and self.complaints == []
        return self.frame.get_attribute("#mode-notice", "data-mode") or ""


@contextmanager
def framed(
    context: BrowserContext, folder: Path, site: Mapping[str, str], parent: Mapping[str, str], extra: str = ""
) -> Iterator[Framed]:
    """The site served with headers `site`, in a frame with attributes `extra`, on a page served with `parent`.

    The two are of different sites: `localhost` and `127.0.0.1`.
    """
    with serving(SITE, site) as ours, serving(folder, parent) as theirs:
        source = ours.url + QUERY
        (folder / "index.html").write_text(PARENT.format(source=source, extra=extra))
        yield Framed(context, theirs.url.replace("localhost", "127.0.0.1"), ours.url)
