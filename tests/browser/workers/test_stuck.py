"""A worker that lives but is stuck is replaced, also in a hidden tab, whose timers come once a minute; a whole tab that
stood still comes back with the workers it had.

All of this takes as long as a stuck worker is waited for, so the tabs stand beside each other meanwhile.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from drillsergeant.runtimes.heartbeat import LOOK_EVERY_S, STUCK_S
from playwright.sync_api import Browser

from tests.rigs.pages.background_tab import HideableTab
from tests.rigs.pages.visitor import Visitor

# A loop without an end, which sleeps: it answers as little as one that takes a whole core from the tests beside it.
SPINS = "setTimeout(() => { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }, 0)"
WAITS = "setTimeout(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }, 0)"
SLACK_S = 10.0  # for a machine that does something else beside
STUCK = {"rollout": SPINS, "show": WAITS, "trainer": WAITS}


@dataclass
class Hidden:
    """A hidden tab that trained and whose trainer has just got stuck."""

    watched: HideableTab
    since_s: float  # of the page's clock


@pytest.fixture(scope="module")
def hidden(hidden_tab: HideableTab) -> Hidden:
    hidden_tab.until_timers_stand_still()
    hidden_tab.press_train()
    hidden_tab.until_it_has_learned()
    hidden_tab.tab.begin_in("trainer.js", WAITS)
    return Hidden(hidden_tab, float(hidden_tab.tab.evaluate("performance.now()")) / 1000)


@pytest.fixture(scope="module")
def hung(hidden: Hidden, browser: Browser, address: str) -> Iterator[Visitor]:
    """A tab that trained and whose workers have just got stuck, one of each role: it is left to itself meanwhile."""
    visitor = Visitor(browser, address)
    visitor.open("?workers=1")
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    for role, how in STUCK.items():
        visitor.worker(role).evaluate(how)
    yield visitor
    visitor.close()


@dataclass
class Asleep:
    """A tab that trained and then stood still: page and workers, all threads of its processes."""

    visitor: Visitor
    processes: set[int]
    since_s: float  # time.monotonic()
    updates: int

    def wake(self) -> None:
        """Let it go on; it may be awake already."""
        for process in self.processes:
            os.kill(process, signal.SIGCONT)


@pytest.fixture(scope="module")
def asleep(hung: Visitor, browser: Browser, address: str) -> Iterator[Asleep]:
    """A tab beside the hung one, which stands still as when a laptop sleeps."""
    session = browser.new_browser_cdp_session()

    def renderers() -> set[int]:
        listed = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return {process["id"] for process in listed if process["type"] == "renderer"}

    before = renderers()
    visitor = Visitor(browser, address)
    visitor.open("?workers=1")
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    tab = renderers() - before
    assert tab
    assert visitor.told()["restarts"] == {}
    asleep = Asleep(visitor, tab, time.monotonic(), visitor.trainer("updates"))
    for process in tab:
        os.kill(process, signal.SIGSTOP)
    yield asleep
    asleep.wake()
    visitor.close()


def test_a_hidden_tab_trains_and_a_stuck_trainer_is_replaced_there(hidden: Hidden, asleep: Asleep) -> None:
    watched = hidden.watched
    watched.until("it was noticed", lambda: watched.told()["restarts"].get("trainer") == 1)
    (noticed,) = [news for news in watched.told()["fleet_news"] if "trainer restarting" in news]
    waited_s = float(noticed.partition(" s: ")[0]) - hidden.since_s
    assert waited_s < STUCK_S + 2 * LOOK_EVERY_S + SLACK_S, "as if it were seen"
    watched.until("another took its place", lambda: watched.text("fleet") == "3 of 3")
    watched.until_it_has_learned()
    assert watched.tab.evaluate("document.hidden")
    told = watched.told()
    assert told["restarts"] == {"trainer": 1} and told["errors"] == []
    watched.press_train()  # it would train on beside the others


def test_stuck_workers_of_every_role_are_replaced_and_training_goes_on(hung: Visitor, asleep: Asleep) -> None:
    for name in ("rollout.0", "show", "trainer"):
        hung.until(f"{name} was noticed", lambda name=name: hung.told()["restarts"].get(name) == 1, 40)
        hung.until(f"{name} is back", lambda name=name: hung.told()["fleet"][name] == "ready", 90)
    version = hung.trainer("version")
    hung.until("training goes on", lambda: hung.trainer("version") > version + 1)
    hung.until_the_match_moves()
    assert hung.told()["restarts"] == {"rollout.0": 1, "trainer": 1, "show": 1}
    hung.page.close()  # it would train on beside the other one


def test_a_tab_that_stood_still_for_longer_than_the_limit_is_not_punished(asleep: Asleep) -> None:
    time.sleep(max(0.0, asleep.since_s + STUCK_S + 2.0 - time.monotonic()))
    asleep.wake()
    visitor = asleep.visitor
    visitor.until("training goes on", lambda: visitor.trainer("updates") > asleep.updates + 5)
    visitor.page.wait_for_timeout(2500)
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []
