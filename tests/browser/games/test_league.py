"""A class's files on the page: one plays the other side, several are rated as they are natively."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
from drillsergeant.learn.league.bradley_terry import Rating

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor

QUERY = "?matches=64&workers=1&learner=wasm&dock=compare"
ROWS = "[...document.querySelectorAll('#league-rows tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
DECISIONS = (1, 30_000, 60_000, 100_000, 160_000, 240_000)


def told(name: str, rating: Rating) -> list[str]:
    """A rating as the page writes it."""
    return [name, f"{rating.value:.0f}", f"{rating.low:.0f} to {rating.high:.0f}"]


def test_six_files_come_to_the_ranking_of_the_command(visitor: Visitor, tmp_path: Path) -> None:
    for number, decisions in enumerate(DECISIONS):
        run = drillsergeant.train("ball", seed=number + 1, decisions=decisions)
        run.finish().save(tmp_path / f"player-{number}.dshq")
    native = drillsergeant.league([tmp_path])
    expected = [told(native.names[at], native.ratings[at]) for at in native.order]
    sumo = tmp_path / "sumo.dshq"
    drillsergeant.train("sumo", decisions=1).finish().save(sumo)

    visitor.open(QUERY)
    page = visitor.page
    page.set_input_files("#league-files", [tmp_path / "player-5.dshq"])
    visitor.until("the file plays blue", lambda: visitor.show("players") == [0, 2**30])
    assert page.inner_text("#who-1") == "player-5"
    page.set_input_files("#league-files", [*(tmp_path / f"player-{at}.dshq" for at in range(5)), sumo])
    visitor.until("all are looked at", lambda: page.locator("#league-list button").count() == 6)
    visitor.until("one does not fit", lambda: "'sumo'" in page.inner_text("#league-said"))
    page.click("#league-play")
    visitor.until("they are rated", lambda: page.locator("#league-rows tr").count() == 6, 120)
    visitor.snapshot("league")
    assert [row[:3] for row in page.evaluate(ROWS)] == expected, "the same games, to the last one"
    assert violations(page, "#contest") == []
    page.set_viewport_size({"width": 390, "height": 800})
    visitor.until_it_fits()
    assert visitor.complaints == []
    assert visitor.told()["errors"] == []
