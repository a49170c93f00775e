"""A visit: the match moves, Train raises the version on screen, controls work, nothing leaves the origin."""

from build.promises.records import tally
from tests.rigs.pages.visitor import Visitor


def test_a_visitor_trains_pauses_plays_and_resets(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    assert page.evaluate("crossOriginIsolated") is True
    visitor.until_the_match_moves(60)

    page.click("#train")
    visitor.until("three versions were adopted on screen", lambda: visitor.show("versions_adopted") >= 4)
    visitor.until("updates are counted", lambda: (visitor.trainer("updates") or 0) >= 3)
    assert int(page.inner_text("#metric-version")) >= 1
    assert visitor.trainer("decisions") > 0
    assert visitor.trainer("dropped") == 0
    visitor.snapshot("training")

    page.click("#play")
    visitor.until("the match is paused", lambda: visitor.show("playing") is False)
    page.wait_for_timeout(500)
    held = visitor.show("ticks")
    page.wait_for_timeout(1500)
    assert visitor.show("ticks") == held
    page.click("#step")
    visitor.until("one step was played", lambda: visitor.show("ticks") == held + 8)
    page.click("#play")

    page.click("#train")
    visitor.until("training stopped", lambda: visitor.trainer("training") is False)
    page.wait_for_timeout(1000)  # the update in hand is told of later
    updates = visitor.trainer("updates")
    page.wait_for_timeout(1500)
    assert visitor.trainer("updates") == updates

    page.select_option("#speed", "4")
    visitor.type("#seed", "77")
    page.click("#reset")
    visitor.until("a new match began", lambda: visitor.show("clock_s") < 10 and visitor.show("score_0") == 0)

    assert visitor.told()["errors"] == []
    assert visitor.told()["show_restarts"] == 0
    assert visitor.complaints == []
    elsewhere = [url for url in visitor.requests if not url.startswith((visitor.address, "data:", "blob:"))]
    assert elsewhere == []
    tally(22, "requests", len(visitor.requests))


def test_a_human_plays_with_the_keyboard(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.select_option("#player-left", "you")
    visitor.until("the show knows", lambda: visitor.show("mode") == "human_vs_ai")
    page.click("#stage")
    page.keyboard.down("ArrowLeft")
    visitor.until("orange ran to its own goal", lambda: visitor.show("player0_x") < -3.0, 20)
    page.keyboard.up("ArrowLeft")
    page.keyboard.down("ArrowRight")
    visitor.until("orange ran back", lambda: visitor.show("player0_x") > 0.0, 20)
    page.keyboard.up("ArrowRight")
    assert visitor.told()["errors"] == []
    assert visitor.trainer("decisions") == 0


def test_things_can_be_dragged_in_every_mode(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    page.click("#play")
    visitor.until("the match is held", lambda: visitor.show("playing") is False)
    box = page.locator("#stage").bounding_box()
    assert box is not None
    scale = min(box["width"] / 14.7, box["height"] / 8.9)  # the drawn field with goals and margin, m
    middle_x, middle_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = visitor.show("ball_x"), visitor.show("ball_y")
    page.mouse.move(middle_x + before[0] * scale, middle_y - before[1] * scale)
    page.mouse.down()
    page.mouse.move(middle_x + 60, middle_y + 40, steps=4)
    visitor.until("the ball followed", lambda: visitor.show("ball_x") > 0.3 and visitor.show("ball_y") < -0.3)
    page.keyboard.press("Space")
    visitor.until_the_match_moves(60)
    page.mouse.move(middle_x - 60, middle_y - 40, steps=4)
    visitor.until("the ball follows in play", lambda: visitor.show("ball_x") < -0.3 and visitor.show("ball_y") > 0.3)
    page.mouse.up()
    assert visitor.trainer("decisions") == 0
    assert visitor.told()["errors"] == []


def test_bad_hyperparameters_are_refused_with_their_range(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    visitor.until("the trainer told its settings", lambda: visitor.trainer("hyper") is not None)
    good = visitor.trainer("hyper")
    shown = str(good["learning_rate"])
    for text in ("nan", "-1", "1e308", "lots", ""):
        visitor.type("#hyper-learning_rate", text)
        page.press("#hyper-learning_rate", "Enter")
        visitor.until(f"{text!r} was put back", lambda: page.input_value("#hyper-learning_rate") == shown, 10)
    assert visitor.trainer("hyper") == good
    visitor.until("the range is told", lambda: any("0.1" in refusal for refusal in visitor.told()["refusals"]), 10)
    visitor.type("#hyper-learning_rate", "0.001")
    page.press("#hyper-learning_rate", "Enter")
    visitor.until("a good value is used", lambda: visitor.trainer("hyper")["learning_rate"] == 0.001)
    assert visitor.told()["errors"] == []


def test_the_page_is_usable_on_a_phone(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    visitor.open()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360
    visitor.page.click("#train")
    visitor.until("it trains", lambda: (visitor.trainer("updates") or 0) >= 1)
    visitor.snapshot("phone")
