"""A tab behind another one, whose page's timers come once a minute: it trains on, and is watched as if it were seen."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from drillsergeant.runtimes.heartbeat import LOOK_EVERY_S, STUCK_S
from playwright.sync_api import Browser

from build.promises.records import tally, tell
from tests.rigs.pages.background_tab import BackgroundTab, throttling
from tests.rigs.pages.shared_memory import RINGS, SEE

STUCK = "setTimeout(() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }, 0)"
READY = "document.querySelector('#train:not([disabled])') !== null"
TIMERS = "globalThis.timers = 0; setInterval(() => timers++, 100)"
STILL_S = 3.0  # without any of these: they come once a second at first, where nobody looks
LIMIT_S = 90.0
PAIRS, LOOK_S, SHARE = 3, 12.0, 0.95  # at length: seconds visible and hidden in turns, and what is promised
LEARNED = f"[performance.now(), pyodide.runPython({json.dumps(SEE + RINGS)})]"
SLACK_S = 10.0  # for the start of another one, on a machine that does something else beside


class Watched:
    """The page in such a tab."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.tab = BackgroundTab(browser, address + "?workers=1&matches=64&learner=wasm")
        self.until("it may train", lambda: self.tab.evaluate(READY))

    def until(self, what: str, true: Callable[..., object], limit_s: float = LIMIT_S) -> None:
        ends_s = time.monotonic() + limit_s
        while not true():
            assert time.monotonic() < ends_s, f"{what}: not within {limit_s:.0f} s; {self.told()}"
            time.sleep(0.1)

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.tab.evaluate("document.getElementById('telemetry').textContent") or "{}")
        return told

    def text(self, element: str) -> str:
        return str(self.tab.evaluate(f"document.getElementById('{element}').textContent"))

    def complete(self) -> bool:
        """Whether all workers are there."""
        return self.text("fleet") == "3 of 3"

    def hide(self) -> None:
        """Hide it, and wait until the page's timers stand still."""
        self.tab.evaluate(TIMERS)
        self.tab.hide()
        self.until("timers stand still", self._still)
        assert self.tab.evaluate("document.hidden")

    def _still(self) -> bool:
        before = self.tab.evaluate("timers")
        time.sleep(STILL_S)
        return bool(self.tab.evaluate("timers") == before)

    def until_it_has_learned(self, updates: int = 2) -> None:
        for _ in range(updates):
            before = self.text("metric-updates")
            self.until("it learns", lambda was=before: self.text("metric-updates") != was, SLACK_S)

    def pace(self) -> float:
        """Decisions learned from in a second, over the next LOOK_S seconds, on a machine that does nothing else: the
        time in which threads of the page were ready to run and others ran instead is taken off."""
        before_ms, before = self.tab.evaluate_in("show.js", LEARNED)
        ran_s, waited_s = self.tab.scheduled()
        time.sleep(LOOK_S)
        after_ms, after = self.tab.evaluate_in("show.js", LEARNED)
        ran_s, waited_s = (b - a for a, b in zip((ran_s, waited_s), self.tab.scheduled(), strict=True))
        learned = json.loads(after)["learned"] - json.loads(before)["learned"]
        return learned / (after_ms - before_ms) * 1000 * (ran_s + waited_s) / ran_s


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    with throttling(browser) as started:
        yield Watched(started, address)


def test_a_hidden_tab_trains_and_a_stuck_trainer_is_replaced_there(watched: Watched) -> None:
    tab = watched.tab
    watched.hide()
    tab.evaluate("document.getElementById('train').click()")
    watched.until_it_has_learned()
    tab.begin_in("trainer.js", STUCK)
    watched.until("it was noticed", lambda: not watched.complete(), STUCK_S + 2 * LOOK_EVERY_S + SLACK_S)
    watched.until("another took its place", watched.complete)
    watched.until_it_has_learned()
    assert tab.evaluate("document.hidden")
    told = watched.told()
    assert told["restarts"] == {"trainer": 1} and told["errors"] == []


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="two minutes: make promises")
def test_a_hidden_tab_learns_at_the_pace_of_a_visible_one(watched: Watched) -> None:
    tab = watched.tab
    tab.evaluate("document.getElementById('train').click()")
    watched.until_it_has_learned()
    paces: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(PAIRS):
        tab.show()
        watched.until("it is seen", lambda: not tab.evaluate("document.hidden"))
        paces[False].append(watched.pace())
        watched.hide()
        paces[True].append(watched.pace())
    hidden, visible = (statistics.fmean(paces[each]) for each in (True, False))
    tell(5, "hidden / visible", f"{hidden / visible:.0%}, of {visible / 1e3:.0f} k decisions/s")
    tally(5, "hidden looks", PAIRS, bad=0 if hidden >= SHARE * visible else PAIRS)
    assert hidden >= SHARE * visible, paces
