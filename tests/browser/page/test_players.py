"""Then and now, inside the agent, play against it, a goal by hand: as a visitor does it, in one visit.

One page for all of it; each test can be the first, and leaves the match as it found it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rigs.pages.visitor import VIEWPORT, Household, Visitor

COUNT_TONES = """
window.tones = 0;
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };
"""
# In one reading: the rating in it may change between two.
SAID_AS_WRITTEN = """() => document.getElementById('timeline').getAttribute('aria-valuetext')
    === document.getElementById('timeline-text').innerText"""


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who has the page open."""
    visitor = Visitor(household, address)
    visitor.page.add_init_script(COUNT_TONES)
    visitor.open("?learner=wasm")
    visitor.until("nothing is learned yet", lambda: visitor.trainer("decisions") == 0)
    yield visitor
    visitor.close()


def trained(visitor: Visitor, versions: int = 4) -> None:
    """Train until the timeline has so many versions, then rest."""
    visitor.page.click("#train")
    visitor.until("there are old versions", lambda: len(visitor.trainer("timeline") or []) >= versions)
    visitor.page.click("#train")
    visitor.until("training rests", lambda: visitor.trainer("training") is False)


def at_place(visitor: Visitor, x_m: float, y_m: float) -> tuple[float, float]:
    """Where a place on the field of the match is in the page, CSS pixels."""
    box = visitor.page.locator("#stage").bounding_box()
    assert box is not None
    scale = min(box["width"] / 14.7, box["height"] / 8.9)
    return box["x"] + box["width"] / 2 + x_m * scale, box["y"] + box["height"] / 2 - y_m * scale


def test_a_goal_by_hand_and_a_training_match_are_watched_large(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    assert page.inner_text("#who-1") == "Learner"
    page.click("#train")
    visitor.until("blue is the bot", lambda: visitor.show("players") == [0, -1])
    assert page.inner_text("#who-1") == "Scripted bot"
    visitor.until("the contest begins", lambda: visitor.show("score_0") + visitor.show("score_1") <= 1)
    page.keyboard.press("m")
    heard = page.evaluate("tones")
    assert heard > 0 and page.get_attribute("#sound", "aria-pressed") == "true"

    page.click("#full-screen")
    visitor.until("the match fills the screen", lambda: page.evaluate("document.fullscreenElement?.id") == "centre")
    visitor.until("that is said", lambda: page.get_attribute("#full-screen", "aria-pressed") == "true")
    visitor.until("the field has the room", lambda: page.evaluate("stage.clientWidth > 0.9 * innerWidth"))
    before = visitor.show("score_0")

    def scored() -> bool:
        """Take the ball, which moves, and carry it into the goal on the right."""
        page.mouse.move(*at_place(visitor, visitor.show("ball_x"), visitor.show("ball_y")))
        page.mouse.down()
        page.mouse.move(*at_place(visitor, 6.5, 0.0), steps=3)
        page.wait_for_timeout(150)
        page.mouse.up()
        return bool(int(page.inner_text("#metric-score_0")) > before)

    visitor.until("orange has scored", scored)
    visitor.snapshot("goal")
    assert page.evaluate("tones") > heard
    assert page.get_attribute("#metric-score_0", "data-bump") in ("a", "b")
    page.keyboard.press("z")
    visitor.until("it is left", lambda: page.evaluate("document.fullscreenElement") is None)
    visitor.until("that is said", lambda: page.get_attribute("#full-screen", "aria-pressed") == "false")

    page.keyboard.press("f")
    visitor.until("there are matches", lambda: visitor.show("view") == "factory" and visitor.show("factory_shown"))
    box = page.locator("#stage").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    visitor.until("it is said which", lambda: "Number 1 of" in page.inner_text("#factory-pace"))
    visitor.snapshot("one-of-the-factory")
    page.click("#train")
    visitor.until("training rests", lambda: visitor.trainer("training") is False)
    page.keyboard.press("f")
    visitor.until("the match is back", lambda: visitor.show("view") == "match")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_then_and_now(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    trained(visitor)
    first = visitor.trainer("timeline")[0]
    clock_s = visitor.show("clock_s")
    page.press("#timeline", "Home")
    visitor.until("the first version plays", lambda: visitor.show("players") == [first["id"], -1])
    assert visitor.show("clock_s") >= clock_s, "the match was not restarted"
    assert page.inner_text("#timeline-text").startswith(f"v{first['version']}, ")
    assert page.inner_text("#metric-version") == str(first["version"])
    page.focus("#timeline")
    page.keyboard.press("ArrowRight")
    visitor.until("the next one plays", lambda: visitor.show("players") == [visitor.trainer("timeline")[1]["id"], -1])
    assert page.evaluate(SAID_AS_WRITTEN)

    page.press("#timeline", "Home")
    page.click("#compare")
    visitor.until("two matches are on screen", lambda: visitor.show("view") == "compare" and visitor.show("second"))
    assert (visitor.show("players"), visitor.show("second")["players"]) == ([first["id"], -1], [0, -1])
    visitor.until("they went apart", lambda: visitor.show("player0_x") != visitor.show("second")["player0_x"])
    visitor.snapshot("compare")
    page.click("#play")
    visitor.until("both are held", lambda: visitor.show("playing") is False)
    ticks = visitor.show("ticks"), visitor.show("second")["ticks"]
    page.click("#step")
    visitor.until("a step", lambda: visitor.show("ticks") + visitor.show("second")["ticks"] > sum(ticks))
    page.click("#play")

    page.click("#duel")
    visitor.until("they meet", lambda: visitor.show("view") == "match" and visitor.show("players") == [0, first["id"]])
    page.select_option("#player-left", "you")
    visitor.until("the visitor meets that version", lambda: visitor.show("players") == [-3, first["id"]])
    page.keyboard.press("n")
    visitor.until("and now the newest", lambda: visitor.show("players") == [-3, 0])
    page.select_option("#player-left", "now")
    kept = len(visitor.trainer("timeline"))
    page.click("#snapshot")
    visitor.until("a version was kept", lambda: visitor.trainer("timeline")[-1]["kind"] == "manual")
    assert len(visitor.trainer("timeline")) == kept + 1
    page.press("#timeline", "Home")
    page.click("#rewind")
    visitor.until("training went back", lambda: [e for e in visitor.trainer("events") or [] if e["kind"] == "rewind"])
    visitor.until("and so did its clock", lambda: (visitor.trainer("t_s"), visitor.trainer("decisions")) == (0, 0))
    assert page.inner_text("#metric-t_s") == "0 s"
    visitor.until("now plays", lambda: visitor.show("players") == [0, 0])
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_a_player_thinks_aloud_and_can_be_dragged_meanwhile(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    learned = visitor.trainer("decisions")

    def held(on: bool) -> None:
        page.click("#play")
        visitor.until("the match is held, or goes on", lambda: visitor.show("playing") is not on)

    def tapped() -> bool:
        """Blue has been tapped. Where a goal was just scored the players are drawn as they were, and told of as they
        begin anew: then a little later."""
        held(True)
        page.mouse.click(*at_place(visitor, visitor.show("player1_x"), visitor.show("player1_y")))
        page.wait_for_timeout(700)
        thinks = (visitor.show("inside") or {}).get("player") == 1
        if not thinks:
            held(False)
        return bool(thinks)

    visitor.until("blue thinks aloud", tapped)
    assert page.input_value("#inside-player") == "1"
    assert all(abs(sum(chances) - 1) < 1e-6 for chances in visitor.show("inside")["probabilities"])
    for group in page.locator("#inside-actions .bar-group").all():
        shares = [float(text.split()[0]) for text in group.locator(".bar-number").all_inner_texts()]
        assert abs(sum(shares) - 100) <= len(shares)
    seen = page.inner_text("#inside-seen")
    x, y = at_place(visitor, visitor.show("ball_x"), visitor.show("ball_y"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*at_place(visitor, -3.0, 2.0), steps=5)
    visitor.until("the ball followed", lambda: abs(visitor.show("ball_x") + 3.0) < 0.1)
    page.mouse.up()
    page.click("#step")
    visitor.until("it sees that", lambda: page.inner_text("#inside-seen") != seen)
    visitor.snapshot("inside")
    page.select_option("#inside-player", "-1")
    visitor.until("nothing is told any more", lambda: visitor.show("inside") is None)
    page.click("#play")
    visitor.until("the match goes on", lambda: visitor.show("playing") is True)
    assert visitor.trainer("decisions") == learned
    assert visitor.told()["errors"] == []


def test_fingers_and_a_controller_play(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    learned = visitor.trainer("decisions")
    page.set_viewport_size({"width": 360, "height": 740})
    cdp = visitor.context.new_cdp_session(page)
    cdp.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 3})
    cdp.send("Emulation.setEmulatedMedia", {"features": [{"name": "pointer", "value": "coarse"}]})
    page.evaluate("() => { globalThis.pad = null; navigator.getGamepads = () => [globalThis.pad]; }")
    page.select_option("#player-left", "you")
    visitor.until("the visitor plays", lambda: visitor.show("mode") == "human_vs_ai")
    visitor.until_it_fits()
    if not page.is_visible("#touch-stick"):  # a desktop browser may keep its fine pointer
        page.add_style_tag(content=".touch:not([hidden]) { display: grid !important; }")
    else:
        assert "the stick moves" in page.inner_text("#hint"), "no keys, where there are none"
    page.locator("#touch-stick").scroll_into_view_if_needed()
    box = page.locator("#touch-stick").bounding_box()
    turn = page.locator("#touch-left").bounding_box()
    assert box is not None
    assert turn is not None
    stick = {"x": box["x"] + 4, "y": box["y"] + box["height"] / 2, "id": 1}
    other = {"x": turn["x"] + 10, "y": turn["y"] + 10, "id": 2}
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [stick]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [stick, other]})
    assert page.get_attribute("#touch-left", "data-down") == ""
    visitor.until("orange ran left", lambda: visitor.show("player0_x") < -4.5, 20)
    visitor.snapshot("touch")
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.get_attribute("#touch-left", "data-down") is None
    page.evaluate(
        """() => { globalThis.pad = { connected: true, axes: [1, 0, 0, 0],
          buttons: Array.from({ length: 17 }, () => ({ pressed: false })) }; }"""
    )
    visitor.until("orange ran right", lambda: visitor.show("player0_x") > 0.0, 20)
    assert visitor.trainer("decisions") == learned
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []
    cdp.detach()
    page.set_viewport_size(VIEWPORT)
