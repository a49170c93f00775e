"""Workers that die: noticed at once, replaced, and training goes on; junk that is answered and changes nothing."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally, tell
from tests.rigs.pages.mortality import BUSY, HIRED, NOTICED_S, WAYS, ended, until_back
from tests.rigs.pages.visitor import Household, Visitor

# The first show fails when it is told INIT, which the page does as it takes it over.
TAKEN_OVER = """{
  const { postMessage } = Worker.prototype;
  let failed = false;
  Worker.prototype.postMessage = function (data, ...rest) {
    postMessage.call(this, data, ...rest);
    if (failed || data?.type !== "INIT" || data.role !== "show") return;
    failed = true;
    this.terminate();
    setTimeout(() => this.dispatchEvent(new ErrorEvent("error", { message: "it failed" })), 0);
  };
}"""
SMALL = "?workers=1&matches=64&learner=wasm"
AS_USUAL = "ends itself"
# At length: a worker may end five times and is started again at once.
PAGES, TIMES, ROLES = 7, 5, ("rollout.0", "trainer", "show")


@pytest.fixture(scope="module")
def mortal(household: Household, address: str) -> Iterator[Visitor]:
    """A page whose first show fails as it is taken over, and whose workers can be ended from outside."""
    visitor = Visitor(household, address)
    visitor.page.add_init_script(HIRED + TAKEN_OVER)
    visitor.open(SMALL + "&horizon=lots")
    yield visitor
    visitor.close()


def test_nonsense_in_the_address_is_refused_by_name(mortal: Visitor) -> None:
    assert "horizon=lots is left out" in mortal.page.inner_text("#address-note:not([hidden])")


def test_a_show_that_fails_as_the_page_takes_it_over_is_replaced_at_once(mortal: Visitor) -> None:
    mortal.until_the_match_moves()
    assert any("show restarting (it failed)" in news for news in mortal.told()["fleet_news"]), mortal.told()
    assert mortal.told()["restarts"] == {"show": 1}


JUNK = ("42", "'hello'", "null", "{type: 'EXPLODE'}", "{type: 'PLAY', volume: 11}", "{type: 'INIT'}")


def test_junk_is_answered_with_an_error_and_changes_nothing(mortal: Visitor) -> None:
    told = len(mortal.told()["errors"])
    for role in ("show", "trainer", "rollout"):
        for junk in JUNK:
            mortal.worker(role).evaluate(f"self.onmessage({{data: {junk}}})")
        answers = told + len(JUNK)
        mortal.until("each was answered", lambda answers=answers: len(mortal.told()["errors"]) >= answers, 20)
        errors = mortal.told()["errors"]
        assert len(errors) == answers, "once"
        assert all(error.startswith(role) for error in errors[told:])
        told = answers
    assert set(mortal.told()["fleet"].values()) == {"ready"}


def end(visitor: Visitor, name: str) -> None:
    """Let a worker die, and see that the page notices it in time."""
    assert ended(visitor, name, WAYS[AS_USUAL]) < BUSY * NOTICED_S, name


def test_a_worker_of_every_role_may_die_while_training_goes_on(mortal: Visitor) -> None:
    before = Counter(mortal.told()["restarts"])
    train(mortal)
    end(mortal, "rollout.0")
    until_back(mortal, "rollout.0")
    updates, version = mortal.trainer("updates"), mortal.show("version")
    mortal.until("training goes on", lambda: mortal.trainer("updates") >= updates + 2)
    mortal.until("the show adopts on", lambda: mortal.show("version") > version)

    version, ticks = mortal.trainer("version"), mortal.show("ticks")
    end(mortal, "trainer")
    mortal.until("versions rise again", lambda: mortal.trainer("version") > version + 1, 90)
    mortal.until("the match goes on", lambda: mortal.show("ticks") > ticks)  # it is told of twice a second
    assert mortal.told()["show_restarts"] == before["show"]
    mortal.page.click("#train")

    stale = mortal.show("ticks")
    end(mortal, "show")
    until_back(mortal, "show")
    mortal.until("the new match tells of itself", lambda: mortal.show("ticks") < stale)
    mortal.until_the_match_moves()
    assert mortal.told()["restarts"] == before + Counter({"rollout.0": 1, "trainer": 1, "show": 1})


def train(visitor: Visitor) -> None:
    """Press Train and wait until something was learned."""
    updates = visitor.trainer("updates") or 0
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= updates + 2)


def deaths_of(visitor: Visitor, first: int, ways: Sequence[str], roles: Sequence[str], times: int) -> list[float]:
    """Workers of a page that trains die in turns, beginning with way number `first`: when each was noticed."""
    noticed_s: list[float] = []
    before = sum(visitor.told()["restarts"].values())
    train(visitor)
    for turn in range(times * len(roles)):
        name, way = roles[turn % len(roles)], ways[(turn // len(roles) + first) % len(ways)]
        updates = visitor.trainer("updates") or 0
        noticed_s.append(ended(visitor, name, WAYS[way]))
        until_back(visitor, name)
        visitor.until("training goes on", lambda updates=updates: (visitor.trainer("updates") or 0) > updates)
        tally(9, "deaths", 1, bad=noticed_s[-1] > BUSY * NOTICED_S)
    visitor.page.click("#train")
    assert sum(visitor.told()["restarts"].values()) == before + times * len(roles)
    return noticed_s


def test_however_else_a_worker_dies_it_is_noticed_in_time_and_replaced(mortal: Visitor) -> None:
    others = [way for way in WAYS if way != AS_USUAL]
    noticed_s = deaths_of(mortal, 0, others, ["rollout.0"], len(others))
    assert max(noticed_s) < BUSY * NOTICED_S, noticed_s


@pytest.mark.skipif(not os.environ.get("PROMISES_AT_LENGTH"), reason="a hundred deaths: make promises")
def test_however_a_worker_of_any_role_dies_it_is_noticed_in_time_and_replaced(browser: Browser, address: str) -> None:
    noticed_s: list[float] = []
    for page in range(PAGES):
        visitor = Visitor(browser, address)
        visitor.page.add_init_script(HIRED)
        visitor.open(SMALL)
        noticed_s += deaths_of(visitor, page, list(WAYS), ROLES, TIMES)
        visitor.close()
    told = f"median {statistics.median(noticed_s):.3f}, longest {max(noticed_s):.3f}"
    tell(9, "seconds until noticed, other programs beside", told)
    assert max(noticed_s) < BUSY * NOTICED_S, noticed_s
