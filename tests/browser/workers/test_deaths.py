"""Workers that die: noticed at once, replaced, and training goes on; junk that is answered and changes nothing."""

import re

from tests.rigs.pages.visitor import Visitor

NOTICED_S = 0.25  # on a quiet machine
BUSY = 4  # times as long on one that runs other tests beside this one
CLOSE = "(() => { const at_ms = performance.timeOrigin + performance.now(); self.close(); return at_ms; })()"


def end(visitor: Visitor, role: str, name: str) -> None:
    """Let a worker die, and see that the page notices it in time."""
    before = len(deaths(visitor, name))
    died_s = visitor.worker(role).evaluate(CLOSE) / 1000
    visitor.until("its death was noticed", lambda: len(deaths(visitor, name)) > before)
    noticed_s = visitor.page.evaluate("performance.timeOrigin") / 1000 + deaths(visitor, name)[-1]
    assert noticed_s - died_s < BUSY * NOTICED_S


def deaths(visitor: Visitor, name: str) -> list[float]:
    """When the page noticed that a worker had ended, in seconds since it was opened."""
    news = [re.match(rf"([\d.]+) s: {name} restarting", text) for text in visitor.told()["fleet_news"]]
    return [float(found[1]) for found in news if found]


def test_a_worker_of_every_role_may_die_while_training_goes_on(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    end(visitor, "rollout", "rollout.0")
    visitor.until("another took its place", lambda: visitor.told()["fleet"]["rollout.0"] == "ready", 90)
    updates, version = visitor.trainer("updates"), visitor.show("version")
    visitor.until("training goes on", lambda: visitor.trainer("updates") >= updates + 2)
    visitor.until("the show adopts on", lambda: visitor.show("version") > version)

    version, ticks = visitor.trainer("version"), visitor.show("ticks")
    end(visitor, "trainer", "trainer")
    visitor.until("versions rise again", lambda: visitor.trainer("version") > version + 1, 90)
    visitor.until("the match goes on", lambda: visitor.show("ticks") > ticks)  # it is told of twice a second
    assert visitor.told()["show_restarts"] == 0

    stale = visitor.show("ticks")
    end(visitor, "show", "show")
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
