"""Another drill without a reload: the same workers, another game; coming back finds what was learned."""

from __future__ import annotations

import pytest

from tests.rigs.pages.visitor import Visitor


def choose(visitor: Visitor, name: str) -> None:
    """Choose a drill and wait until its match moves."""
    visitor.page.select_option("#drill-choice", name)
    visitor.until(f"{name} moves", lambda: visitor.told()["drill"] == name and (visitor.show("ticks") or 0) > 10)


def held(visitor: Visitor, role: str) -> int:
    """How many JavaScript objects the Python of a worker holds, when what was replaced has been collected."""
    code = "pyodide.runPython('import gc; gc.collect()'); pyodide._module.hiwire.num_keys()"
    count: int = visitor.worker(role).evaluate(code)
    return count


def cannot_be_fetched(visitor: Visitor, name: str) -> None:
    """Choose a drill whose program does not come; the one there is goes on."""
    there, pattern = visitor.told()["drill"], f"**/programs/{name}.wasm*"
    visitor.context.route(pattern, lambda route: route.fulfill(status=503))
    visitor.page.select_option("#drill-choice", name)
    visitor.until("it says so", lambda: "answered 503" in visitor.page.inner_text("#drill-note"))
    visitor.until_the_match_moves()
    assert visitor.told()["drill"] == visitor.page.input_value("#drill-choice") == there
    assert visitor.told()["errors"] == []
    visitor.context.unroute(pattern)
    visitor.complaints.clear()  # the browser tells of the 503 as well


@pytest.mark.alone
def test_a_visitor_trains_one_drill_then_another_and_comes_back(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    workers = len(page.workers)
    cannot_be_fetched(visitor, "sumo")
    page.click("#train")
    visitor.until("soccer is learned", lambda: (visitor.trainer("updates") or 0) >= 20)
    choose(visitor, "sumo")
    assert "drill=sumo" in page.url
    assert page.inner_text("#drill-sentence").startswith("Two squares learn to push each other out")
    visitor.until("sumo is learned", lambda: (visitor.trainer("updates") or 0) >= 20)
    visitor.until("its own rewards are told", lambda: visitor.trainer("reward_push_out") is not None)
    assert visitor.trainer("reward_goal") is None
    visitor.until("its weights come on screen", lambda: visitor.show("versions_adopted") >= 3)
    visitor.snapshot("sumo")
    choose(visitor, "chase")
    assert page.inner_text("#count-1") == "Got away"
    visitor.until("chase is learned", lambda: (visitor.trainer("win_rate") or 0) > 0.9)
    visitor.snapshot("chase")

    choose(visitor, "sumo")
    visitor.until("what was learned is there", lambda: visitor.show("version") >= 20)
    objects = {role: held(visitor, role) for role in ("show", "trainer", "rollout")}
    for name in ("ball", "sumo", "chase", "sumo") * 2:
        choose(visitor, name)
    visitor.until("it learns on", lambda: (visitor.trainer("updates") or 0) >= 5)
    for role, before in objects.items():
        assert held(visitor, role) <= before + 7, role
    assert len(page.workers) == workers
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []
    assert visitor.warnings == [], "a runtime that is replaced ends silently"


def test_in_solo_mode_the_address_chooses_a_drill_and_another_one_comes_in(visitor: Visitor) -> None:
    visitor.open("?mode=solo&drill=chase")
    assert visitor.told()["drill"] == "chase"
    assert visitor.page.input_value("#drill-choice") == "chase"
    visitor.until("chase is on screen", lambda: visitor.show("chaser_x") is not None)
    visitor.page.click("#train")
    visitor.until("chase is learned", lambda: (visitor.trainer("win_rate") or 0) > 0.9)
    version = visitor.show("version")
    choose(visitor, "ball")
    visitor.until("soccer is learned", lambda: (visitor.trainer("updates") or 0) >= 2)
    choose(visitor, "chase")
    visitor.until("what was learned is there", lambda: (visitor.show("version") or 0) >= version)
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []
    assert visitor.warnings == [], "one worker for everything ends what it did as silently"


def test_squads_learn_and_one_of_three_is_the_visitors(visitor: Visitor) -> None:
    visitor.open("?drill=squad")
    page = visitor.page
    page.click("#train")
    visitor.until("they are trained", lambda: (visitor.trainer("updates") or 0) >= 5)
    visitor.until("their weights come on screen", lambda: (visitor.show("versions_adopted") or 0) >= 2)
    page.select_option("#player-left", "you")
    visitor.until("the visitor plays", lambda: visitor.show("mode") == "human_vs_ai")
    page.select_option("#inside-player", label="Blue 2")
    visitor.until("blue's second thinks aloud", lambda: (visitor.show("inside") or {}).get("player") == 4)
    visitor.until_the_match_moves()
    visitor.snapshot("squad")
    page.click("#factory")
    visitor.until("the training matches are seen", lambda: visitor.show("view") == "factory")
    visitor.snapshot("squad-factory")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_a_cart_is_drawn_trained_and_told_of_in_its_own_measure(visitor: Visitor) -> None:
    visitor.open("?drill=cartpole")
    page = visitor.page
    assert page.inner_text("#count-1") == "Fell"
    page.click("#train")
    visitor.until("it holds the pole", lambda: (visitor.trainer("mean_return") or 0) > 150)
    visitor.until("its weights come on screen", lambda: (visitor.show("versions_adopted") or 0) >= 2)
    assert "mean return" in page.inner_text("#curve-summary")
    visitor.snapshot("cartpole")
    page.click("#factory")
    visitor.until("the training matches are seen", lambda: visitor.show("view") == "factory")
    visitor.snapshot("cartpole-factory")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_two_games_in_one_are_told_apart_and_a_visitor_joins_the_catchers(visitor: Visitor) -> None:
    visitor.open("?drill=hide")
    page = visitor.page
    page.click("#train")
    visitor.until("both games are told", lambda: visitor.trainer("win_rate_team_1") is not None)
    told = [visitor.trainer(f"win_rate_team_{team}") or 0.0 for team in range(2)]
    assert all(0.0 <= each <= 1.0 for each in told)
    summary = page.locator("#curve-summary")
    visitor.until("in words, too", lambda: "Wins by what it plays: Catchers " in (summary.text_content() or ""))
    page.select_option("#player-left", "you")
    visitor.until("the visitor plays", lambda: visitor.show("mode") == "human_vs_ai")
    visitor.until_the_match_moves()
    visitor.snapshot("hide")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []
