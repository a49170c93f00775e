"""A start that cannot succeed names the file and what to do. `make boot-faults` breaks every file in every way."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally
from tests.rigs.pages.boot_faults import DONE_WITHOUT, NEVER, WAYS, FaultyVisits, answered, exchanged
from tests.rigs.pages.visitor import BOOT_LIMIT_MS

AT_LENGTH = bool(os.environ.get("BOOT_FAULTS_AT_LENGTH") or os.environ.get("PROMISES_AT_LENGTH") == "full")
# Each way, and each place that could notice it: the page's list of what it loads, the look at bytes, Python, workers.
SOME = [
    ("boot.js", NEVER),
    ("isolation.js", "sign-in page"),
    ("gate.js", "aborted"),
    ("theme.js", "missing"),
    ("styles/style.css", "flipped"),
    ("build.json", "sign-in page"),
    ("pyodide/pyodide.asm.wasm", "cut"),
    ("pyodide/pyodide.asm.js", "flipped"),
    ("pyodide/snapshot.bin", NEVER),
    ("workers/python.js", "cut"),
    ("workers/rollout.js", NEVER),
    ("shaders/match.wgsl", "flipped"),
]
# What Python needs only where it does not start from a memory snapshot.
PLAIN = [("pyodide/python_stdlib.zip", "flipped"), ("pyodide/drillsergeant-", "missing")]


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str) -> Iterator[FaultyVisits]:
    context = browser.new_context()
    yield FaultyVisits(context, address)
    context.close()


@pytest.mark.parametrize(("name", "way"), SOME)
def test_a_broken_file_is_named_with_what_to_do(visits: FaultyVisits, name: str, way: str) -> None:
    said = visits.said(name, WAYS[way], skips=way == NEVER)
    assert name in said and "reload" in said.lower(), said
    tally(14, "faults", 1)


@pytest.mark.skipif(not AT_LENGTH, reason="ten minutes: make boot-faults")
@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_first_visit_asks_for_is_named_where_it_is_broken(visits: FaultyVisits, way: str) -> None:
    names = [name for name in visits.files() if not name.startswith(DONE_WITHOUT)]
    said = {name: visits.said(name, WAYS[way], skips=way == NEVER) for name in names}
    assert len(names) > 30
    tally(14, "faults", len(names))
    assert [name for name, text in said.items() if name not in text or "reload" not in text.lower()] == []


def test_another_drills_program_under_this_ones_name_is_refused(visits: FaultyVisits) -> None:
    said = visits.said("programs/ball.wasm", exchanged(visits.address + "programs/sumo.wasm"))
    assert "programs/ball.wasm is damaged" in said
    said = visits.said("programs/ball.json", exchanged(visits.address + "programs/sumo.json"))
    assert "programs/ball.json is damaged" in said


def test_a_damaged_script_of_a_worker_is_refused_before_anything_is_played(visits: FaultyVisits) -> None:
    page = visits.open("workers/rollout.js", WAYS["flipped"])
    page.wait_for_selector("#error-list li", timeout=BOOT_LIMIT_MS)
    assert "could not start: workers/rollout.js is damaged" in page.inner_text("#error-list")
    page.wait_for_timeout(1500)  # in which it would start
    assert page.is_disabled("#train") and [worker.url for worker in page.workers] == []
    assert page.inner_text("#boot-stage") == "This page could not start."
    visits.close(page)


def test_a_page_that_broke_off_says_so(visits: FaultyVisits) -> None:
    page = visits.open("", answered(lambda body: body[: len(body) // 2]))
    page.wait_for_selector("#error-list li")
    assert "index.html did not come whole" in page.inner_text("#error-list")
    visits.close(page)


def test_reload_fetches_anew_what_was_broken(visits: FaultyVisits) -> None:
    page = visits.open("isolation.js", WAYS["cut"])
    page.wait_for_selector("#error-list li")
    visits.context.unroute_all()
    with page.expect_request("**/isolation.js*") as anew:
        page.click("#reload")
    assert anew.value.resource_type == "fetch", "past what the browser keeps, before the page is loaded again"
    page.wait_for_selector("[data-boot]", state="attached", timeout=BOOT_LIMIT_MS)  # Python has started
    assert page.is_hidden("#errors")
    visits.close(page)


@pytest.mark.parametrize(("name", "way"), PLAIN)
def test_what_only_a_plain_start_needs_is_named_too(visits: FaultyVisits, name: str, way: str) -> None:
    visits.context.route("**/snapshot.bin", lambda route: route.abort())
    page = visits.context.new_page()
    visits.context.route(f"**/{name}*", WAYS[way])
    page.goto(visits.address)
    page.wait_for_selector("#error-list li", timeout=BOOT_LIMIT_MS)
    assert name.removeprefix("pyodide/").rstrip("-") in page.inner_text("#error-list")
    visits.close(page)
