"""What was loaded once works without a network, and a new version is offered, never forced on a match."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from build.pins import pins
from build.serve import answering
from build.site_parts.headers import site_headers
from tests.rigs.pages.deployment import Deployment
from tests.rigs.pages.embedding import CountingServer
from tests.rigs.pages.visitor import BOOT_LIMIT_MS, Visitor
from tests.rigs.pages.waiting import wait_until

HEADERS = site_headers(pins().content_security_policy)
KEPT = "All of this page is kept in this browser"
NOTE = "document.getElementById('offline-note').textContent"
VERSION = "document.documentElement.dataset.version"
# What is kept, by the key of its build: the names of the files, without the list itself where that is not there yet.
BUILDS = """(async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const [, key] = name.split(" build ");
    if (!key) continue;
    const asked = await (await caches.open(name)).keys();
    found[key] = asked.map(({ url }) => url.slice(new URL("./", document.baseURI).href.length));
  }
  return found;
})()"""
# A page of a site that keeps it as ours does, and starts no Python.
STAND = """<!doctype html><title>A stand</title><p id="offline-note"></p>
<div id="update" hidden><button id="update-load"></button><button id="update-later"></button></div>
<script type="module" src="offline.js?v={key}"></script>"""
ASKED_ALWAYS = {"stand.html", "build.json", "offline.js", "trusted.js", "service-worker.js"}
NO_COPY = "No copy of the newest version is kept"


class Stand:
    """Tabs on the stand of a deployment, on a host that counts what it sends; and what they say on the console."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.deployment = Deployment(folder)
        self.deployment.lighten(starts=False)
        (folder / "stand.html").write_text(STAND.format(key=self.deployment.key))
        self.server = CountingServer(HEADERS, folder)
        self.context = browser.new_context()
        self.infos: list[str] = []

    def tab(self) -> Page:
        """A new tab, not on the stand yet."""
        page = self.context.new_page()
        page.on("console", lambda message: self.infos.append(message.text) if message.type == "info" else None)
        return page

    def open(self, page: Page) -> None:
        page.goto(self.server.url + "stand.html")

    def until(self, what: str, true: Callable[[], object]) -> None:
        """Wait until `true()`; see `wait_until`."""
        wait_until(what, true, lambda: self.infos, lambda: self.context.pages[-1].wait_for_timeout(100), 60.0)

    def keeps(self, page: Page) -> None:
        """Wait until it says that all is kept."""
        self.until("all is kept", lambda: KEPT in page.evaluate(NOTE))

    def sent(self) -> set[str]:
        """What was sent since the last time, beside what every visit asks for."""
        names = set(self.server.sent) - ASKED_ALWAYS
        self.server.sent.clear()
        return names


@pytest.fixture
def stand(browser: Browser, tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(browser, tmp_path / "site")
    with stand.server, answering(stand.server):
        yield stand
        stand.context.close()


def test_an_update_fetches_what_changed_and_the_old_build_goes_with_its_last_tab(stand: Stand) -> None:
    deployment = stand.deployment
    first, second = stand.tab(), stand.tab()
    stand.open(first)
    stand.keeps(first)
    listed = json.loads(deployment.manifest)["files"]
    served = {name for name in listed if not name.startswith((".", "_"))}
    assert {key: set(names) for key, names in first.evaluate(BUILDS).items()} == {
        deployment.key: served | {"build.json"}
    }

    deployment.replace()
    stand.sent()
    stand.open(second)
    stand.keeps(second)
    assert stand.sent() <= deployment.changed(), "what both builds have is not asked for again"
    stand.until("it is offered", lambda: first.is_visible("#update"))
    assert set(first.evaluate(BUILDS)) == {deployment.key, deployment.next_key}
    wheel = next(name for name in listed if name.startswith("pyodide/drillsergeant-"))
    assert first.evaluate(f"fetch('{wheel}').then(({{ok}}) => ok)"), "the old tab gets what the host has no more"
    assert second.evaluate(f"fetch('{wheel}').then(({{ok}}) => ok)") is False, "and the new one does not"

    first.close()
    second.reload()
    stand.keeps(second)
    stand.until("the old build is gone", lambda: set(second.evaluate(BUILDS)) == {deployment.next_key})

    second.goto(stand.server.url + "assets/icon.svg?fresh")
    assert second.url == stand.server.url + "assets/icon.svg"
    assert second.evaluate("caches.keys()") == []
    assert second.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_a_damaged_upload_is_not_kept_and_the_next_attempt_goes_on_where_it_failed(stand: Stand) -> None:
    damaged = stand.deployment.folder / "workers" / "trainer.js"
    right = damaged.read_bytes()
    damaged.write_bytes(right[:-1] + b" ")
    page = stand.tab()
    stand.open(page)
    stand.until("it is said", lambda: any(NO_COPY in text for text in stand.infos))
    assert "build.json" not in page.evaluate(BUILDS)[stand.deployment.key]
    damaged.write_bytes(right)
    stand.sent()
    page.reload()
    stand.keeps(page)
    assert stand.sent() <= {"workers/trainer.js", "workers/workshop.js"}


def test_where_storage_is_full_nothing_is_kept_and_one_sentence_says_so(stand: Stand) -> None:
    page = stand.tab()
    quota = {"origin": stand.server.url.rstrip("/"), "quotaSize": 3_000_000}
    stand.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)
    stand.open(page)
    stand.until("it is said", lambda: stand.infos)
    assert page.evaluate(BUILDS) == {}, "the space is given back"
    (said,) = stand.infos
    assert NO_COPY in said


def test_after_the_first_visit_everything_works_without_a_network(browser: Browser) -> None:
    server = CountingServer({})  # a host without headers: what is kept is isolated as what came from there was
    with server, answering(server):
        visitor = Visitor(browser, server.url, keeps=True)
        page = visitor.page
        visitor.open("?workers=1")
        visitor.until("it is said that all is kept", lambda: KEPT in page.evaluate(NOTE))
        server.gone = True
        page.reload()
        page.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
        assert page.evaluate("crossOriginIsolated") is True
        visitor.until_the_match_moves()
        page.click("#train")
        visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) >= 3)
        page.click("#train")

        page.select_option("#drill-choice", "chase")
        visitor.until("another drill is there", lambda: visitor.told()["drill"] == "chase")
        page.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
        page.click("#dock-code")
        page.wait_for_selector("#workshop-editor[data-ready]")
        page.click("#workshop-run")
        visitor.until("the editor's code runs", lambda: "running" in page.inner_text("#workshop-said"), 120.0)
        asked_in_vain = (
            f"net::ERR_EMPTY_RESPONSE ({server.url}build.json)"  # for a newer version, which nobody waits for
        )
        unexpected = [text for text in visitor.complaints if not text.endswith(asked_in_vain)]
        assert visitor.told()["errors"] == [] and unexpected == []

        page.goto(server.url + "tutorial/index.html")
        lesson = page.locator("drill-sergeant").first
        lesson.scroll_into_view_if_needed()
        lesson.get_by_role("button").click()
        inside = lesson.locator("iframe").element_handle().content_frame()
        assert inside is not None
        inside.wait_for_selector("[data-boot='restored']", state="attached", timeout=BOOT_LIMIT_MS)  # has all it needs
        visitor.close()


def test_an_update_is_offered_and_another_tab_stays_what_it_is(browser: Browser, tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "site")
    deployment.lighten(starts=True)
    server = CountingServer(HEADERS, deployment.folder)
    with server, answering(server):
        visitor = Visitor(browser, server.url, keeps=True)
        first = visitor.page
        visitor.open("?workers=1")
        visitor.until("it is said that all is kept", lambda: KEPT in first.evaluate(NOTE))
        visitor.until_the_match_moves()
        ticks = visitor.show("ticks")
        deployment.replace()
        server.sent.clear()
        visitor.page = second = visitor.context.new_page()
        visitor.open("?workers=1")
        assert second.evaluate(VERSION) == f"?v={deployment.key}", "a version is not forced on a tab"
        visitor.until("the new one is offered", lambda: second.is_visible("#update"))
        assert first.is_visible("#update"), "in every tab"
        assert set(server.sent) - ASKED_ALWAYS <= deployment.changed()
        second.click("#update-load")
        second.wait_for_selector(
            f"[data-version='?v={deployment.next_key}'] #train:not([disabled])", timeout=BOOT_LIMIT_MS
        )
        assert visitor.told()["errors"] == []
        second.close()

        visitor.page = first
        visitor.until("the match there went on", lambda: visitor.show("ticks") > ticks)
        assert first.evaluate(VERSION) == f"?v={deployment.key}"
        first.click("#train")
        visitor.worker("rollout").evaluate("self.close()")
        visitor.until("a player came back", lambda: visitor.told()["restarts"].get("rollout.0") == 1)
        updates = visitor.trainer("updates") or 0
        visitor.until("and plays on in the old version", lambda: visitor.trainer("updates") > updates + 1)
        assert visitor.told()["errors"] == [] and visitor.complaints == []
        first.click("#update-later")
        assert first.is_hidden("#update")
        visitor.close()
