"""Firefox: the same page, without a graphics processor to learn on, plays, learns, saves and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from build.browsers.chromium import served
from build.browsers.firefox import Tab, firefox
from tests.rigs.pages.waiting import wait_until

TOLD = "JSON.parse(document.getElementById('telemetry').textContent || '{}')"
# The element, from its file as a module; returns what its frame would show.
AS_A_MODULE = """(async () => {
  document.head.append(Object.assign(document.createElement("script"), { type: "module", src: "embed.js" }));
  await customElements.whenDefined("drill-sergeant");
  const drill = document.body.appendChild(document.createElement("drill-sergeant"));
  drill.start();
  const { src } = drill.shadowRoot.querySelector("iframe");
  drill.remove();
  return src.split("?")[0];
})()"""
# Whether an element of a page that turns dark slowly does so, too.
SLOWLY_DARK = """(async () => {
  const drill = document.body.appendChild(document.createElement("drill-sergeant"));
  document.documentElement.style.colorScheme = "normal";
  document.body.style.cssText = "color: #eee; transition: color 0.2s";
  for (const end = performance.now() + 5000; performance.now() < end; await new Promise((then) => setTimeout(then, 50)))
    if (drill.shadowRoot.firstElementChild.style.colorScheme === "dark") return true;
  return false;
})()"""


class Guest:
    """A tab of Firefox on the page."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    def visit(self, address: str) -> None:
        """Go to the page and wait until training could begin."""
        self.tab.open(address)
        enabled = "!document.getElementById('train').disabled"
        self.until("training could begin", lambda: self.tab.evaluate(enabled), 180)

    def told(self, role: str) -> dict[str, Any]:
        """The newest numbers of a worker."""
        return self.tab.evaluate(TOLD).get(role) or {}

    def until(self, what: str, true: Callable[[], object], limit_s: float = 90.0) -> None:
        """Wait until `true()`; see `wait_until`."""
        wait_until(what, true, partial(self.tab.evaluate, TOLD), partial(time.sleep, 0.25), limit_s)


def test_a_visitor_trains_saves_and_goes_on_after_a_reload() -> None:
    with served() as address, firefox() as tab:
        guest = Guest(tab)
        guest.visit(address + "?workers=1")
        assert tab.evaluate("crossOriginIsolated") is True
        guest.until("the match moves", lambda: guest.told("show").get("ticks", 0) > 60)
        tab.click("train")
        guest.until("three versions were adopted on screen", lambda: guest.told("show")["versions_adopted"] >= 4)
        guest.until("it wins more than it did", lambda: (guest.told("trainer").get("win_rate") or 0.0) > 0.4, 120)
        assert guest.told("trainer")["learner"] == "wasm"
        assert guest.told("trainer")["updates"] >= 20
        tab.click("train")
        guest.until("training stopped", lambda: guest.told("trainer")["training"] is False)
        learned = guest.told("trainer")["decisions"]
        tab.click("dock-runs")
        tab.click("runs-name")
        tab.type("Kept")
        tab.click("runs-copy")
        saved = "document.getElementById('runs-list').textContent.includes('Kept')"
        guest.until("it is saved", lambda: tab.evaluate(saved))
        assert tab.evaluate(TOLD)["errors"] == []

        guest.visit(address + "?workers=1")
        guest.until("the run is offered", lambda: tab.evaluate("!document.getElementById('resume').hidden"))
        tab.click("resume-continue")
        guest.until("it is back", lambda: guest.told("trainer").get("decisions", 0) >= learned)
        guest.until("the match plays it", lambda: guest.told("show").get("versions_adopted", 0) >= 1)
        assert tab.evaluate(TOLD)["errors"] == []
        assert tab.evaluate(AS_A_MODULE) == address + "index.html"
        assert tab.evaluate(SLOWLY_DARK)
