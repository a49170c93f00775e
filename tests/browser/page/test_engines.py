"""Other engines than Chromium's, without a graphics processor to learn on: Firefox, and WebKit, which Safari has.

The same visit in both: training, saving, going on after a reload, a replay made elsewhere, to the bit, another drill,
and the element in somebody's page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from drillsergeant.learn.files.dshr import read_replay, write_replay

from build.browsers.chromium import served
from build.browsers.firefox import firefox
from build.browsers.webkit import missing, webkit
from tests.rigs.pages.guest import Guest
from tests.rigs.pages.visitor import ARTEFACTS
from tests.rigs.replays import cut, eventful

# Whether an element of a page that turns dark slowly does so, too.
SLOWLY_DARK = """(async () => {
  const drill = document.body.appendChild(document.createElement("drill-sergeant"));
  document.documentElement.style.colorScheme = "normal";
  document.body.style.cssText = "color: #eee; transition: color 0.2s";
  for (const end = performance.now() + 5000; performance.now() < end; await new Promise((then) => setTimeout(then, 50)))
    if (drill.shadowRoot.firstElementChild.style.colorScheme === "dark") return true;
  return false;
})()"""
SHARES = "crossOriginIsolated && typeof SharedArrayBuffer === 'function'"
NO_FILES = "navigator.storage?.getDirectory === undefined"


def look_at_a_replay(guest: Guest) -> None:
    """One that was made natively."""
    content = write_replay(cut(eventful("ball", 2.0)))
    guest.look_at_a_replay(content, read_replay(content).final)
    guest.tab.click("replay-back")


def test_in_firefox_a_visitor_trains_saves_goes_on_and_changes_the_drill(tmp_path: Path) -> None:
    with served() as address, firefox() as tab:
        guest = Guest(tab)
        guest.visit(address + "?workers=1")
        assert tab.evaluate(SHARES)
        guest.train_until_it_wins(0.6)
        guest.keep_a_copy("Kept")
        assert guest.errors() == []
        guest.go_on_with_what_is_saved(address + "?workers=1")
        look_at_a_replay(guest)
        guest.change_the_drill("cartpole")
        assert guest.errors() == []
        guest.embed(address, tmp_path)
        assert tab.evaluate(SLOWLY_DARK)


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_in_webkit_a_visitor_does_the_same_on_the_ways_there_are(tmp_path: Path) -> None:
    with served() as address, webkit() as tab:
        guest = Guest(tab)
        guest.visit(address + "?workers=1")
        assert tab.evaluate(SHARES)
        assert tab.evaluate(NO_FILES), "it keeps files as such by now, and this is to see its database"
        guest.train_until_it_wins(0.6)
        guest.keep_a_copy("Kept")
        assert "It saves itself" in guest.text("runs-state") and "may delete" in guest.text("runs-kept")
        assert guest.errors() == [] and guest.text("runs-refusal") == ""
        tab.picture(ARTEFACTS / "webkit-trained.png")

        guest.go_on_with_what_is_saved(address + "?mode=solo")  # as where it shares no memory
        look_at_a_replay(guest)
        guest.change_the_drill("cartpole")
        assert guest.errors() == []
        tab.picture(ARTEFACTS / "webkit-cartpole.png")
        guest.embed(address, tmp_path)
        tab.picture(ARTEFACTS / "webkit-embed.png")
        assert guest.start_a_drill_of_the_tutorial(address) == "shared"
