"""Learn from you, as a visitor does it with real keys: play, look at what was noted, press, export, reload, delete."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest
from drillsergeant.learn.imitation.demonstrations import Demonstrations

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor


def noted(visitor: Visitor) -> int:
    return int((visitor.trainer("played") or {}).get("decisions", 0))


def play_on(visitor: Visitor, decisions: int) -> None:
    """Hold one key after the other, as a player does, until so many decisions are noted."""
    keys = cycle(("d", "d", "ArrowRight", "w", "d", "d", "d", "s"))
    for _ in range(120):
        if noted(visitor) >= decisions:
            return
        key = next(keys)
        visitor.page.keyboard.down(key)
        visitor.page.wait_for_timeout(180)
        visitor.page.keyboard.up(key)
    pytest.fail(f"{noted(visitor)} decisions were noted, {decisions} were waited for")


def test_a_visitor_plays_and_is_learned_from(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    visitor.open("?learner=wasm&speed=4&dock=compare")
    assert page.is_hidden("#try-learn") and page.is_disabled("#played-learn")
    page.click("#try-you")
    visitor.until("the visitor plays", lambda: visitor.show("mode") == "human_vs_ai")
    play_on(visitor, 160)
    visitor.until("there is enough to learn from", lambda: page.is_enabled("#played-learn"))
    assert "of your play are noted" in page.inner_text("#played-state")
    assert page.locator("#played-shares .bar-group").count() == 3
    assert visitor.trainer("updates") == 0, "nothing was learned before the press"
    version = visitor.trainer("version")

    page.click("#try-learn")
    visitor.until("it has copied the visitor", lambda: visitor.trainer("played")["learning"].get("state") == "done")
    learning = visitor.trainer("played")["learning"]
    assert learning["decisions"] >= 15 and learning["share"] > 3 * learning["chance"]
    visitor.until("and trains on", lambda: (visitor.trainer("updates") or 0) > 0 and visitor.trainer("training"))
    assert visitor.trainer("version") > version
    assert [event["kind"] for event in visitor.trainer("events")].count("taught") == 1
    assert page.inner_text("#played-said").startswith("It has copied you, and practises on from there. It agreed with")
    page.click("#train")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#played-title").scroll_into_view_if_needed()
    visitor.snapshot("learn_from_you_phone")
    visitor.until_it_fits()
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 860})
    visitor.snapshot("learn_from_you")

    with page.expect_download() as download:
        page.click("#played-export")
    path = tmp_path / "played.safetensors"
    download.value.save_as(path)
    played = Demonstrations.load(path)
    assert download.value.suggested_filename == "ball-played.safetensors"
    assert played.decisions >= 160 and played.drill == "ball"

    visitor.open("?learner=wasm&dock=compare")
    visitor.until("it is there again", lambda: noted(visitor) >= 150)
    page.click("#played-delete")
    page.click("#played-delete")
    visitor.until("and gone at two presses", lambda: noted(visitor) == 0)
    assert page.is_disabled("#played-export") and page.is_hidden("#try-learn")
    page.set_input_files("#league-files", [path])
    visitor.until("what was exported is taken back in", lambda: noted(visitor) >= 150)
    assert page.inner_text("#played-said").endswith("decisions of the file were added.")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []
