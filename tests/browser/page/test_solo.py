"""Solo mode on the page: one worker plays and learns, well enough; the rest of the page is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from build.browsers.altered import alter
from build.pins import ROOT, SITE
from tests.rigs.pages.visitor import Household, Visitor

# Of what one core does when it plays and learns in sequence, measured right before, natively through wasmtime. By the
# tables of docs/benchmarks.md that is three quarters of this browser's own core (209 to 283 k/s, quiet); what
# neighbours take from the page's two cores in the meantime is counted against it.
SHARE = 0.4
NATIVE = ("--decisions", "800000", "--evaluate-every", "100000000", "--evaluation-episodes", "1", "--seed", "1")
HALF_WON_S = 60.0

# What pages do without, and how each is taken away: in the page, and in its workers. Of shared memory, that it can be
# posted: it still can be made.
NOT_POSTED = """{
  const post = Worker.prototype.postMessage;
  const shared = (each) => each instanceof SharedArrayBuffer || each?.buffer instanceof SharedArrayBuffer;
  Worker.prototype.postMessage = function (data, ...rest) {
    if (Object.values(Object(data)).some(shared)) throw new DOMException("It can not be cloned.", "DataCloneError");
    return post.call(this, data, ...rest);
  };
}"""
LACKS = {
    "memory that workers share": (NOT_POSTED, ""),
    "files": ("delete StorageManager.prototype.getDirectory", "delete StorageManager.prototype.getDirectory"),
    "a graphics processor": ("delete Navigator.prototype.gpu", "delete WorkerNavigator.prototype.gpu"),
    "locks": ("delete Navigator.prototype.locks", "delete WorkerNavigator.prototype.locks"),
}
# Pages without the first, and with it alone; `make visit` has those with each of the others, too.
THERE = list(LACKS) if os.environ.get("LOOKS_AT_LENGTH") else ["memory that workers share", "a graphics processor"]


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor whose page has one worker, and was opened with Chase Drill."""
    visitor = Visitor(household, address)
    visitor.open("?mode=solo&learner=wasm&drill=chase")
    yield visitor
    visitor.close()


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


def choose(visitor: Visitor, name: str) -> None:
    """Choose a drill and wait until its match moves."""
    visitor.page.select_option("#drill-choice", name)
    visitor.until(f"{name} moves", lambda: visitor.told()["drill"] == name and (visitor.show("ticks") or 0) > 10)


def test_in_solo_mode_the_address_chooses_a_drill_and_another_one_comes_in(opened: Visitor) -> None:
    visitor = opened
    assert visitor.told()["drill"] == "chase"
    assert visitor.page.input_value("#drill-choice") == "chase"
    visitor.until("chase is on screen", lambda: visitor.show("chaser_x") is not None)
    visitor.page.click("#train")
    visitor.until("chase is learned", lambda: (visitor.trainer("win_rate") or 0) > 0.9)
    version = visitor.show("version")
    choose(visitor, "ball")
    visitor.until("soccer is learned", lambda: (visitor.trainer("updates") or 0) >= 2)
    choose(visitor, "chase")
    visitor.until("what was learned is there", lambda: (visitor.show("version") or 0) >= version)
    visitor.page.click("#train")
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []
    assert visitor.warnings == [], "one worker for everything ends what it did as silently"


def test_in_solo_mode_a_dead_worker_and_a_dead_match_go_on_with_what_was_learned(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) >= 2)
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


@pytest.mark.parametrize("there", THERE)
def test_a_page_that_lacks_all_but_one_of_these_works_in_another_way(visitor: Visitor, there: str) -> None:
    """With pages that have all of them, any two are there, missing, and there without the other."""
    lacks = [(page, worker) for name, (page, worker) in LACKS.items() if name != there]
    visitor.page.add_init_script(";".join(page for page, _ in lacks))
    script = (SITE / "workers/boot.js").read_text()
    alter(visitor.context, "workers/boot.js", ";".join(worker for _, worker in lacks) + f";{script}")
    visitor.open("?matches=64&workers=1")
    page = visitor.page
    assert page.evaluate("crossOriginIsolated && typeof SharedArrayBuffer === 'function'")
    mode = page.get_attribute("#mode-notice", "data-mode")
    assert mode == ("shared" if there == "memory that workers share" else "solo")
    why = "this browser shares no memory between workers"
    assert (why in page.inner_text("#mode-notice")) == (mode == "solo")
    page.click("#train")
    visitor.until("it learns", lambda: (visitor.trainer("updates") or 0) > 2)
    page.click("#dock-runs")
    visitor.until("it saves", lambda: "It saves itself" in page.inner_text("#runs-state"))
    assert visitor.told()["errors"] == [] and visitor.told()["restarts"] == {}


@pytest.mark.parametrize(
    ("page", "clock", "said"),
    [
        ("WebAssembly.validate = () => false", "", "no SIMD in WebAssembly"),
        ("delete HTMLCanvasElement.prototype.transferControlToOffscreen", "", "no canvas on which a worker can draw"),
        ("", "delete self.OffscreenCanvas", "no canvas on which a worker can draw"),
        (
            "WebAssembly.validate = () => false",
            "OffscreenCanvas.prototype.getContext = () => null",
            "no SIMD in WebAssembly, and no canvas on which a worker can draw",
        ),
    ],
)
def test_what_nothing_goes_without_is_named(visitor: Visitor, page: str, clock: str, said: str) -> None:
    visitor.page.add_init_script(page)
    alter(visitor.context, "workers/clock.js", f"{clock};{(SITE / 'workers/clock.js').read_text()}")
    visitor.page.goto(visitor.address)
    visitor.page.wait_for_selector("#errors:not([hidden]) li")
    assert f"this browser has {said}; a newer version of it may have" in visitor.page.inner_text("#errors")


def won(visitor: Visitor) -> float:
    """The newest point of the curve against the scripted bot."""
    curve = visitor.trainer("curve") or []
    return float(curve[-1]["win"]) if curve else 0.0
