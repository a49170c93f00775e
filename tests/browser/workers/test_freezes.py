"""A tab that the browser froze, as it does with one that is not looked at, goes on with the workers it had.

`make promises` only: half a minute in which nothing happens, again and again. What stands still for longer than a stuck
worker may is in test_stuck.py.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally
from tests.rigs.pages.background_tab import BackgroundTab, throttling
from tests.rigs.pages.waiting import wait_until

TABS, TIMES, FROZEN_S = 5, 4, 30.0
QUERY = "?workers=1&matches=64&learner=wasm"
READY = "document.querySelector('#train:not([disabled])') !== null"


class Tab:
    """One that trains, and now and then is frozen."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.tab = BackgroundTab(browser, address + QUERY)
        self.until("it may train", lambda: self.tab.evaluate(READY))
        self.tab.evaluate("document.getElementById('train').click()")
        first = self.updates()
        self.until("it trains", lambda: self.updates() != first)
        self.tab.hide()
        self.before, self.still = "", False

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.tab.evaluate("document.getElementById('telemetry').textContent") or "{}")
        return told

    def updates(self) -> str:
        """How many, as it stands on the page."""
        return str(self.tab.evaluate("document.getElementById('metric-updates').textContent"))

    def until(self, what: str, true: Any) -> None:
        wait_until(what, true, self.told, lambda: time.sleep(0.2), 120.0)


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="three minutes: make promises")
def test_tabs_that_were_frozen_for_half_a_minute_go_on_with_their_workers(browser: Browser, address: str) -> None:
    with throttling(browser) as started:
        tabs = [Tab(started, address) for _ in range(TABS)]
        for _ in range(TIMES):
            for each in tabs:
                each.tab.freeze(True)
            time.sleep(1.0)
            for each in tabs:
                each.before = each.updates()
            time.sleep(FROZEN_S - 1.0)
            for each in tabs:
                each.still = each.updates() == each.before
                each.tab.freeze(False)
            for each in tabs:
                each.until("it trains on", lambda each=each: each.updates() != each.before)
                told = each.told()
                assert told["restarts"] == {} and told["errors"] == [], told
                tally(6, "freezes", 1, bad=not each.still)
                assert each.still, "it was not frozen"
