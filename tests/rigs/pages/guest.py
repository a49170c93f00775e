"""A visitor by way of another browser than Chromium, who does what people come to the page for."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from build.serve import serving
from tests.rigs.pages.waiting import wait_until

BOOT_LIMIT_S = 180.0
TOLD = "JSON.parse(document.getElementById('telemetry')?.textContent || '{}')"
ELEMENT = "document.querySelector('drill-sergeant')"
CHOOSE = """(() => {{
  const choice = document.getElementById("drill-choice");
  choice.value = "{}";
  choice.dispatchEvent(new Event("change", {{ bubbles: true }}));
}})()"""
# Somebody's page, which has our element from its file as a module.
HOST = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A tutorial</title>
<drill-sergeant drill="ball"></drill-sergeant><script type="module" src="{}embed.js"></script>"""
# Drops one file after the other on the page, and returns what was said of each.
DROP = """async (packed) => {
  const said = document.getElementById("replay-said");
  const heard = [];
  for (const content of packed) {
    const told = new Promise((then) => {
      const watch = new MutationObserver(() => {
        if (!said.textContent.startsWith("Opening")) { watch.disconnect(); then(said.textContent); }
      });
      watch.observe(said, { childList: true, characterData: true, subtree: true });
      setTimeout(() => { watch.disconnect(); then("nothing"); }, 10000);
    });
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], "theirs.dshr"));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    heard.push(await told);
  }
  return heard;
}"""
OPENED = "A replay, to the last bit as it was. The live match waits."
STARTED = f"customElements.whenDefined('drill-sergeant').then(() => {ELEMENT}.train())"

# Notes how the first element runs, or why not.
LISTENING = f"""customElements.whenDefined("drill-sergeant").then(() => {{
  globalThis.heard = [];
  for (const name of ["mode", "error"]) {ELEMENT}.addEventListener(name, (event) => heard.push(event.detail));
  {ELEMENT}.start();
}})"""


class DrivenTab(Protocol):
    """One tab of a browser, as `build.browsers` drives it."""

    def open(self, address: str) -> None:
        """Go to an address."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, by way of JSON."""

    def click(self, name: str) -> None:
        """Press the mouse in the middle of the element with this id."""

    def type(self, text: str) -> None:
        """Press these keys."""


class Guest:
    """A tab on the page."""

    def __init__(self, tab: DrivenTab) -> None:
        self.tab = tab

    def visit(self, address: str) -> None:
        """Go to the page and wait until training could begin."""
        self.tab.open(address)
        self.until("training could begin", self.ready, BOOT_LIMIT_S)

    def ready(self) -> bool:
        """Whether training could begin."""
        return bool(self.tab.evaluate("document.getElementById('train')?.disabled === false"))

    def told(self, role: str) -> dict[str, Any]:
        """The newest numbers of a worker."""
        return self.tab.evaluate(TOLD).get(role) or {}

    def errors(self) -> object:
        """What went wrong."""
        return self.tab.evaluate(TOLD)["errors"]

    def text(self, name: str) -> str:
        """The words of an element."""
        return str(self.tab.evaluate(f"document.getElementById('{name}').textContent"))

    def until(self, what: str, true: Callable[[], object], limit_s: float = 90.0) -> None:
        """Wait until `true()`; see `wait_until`."""
        wait_until(what, true, partial(self.tab.evaluate, TOLD), partial(time.sleep, 0.25), limit_s)

    def train_until_it_wins(self, share: float) -> None:
        """Press Train, wait until the match on the screen follows and so many matches are won, and press Stop."""
        self.until("the match moves", lambda: self.told("show").get("ticks", 0) > 60)
        self.tab.click("train")
        self.until("three versions were adopted on screen", lambda: self.told("show")["versions_adopted"] >= 4)
        self.until(f"it wins {share:.0%}", lambda: (self.told("trainer").get("win_rate") or 0.0) >= share, 120)
        assert self.told("trainer")["learner"] == "wasm" and self.told("trainer")["updates"] >= 20
        self.tab.click("train")
        self.until("training stopped", lambda: self.told("trainer")["training"] is False)

    def keep_a_copy(self, name: str) -> None:
        """Save the run under a name of its own."""
        self.tab.click("dock-runs")
        self.tab.click("runs-name")
        self.tab.type(name)
        self.tab.click("runs-copy")
        self.until("it is saved", lambda: name in self.text("runs-list"))

    def go_on_with_what_is_saved(self, address: str) -> None:
        """Come back, and take the run that is offered, which stands where it stood."""
        learned = self.told("trainer")["decisions"]
        self.visit(address)
        self.until(
            "the run is offered", lambda: self.tab.evaluate("document.getElementById('resume')?.hidden === false")
        )
        self.tab.click("resume-continue")
        self.until("it is back", lambda: self.told("trainer").get("decisions", 0) >= learned)
        self.until("the match plays it", lambda: self.told("show").get("versions_adopted", 0) >= 1)

    def change_the_drill(self, drill: str) -> None:
        """Choose another game, which is played and learned then."""
        self.tab.evaluate(CHOOSE.format(drill))
        self.until(f"{drill} is played", lambda: self.tab.evaluate(TOLD)["drill"] == drill)
        self.until("its match moves", lambda: self.told("show")["ticks"] > 10)
        self.tab.click("train")
        self.until("it is learned", lambda: self.told("trainer")["updates"] > 2)
        self.tab.click("train")

    def look_at_a_replay(self, content: bytes, final: str) -> None:
        """Drop a replay's file on the page, which comes to its end `final`, to the bit."""
        packed = b64encode(content).decode()
        assert self.tab.evaluate(f"({DROP})(['{packed}'])") == [OPENED]
        self.until("it plays to that end", lambda: (self.told("show").get("replay") or {}).get("final") == final)

    def embed(self, address: str, folder: Path) -> None:
        """Go to somebody's page on another site, lying in `folder`, start our element there, and let it learn."""
        (folder / "index.html").write_text(HOST.format(address))
        with serving(folder, {}) as theirs:
            self.tab.open(theirs.url)
            self.tab.evaluate(STARTED)
            learned = f"({ELEMENT}.metrics ?? {{}}).updates > 2"
            self.until("the element learns", lambda: self.tab.evaluate(learned), BOOT_LIMIT_S)

    def start_a_drill_of_the_tutorial(self, address: str) -> str:
        """Go to a page of the site itself that has elements, and start the first; returns how it runs."""
        self.tab.open(address + "tutorial/")
        self.tab.evaluate(LISTENING)
        self.until("the element and its frame have found each other", lambda: self.tab.evaluate("heard.length"))
        return str(self.tab.evaluate("heard[0].mode ?? heard[0].message"))
