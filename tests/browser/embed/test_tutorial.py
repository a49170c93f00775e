"""The tutorial as its reader meets it: light until a drill is started; then every instruction on it does as it says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator

from build.pins import SITE
from build.serve import serving
from tests.rigs.pages.accessibility import violations
from tests.rigs.pages.visitor import BOOT_LIMIT_MS, OUTSIDE, Household, Visitor

PAGE = "tutorial/index.html"
LIGHT = {"index.html", "style.css", "tutorial.css", "theme.js", "embed.js", "tutorial.js", "icon.svg", "loop.svg"}
POSTERS = {"poster-ball.svg", "poster-chase.svg", "poster-cartpole.svg", "poster-sumo.svg", "poster-my-blank.svg"}
CHAPTERS = range(1, 9)
LOOKS = ({"color_scheme": "dark"}, {"color_scheme": "light"}, {"forced_colors": "active"})
LIMIT_S = BOOT_LIMIT_MS / 1000
TOLD = """
window.modes = [];
document.addEventListener("DOMContentLoaded", () => {
  for (const drill of document.querySelectorAll("drill-sergeant"))
    drill.addEventListener("mode", ({ detail }) => modes.push(detail.mode));
});
"""


class Reader(Visitor):
    """Somebody who reads the tutorial; chapters count from 1."""

    def __init__(self, browser: Browser | Household, address: str, *, isolates: bool = False) -> None:
        super().__init__(browser, address, isolates=isolates)
        self.page.add_init_script(TOLD)

    def drill(self, chapter: int) -> Locator:
        """A chapter's drill."""
        return self.page.locator("drill-sergeant").nth(chapter - 1)

    def frame(self, chapter: int) -> Frame:
        """The document inside it."""
        inside = self.drill(chapter).locator("iframe").element_handle().content_frame()
        assert inside is not None
        return inside

    def height(self, chapter: int) -> float:
        box = self.drill(chapter).bounding_box()
        assert box is not None
        return box["height"]

    def start(self, chapter: int) -> Frame:
        """Press Start and wait until it could train."""
        self.drill(chapter).scroll_into_view_if_needed()
        self.drill(chapter).get_by_role("button").click()
        frame = self.frame(chapter)
        frame.wait_for_selector("#train:not([disabled])", timeout=BOOT_LIMIT_MS)
        return frame

    def metric(self, chapter: int, name: str) -> float | None:
        """One of the drill's newest numbers."""
        found: float | None = self.drill(chapter).evaluate("(drill, name) => drill.metrics?.[name] ?? null", name)
        return found

    def put(self, chapter: int, label: str) -> str:
        """Press the button below a box of code and wait until the code runs; returns what is said of it."""
        self.page.get_by_role("button", name=f"Put this in and run: {label}", exact=True).click()
        said = self.frame(chapter).locator("#workshop-said")
        self.until("it is compiled and runs", lambda: "is running" in (said.text_content() or ""), LIMIT_S)
        return said.inner_text()

    def beside(self, chapter: int) -> bool:
        """Whether a chapter's exercise stands beside its drill, rather than below it."""
        drill, exercise = (self.page.locator(f"{tag} >> nth={chapter - 1}") for tag in ("drill-sergeant", ".exercise"))
        one, two = drill.bounding_box(), exercise.bounding_box()
        assert one is not None and two is not None
        assert two["x"] >= one["x"] + one["width"] or two["y"] >= one["y"] + one["height"], "neither lies on the other"
        return two["x"] >= one["x"] + one["width"]

    def ticks(self, chapter: int) -> int:
        """How far the match on screen is."""
        told: dict[str, Any] = json.loads(self.frame(chapter).text_content("#telemetry") or "{}")
        return int((told.get("show") or {}).get("ticks", 0))

    def told(self) -> dict[str, Any]:
        """What the drills' frames say, for whoever asks why something was waited for in vain."""
        frames = [frame for frame in self.page.frames[1:] if frame.query_selector("#telemetry")]
        return {frame.url: json.loads(frame.text_content("#telemetry") or "{}") for frame in frames}


@pytest.fixture
def reader(household: Household, address: str) -> Iterator[Reader]:
    reader = Reader(household, address)
    yield reader
    reader.close()


def test_a_reader_goes_through_the_first_chapters(reader: Reader) -> None:
    page = reader.page
    page.goto(reader.address + PAGE)
    page.wait_for_timeout(500)
    asked = {url.split("?")[0].rsplit("/", 1)[1] for url in reader.requests}
    assert asked == LIGHT | POSTERS, "nothing heavy before a drill is started"
    heights = [reader.height(chapter) for chapter in CHAPTERS]
    assert all(reader.beside(chapter) for chapter in CHAPTERS)
    for look in LOOKS:
        page.emulate_media(**look)  # type: ignore[arg-type]
        assert violations(reader.page) == [], look
        reader.snapshot(f"tutorial-{'-'.join(look.values())}")
    page.emulate_media(color_scheme="light", forced_colors="none")

    page.evaluate("document.querySelector('button.put').click()")
    page.wait_for_timeout(300)
    assert not reader.drill(1).evaluate("(drill) => drill.started"), "only a press of the reader's counts"
    assert "Your code is running" in reader.put(1, "a faster ball"), "also where it has to be started first"
    first = reader.frame(1)
    assert "target_speed: float = 4.0" in first.inner_text("#workshop-editor .cm-content")
    reader.until("the match moves", lambda: reader.ticks(1) > 60)
    assert first.locator("#inside-seen .bar-row").count() == 8
    first.click("#train")
    reader.until("it learns", lambda: (reader.metric(1, "updates") or 0) > 3)
    assert abs(reader.height(1) - heights[0]) <= 4, "its place was reserved"
    reader.snapshot("tutorial-first")

    second = reader.start(2)
    reader.until("the first one rests", lambda: first.text_content("#train") == "Train")
    resting = reader.ticks(1)
    second.click("#train")
    reader.until("it learns to catch", lambda: (reader.metric(2, "win_rate") or 0) > 0.6)
    assert "goes on with what it learned" in reader.put(2, "a reward for running away")
    reader.until("it does what it is paid for", lambda: (reader.metric(2, "win_rate") or 0) < 0.5)
    assert reader.ticks(1) == resting
    second.click("#train")  # to learn on meanwhile would cost two cores
    assert abs(reader.height(2) - heights[1]) <= 4, "its place was reserved"
    reader.snapshot("tutorial-second")
    assert violations(reader.page) == [], "with frames and all that is in them"

    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(700)
    reader.drill(2).scroll_into_view_if_needed()
    reader.snapshot("tutorial-phone")
    reader.until("it fits a phone", lambda: page.evaluate(OUTSIDE) <= 0, 5)
    assert not any(reader.beside(chapter) for chapter in CHAPTERS)
    reader.until("so does the match", lambda: second.evaluate(OUTSIDE) <= 0, 5)
    assert [told["errors"] for told in reader.told().values()] == [[], []]
    assert reader.complaints == []


def test_below_a_path_of_a_host_without_headers_its_drills_run_at_full_speed(browser: Browser, tmp_path: Path) -> None:
    os.symlink(SITE, tmp_path / "drill", target_is_directory=True)
    with serving(tmp_path, {}) as server:
        reader = Reader(browser, server.url + "drill/", isolates=True)
        reader.page.goto(reader.address + PAGE)
        assert "3 numbers now" in reader.put(8, "the game of the four boxes"), "which begins where another one was"
        reader.frame(8).click("#train")
        reader.until("it learns", lambda: (reader.metric(8, "updates") or 0) >= 3)
        assert reader.page.evaluate("[crossOriginIsolated, modes.at(-1)]") == [False, "shared"]
        outside = [url for url in reader.requests if not url.startswith((reader.address, "data:", "blob:"))]
        assert outside == [] and reader.complaints == []
        reader.close()
