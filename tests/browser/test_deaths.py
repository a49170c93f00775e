"""Workers that die: noticed, replaced, and training goes on; junk that is answered and changes nothing."""

import pytest

from tests.browser.conftest import Visitor


def test_killing_a_rollout_worker_does_not_stop_training(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)
    visitor.worker("rollout").evaluate("self.close()")
    visitor.until("its death was noticed", lambda: visitor.told()["restarts"].get("rollout.0") == 1)
    visitor.until("another took its place", lambda: visitor.told()["fleet"]["rollout.0"] == "ready", 90)
    updates, version = visitor.trainer("updates"), visitor.show("version")
    visitor.until("training goes on", lambda: visitor.trainer("updates") >= updates + 2)
    visitor.until("the show adopts on", lambda: visitor.show("version") > version)
    assert visitor.told()["show_restarts"] == 0


def test_killing_the_trainer_keeps_what_was_learned_and_goes_on(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("version") or 0) >= 3)
    version, ticks = visitor.trainer("version"), visitor.show("ticks")
    visitor.worker("trainer").evaluate("self.close()")
    visitor.until("its death was noticed", lambda: visitor.told()["restarts"].get("trainer") == 1)
    visitor.until("versions rise again", lambda: visitor.trainer("version") > version + 1, 90)
    assert visitor.show("ticks") > ticks
    assert visitor.told()["show_restarts"] == 0


def test_killing_the_show_brings_a_new_match_on_a_new_canvas(visitor: Visitor) -> None:
    visitor.open()
    visitor.worker("show").evaluate("self.close()")
    visitor.until("its death was noticed", lambda: visitor.told()["show_restarts"] == 1)
    visitor.until("it is back", lambda: visitor.told()["fleet"]["show"] == "ready", 90)
    ticks = visitor.show("ticks")
    visitor.until("the match moves", lambda: visitor.show("ticks") > ticks + 30)


@pytest.mark.parametrize("role", ["show", "trainer", "rollout"])
def test_junk_is_answered_with_an_error_and_changes_nothing(visitor: Visitor, role: str) -> None:
    visitor.open()
    for junk in ("42", "'hello'", "null", "{type: 'EXPLODE'}", "{type: 'PLAY', volume: 11}", "{type: 'INIT'}"):
        told = len(visitor.told()["errors"])
        visitor.worker(role).evaluate(f"self.onmessage({{data: {junk}}})")
        visitor.until(f"{junk} was answered", lambda told=told: len(visitor.told()["errors"]) > told, 20)
    assert all(error.startswith(role) for error in visitor.told()["errors"])
    assert set(visitor.told()["fleet"].values()) == {"ready"}
