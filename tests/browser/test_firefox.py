"""Firefox: the same page, without a graphics processor to learn on, plays and learns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from build.chromium import served
from build.firefox import Tab, firefox

TOLD = "JSON.parse(document.getElementById('telemetry').textContent || '{}')"


class Guest:
    """A tab of Firefox on the page."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    def told(self, role: str) -> dict[str, Any]:
        """The newest numbers of a worker."""
        return self.tab.evaluate(TOLD).get(role) or {}

    def click(self, name: str) -> None:
        """Press a button."""
        self.tab.evaluate(f"document.getElementById('{name}').click()")

    def until(self, what: str, true: Callable[[], object], limit_s: float = 90.0) -> None:
        """Wait until ``true()``; fail saying what was waited for."""
        ends_s = time.monotonic() + limit_s
        while not true():
            if time.monotonic() > ends_s:
                pytest.fail(f"waited {limit_s:.0f} s in vain until {what}; the page told {self.tab.evaluate(TOLD)}")
            time.sleep(0.25)


def test_the_match_moves_and_training_wins_more() -> None:
    with served() as address, firefox() as tab:
        guest = Guest(tab)
        tab.open(address + "?workers=1")
        assert tab.evaluate("crossOriginIsolated") is True
        enabled = "!document.getElementById('train').disabled"
        guest.until("training could begin", lambda: tab.evaluate(enabled), 180)
        guest.until("the match moves", lambda: guest.told("show").get("ticks", 0) > 60)
        guest.click("train")
        guest.until("three versions were adopted on screen", lambda: guest.told("show")["versions_adopted"] >= 4)
        guest.until("it wins more than it did", lambda: (guest.told("trainer").get("win_rate") or 0.0) > 0.4, 120)
        assert guest.told("trainer")["learner"] == "wasm"
        assert guest.told("trainer")["updates"] >= 20
        guest.click("train")
        guest.until("training stopped", lambda: guest.told("trainer")["training"] is False)
        assert tab.evaluate(TOLD)["errors"] == []
