"""A worker that lives but is stuck is replaced; a whole tab that stood still comes back with the workers it had."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from drillsergeant.runtimes.heartbeat import STUCK_S
from playwright.sync_api import Browser

from tests.rigs.pages.visitor import Visitor

# A loop without an end, which sleeps: it answers as little as one that takes a whole core from the tests beside it.
SPINS = "setTimeout(() => { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }, 0)"
WAITS = "setTimeout(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }, 0)"
STUCK = {"rollout": SPINS, "show": WAITS, "trainer": WAITS}


@pytest.fixture(scope="module")
def hung(browser: Browser, address: str) -> Iterator[Visitor]:
    """A tab that trained and whose workers have just got stuck, one of each role: it is left to itself meanwhile."""
    visitor = Visitor(browser, address)
    visitor.open("?workers=1")
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    for role, how in STUCK.items():
        visitor.worker(role).evaluate(how)
    yield visitor
    visitor.close()


def test_a_tab_that_stood_still_for_longer_than_the_limit_is_not_punished(
    hung: Visitor, browser: Browser, visitor: Visitor
) -> None:
    """As when a laptop sleeps: page and workers, all threads of the tab's process, stop and go on."""
    session = browser.new_browser_cdp_session()

    def renderers() -> set[int]:
        listed = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return {process["id"] for process in listed if process["type"] == "renderer"}

    before = renderers()
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    tab = renderers() - before
    assert tab
    updates, restarts = visitor.trainer("updates"), visitor.told()["restarts"]
    for process in tab:
        os.kill(process, signal.SIGSTOP)
    time.sleep(STUCK_S + 2.0)
    for process in tab:
        os.kill(process, signal.SIGCONT)
    visitor.until("training goes on", lambda: visitor.trainer("updates") > updates + 5)
    visitor.page.wait_for_timeout(2500)
    assert visitor.told()["restarts"] == restarts == {}
    assert visitor.told()["errors"] == []


def test_stuck_workers_of_every_role_are_replaced_and_training_goes_on(hung: Visitor) -> None:
    for name in ("rollout.0", "show", "trainer"):
        hung.until(f"{name} was noticed", lambda name=name: hung.told()["restarts"].get(name) == 1, 40)
        hung.until(f"{name} is back", lambda name=name: hung.told()["fleet"][name] == "ready", 90)
    version = hung.trainer("version")
    hung.until("training goes on", lambda: hung.trainer("version") > version + 1)
    hung.until_the_match_moves()
    assert hung.told()["restarts"] == {"rollout.0": 1, "trainer": 1, "show": 1}
