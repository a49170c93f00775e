"""The tutorial's sentences and boxes of code, for tests of what it says; `make claims` runs these at length."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from drillsergeant.drills.contract import Drill
from drillsergeant.learn.compile.edited_drill import checked_drill

from build.pins import ROOT
from tests.rigs.length import few

SEEDS = few(range(1, 7), 1)


class Page(HTMLParser):
    """What a reader reads, and the boxes of code by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.boxes = "", dict[str, str]()
        self._box = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A box begins."""
        if tag == "pre":
            self._box = dict(attrs).get("data-name") or ""

    def handle_data(self, data: str) -> None:
        """Words, or code."""
        self.text += data
        self.boxes[self._box] = self.boxes.get(self._box, "") + data

    def handle_endtag(self, tag: str) -> None:
        """A box ends."""
        if tag == "pre":
            self._box = ""


PAGE = Page()
PAGE.feed((ROOT / "web" / "tutorial" / "index.html").read_text())
TEXT = re.sub(r"\s+", " ", PAGE.text)


def told(*sentences: str) -> None:
    """The page says so. Whoever changes a sentence finds the measurement it rests on."""
    assert [sentence for sentence in sentences if sentence not in TEXT] == []


def edited(name: str, box: str) -> Drill:
    """A drill with the code of one of the boxes."""
    return checked_drill(name, PAGE.boxes[box])
