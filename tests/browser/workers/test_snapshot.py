"""Page and workers start as one memory snapshot where there is one that fits, and plainly where not."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
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
from tests.rigs.pages.embedding import CountingServer
from tests.rigs.pages.visitor import Visitor

HEADERS = site_headers(pins().content_security_policy)
SNAPSHOT = "pyodide/snapshot.bin"
BUILD_ID = 16 + 16  # bytes before it: our header, and Pyodide's magic number and lengths
# In a worker: the size of the standard library's file there, and a draw that must be its own.
ASKED = """() => self.pyodide.runPython(`
import json, os, random
json.dumps([os.path.getsize("/lib/python312.zip"), random.random()])
`)"""


class Site:
    """A copy of the built site whose snapshot can be spoilt."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(SITE, folder)
        self.folder, self.snapshot = folder, folder / SNAPSHOT

    def list_anew(self) -> None:
        """Make build.json true again, as a build that made the snapshot like this would have written it."""
        manifest = json.loads((self.folder / "build.json").read_text())
        del manifest["files"][SNAPSHOT]
        if self.snapshot.is_file():
            found = {"bytes": self.snapshot.stat().st_size, "sha256": file_sha256(self.snapshot)}
            manifest["files"][SNAPSHOT] = found
        (self.folder / "build.json").write_text(with_own_hash(manifest))

    def without_node(self) -> None:
        """As a build without Node leaves it."""
        self.snapshot.unlink()
        self.list_anew()

    def of_another_core(self) -> None:
        """A snapshot made with another build of Pyodide."""
        content = bytearray(gzip.decompress(self.snapshot.read_bytes()))
        content[BUILD_ID] ^= 0xFF
        self.snapshot.write_bytes(gzip.compress(content))
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


def test_the_page_and_its_workers_start_as_the_snapshot_and_fetch_the_core_once(visitor: Visitor) -> None:
    visitor.open("?workers=1")
    assert boot(visitor) == "restored"
    trains(visitor)
    found = files(visitor)
    assert found["pyodide.asm.wasm"] == found["snapshot.bin"] == found["pyodide-lock.json"] == 1
    assert found["python_stdlib.zip"] == found["wheel"] == found["numpy"] == 0
    told = [asked(visitor, name) for name in ("trainer", "rollout", "show")]
    assert [size for size, _ in told] == [0, 0, 0], "nobody needed the standard library's file"
    assert len({drawn for _, drawn in told}) == 3, "each worker draws random numbers of its own"
    assert visitor.complaints == []


def test_numpy_comes_on_demand_with_the_library_it_imports(visitor: Visitor) -> None:
    visitor.open("?workers=1&learner=numpy&matches=4&horizon=8&minibatch_size=32")
    assert boot(visitor) == "restored"
    trains(visitor)
    assert files(visitor)["python_stdlib.zip"] == files(visitor)["wheel"] == 1
    assert asked(visitor, "trainer")[0] > 1e6
    assert asked(visitor, "rollout")[0] == 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield Site(tmp_path / "site")


@pytest.mark.parametrize("spoil", [Site.without_node, Site.of_another_core, Site.damaged])
def test_without_a_snapshot_that_fits_python_starts_plainly(browser: Browser, site: Site, spoil: Any) -> None:
    spoil(site)
    with serving(site.folder, HEADERS) as server:
        visitor = Visitor(browser, server.url)
        visitor.open("?workers=1")
        assert boot(visitor) == "plain"
        trains(visitor)
        assert files(visitor)["pyodide.asm.wasm"] == 1
        assert asked(visitor, "rollout")[0] > 1e6
        assert visitor.complaints == []
        visitor.close()


def test_a_page_that_is_not_isolated_starts_as_the_snapshot_too(visitor: Visitor) -> None:
    visitor.open("?mode=solo")
    assert boot(visitor) == "restored"
    trains(visitor)


def test_the_size_that_pages_and_documents_state_is_what_a_first_visit_loads(visitor: Visitor) -> None:
    visitor.open("?workers=1")
    asked_for = {
        request.removeprefix(visitor.address).partition("?")[0] or "index.html" for request in visitor.requests
    }
    counted = {file.relative_to(SITE).as_posix() for file in download.first_match(SITE)}
    left_out = {name for name in asked_for - counted if (SITE / name).is_file()}
    assert sum((SITE / name).stat().st_size for name in left_out) < 100_000, f"{left_out} is not counted"
    heavy = {name for name in counted if (SITE / name).stat().st_size > 30_000}
    assert heavy <= asked_for | {"embed.js"}, "what is counted is loaded"
    stated = f"{download.download_bytes(SITE) / 1e6:.0f} MB once"
    for text in ("site/embed.js", "docs/embedding.md"):
        assert stated in (ROOT / text).read_text(), text


def test_a_private_window_gets_every_large_file_once(browser: Browser) -> None:
    server = CountingServer(HEADERS)
    with answering(server):
        visitor = Visitor(browser, server.url)  # contexts of tests are private: they keep nothing as large as the core
        visitor.open("?workers=3")
        trains(visitor)
        large = {
            name: count for name, count in server.sent.items() if (SITE / (name or "index.html")).stat().st_size > 1e6
        }
        assert set(large) == {"pyodide/pyodide.asm.wasm", "pyodide/pyodide.asm.js", SNAPSHOT}
        assert set(large.values()) == {1}, "one page, one show, one trainer and three players"
        visitor.close()
