"""Firefox for the tests: found, or installed from Debian, started without a window, driven over WebDriver BiDi.

BiDi is JSON over a WebSocket that Firefox opens by itself: https://www.w3.org/TR/webdriver-bidi/
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from build import apt
from build.browsers.driven_tab import DrivenTab
from build.console import BuildError
from build.pins import Pins, pins

NAMES = ("firefox-esr", "firefox")
START_S = 60.0
ANSWER_S = 60.0
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# A first start would otherwise open pages and call home.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


def ensure(pinned: Pins) -> Path:
    """The browser, installed from Debian first where it is missing."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        apt.install(pinned.debian["firefox"], "Firefox not found")
        found = shutil.which(NAMES[0])
    if found is None:
        raise BuildError(f"apt-get installed {pinned.debian['firefox']}, and {NAMES[0]} is still not on PATH")
    return Path(found)


class Tab(DrivenTab):
    """One tab of a Firefox, and the commands to it."""

    def __init__(self, address: str) -> None:
        import websocket  # a test tool: the rest of this module works without

        self._socket = websocket.create_connection(f"{address}/session", timeout=ANSWER_S, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.command("session.new", capabilities={})
        self._context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **params: object) -> Any:
        """Send a command and return its result; what Firefox tells meanwhile is passed over.

        Raises RuntimeError with Firefox's words where it refuses.
        """
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") != number:
                continue
            if answer["type"] == "error":
                raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
            return answer["result"]

    def open(self, address: str) -> None:
        """Go to an address; returns once the document is there."""
        self.command("browsingContext.navigate", context=self._context, url=address, wait="interactive")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, by way of JSON. Raises RuntimeError where it throws."""
        wrapped = f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))"
        target = {"context": self._context}
        result = self.command("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        if result["type"] == "exception":
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return json.loads(result["result"]["value"])

    def _perform(self, source: dict[str, object]) -> None:
        self.command("input.performActions", context=self._context, actions=[source])


@contextmanager
def firefox() -> Iterator[Tab]:
    """A tab of a Firefox of its own, on a fresh profile that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="firefox-") as home:
        profile = Path(home) / "profile"
        profile.mkdir()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command: list[str | Path] = [ensure(pins()), "--headless", "--no-remote", "--profile", profile]
        command += ["--remote-debugging-port", "0", "about:blank"]
        environment = {**os.environ, "HOME": home, "MOZ_HEADLESS": "1"}
        with (Path(home) / "log").open("w+") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            try:
                yield Tab(_address(process, log))
            finally:
                process.terminate()
                process.wait(START_S)


def _address(process: "subprocess.Popen[bytes]", log: IO[str]) -> str:
    """Where Firefox listens, as it says itself."""
    ends_s = time.monotonic() + START_S
    while time.monotonic() < ends_s and process.poll() is None:
        log.seek(0)
        if found := LISTENING.search(log.read()):
            return found[1]
        time.sleep(0.1)
    log.seek(0)
    raise BuildError(f"Firefox opened no WebDriver BiDi socket within {START_S:.0f} s; it said: {log.read()[-500:]}")
