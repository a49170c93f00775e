"""Replays as a visitor has them: looked at, saved, sent, opened elsewhere to the same bits; hostile ones refused.

In other browsers: `tests/browser/page/test_engines.py`.
"""

from __future__ import annotations

import random
from base64 import b64encode
from pathlib import Path
from typing import Any

import drillsergeant
from playwright.sync_api import Page

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.guest import DROP, OPENED
from tests.rigs.pages.visitor import Visitor
from tests.rigs.replay_mutants import mutants

QUERY = "?matches=64&workers=1&learner=wasm"
MUTANTS = 40  # ten thousand, natively: `tests/unit/learn/files/test_dshr_fuzz.py`

# Whether the button that plays is on screen, and what is touched at its left end, too.
UNCOVERED = """() => {
  const button = document.getElementById("replay-play"), box = button.getBoundingClientRect();
  return document.elementFromPoint(box.left + 4, box.top + box.height / 2) === button;
}"""


def drop(page: Page, contents: list[bytes]) -> list[str]:
    """What the page says of each file."""
    said: list[str] = page.evaluate(DROP, [b64encode(each).decode() for each in contents])
    return said


def where(visitor: Visitor) -> dict[str, Any]:
    """Where the replay on screen is."""
    return visitor.show("replay") or {}


def test_a_replay_is_the_same_to_the_bit_wherever_it_is_opened(visitor: Visitor, tmp_path: Path) -> None:
    visitor.open(QUERY)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page
    play_and_reset(visitor)
    page.click("#replay-watch")
    visitor.until("the replay is on screen", lambda: where(visitor).get("final"))
    final = where(visitor)["final"]
    look_through(visitor)

    file = visitor.download("#replay-keep", tmp_path, 120)
    content = file.read_bytes()
    assert file.name == "ball.dshr" and len(content) < 4096
    native = drillsergeant.replay(file)
    assert native.content.final == final, "played natively to the end, or it would be refused"
    gif = visitor.download("#replay-film", tmp_path, 120)
    assert gif.read_bytes().startswith(b"GIF89a") and gif.name == "ball.gif"
    assert page.locator("#replay-film-done").is_hidden()
    assert violations(page, "#replay-board", "#runs") == []
    page.click("#replay-link")
    visitor.until("the link is copied", lambda: "copied" in page.inner_text("#replay-said"))
    link = page.evaluate("navigator.clipboard.readText()")

    page.click("#replay-back")
    visitor.until("the match is on screen", lambda: visitor.show("view") == "match")
    visitor.until_the_match_moves(10)
    page.goto("about:blank")
    page.goto(link)
    visitor.until("the replay of the link is on screen", lambda: where(visitor).get("final") == final, 90)
    refuse_mutants(visitor, content, final)


def play_and_reset(visitor: Visitor) -> None:
    """A visitor's play, and another match."""
    page = visitor.page
    page.select_option("#player-left", "you")
    page.keyboard.down("d")
    visitor.until_the_match_moves(120)
    page.keyboard.up("d")
    page.click("#reset")
    visitor.until_the_match_moves(90)


def look_through(visitor: Visitor) -> None:
    """To its end, back to its beginning, and on from there."""
    page = visitor.page
    assert page.locator("#replay-board").is_visible() and not page.locator("#match-board").is_visible()
    visitor.snapshot("replay")
    visitor.until("it has ended", lambda: where(visitor).get("playing") is False)
    assert page.inner_text("#replay-play") == "Play again"
    page.focus("#replay-at")
    page.keyboard.press("Home")
    visitor.until("it is at its beginning", lambda: where(visitor).get("tick") == 0)
    assert where(visitor)["playing"] is False
    page.click("#replay-play")
    visitor.until("it goes on", lambda: where(visitor).get("tick", 0) > 0)


def refuse_mutants(visitor: Visitor, content: bytes, final: str) -> None:
    """Hostile files get a reason, and the page lives on, on a phone, too."""
    page = visitor.page
    said = drop(page, [each for each in mutants(content, MUTANTS, random.Random(5)) if each != content])
    assert all(each.startswith(("No replay: ", OPENED)) for each in said), said
    assert sum(each.startswith("No replay: ") for each in said) > 0.8 * MUTANTS
    assert drop(page, [content]) == [OPENED]
    visitor.until("it is the same as ever", lambda: where(visitor).get("final") == final)
    page.set_viewport_size({"width": 390, "height": 800})
    visitor.until_it_fits()
    page.evaluate("scrollTo(0, 1e6)")
    assert drop(page, [content]) == [OPENED]
    visitor.until("its board is on screen, and nothing covers Pause", lambda: page.evaluate(UNCOVERED))
    assert page.evaluate("document.activeElement.id") == "replay-play", "the space bar pauses it"
    visitor.snapshot("replay-phone")
    assert visitor.complaints == []
    assert visitor.told()["errors"] == []
