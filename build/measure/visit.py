"""A visit of ten minutes, done as people do it: `make visit` writes a picture of every step to out/visit/ to look at.

Train, edit the game, slip, mend it, reload, continue, another drill and back, rewind, export, import, stay. What the
page must keep on the way is checked at each step: nothing learned or written is lost, nothing is in the console.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from build.browsers.chromium import chromium, served
from build.browsers.docks import reach_into_docks
from build.console import BuildError, guarded, say
from build.measure.drive import telemetry, wait_until_ready
from build.pins import ROOT, SITE

FOLDER = ROOT / "out/visit"
LEAST_WINS, LEAST_ROWS = 0.6, 8
WAIT_S = 120.0
# What a reader adds behind the first statement of the reward, first with a slip.
SLIP, MENDED = "closer = closr * 2.0", "closer = closer * 2.0"
CODE = "document.getElementById('workshop-editor').value"
FIND_LINE = """(start) => {
  const lines = document.querySelector('#workshop-editor').shadowRoot.querySelectorAll('.cm-line');
  const line = [...lines].find((each) => each.textContent.trim().startsWith(start));
  line.scrollIntoView({block: 'center'});
  const box = line.getBoundingClientRect();
  return [box.x, box.y];
}"""


class LongVisit:
    """One visitor, the clock, and what was wrong."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.page: Page = reach_into_docks(browser.new_page(viewport={"width": 1440, "height": 900}))
        self.address, self.folder = address, folder
        self.faults: list[str] = []
        self.began_s = time.monotonic()
        self.pictures = 0
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text[:300]}")

    @property
    def passed_s(self) -> float:
        """Seconds since the visit began."""
        return time.monotonic() - self.began_s

    def trainer(self, key: str) -> Any:
        """One number of the trainer, or None before it has told any."""
        return (telemetry(self.page).get("trainer") or {}).get(key)

    def text(self, name: str) -> str:
        """What an element says."""
        return self.page.inner_text(f"#{name}")

    def until(self, what: str, true: Callable[[], object]) -> None:
        """Wait until `true()`; a fault where it stays false."""
        ends_s = time.monotonic() + WAIT_S
        while time.monotonic() < ends_s:
            try:
                if true():
                    return
            except (TypeError, KeyError):  # a number that has not been told yet
                pass
            self.page.wait_for_timeout(100)
        self.faults.append(f"waited {WAIT_S:.0f} s in vain until {what}")

    def expect(self, what: str, true: bool) -> None:
        """A fault named `what` where it is not so."""
        if not true:
            self.faults.append(f"not so: {what}")

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page, and say what it says."""
        self.pictures += 1
        self.page.screenshot(path=self.folder / f"{self.pictures:02d}-{name}.png", full_page=True)
        words = [self.text(each) for each in ("status", "story-time", "legend-wins", "metric-win_rate", "runs-state")]
        say(f"{self.passed_s:5.0f} s  {name}: {' | '.join(words)}")

    def train(self, seconds: float) -> None:
        """Train for so long, then stop."""
        self.page.click("#train")
        self.page.wait_for_timeout(seconds * 1000)
        self.page.click("#train")
        self.until("training stops", lambda: self.trainer("training") is False)
        self.page.wait_for_timeout(1500)

    def open(self) -> None:
        """Go to the page, or load it again."""
        self.page.goto(self.address)
        self.arrive()

    def arrive(self) -> None:
        """Wait until training could begin, and look around."""
        wait_until_ready(self.page)
        self.page.wait_for_timeout(1500)
        self.expect("a page that is ready says so", not self.text("status").startswith("Loading"))


def go_to_line(page: Page, start: str) -> None:
    """Click into the editor's line that begins so, and go to its end."""
    x, y = page.evaluate(FIND_LINE, start)
    page.mouse.click(x + 60, y + 8)
    for _ in range(3):  # a long line is wrapped
        page.keyboard.press("End")


def learn_and_edit(visit: LongVisit) -> None:
    """A minute of training, then an edit with a slip in it, mended."""
    page = visit.page
    visit.open()
    visit.picture("open")
    visit.train(60)
    visit.picture("trained")
    visit.expect(f"a minute teaches it {LEAST_WINS:.0%} wins", (visit.trainer("win_rate") or 0.0) > LEAST_WINS)
    page.click("#dock-code")
    page.wait_for_selector("#workshop-editor[data-ready]")
    visit.until("the code is there", lambda: "class Mine" in page.evaluate(CODE))
    go_to_line(page, "closer = ")
    page.keyboard.press("Enter")
    page.keyboard.type(SLIP)
    page.click("#workshop-run")
    visit.until("the slip is told with its line", lambda: "closr" in visit.text("workshop-said"))
    visit.picture("slip")
    page.click("#train")
    before = visit.trainer("decisions")
    visit.until("the game before the slip trains on", lambda: visit.trainer("decisions") > before)
    go_to_line(page, SLIP)
    for _ in range(len(SLIP)):
        page.keyboard.press("Backspace")
    page.keyboard.type(MENDED)
    page.click("#workshop-run")
    visit.until("it runs", lambda: "Your code is running" in visit.text("workshop-said"))
    page.wait_for_timeout(15_000)
    page.click("#train")
    visit.until("training stops", lambda: visit.trainer("training") is False)
    visit.until("it is saved", lambda: "”, saved " in visit.text("runs-state"))
    visit.picture("mended")


def come_back(visit: LongVisit) -> None:
    """Reload and go on where it was: weights, charts and the reader's own code."""
    page = visit.page
    decisions, versions = visit.trainer("decisions"), _versions(visit)
    page.reload()
    visit.arrive()
    visit.until("the reader's code is here, not run", lambda: "is here. Press Run" in visit.text("workshop-said"))
    visit.until("the run is offered", lambda: page.is_visible("#resume") or page.is_visible("#other-game"))
    visit.picture("reloaded")
    if page.is_visible("#resume"):
        page.click("#resume-continue")
    visit.until(
        "its own code is offered, or it goes on", lambda: page.is_visible("#other-game") or _at(visit, decisions)
    )
    if page.is_visible("#other-game"):
        page.click("#other-game-code")
        visit.until("the reader's code is shown", lambda: MENDED in page.evaluate(CODE))
        visit.picture("own-code")
        page.click("#workshop-run")
    visit.until("every decision is there again", lambda: _at(visit, decisions))
    visit.expect("every version is there again", versions <= _versions(visit))
    visit.until("and so is the curve", lambda: page.locator("#curve-table tr").count() >= LEAST_ROWS)
    visit.train(20)
    visit.picture("continued")


def _versions(visit: LongVisit) -> set[int]:
    return {int(entry["version"]) for entry in visit.trainer("timeline") or []}


def _at(visit: LongVisit, decisions: int) -> bool:
    return bool((visit.trainer("decisions") or 0) >= decisions)


def other_drill(visit: LongVisit) -> None:
    """Another drill and back."""
    page = visit.page
    decisions = visit.trainer("decisions")
    page.select_option("#drill-choice", "chase")
    visit.until("Chase Drill is there", lambda: telemetry(page)["drill"] == "chase" and visit.trainer("decisions") == 0)
    page.wait_for_selector("#train:not([disabled])")
    visit.train(20)
    visit.picture("chase")
    page.select_option("#drill-choice", "ball")
    page.wait_for_selector("#train:not([disabled])")
    visit.until("Ball Drill is as it was left", lambda: _at(visit, decisions) or page.is_visible("#resume"))
    visit.picture("ball-again")
    if page.is_visible("#resume"):
        page.click("#resume-continue")
        visit.until("it goes on", lambda: _at(visit, decisions))


def rewind_and_files(visit: LongVisit) -> None:
    """Rewind, out to a file, start fresh, in again."""
    page = visit.page
    visit.train(15)
    page.focus("#timeline")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.click("#rewind")
    visit.until("training went back", lambda: any(e["kind"] == "rewind" for e in visit.trainer("events") or []))
    visit.train(15)
    visit.picture("rewound")
    with page.expect_download() as waiting:
        page.click("#runs-export")
    file = visit.folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    decisions = visit.trainer("decisions")
    visit.open()
    page.set_input_files("#runs-file", file)
    visit.until("the file goes on", lambda: _at(visit, decisions) or page.is_visible("#other-game"))
    visit.picture("imported")
    if page.is_visible("#other-game"):
        page.click("#other-game-code")
        page.wait_for_selector("#workshop-editor[data-ready]")
        page.click("#workshop-run")
        visit.until("the file goes on in its own game", lambda: _at(visit, decisions))


def stay(visit: LongVisit, seconds: float) -> None:
    """Train on and watch until the visit has lasted `seconds`."""
    page = visit.page
    page.click("#train")
    while visit.passed_s < seconds:
        page.wait_for_timeout(min(60.0, max(1.0, seconds - visit.passed_s)) * 1000)
        visit.picture("staying")
    page.click("#train")
    visit.expect("it plays well at the end", (visit.trainer("win_rate") or 0.0) > LEAST_WINS)
    visit.expect("the page tells of no error", not telemetry(page).get("errors") and not page.is_visible("#errors"))


def main(arguments: Sequence[str]) -> int:
    """Visit; non-zero where anything was lost, untrue or in the console."""
    parser = argparse.ArgumentParser(prog="make visit", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to stay in all")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to keep the pictures")
    options = parser.parse_args(arguments)
    if not (SITE / "index.html").is_file():
        raise BuildError("site/ is not built: run make site")
    options.folder.mkdir(parents=True, exist_ok=True)
    with served() as address, chromium() as browser:
        visit = LongVisit(browser, address, options.folder)
        for step in (learn_and_edit, come_back, other_drill, rewind_and_files):
            step(visit)
        stay(visit, options.seconds)
    for fault in visit.faults:
        print(f"error: {fault}", file=sys.stderr)
    say(f"{visit.pictures} pictures in {options.folder}, {len(visit.faults)} faults")
    return 1 if visit.faults else 0


if __name__ == "__main__":
    guarded(main)
