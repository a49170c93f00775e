"""Page and workers start as one memory snapshot where there is one that fits, and plainly where not."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from build.pins import ROOT, SITE, pins
from build.serve import answering, serving
from build.site_parts import download
from build.site_parts.headers import site_headers
from build.site_parts.integrity import with_own_hash
from build.stamps import file_sha256
from tests.rigs.pages.deployment import Deployment
from tests.rigs.pages.embedding import CountingServer
from tests.rigs.pages.visitor import BOOT_LIMIT_MS, Visitor

HEADERS = site_headers(pins().content_security_policy)
REFUSED_MS = 40_000
SNAPSHOT = "pyodide/snapshot.bin"
BUILD_ID = 16 + 16  # bytes before it: our header, and Pyodide's magic number and lengths
# In a worker: the size of the standard library's file there, and a draw that must be its own.
ASKED = """() => self.pyodide.runPython(`
import json, os, random
json.dumps([os.path.getsize("/lib/python312.zip"), random.random()])
`)"""


class Site(Deployment):
    """A copy of the built site whose snapshot can be spoilt."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.snapshot = folder / SNAPSHOT

    def list_anew(self) -> None:
        """Make build.json true again, as a build that made the snapshot like this would have written it."""
        listed = json.loads(self.list.read_text())
        del listed["files"][SNAPSHOT]
        if self.snapshot.is_file():
            found = {"bytes": self.snapshot.stat().st_size, "sha256": file_sha256(self.snapshot)}
            listed["files"][SNAPSHOT] = found
        self.list.write_text(with_own_hash(listed))

    def without_node(self) -> None:
        """As a build without Node leaves it."""
        self.snapshot.unlink()
        self.list_anew()

    def of_another_core(self) -> None:
        """A snapshot made with another build of Pyodide."""
        content = bytearray(gzip.decompress(self.snapshot.read_bytes()))
        content[BUILD_ID] ^= 0xFF
        self.snapshot.write_bytes(gzip.compress(content, 1))
        self.list_anew()

    def damaged(self) -> None:
        """One byte is another than was built."""
        content = bytearray(self.snapshot.read_bytes())
        content[len(content) // 2] ^= 0xFF
        self.snapshot.write_bytes(content)


def files(visitor: Visitor) -> Counter[str]:
    """How often each of Pyodide's files, and our wheel, was asked for."""
    names = re.findall(r"/pyodide/([\w.-]+)", " ".join(visitor.requests))
    return Counter("wheel" if name.startswith("drillsergeant") else name for name in names)


def trains(visitor: Visitor) -> None:
    """Train until something was learned, with no error."""
    visitor.page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 2)
    assert visitor.told()["errors"] == [] and visitor.told()["restarts"] == {}


def asked(visitor: Visitor, name: str) -> list[Any]:
    found: list[Any] = json.loads(visitor.worker(name).evaluate(ASKED))
    return found


def boot(visitor: Visitor) -> str | None:
    kind: str | None = visitor.page.evaluate("document.documentElement.dataset.boot")
    return kind


@dataclass
class FirstVisit:
    """A page with two players, opened in a private window, and what the site had sent by then."""

    visitor: Visitor
    asked_for: set[str]
    sent: Counter[str]


@pytest.fixture(scope="module")
def first_visit(browser: Browser) -> Iterator[FirstVisit]:
    server = CountingServer(HEADERS)
    with answering(server):
        visitor = Visitor(browser, server.url)  # contexts of tests are private: they keep nothing as large as the core
        visitor.open("?workers=2")
        asked_for = {request.removeprefix(server.url).partition("?")[0] or "index.html" for request in visitor.requests}
        trains(visitor)
        visitor.page.click("#train")
        yield FirstVisit(visitor, asked_for, server.sent)
        visitor.close()


def test_the_page_and_its_workers_start_as_the_snapshot_and_fetch_the_core_once(first_visit: FirstVisit) -> None:
    visitor = first_visit.visitor
    assert boot(visitor) == "restored"
    found = files(visitor)
    assert found["pyodide.asm.wasm"] == found["snapshot.bin"] == found["pyodide-lock.json"] == 1
    assert found["python_stdlib.zip"] == found["wheel"] == found["numpy"] == 0
    told = [asked(visitor, name) for name in ("trainer", "rollout", "show")]
    assert [size for size, _ in told] == [0, 0, 0], "nobody needed the standard library's file"
    assert len({drawn for _, drawn in told}) == 3, "each worker draws random numbers of its own"
    assert visitor.complaints == []


def test_a_private_window_gets_every_large_file_once(first_visit: FirstVisit) -> None:
    sizes = {name: (SITE / (name or "index.html")).stat().st_size for name in first_visit.sent}
    large = {name: count for name, count in first_visit.sent.items() if sizes[name] > 1e6}
    assert set(large) == {"pyodide/pyodide.asm.wasm", "pyodide/pyodide.asm.js", SNAPSHOT}
    assert set(large.values()) == {1}, "one page, one show, one trainer and two players"


def test_the_size_that_pages_and_documents_state_is_what_a_first_visit_loads(first_visit: FirstVisit) -> None:
    asked_for = first_visit.asked_for
    counted = {file.relative_to(SITE).as_posix() for file in download.first_match(SITE)}
    left_out = {name for name in asked_for - counted if (SITE / name).is_file()}
    assert sum((SITE / name).stat().st_size for name in left_out) < 100_000, f"{left_out} is not counted"
    heavy = {name for name in counted if (SITE / name).stat().st_size > 30_000}
    assert heavy <= asked_for | {"embed.js"}, "what is counted is loaded"
    size = download.download_bytes(SITE)
    # It is counted before it is written down, which changes it by some bytes: half a megabyte is rounded either way.
    stated = {f"{(size + by) / 1e6:.0f} MB once" for by in (-50_000, 50_000)}
    for text in ("site/embed.js", "docs/embedding.md"):
        assert any(words in (ROOT / text).read_text() for words in stated), f"{text}: {stated}"


def test_a_page_that_is_not_isolated_starts_as_the_snapshot_too_and_numpy_comes_with_the_library_it_imports(
    visitor: Visitor,
) -> None:
    visitor.open("?mode=solo&learner=numpy&matches=4&horizon=8&minibatch_size=32")
    assert boot(visitor) == "restored"
    trains(visitor)
    assert files(visitor)["python_stdlib.zip"] == files(visitor)["wheel"] == 1
    assert asked(visitor, "trainer")[0] > 1e6
    assert asked(visitor, "show")[0] == 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield Site(tmp_path / "site")


def test_beside_the_snapshot_of_another_core_page_and_workers_start_plainly(browser: Browser, site: Site) -> None:
    site.of_another_core()
    with serving(site.folder, HEADERS) as server:
        visitor = Visitor(browser, server.url)
        visitor.open("?mode=solo")
        assert boot(visitor) == "plain"
        trains(visitor)
        assert files(visitor)["pyodide.asm.wasm"] == 1
        assert asked(visitor, "trainer")[0] > 1e6
        assert visitor.complaints == []
        visitor.close()


def test_a_damaged_snapshot_is_not_started_from(browser: Browser, site: Site) -> None:
    site.damaged()
    with serving(site.folder, HEADERS) as server:
        visitor = Visitor(browser, server.url)
        visitor.page.goto(server.url + "?mode=solo")
        visitor.page.wait_for_selector("html[data-boot]", state="attached", timeout=BOOT_LIMIT_MS)
        assert boot(visitor) == "plain"
        assert visitor.complaints == []
        visitor.close()


def test_a_site_without_a_snapshot_starts_plainly_and_refuses_a_wheel_of_another_build(
    browser: Browser, site: Site
) -> None:
    """A site that is replaced while somebody has it open, behind a cache that has its old list of files."""
    site.without_node()
    manifest = site.list.read_text()
    with serving(site.folder, HEADERS) as server:
        visitor = Visitor(browser, server.url)
        visitor.open("?workers=1&matches=64")
        assert boot(visitor) == "plain"
        trains(visitor)
        assert files(visitor)["pyodide.asm.wasm"] == 1
        assert asked(visitor, "rollout")[0] > 1e6
        assert visitor.complaints == []
        visitor.page.click("#train")

        site.replace()
        visitor.context.route("**/build.json", lambda route: route.fulfill(body=manifest))
        visitor.worker("rollout").evaluate("self.close()")
        visitor.page.wait_for_selector("#errors:not([hidden]) li", timeout=REFUSED_MS)
        said = visitor.page.inner_text("#errors")
        assert "this worker build" in said and "reload the page" in said
        visitor.until("it is not tried again", lambda: visitor.told()["fleet"]["rollout.0"] == "dead")
        visitor.close()
