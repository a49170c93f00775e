"""A tab behind another one, whose page's timers come once a minute: it trains on, and is watched as if it were seen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from drillsergeant.runtimes.heartbeat import LOOK_EVERY_S, STUCK_S
from playwright.sync_api import Browser

from tests.rigs.pages.background_tab import SOON_S, BackgroundTab, throttling

STUCK = "setTimeout(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }, 0)"
READY = "document.querySelector('#train:not([disabled])') !== null"
BOOT_LIMIT_S = 90.0
SLACK_S = 10.0  # for the start of another one, on a machine that does something else beside
SHARE = 0.1  # of the pace of a tab that is seen, on such a machine; what waits for the page's timers has none


class Cut(NamedTuple):
    """How far training was."""

    t_s: float
    decisions: int
    updates: int

    def pace(self, before: Cut) -> float:
        """Decisions a second of training since then."""
        return (self.decisions - before.decisions) / (self.t_s - before.t_s)


class Watched:
    """The page in such a tab."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.tab = BackgroundTab(browser, address + "?workers=1&matches=64&learner=wasm")
        self.until(
            "it may train", lambda: self.tab.evaluate("document.querySelector('#train:not([disabled])') !== null")
        )

    def until(self, what: str, true: Callable[..., object], limit_s: float = BOOT_LIMIT_S) -> None:
        ends_s = time.monotonic() + limit_s
        while not true():
            assert time.monotonic() < ends_s, f"{what}: not within {limit_s:.0f} s; {self.told()}"
            time.sleep(0.1)

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.tab.evaluate("document.getElementById('telemetry').textContent") or "{}")
        return told

    def cut(self) -> Cut:
        """Now, as the page has it, which writes while it is seen alone."""
        trainer = self.told().get("trainer") or {}
        return Cut(*(trainer.get(name) or 0 for name in Cut._fields))

    def next_cut(self, since: Cut, seconds: float = 0.0) -> Cut:
        """Once so many seconds more were trained, and were told."""
        self.until("it trains on", lambda: self.cut().t_s > since.t_s + seconds)
        return self.cut()

    def text(self, element: str) -> str:
        return str(self.tab.evaluate(f"document.getElementById('{element}').textContent"))

    def complete(self) -> bool:
        """Whether all workers are there."""
        return self.text("fleet") == "3 of 3"

    def hide(self, seconds: float) -> None:
        self.tab.hide()
        time.sleep(SOON_S + seconds)
        assert self.tab.evaluate("document.hidden")


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    with throttling(browser) as started:
        yield Watched(started, address)


def test_a_hidden_tab_trains_at_its_pace_and_a_stuck_trainer_is_replaced_there(watched: Watched) -> None:
    tab = watched.tab
    tab.evaluate("document.getElementById('train').click()")
    begun = watched.next_cut(Cut(0.0, 0, 0), 1.0)
    seen = watched.next_cut(begun, 2.0)
    watched.hide(3.0)
    tab.show()
    unseen = watched.next_cut(seen, SOON_S)
    assert unseen.pace(seen) > SHARE * seen.pace(begun)

    watched.hide(0.0)
    tab.begin_in("trainer.js", STUCK)
    watched.until("it was noticed", lambda: not watched.complete(), STUCK_S + 2 * LOOK_EVERY_S + SLACK_S)
    watched.until("another took its place", watched.complete)
    for _ in range(2):
        updates = watched.text("metric-updates")
        watched.until("it learns", lambda was=updates: watched.text("metric-updates") != was, SLACK_S)
    assert tab.evaluate("document.hidden")
    tab.show()
    watched.until("it is told", lambda: watched.told()["restarts"] == {"trainer": 1})
    assert watched.told()["errors"] == []
