"""Workers that die: noticed at once, replaced, and training goes on; junk that is answered and changes nothing."""

import os
import statistics

import pytest
from playwright.sync_api import Browser

from build.promises.records import tally, tell
from tests.rigs.pages.mortality import BUSY, HIRED, NOTICED_S, WAYS, ended, until_back
from tests.rigs.pages.visitor import Visitor

AT_LENGTH = bool(os.environ.get("PROMISES_AT_LENGTH"))
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
PAGES = 7 if AT_LENGTH else 1
ROLES = ("rollout.0", "trainer", "show") if AT_LENGTH else ("rollout.0",)
TIMES = 5 if AT_LENGTH else len(WAYS)  # so often a worker may end and is started again at once


def end(visitor: Visitor, name: str) -> None:
    """Let a worker die, and see that the page notices it in time."""
    assert ended(visitor, name) < BUSY * NOTICED_S, name


def test_a_worker_of_every_role_may_die_while_training_goes_on(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    end(visitor, "rollout.0")
    visitor.until("another took its place", lambda: visitor.told()["fleet"]["rollout.0"] == "ready", 90)
    updates, version = visitor.trainer("updates"), visitor.show("version")
    visitor.until("training goes on", lambda: visitor.trainer("updates") >= updates + 2)
    visitor.until("the show adopts on", lambda: visitor.show("version") > version)

    version, ticks = visitor.trainer("version"), visitor.show("ticks")
    end(visitor, "trainer")
    visitor.until("versions rise again", lambda: visitor.trainer("version") > version + 1, 90)
    visitor.until("the match goes on", lambda: visitor.show("ticks") > ticks)  # it is told of twice a second
    assert visitor.told()["show_restarts"] == 0

    stale = visitor.show("ticks")
    end(visitor, "show")
    visitor.until("it is back", lambda: visitor.told()["fleet"]["show"] == "ready", 90)
    visitor.until("the new match tells of itself", lambda: visitor.show("ticks") < stale)
    visitor.until_the_match_moves()
    assert visitor.told()["restarts"] == {"rollout.0": 1, "trainer": 1, "show": 1}


JUNK = ("42", "'hello'", "null", "{type: 'EXPLODE'}", "{type: 'PLAY', volume: 11}", "{type: 'INIT'}")


def test_junk_is_answered_with_an_error_and_changes_nothing(visitor: Visitor) -> None:
    visitor.open()
    told = 0
    for role in ("show", "trainer", "rollout"):
        for junk in JUNK:
            visitor.worker(role).evaluate(f"self.onmessage({{data: {junk}}})")
        answers = told + len(JUNK)
        visitor.until("each was answered", lambda answers=answers: len(visitor.told()["errors"]) >= answers, 20)
        errors = visitor.told()["errors"]
        assert len(errors) == answers, "once"
        assert all(error.startswith(role) for error in errors[told:])
        told = answers
    assert set(visitor.told()["fleet"].values()) == {"ready"}


def deaths_of(visitor: Visitor, first: int) -> list[float]:
    """A page that trains, whose workers die in turns, beginning with way number `first`: when each was noticed."""
    ways, noticed_s = list(WAYS), []
    visitor.page.add_init_script(HIRED)
    visitor.open("?workers=1&matches=64&learner=wasm")
    visitor.page.click("#train")
    for turn in range(TIMES * len(ROLES)):
        name, way = ROLES[turn % len(ROLES)], ways[(turn // len(ROLES) + first) % len(ways)]
        updates = visitor.trainer("updates") or 0
        noticed_s.append(ended(visitor, name, WAYS[way]))
        until_back(visitor, name)
        visitor.until("training goes on", lambda updates=updates: (visitor.trainer("updates") or 0) > updates)
        tally(9, "deaths", 1, bad=noticed_s[-1] > BUSY * NOTICED_S)
    assert sum(visitor.told()["restarts"].values()) == TIMES * len(ROLES)
    return noticed_s


def test_however_a_worker_dies_it_is_noticed_in_time_and_replaced(browser: Browser, address: str) -> None:
    noticed_s: list[float] = []
    for page in range(PAGES):
        visitor = Visitor(browser, address)
        noticed_s += deaths_of(visitor, page)
        visitor.close()
    told = f"median {statistics.median(noticed_s):.3f}, longest {max(noticed_s):.3f}"
    tell(9, "seconds until noticed, other programs beside", told)
    assert max(noticed_s) < BUSY * NOTICED_S, noticed_s


@pytest.mark.skipif(not AT_LENGTH, reason="make promises: the fleet's own test has it without a browser")
def test_a_show_that_fails_as_the_page_takes_it_over_is_replaced_at_once(browser: Browser, address: str) -> None:
    visitor = Visitor(browser, address)
    visitor.page.add_init_script(TAKEN_OVER)
    visitor.open("?workers=1&matches=64&learner=wasm")
    visitor.until_the_match_moves()
    assert any("show restarting (it failed)" in news for news in visitor.told()["fleet_news"]), visitor.told()
    assert visitor.told()["restarts"] == {"show": 1}
    visitor.close()
