"""Boots that cannot finish say why, within 35 seconds, in words."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Route

from build.browsers.chromium import served
from tests.rigs.pages.visitor import Visitor

LIMIT_S = 35.0


def flipped(route: Route) -> None:
    """Answer with the real file, one byte changed."""
    with suppress(Error):  # several workers ask, and the visitor may have left before the last is answered
        response = route.fetch()
        body = bytearray(response.body())
        body[len(body) // 2] ^= 0xFF
        route.fulfill(response=response, body=bytes(body))


def truncated(route: Route) -> None:
    """Answer with the first half of the real file."""
    with suppress(Error):
        response = route.fetch()
        route.fulfill(response=response, body=response.body()[: len(response.body()) // 2])


FAULTS: list[tuple[str, Callable[[Route], None], str]] = [
    ("**/pyodide.asm.wasm", lambda route: route.fulfill(status=404), "pyodide.asm.wasm"),
    ("**/pyodide.asm.wasm", flipped, "pyodide.asm.wasm"),
    ("**/pyodide.asm.wasm", truncated, "pyodide.asm.wasm"),
    ("**/pyodide.asm.wasm", lambda route: route.abort(), "fetch"),
    ("**/pyodide.asm.js", flipped, "pyodide.asm.js"),
    ("**/pyodide-lock.json*", lambda route: route.fulfill(status=404), "pyodide-lock.json"),
    ("**/build.json", lambda route: route.fulfill(status=404), "build.json"),
    ("**/workers/show.js*", lambda route: route.fulfill(status=404), "show"),
]
# What Python needs only where it does not start from a memory snapshot.
PLAIN_FAULTS: list[tuple[str, Callable[[Route], None], str]] = [
    ("**/python_stdlib.zip", flipped, "python_stdlib.zip"),
    ("**/drillsergeant-*.whl", lambda route: route.fulfill(status=404), "drillsergeant"),
]


@pytest.mark.parametrize(("pattern", "fault", "named"), FAULTS)
def test_a_broken_file_is_named_on_the_page(
    visitor: Visitor, pattern: str, fault: Callable[[Route], None], named: str
) -> None:
    visitor.context.route(pattern, fault)
    began_s = time.monotonic()
    visitor.page.goto(visitor.address)
    visitor.page.wait_for_selector("#errors:not([hidden]) li", timeout=LIMIT_S * 1000)
    assert time.monotonic() - began_s < LIMIT_S
    assert named in visitor.page.inner_text("#errors")


@pytest.mark.parametrize(("pattern", "fault", "named"), PLAIN_FAULTS)
def test_a_broken_file_of_a_plain_boot_is_named_too(
    visitor: Visitor, pattern: str, fault: Callable[[Route], None], named: str
) -> None:
    visitor.context.route("**/snapshot.bin", lambda route: route.abort())
    test_a_broken_file_is_named_on_the_page(visitor, pattern, fault, named)


def test_nonsense_in_the_address_is_refused_by_name(browser: Browser) -> None:
    with served() as address:
        visitor = Visitor(browser, address)
        visitor.page.goto(address + "?matches=lots")
        visitor.page.wait_for_selector("#address-note:not([hidden])", timeout=LIMIT_S * 1000)
        assert "matches=lots is left out" in visitor.page.inner_text("#address-note")
        visitor.close()
