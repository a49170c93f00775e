"""Solo mode on the page: one worker plays and learns, well enough; the rest of the page is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from build.pins import ROOT
from tests.rigs.pages.visitor import Visitor

# Of what one core does when it plays and learns in sequence, measured right before, natively through wasmtime. By the
# tables of docs/benchmarks.md that is three quarters of this browser's own core (209 to 283 k/s, quiet); what
# neighbours take from the page's two cores in the meantime is counted against it.
SHARE = 0.4
NATIVE = ("--decisions", "800000", "--evaluate-every", "100000000", "--evaluation-episodes", "1", "--seed", "1")
HALF_WON_S = 60.0


def native_decisions_per_s(folder: Path) -> float:
    """Decisions played and learned from in a second by one core in sequence, evaluation left out."""
    command = [sys.executable, "-m", "drillsergeant.learn.train", *NATIVE, "--out", str(folder / "policy.npz")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "py")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    seconds, decisions, *_ = done.stdout.splitlines()[-1].split()
    return float(decisions) / float(seconds)


@pytest.mark.alone
def test_one_worker_learns_at_the_pace_of_a_core_and_wins_half_within_a_minute(
    visitor: Visitor, tmp_path: Path
) -> None:
    native = native_decisions_per_s(tmp_path)
    visitor.open("?mode=solo&learner=wasm&workers=8")
    page = visitor.page
    visitor.until("two workers are all", lambda: visitor.told()["fleet"] == {"show": "ready", "trainer": "ready"})
    assert "one worker because its address says mode=solo" in page.inner_text("#mode-notice")
    assert page.get_attribute("#own-tab", "href") == visitor.address + "?learner=wasm&workers=8"
    visitor.until("the match moves", lambda: visitor.show("ticks") > 60)
    page.click("#train")
    visitor.until("half of the matches are won", lambda: won(visitor) >= 0.5, 3 * HALF_WON_S)
    assert visitor.trainer("t_s") <= HALF_WON_S
    solo = visitor.trainer("decisions") / visitor.trainer("t_s")
    print(f"solo {solo:.0f}/s, native core {native:.0f}/s: {solo / native:.0%}")
    assert solo >= SHARE * native
    visitor.until("the match follows", lambda: visitor.show("version") > 20)

    page.click("#factory")
    visitor.until("the training matches are played", lambda: (visitor.show("factory_speed") or 0.0) > 1.0)
    page.click("#factory")

    version = visitor.trainer("version")
    visitor.worker("trainer").evaluate("self.close()")
    visitor.until("its death was noticed", lambda: visitor.told()["restarts"].get("trainer") == 1)
    visitor.until("versions rise on", lambda: visitor.trainer("version") > version + 2, 90)
    assert visitor.told()["show_restarts"] == 0

    page.click("#train")
    visitor.until("training stopped", lambda: visitor.trainer("training") is False)
    page.wait_for_timeout(1200)  # the update in hand when it was told to stop is told of later
    visitor.until("the match has the last weights", lambda: visitor.show("version") == visitor.trainer("version"))
    updates, shown = visitor.trainer("updates"), visitor.trainer("version")
    page.wait_for_timeout(1200)
    assert visitor.trainer("updates") == updates
    visitor.worker("show").evaluate("self.close()")
    visitor.until("the match is back with what was learned", lambda: visitor.show("versions_adopted") == 1, 90)
    assert visitor.show("version") == shown
    assert visitor.told()["errors"] == [] and visitor.complaints == []


def test_where_a_page_is_called_isolated_and_shares_no_memory_one_worker_does_everything(visitor: Visitor) -> None:
    """As in WebKitGTK, which posts none to workers; and where there are no locks, either."""
    visitor.page.add_init_script("delete globalThis.SharedArrayBuffer; delete Navigator.prototype.locks")
    visitor.open("?matches=64&learner=wasm")
    assert visitor.page.evaluate("crossOriginIsolated")
    assert "this browser shares no memory between workers" in visitor.page.inner_text("#mode-notice")
    visitor.page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 2)
    assert visitor.told()["fleet"] == {"show": "ready", "trainer": "ready"} and visitor.told()["errors"] == []


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("WebAssembly.validate = () => false", "this browser has no SIMD in WebAssembly"),
        ("delete HTMLCanvasElement.prototype.transferControlToOffscreen", "this browser has no canvas on which"),
    ],
)
def test_what_nothing_goes_without_is_named(visitor: Visitor, without: str, said: str) -> None:
    visitor.page.add_init_script(without)
    visitor.page.goto(visitor.address)
    visitor.page.wait_for_selector("#errors:not([hidden]) li")
    assert said in visitor.page.inner_text("#errors")


def won(visitor: Visitor) -> float:
    """The newest point of the curve against the scripted bot."""
    curve = visitor.trainer("curve") or []
    return float(curve[-1]["win"]) if curve else 0.0
