"""One update, step by step, in the frame of the tutorial's fourth chapter: numbers, and the lines that compute them."""

from __future__ import annotations

import re
from pathlib import Path

import drillsergeant

from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import Visitor

PACKAGE = Path(drillsergeant.__file__).parents[1]


def test_a_reader_looks_at_every_number_and_its_line(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.open("?drill=chase&learner=wasm&embed=minimal&panel=learning&seed=4")
    page.click("#train")
    visitor.until("something is learned", lambda: (visitor.trainer("updates") or 0) > 5)
    page.click("#train")
    page.click("#one-update summary")
    page.click("#update-run")
    visitor.until("an update was told", lambda: page.locator("#update-rows tr").count() == 16)
    assert re.search(r"Learned from 4 times over; \d+ of 16 ratios left 1 ± 0.2", page.inner_text("#update-said"))
    assert page.locator("#update-rows tr").first.locator("td").count() == 12
    heads = page.locator("#one-update th button").all()
    assert len(heads) == 10
    for head in heads:
        head.click()
        file, line = re.fullmatch(r"(.*), line (\d+)", page.inner_text("#update-where")).groups()  # type: ignore[union-attr]
        marked = next(each for each in page.inner_text("#update-source").splitlines() if each.startswith("→"))
        assert int(marked[1:].split()[0]) == int(line)
        text = (PACKAGE / file).read_text().splitlines()[int(line) - 1]
        assert marked.endswith(text.strip()), (marked, text)
    before = page.inner_text("#update-rows")
    page.click("#update-run")
    visitor.until("another match was played", lambda: page.inner_text("#update-rows") != before)
    visitor.until_it_fits()
    assert violations(page) == []
    page.locator("#update-said").scroll_into_view_if_needed()
    visitor.snapshot("one_update_phone")
    page.set_viewport_size({"width": 1280, "height": 860})
    visitor.snapshot("one_update")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []
