"""Hosts we do not control: with headers, without, below a path, and inside other people's pages."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from build.browsers.chromium import chromium_profile
from build.pins import SITE
from build.promises.records import tally
from build.serve import serving
from build.site_parts.headers import ISOLATION
from tests.rigs.pages.devtools import evaluated
from tests.rigs.pages.framing import QUERY, framed
from tests.rigs.pages.hosting import headers_for
from tests.rigs.pages.visitor import BOOT_LIMIT_MS, Visitor

# As Netlify or Cloudflare Pages read them from the site itself.
HEADERS = headers_for((SITE / "_headers").read_text(), "/")
# GitHub Pages sends this one with everything and lets nobody add another; the site lies below the repository's name.
GITHUB = {"Access-Control-Allow-Origin": "*"}

SMALL = "?workers=1&drill=chase"
POLICY = HEADERS["Content-Security-Policy"]
TRUSTED_TYPES = f"{POLICY}; require-trusted-types-for 'script'; trusted-types drillsergeant"
# Asks for a script made of a text, and tells which policy refused it.
POLICY_IN_FORCE = """() => new Promise((then) => {
  self.addEventListener("securitypolicyviolation", ({ originalPolicy }) => then(originalPolicy), { once: true });
  import("data:text/javascript,1").then(() => then("none: it ran"), () => setTimeout(then, 2000, "none that tells"));
})"""


@contextmanager
def host(folder: Path, headers: dict[str, str], path: str = "") -> Iterator[str]:
    """The site below `path` of a server of its own; yields its address."""
    if path:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(SITE, folder / path, target_is_directory=True)
    with serving(folder if path else SITE, headers) as server:
        yield server.url + (path + "/" if path else "")


def navigations(visitor: Visitor) -> list[str]:
    """Every navigation of the top frame from now on, as it happens."""
    seen: list[str] = []
    main = visitor.page.main_frame
    visitor.page.on("framenavigated", lambda frame: seen.append(frame.url) if frame == main else None)
    return seen


@pytest.mark.parametrize(
    ("headers", "path", "loads"),
    [({**HEADERS, "Content-Security-Policy": TRUSTED_TYPES}, "", 1), ({}, "", 2), (GITHUB, "drill-sergeant", 2)],
    ids=["headers file, and trusted types required", "no headers", "as on GitHub Pages"],
)
def test_the_site_runs_at_full_speed_on_any_static_host(
    browser: Browser, tmp_path: Path, headers: dict[str, str], path: str, loads: int
) -> None:
    with host(tmp_path, headers, path) as address:
        visitor = Visitor(browser, address, keeps=loads == 1, isolates=loads == 2)
        page, went = visitor.page, navigations(visitor)
        visitor.open(SMALL)
        assert page.evaluate("crossOriginIsolated") is True
        visitor.until("the match moves", lambda: (visitor.show("ticks") or 0) > 60)
        page.click("#train")
        visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) >= 3)
        page.click("#train")
        assert went == [address + SMALL] * loads, "one reload at most, and only where the host has no headers"
        outside = [url for url in visitor.requests if not url.startswith((address, "data:", "blob:"))]
        assert outside == [], "nothing may be absolute"
        edits = bool(path) or loads == 1
        if edits:
            page.click("#dock-code")
            page.wait_for_selector("#workshop-editor[data-ready]")
            page.click("#workshop-run")
            visitor.until("the editor's code runs", lambda: "running" in page.inner_text("#workshop-said"), 120.0)
        assert visitor.told()["errors"] == [] and visitor.complaints == []
        for name in ("show", "trainer", "rollout", *(["workshop"] if edits else [])):
            found = evaluated(page, f"workers/{name}.js", POLICY_IN_FORCE)
            assert found == headers.get("Content-Security-Policy", POLICY), name
        if loads == 1:
            trusted_types_are_required(visitor)

        went.clear()  # an open dock stands in the address, too
        page.reload()
        page.wait_for_selector("[data-boot]", state="attached", timeout=BOOT_LIMIT_MS)  # it knows by then how it runs
        assert page.evaluate("crossOriginIsolated") is True
        assert len(went) == 1, "a later visit needs no second load"
        visitor.close()


def trusted_types_are_required(visitor: Visitor) -> None:
    """The page's host requires them, and a service worker was started all the same."""
    registered = "navigator.serviceWorker.getRegistration().then(Boolean)"
    visitor.until("its service worker is there", lambda: visitor.page.evaluate(registered))
    text = "new Worker('workers/show.js')"
    refused = visitor.page.evaluate(f"() => {{ try {{ {text}; }} catch (error) {{ return error.name; }} }}")
    assert refused == "TypeError", "the header is in force: a plain address is refused"


def test_in_an_isolated_page_that_allows_it_the_frame_runs_at_full_speed(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    with framed(context, tmp_path, HEADERS, ISOLATION, 'allow="cross-origin-isolated"') as ours:
        assert ours.plays_and_learns() == "shared"
        tally(21, "ways", 1)
        assert len(ours.navigations) == 1
    context.close()


def test_in_a_plain_page_the_hosts_headers_isolate_the_frame(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    with framed(context, tmp_path, HEADERS, {}) as ours:
        assert ours.plays_and_learns() == "shared"
        tally(21, "ways", 1)
        assert len(ours.navigations) == 1
    context.close()


def test_in_a_plain_page_without_any_help_the_frame_runs_solo_and_says_so(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 960})  # blocks third parties' storage
    with framed(context, tmp_path, {}, {}) as ours:
        assert ours.plays_and_learns() == "solo"
        tally(21, "ways", 1)
        assert "refused the service worker" in ours.frame.inner_text("#mode-notice")
        assert ours.frame.get_attribute("#own-tab", "href") == ours.address + QUERY
        assert len(ours.navigations) == 1, "nothing to reload for"
        with context.expect_page() as opened:
            ours.frame.click("#own-tab")
        opened.value.wait_for_selector("[data-boot]", state="attached", timeout=BOOT_LIMIT_MS)
        assert opened.value.evaluate("crossOriginIsolated") is True, "the way out leads to full speed"
    context.close()


def test_in_a_plain_page_a_service_worker_isolates_the_frame_where_it_may_store(
    browser: Browser, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    allowed = {"profile": {"block_third_party_cookies": False, "cookie_controls_mode": 0}}
    (profile / "Default" / "Preferences").write_text(json.dumps(allowed))
    (tmp_path / "parent").mkdir()
    with chromium_profile(profile, browser) as context, framed(context, tmp_path / "parent", {}, {}) as ours:
        assert ours.plays_and_learns() == "shared"
        tally(21, "ways", 1)
        assert len(ours.navigations) == 2, "one reload"
