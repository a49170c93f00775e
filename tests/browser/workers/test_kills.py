"""Rollout workers are killed in the middle of whatever they do: no decision is lost, and none is learned from twice."""

from __future__ import annotations

import os
import random

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally
from tests.rigs.pages.mortality import HIRED, WAYS, ended, until_back
from tests.rigs.pages.shared_memory import RINGS, in_python
from tests.rigs.pages.visitor import Visitor

PAGES, WORKERS, TIMES = 5, 4, 5  # each is started again at once five times
LONGEST_MS = 1500  # between two


def killed(visitor: Visitor, chance: random.Random) -> None:
    """A page that trains, all of whose rollout workers are killed again and again: every decision is accounted for."""
    visitor.page.add_init_script(HIRED)
    visitor.open(f"?workers={WORKERS}&matches=64&learner=wasm")
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    for turn in range(TIMES * WORKERS):
        visitor.page.wait_for_timeout(chance.uniform(0, LONGEST_MS))
        ended(visitor, f"rollout.{turn % WORKERS}", WAYS["terminated"])
        until_back(visitor, f"rollout.{turn % WORKERS}")
        tally(3, "kills", 1)
    updates = visitor.trainer("updates")
    visitor.until("training goes on", lambda: visitor.trainer("updates") > updates + 2)
    visitor.page.click("#train")
    visitor.until("training stopped", lambda: visitor.trainer("training") is False)
    visitor.page.wait_for_timeout(700)  # the update in hand
    found = in_python(visitor.worker("show"), RINGS)
    published, released, dropped = (sum(each) for each in zip(*found["rings"], strict=True))
    in_flight = published - released
    assert published > 0 and 0 <= in_flight <= 4 * WORKERS, "chunks that wait in the rings"
    consumed = (published - in_flight - dropped) * found["decisions"]
    tally(3, "decisions", found["learned"], bad=abs(consumed - found["learned"]))
    assert consumed == found["learned"] == visitor.trainer("decisions"), found
    assert visitor.told()["errors"] == []


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="a hundred kills: make promises")
def test_what_killed_workers_played_is_learned_from_once_or_dropped_and_counted(browser: Browser, address: str) -> None:
    chance = random.Random(3)
    for _ in range(PAGES):
        visitor = Visitor(browser, address)
        killed(visitor, chance)
        visitor.close()
