"""A tab behind another one, whose page's timers come once a minute, learns as fast as if it were seen.

`make promises` only: half a minute of each, in turns. That it is watched meanwhile is in test_stuck.py.
"""

from __future__ import annotations

import json
import os
import statistics
import time

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally, tell
from tests.rigs.pages.background_tab import HideableTab, throttling
from tests.rigs.pages.shared_memory import RINGS, SEE

PAIRS, LOOK_S, SHARE = 3, 12.0, 0.95  # seconds visible and hidden in turns, and what is promised
LEARNED = f"[performance.now(), pyodide.runPython({json.dumps(SEE + RINGS)})]"


def pace(watched: HideableTab) -> float:
    """Decisions learned from in a second, over the next LOOK_S seconds, on a machine that does nothing else: the time
    in which threads of the page were ready to run and others ran instead is taken off."""
    before_ms, before = watched.tab.evaluate_in("show.js", LEARNED)
    ran_s, waited_s = watched.tab.scheduled()
    time.sleep(LOOK_S)
    after_ms, after = watched.tab.evaluate_in("show.js", LEARNED)
    ran_s, waited_s = (b - a for a, b in zip((ran_s, waited_s), watched.tab.scheduled(), strict=True))
    learned = json.loads(after)["learned"] - json.loads(before)["learned"]
    return float(learned / (after_ms - before_ms) * 1000 * (ran_s + waited_s) / ran_s)


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="two minutes: make promises")
def test_a_hidden_tab_learns_at_the_pace_of_a_visible_one(browser: Browser, address: str) -> None:
    paces: dict[bool, list[float]] = {False: [], True: []}
    with throttling(browser) as started:
        watched = HideableTab(started, address)
        watched.press_train()
        watched.until_it_has_learned()
        for _ in range(PAIRS):
            watched.tab.show()
            watched.until("it is seen", lambda: not watched.tab.evaluate("document.hidden"))
            paces[False].append(pace(watched))
            watched.hide()
            watched.until_timers_stand_still()
            paces[True].append(pace(watched))
    hidden, visible = (statistics.fmean(paces[each]) for each in (True, False))
    tell(5, "hidden / visible", f"{hidden / visible:.0%}, of {visible / 1e3:.0f} k decisions/s")
    tally(5, "hidden looks", PAIRS, bad=0 if hidden >= SHARE * visible else PAIRS)
    assert hidden >= SHARE * visible, paces
