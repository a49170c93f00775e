"""A tab that may lie behind another one: Playwright keeps its own pages visible, so this one is spoken to by DevTools.

Timers of a page that is hidden come once a minute here, a minute after it was: in a browser of people, after five.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from build.browsers.chromium import FLAGS, ensure
from build.pins import pins
from tests.rigs.pages.waiting import wait_until

PLAYWRIGHTS = (
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
SOON_S = 2  # for a page that is still loading
THROTTLING = f"--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/{SOON_S}/can_freeze/true"
READY = "document.querySelector('#train:not([disabled])') !== null"
TIMERS = "globalThis.timers = 0; setInterval(() => timers++, 100)"
STILL_S = 3.0  # without any of these: they come once a second at first, where nobody looks
LIMIT_S = 90.0


class BackgroundTab:
    """A tab of a browser's own window."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._devtools = browser.new_browser_cdp_session()
        self._answers: dict[int, dict[str, Any]] = {}
        self._workers: dict[str, str] = {}  # sessions by the worker's address
        self._asked = 0
        self._target = self._opened("about:blank")
        attach = {"targetId": self._target, "flatten": False}
        self._session = self._devtools.send("Target.attachToTarget", attach)["sessionId"]
        self._devtools.on("Target.receivedMessageFromTarget", self._hear)
        self._say("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})
        self._other = self._opened("about:blank")
        self.show()
        self._say("Page.navigate", {"url": address})

    def _opened(self, address: str) -> str:
        return str(self._devtools.send("Target.createTarget", {"url": address})["targetId"])

    def _hear(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message
        elif message["method"] == "Target.attachedToTarget":
            self._workers[message["params"]["targetInfo"]["url"]] = message["params"]["sessionId"]
        elif message["method"] == "Target.receivedMessageFromTarget":
            answer = json.loads(message["params"]["message"])
            if "id" in answer:
                self._answers[answer["id"]] = answer

    def _say(self, method: str, values: dict[str, Any]) -> int:
        self._asked += 1
        message = json.dumps({"id": self._asked, "method": method, "params": values})
        self._devtools.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        return self._asked

    def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression comes to in the page."""
        wanted = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self._answer(self._say("Runtime.evaluate", wanted))

    def _answer(self, number: int) -> Any:
        while number not in self._answers:
            self._devtools.send("Target.getTargets")  # answers come meanwhile
        result = self._answers.pop(number)["result"]
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def begin_in(self, worker: str, statement: str) -> int:
        """Let a worker, the newest whose address has this name, run JavaScript; nobody waits for it."""
        session = [found for address, found in self._workers.items() if worker in address][-1]
        wanted = {"expression": statement, "returnByValue": True}
        number = -self._asked - 1
        message = json.dumps({"id": number, "method": "Runtime.evaluate", "params": wanted})
        self._say("Target.sendMessageToTarget", {"sessionId": session, "message": message})
        return number

    def evaluate_in(self, worker: str, expression: str) -> Any:
        """What a JavaScript expression comes to in such a worker."""
        return self._answer(self.begin_in(worker, expression))

    def show(self) -> None:
        """Bring it before the other one."""
        self._devtools.send("Target.activateTarget", {"targetId": self._target})

    def hide(self) -> None:
        """Bring the other one before it."""
        self._devtools.send("Target.activateTarget", {"targetId": self._other})

    def scheduled(self) -> tuple[float, float]:
        """Seconds that threads of the browser's renderers have run, and have been ready to while others ran."""
        listed = self._devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        ran, waited = 0, 0
        for process in (each["id"] for each in listed if each["type"] == "renderer"):
            for file in Path(f"/proc/{process}/task").glob("*/schedstat"):
                numbers = [int(each) for each in file.read_text().split()]
                ran, waited = ran + numbers[0], waited + numbers[1]
        return ran * 1e-9, waited * 1e-9

    def freeze(self, on: bool) -> None:
        """Let all of it stand still, as a browser does with a hidden one; or go on."""
        self._say("Page.setWebLifecycleState", {"state": "frozen" if on else "active"})


class HideableTab:
    """The page in such a tab, small."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.tab = BackgroundTab(browser, address + "?workers=1&matches=64&learner=wasm")
        self.until("it may train", lambda: self.tab.evaluate(READY))

    def until(self, what: str, true: Callable[..., object], limit_s: float = LIMIT_S) -> None:
        """Wait until `true()`; see `wait_until`."""
        wait_until(what, true, self.told, lambda: time.sleep(0.1), limit_s)

    def told(self) -> dict[str, Any]:
        """What the page last wrote for machines to read."""
        told: dict[str, Any] = json.loads(self.tab.evaluate("document.getElementById('telemetry').textContent") or "{}")
        return told

    def text(self, element: str) -> str:
        """The words of an element."""
        return str(self.tab.evaluate(f"document.getElementById('{element}').textContent"))

    def press_train(self) -> None:
        """Press it, seen or not."""
        self.tab.evaluate("document.getElementById('train').click()")

    def hide(self) -> None:
        """Hide it, and count the page's timers from now on."""
        self.tab.evaluate(TIMERS)
        self.tab.hide()

    def until_timers_stand_still(self) -> None:
        """Wait until timers come once a minute."""
        self.until("timers stand still", self._still)
        assert self.tab.evaluate("document.hidden")

    def _still(self) -> bool:
        before = self.tab.evaluate("timers")
        time.sleep(STILL_S)
        return bool(self.tab.evaluate("timers") == before)

    def until_it_has_learned(self, updates: int = 2) -> None:
        """Wait for so many changes of the number of updates on the page."""
        for _ in range(updates):
            before = self.text("metric-updates")
            self.until("it learns", lambda was=before: self.text("metric-updates") != was)


@contextmanager
def throttling(browser: Browser) -> Iterator[Browser]:
    """A browser like this one, whose hidden tabs are throttled as those of people are."""
    started = browser.browser_type.launch(
        executable_path=ensure(pins()), args=[*FLAGS, THROTTLING], ignore_default_args=PLAYWRIGHTS
    )
    try:
        yield started
    finally:
        started.close()
