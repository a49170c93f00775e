"""Another drill without a reload: the same workers, another game; coming back finds what was learned.

One page for all of it; each test can be the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import drillsergeant
import pytest

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Household, Visitor

SOCCER = ("soccer", "Orange", "goal")


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who has the page open."""
    visitor = Visitor(household, address)
    visitor.open("?learner=wasm")
    yield visitor
    visitor.close()


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


def test_a_visitor_trains_one_drill_then_another_and_comes_back(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    workers = len(page.workers)
    cannot_be_fetched(visitor, "sumo")
    visitor.train(on=True)
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


def test_squads_learn_and_one_of_three_is_the_visitors(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    choose(visitor, "squad")
    visitor.train(on=True)
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
    page.click("#factory")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def compare(visitor: Visitor) -> None:
    """Have four seeds trained beside the run in hand, and lay its saved self beside it."""
    page = visitor.page
    visitor.train(on=False)
    visitor.until("it rests", lambda: visitor.trainer("training") is False)
    page.select_option("#seeds-decisions", "200000")
    workers = sum(each.startswith("rollout") for each in visitor.told()["fleet"])
    decisions, crew = visitor.trainer("decisions"), len(page.workers)
    page.click("#seeds-run")
    visitor.until("somebody trains them", lambda: len(page.workers) > crew)
    settings: dict[str, Any] = {"decisions": 200_000, "matches": 256 * workers, "hyper": visitor.trainer("hyper")}
    native = drillsergeant.seeds("cartpole", 4, seed=1, **settings).table()[-1]
    visitor.until("four are there", lambda: page.inner_text("#seeds-said").startswith("After"), 120)
    low, middle, high = (f"{native[each]:.4g}" for each in ("lowest", "median", "highest"))
    said = page.inner_text("#seeds-said")
    assert f"mean return from {low} to {high}, {middle} in the middle" in said, "as natively"
    assert visitor.trainer("decisions") == decisions, "the run is as it was"
    visitor.until("nobody is left who trained them", lambda: len(page.workers) == crew)
    before = page.input_value("#hyper-learning_rate")
    visitor.type("#hyper-learning_rate", "0.003")
    page.keyboard.press("Enter")
    name = page.inner_text("#runs-state").split("”")[0].removeprefix("“")
    page.select_option("#compared-second", f"saved:{name}")
    visitor.until("it is told", lambda: "instead of 0.003; otherwise the same." in page.inner_text("#compared-said"))
    assert page.inner_text("#compared-said").startswith(f"“{name}”: learning rate 0.")
    page.locator("#chart-compared").scroll_into_view_if_needed()
    visitor.until("it is drawn", lambda: page.query_selector("#chart-compared canvas"))
    assert violations(page, "#charts") == []
    visitor.snapshot("compared")
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.until_it_fits()
    page.locator("#chart-compared").scroll_into_view_if_needed()
    visitor.snapshot("compared-phone")
    page.set_viewport_size({"width": 1280, "height": 860})
    visitor.type("#hyper-learning_rate", before)
    page.keyboard.press("Enter")


def test_a_cart_is_drawn_trained_and_told_of_in_its_own_measure(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    choose(visitor, "cartpole")
    assert page.inner_text("#count-1") == "Fell"
    visitor.train(on=True)
    visitor.until("it holds the pole", lambda: (visitor.trainer("mean_return") or 0) > 150)
    visitor.until("its weights come on screen", lambda: (visitor.show("versions_adopted") or 0) >= 2)
    assert "mean return" in page.inner_text("#curve-summary")
    visitor.snapshot("cartpole")
    page.click("#factory")
    visitor.until("the training matches are seen", lambda: visitor.show("view") == "factory")
    visitor.snapshot("cartpole-factory")
    page.click("#factory")
    compare(visitor)
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_two_games_in_one_are_told_apart_and_a_visitor_joins_the_catchers(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    choose(visitor, "hide")
    visitor.train(on=True)
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


def test_a_drill_by_address_is_named_and_pictured_before_python_is_there(visitor: Visitor) -> None:
    page = visitor.page
    page.route("**/pyodide/*.wasm", lambda route: None)  # the core never comes
    page.goto(visitor.address + "?drill=chase")
    visitor.until("its drill is named", lambda: "catch" in page.inner_text("#drill-sentence"))
    header = page.inner_text("header")
    assert not any(word in header for word in SOCCER)
    assert page.inner_text("#count-0") == "Caught"
    assert "chases" in (page.get_attribute("#match", "aria-label") or "")
    picture = page.evaluate("getComputedStyle(document.querySelector('.stage')).backgroundImage")
    assert "poster-chase" in picture
