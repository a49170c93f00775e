"""A site that is replaced while somebody has it open, or that a cache serves in parts: refused, with a way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from build.pins import pins
from build.serve import answering, serving
from build.site_parts.headers import site_headers
from tests.rigs.pages.deployment import Deployment
from tests.rigs.pages.embedding import CountingServer
from tests.rigs.pages.visitor import Visitor

HEADERS = site_headers(pins().content_security_policy)
REFUSED_MS = 40_000


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    yield Deployment(tmp_path / "site")


def test_who_takes_a_dead_workers_place_is_of_the_pages_build_and_needs_no_network(
    browser: Browser, deployment: Deployment
) -> None:
    server = CountingServer(HEADERS, deployment.folder)
    with server, answering(server):
        visitor = Visitor(browser, server.url)
        visitor.open("?workers=1&matches=64")
        visitor.until("scripts are kept", lambda: server.sent["workers/kept.js"])
        visitor.page.wait_for_timeout(500)
        deployment.replace()
        for gone, role, name in ((False, "rollout", "rollout.0"), (True, "trainer", "trainer"), (True, "show", "show")):
            server.gone = gone
            visitor.worker(role).evaluate("self.close()")
            visitor.until(f"{name} was noticed", lambda name=name: visitor.told()["restarts"].get(name) == 1)
            visitor.until(f"{name} is back", lambda name=name: visitor.told()["fleet"][name] == "ready")
        visitor.page.click("#train")
        visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 2)
        visitor.page.click("#train")
        visitor.until_the_match_moves()
        assert visitor.told()["errors"] == []
        assert visitor.told()["restarts"] == {"rollout.0": 1, "trainer": 1, "show": 1}
        server.gone = False
        visitor.page.reload()
        visitor.page.wait_for_selector("#train:not([disabled])")
        assert visitor.told()["errors"] == [], "after the reload everything is of the new build"
        visitor.close()


def test_an_old_page_out_of_a_cache_does_not_start_on_new_files(browser: Browser, deployment: Deployment) -> None:
    deployment.replace()
    with serving(deployment.folder, HEADERS) as server:
        visitor = Visitor(browser, server.url)
        headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8"}
        visitor.context.route(server.url, lambda route: route.fulfill(body=deployment.index, headers=headers))
        visitor.page.goto(server.url)
        visitor.page.wait_for_selector("#errors:not([hidden]) li", timeout=REFUSED_MS)
        said = visitor.page.inner_text("#errors")
        assert deployment.key in said and deployment.next_key in said and "reload the page" in said
        visitor.close()
