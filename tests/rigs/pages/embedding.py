"""Somebody's page with our element on it, on another site than ours, watched from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame

from build.pins import SITE, pins
from build.serve import Handler, Server, answering, serving
from build.site_parts.headers import site_headers
from tests.rigs.pages.visitor import ARTEFACTS, BOOT_LIMIT_MS
from tests.rigs.pages.waiting import wait_until

HEADERS = site_headers(pins().content_security_policy)
HOST = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A tutorial</title>
{tags}<script {kind} src="{site}embed.js"></script>"""
KEEP = """
window.told = [];
window.drills = [...document.querySelectorAll("drill-sergeant")];
for (const [index, drill] of drills.entries())
  for (const name of ["ready", "mode", "training", "metrics", "goal", "error"])
    drill.addEventListener(name, ({ detail }) => told.push([index, name, detail]));
"""


class CountingHandler(Handler):
    """Remembers what was really sent: a browser asks for a file that it has, too, and is told to keep it."""

    server: CountingServer

    def parse_request(self) -> bool:
        """Hang up where the server is gone, on connections from before, too."""
        return super().parse_request() and not (self.server.gone and self._hang_up())

    def _hang_up(self) -> bool:
        self.close_connection = True
        return True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Count whole files."""
        super().log_request(code, size)
        if code == HTTPStatus.OK and self.command == "GET":
            self.server.sent[self.path.partition("?")[0].removeprefix("/")] += 1


class CountingServer(Server):
    """Our site, or another `folder`, until it is `gone`: then there is no network."""

    def __init__(self, headers: Mapping[str, str], folder: Path = SITE) -> None:
        self.sent: Counter[str] = Counter()
        self.gone = False
        super().__init__(("127.0.0.1", 0), folder, headers)

    def finish_request(self, request: object, client_address: object) -> None:
        """Hand the folder to the handler that counts."""
        CountingHandler(request, client_address, self, directory=str(self.folder))  # type: ignore[arg-type]


class Host:
    """The page; what its elements told, what it complained of, and what was asked of our site."""

    def __init__(self, context: BrowserContext, folder: Path, ours: CountingServer, theirs: Server) -> None:
        self.folder, self.site, self.sent = folder, ours.url, ours.sent
        self.address = theirs.url.replace("localhost", "127.0.0.1")  # of another site than ours
        self.context = context
        self.page = self.context.new_page()
        self.page.set_viewport_size({"width": 900, "height": 800})
        self.requests: list[str] = []
        self.warnings: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda message: self.warnings.append(message.text) if message.type == "warning" else None
        )

    def open(self, tags: str, kind: str = "defer") -> None:
        """Show a page with these tags, and keep what the elements tell."""
        (self.folder / "index.html").write_text(HOST.format(tags=tags, kind=kind, site=self.site))
        self.page.goto(self.address)
        self.page.wait_for_function("customElements.get('drill-sergeant') !== undefined")
        self.page.evaluate(KEEP)

    @property
    def ours(self) -> list[str]:
        """What was asked of our site."""
        return [url.removeprefix(self.site) for url in self.requests if url.startswith(self.site)]

    def heard(self, name: str, index: int = 0) -> list[dict[str, Any]]:
        """What an element told, of one kind."""
        told: list[list[Any]] = self.page.evaluate("told")
        return [detail for which, kind, detail in told if kind == name and which == index]

    def trains(self, index: int = 0) -> bool:
        """Whether an element last told that it trains."""
        told = self.heard("training", index)
        return bool(told) and bool(told[-1]["on"])

    def until(self, what: str, true: Callable[..., object], limit_s: float = BOOT_LIMIT_MS / 1000) -> None:
        """Wait until something is so; see `wait_until`."""
        told = partial(self.page.evaluate, "window.told ?? []")
        wait_until(what, true, told, lambda: self.page.wait_for_timeout(150), limit_s)

    def drill(self, code: str, index: int = 0) -> Any:
        """Call or read something of an element."""
        return self.page.evaluate(f"drills[{index}].{code}")

    def shadow(self, index: int = 0) -> str:
        """The text on an element's poster."""
        return str(self.drill("shadowRoot.textContent", index))

    def frame(self, index: int = 0) -> Frame:
        """The document inside an element."""
        inside = self.page.locator("drill-sergeant").nth(index).locator("iframe").element_handle().content_frame()
        assert inside is not None
        return inside

    def snapshot(self, name: str) -> None:
        """Keep a picture as an artefact."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")


@contextmanager
def embedding(
    browser: Browser, folder: Path, site: Mapping[str, str] = HEADERS, page: Mapping[str, str] | None = None
) -> Iterator[Host]:
    """Our site served with the headers `site`, and a page in `folder` served with those of `page`."""
    context = browser.new_context()
    with embedding_in(context, folder, site, page or {}) as host:
        yield host
    context.close()


@contextmanager
def embedding_in(
    context: BrowserContext, folder: Path, site: Mapping[str, str], page: Mapping[str, str]
) -> Iterator[Host]:
    """The same in a browser profile of the caller's."""
    with CountingServer(site) as ours, answering(ours), serving(folder, page) as theirs:
        host = Host(context, folder, ours, theirs)
        yield host
        assert host.complaints == []
