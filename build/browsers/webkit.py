"""WebKitGTK, Safari's engine, for the tests: on a display of its own, driven over WebDriver, where it is installed.

WebDriver is JSON over HTTP: https://www.w3.org/TR/webdriver2/
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from build.browsers.driven_tab import DrivenTab
from build.console import BuildError

DRIVER, DISPLAY = "WebKitWebDriver", "Xvfb"
BROWSERS = "/usr/lib/*/webkit2gtk-4.?/MiniBrowser"
START_S = 60.0
ANSWER_S = 120.0
SCREEN = "1280x960x24"
# Two workers that draw at once crash Debian 12's OpenGL in software (swrast_dri.so); a processor draws as well.
ENVIRONMENT = {"WEBKIT_SKIA_ENABLE_CPU_RENDERING": "1", "LC_ALL": "C.UTF-8"}
# What Safari has, and WebKitGTK keeps for whoever asks for it.
SHARED_MEMORY = {"JSC_useSharedArrayBuffer": "1"}

T = TypeVar("T")


def missing() -> str:
    """What is not installed of this browser; "" where all of it is."""
    tools = [name for name in (DRIVER, DISPLAY) if shutil.which(name) is None]
    return " and ".join(tools) and f"no {' and '.join(tools)}: apt-get install webkit2gtk-driver xvfb"


class WebKitTab(DrivenTab):
    """One tab, and the commands to it."""

    def __init__(self, address: str) -> None:
        self._address = address
        browser = next(iter(sorted(Path("/").glob(BROWSERS.lstrip("/")))), None)
        if browser is None:
            raise BuildError(f"{DRIVER} is installed, and there is no {BROWSERS}: apt-get install webkit2gtk-driver")
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self._session = ""
        self._session = f"/session/{self.command('POST', '/session', wanted)['sessionId']}"

    def command(self, method: str, path: str, body: object = None) -> Any:
        """Send a command and return its value. Raises RuntimeError with the browser's words where it refuses."""
        content = None if body is None else json.dumps(body).encode()
        url, header = self._address + self._session + path, {"Content-Type": "application/json"}
        try:
            request = urllib.request.Request(url, content, header, method=method)
            with urllib.request.urlopen(request, None, ANSWER_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            told = json.load(refused)["value"]
            raise RuntimeError(f"{path}: {told['error']}: {told['message']}") from refused

    def open(self, address: str) -> None:
        """Go to an address; returns once the document and what it needs at first are there."""
        self.command("POST", "/url", {"url": address})

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, by way of JSON. Raises RuntimeError where it throws."""
        wrapped = (
            f"const done = arguments[0]; new Promise((start) => start({expression}))"
            ".then((value) => done(JSON.stringify(value ?? null)), (error) => done({ threw: String(error) }))"
        )
        result = self.command("POST", "/execute/async", {"script": wrapped, "args": []})
        if isinstance(result, dict):
            raise RuntimeError(f"{expression}: {result['threw']}")
        return json.loads(result)

    def picture(self, path: Path) -> None:
        """Keep what is to be seen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b64decode(self.command("GET", "/screenshot")))

    def close(self) -> None:
        """End the browser."""
        self.command("DELETE", "")

    def _perform(self, source: dict[str, object]) -> None:
        self.command("POST", "/actions", {"actions": [source]})


@contextmanager
def webkit(environment: Mapping[str, str] = SHARED_MEMORY) -> Iterator[WebKitTab]:
    """A tab of a browser of its own, which forgets everything when it ends; `environment` is for its engine."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="webkit-")))
        display = _started(stack, home, [DISPLAY, "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"], {})
        number = _soon(lambda: re.match(r"\d+\n", display.read_text()))
        own = {**ENVIRONMENT, **environment, "HOME": str(home), "DISPLAY": f":{number[0].strip()}"}
        port = _free_port()
        _started(stack, home, [DRIVER, f"--port={port}"], own)
        address = f"http://127.0.0.1:{port}"
        _soon(lambda: _answers(address))
        tab = WebKitTab(address)
        stack.callback(tab.close)
        yield tab


def _started(stack: ExitStack, home: Path, command: list[str], environment: Mapping[str, str]) -> Path:
    """Run a program until the stack ends; where what it says is written."""
    log = home / f"{command[0]}.log"
    out = stack.enter_context(log.open("w"))
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, START_S)
    stack.callback(process.terminate)
    return log


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/status", None, ANSWER_S):
            return True
    except OSError:
        return False


def _soon(found: Callable[[], T | None]) -> T:
    ends_s = time.monotonic() + START_S
    while time.monotonic() < ends_s:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise BuildError(f"{DRIVER} and its display did not start within {START_S:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
