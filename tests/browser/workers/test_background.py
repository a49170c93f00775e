"""A tab that lies behind another one keeps its workers; how it trains there, and is watched, is in test_stuck.py.

It comes first in the folder: a hidden page's timers come once a minute only after the first, and others test meanwhile.
"""

from __future__ import annotations

from tests.rigs.pages.background_tab import HideableTab


def test_a_tab_that_is_hidden_before_it_trains_keeps_its_workers(hidden_tab: HideableTab) -> None:
    hidden_tab.until("the page is told", lambda: hidden_tab.tab.evaluate("document.hidden"))
    assert hidden_tab.text("fleet") == "3 of 3"
    told = hidden_tab.told()
    assert told["restarts"] == {} and told["errors"] == []
