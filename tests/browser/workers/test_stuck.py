"""A worker that lives but is stuck is replaced; a whole tab that stood still comes back with the workers it had."""

import os
import signal
import time

from drillsergeant.runtimes.heartbeat import STUCK_S
from playwright.sync_api import Browser

from tests.browser.conftest import Visitor

ENDLESS = "setTimeout(() => { for (;;); }, 0)"


def test_stuck_workers_of_every_role_are_replaced_and_training_goes_on(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    for roles in ({"rollout": "rollout.0", "show": "show"}, {"trainer": "trainer"}):
        for role in roles:
            visitor.worker(role).evaluate(ENDLESS)
        for name in roles.values():
            visitor.until(f"{name} was noticed", lambda name=name: visitor.told()["restarts"].get(name) == 1, 40)
        for name in roles.values():
            visitor.until(f"{name} is back", lambda name=name: visitor.told()["fleet"][name] == "ready", 90)
    version = visitor.trainer("version")
    visitor.until("training goes on", lambda: visitor.trainer("version") > version + 1)
    visitor.until_the_match_moves()
    assert visitor.told()["restarts"] == {"rollout.0": 1, "trainer": 1, "show": 1}


def test_a_tab_that_stood_still_for_longer_than_the_limit_is_not_punished(browser: Browser, visitor: Visitor) -> None:
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
    visitor.page.wait_for_timeout(4000)
    assert visitor.told()["restarts"] == restarts == {}
    assert visitor.told()["errors"] == []
