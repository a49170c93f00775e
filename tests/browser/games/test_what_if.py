"""What if, as a visitor asks it: players from nothing side by side, one of them on screen, the rest kept."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import drillsergeant
from drillsergeant.runtimes.page.what_if.grid import from_json

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor

GRID = "#what-if-grid .cell"
# A sum over the pixels of a cell, which a worker draws.
PIXELS = """(place) => {
  const canvas = document.querySelectorAll("#what-if-grid .cell canvas")[place];
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, each, k) => (sum + each * (k % 8191)) % 1e9, 0);
}"""
KEPT = """async () => {
  const cache = await caches.open("drillsergeant-kept");
  const found = await cache.match(new URL("kept/what-if-ball", document.baseURI).href);
  return found ? found.text() : "";
}"""


def captions(visitor: Visitor) -> list[str]:
    return visitor.page.locator(f"{GRID} .cell-text").all_inner_texts()


def ask(visitor: Visitor) -> None:
    """Have two players trained, one of which is paid for running to the ball."""
    visitor.open("?learner=wasm")
    page = visitor.page
    page.click("#dock-whatif")
    page.wait_for_selector("#what-if-run:not([disabled])")
    page.select_option("#what-if-first", "to_ball_reward")
    visitor.type("#what-if-first-values", "0, 1")
    page.select_option("#what-if-decisions", "200000")
    page.click("#what-if-run")
    visitor.until("both are there", lambda: page.inner_text("#what-if-said").startswith("2 players are there"), 120)


def test_what_if_the_ball_were_nothing_to_run_to(visitor: Visitor) -> None:
    ask(visitor)
    page = visitor.page
    assert len(captions(visitor)) == 2 and visitor.trainer("decisions") == 0, "the run is as it was"
    before = page.evaluate(PIXELS, 0)
    visitor.until("its match goes on", lambda: page.evaluate(PIXELS, 0) != before)
    visitor.until("the grid is kept", lambda: page.evaluate(KEPT))
    question, players = from_json(page.evaluate(KEPT))
    native = drillsergeant.what_if("ball", to_ball=[0, 1], decisions=200_000)
    for place, player in enumerate(native.players):
        of_page = drillsergeant.Policy.load(players[place].content).content
        assert of_page.state == player.policy.content.state, "the same, to the last bit"
        assert players[place].metrics == player.metrics and players[place].film == player.film
        assert of_page.edit == question.code(place)

    page.locator(GRID).nth(1).click()
    assert "from the ball" in page.inner_text("#what-if-metrics") and page.inner_text("#what-if-name") == "to ball 1"
    assert violations(page, "#what-if") == []
    visitor.snapshot("what-if")
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.until_it_fits()
    page.locator("#what-if").scroll_into_view_if_needed()
    visitor.snapshot("what-if-phone")
    page.set_viewport_size({"width": 1280, "height": 860})

    page.click("#what-if-take")
    visitor.until("it is the player on screen", lambda: visitor.trainer("decisions") == players[1].metrics["decisions"])
    page.click("#what-if-code")
    page.wait_for_selector("#workshop-editor[data-ready]")
    assert "to_ball_reward: float = 1.0" in page.evaluate("document.getElementById('workshop-editor').value")
    page.click("#dock-whatif")
    with page.expect_download() as saved:
        page.click("#what-if-picture")
    assert saved.value.path().read_text() == native.picture()
    page.click("#what-if-link")
    visitor.until("the link is in the address", lambda: "what_if" in page.url)
    assert parse_qs(urlsplit(page.url).query)["what_if"] == ["to_ball_reward:0,1"]

    page.reload()
    page.wait_for_selector("#what-if-show:not([hidden])")
    assert captions(visitor)[1].endswith("wins") and page.input_value("#what-if-first-values") == "0, 1"
    page.click("#what-if-show")
    visitor.until("they play again", lambda: page.evaluate(PIXELS, 1) not in (0, before), 60)
    assert visitor.complaints == []
