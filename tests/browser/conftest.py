"""What the tests of pages share: one browser, the built site on its own server, a visitor, and a compute device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from build.browsers.chromium import chromium, chromium_profile, served
from build.pins import SITE
from tests.rigs.graphics.gpu_stand import Stand
from tests.rigs.pages.background_tab import HideableTab, throttling
from tests.rigs.pages.visitor import VIEWPORT, Household, Visitor


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    assert (SITE / "index.html").is_file(), "site/ is not built: run make site"
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def household(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A browser whose profile keeps what it compiled from one visitor to the next."""
    with chromium_profile(tmp_path_factory.mktemp("profile"), browser, VIEWPORT) as context:
        yield Household(context)


@pytest.fixture
def visitor(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor of the page who has not opened it yet."""
    visitor = Visitor(household, address)
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def hidden_tab(browser: Browser, address: str) -> Iterator[HideableTab]:
    """A small page in a tab that has been hidden; a minute later its timers come once a minute."""
    with throttling(browser) as started:
        tab = HideableTab(started, address)
        tab.hide()
        yield tab


@pytest.fixture(scope="session")
def device_page(browser: Browser, address: str) -> Iterator[Stand]:
    """A compute device in an empty page of the site, for shaders by themselves; it keeps what it has compiled."""
    yield from device_of_its_own(browser, address)


@pytest.fixture(scope="session")
def other_device_page(browser: Browser, address: str) -> Iterator[Stand]:
    """Another one."""
    yield from device_of_its_own(browser, address)


def device_of_its_own(browser: Browser, address: str) -> Iterator[Stand]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "build.json")
    yield Stand(page)
    context.close()


@pytest.fixture
def stand(device_page: Stand) -> Stand:
    """The device, with nothing on it."""
    device_page.clear()
    return device_page


@pytest.fixture
def stands(stand: Stand, other_device_page: Stand) -> tuple[Stand, Stand]:
    """Two devices, with nothing on them."""
    other_device_page.clear()
    return stand, other_device_page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The bench opens a Playwright of its own, which must have ended before the session's begins."""
    items.sort(key=lambda item: "test_bench.py" not in item.nodeid)
