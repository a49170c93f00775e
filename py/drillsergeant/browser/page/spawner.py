"""How the page makes workers: module workers, Web Locks that tell of their death, timers, and canvases to give away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import js
from pyodide.ffi import JsException, create_once_callable, create_proxy, to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.tasks import Tasks

PYTHON = "pyodide/pyodide.asm.js"  # what its loader would fetch; the page has
KEPT = "workers/kept.js"  # what the worker runs, which build/site_parts/vendor.py made one file of
ROLES = ("show", "trainer", "rollout")  # not the workshop, which has less than these
# As in workers/python.js, before the first of them.
BEFORE = "delete WebAssembly.Suspending; delete WebAssembly.promising; globalThis.here = {here};\n"
AT_EASE_S = 2.0  # after the page has begun, which has other things to fetch
RETRY_S = 30.0


def own_version() -> str:
    """Return the query that asks for files of this page's build (see `build/site_parts/versions.py`)."""
    return str(js.document.documentElement.dataset.version)


def _address(name: str) -> str:
    return str(js.URL.new(name, js.document.baseURI).href)


MakeWorker = Callable[[str, str], Any]  # of a script's address and a name; web/boot.js


class WorkerHandle:
    """One `Worker` and the two proxies that listen to it."""

    def __init__(self, worker: Any, on_data: Callable[[object], None], on_error: Callable[[str], None]) -> None:
        self._worker = worker
        self.heard = False  # of it

        def deliver(event: Any) -> None:
            self.heard = True
            on_data(event.data.to_py() if hasattr(event.data, "to_py") else event.data)

        def failed(event: Any) -> None:
            on_error(str(getattr(event, "message", "") or "its script could not be loaded"))

        self._proxies = [create_proxy(deliver), create_proxy(failed)]
        worker.onmessage, worker.onerror = self._proxies

    def post(self, wire: dict[str, object], transfer: object = None) -> None:
        """Send a message; `transfer` goes with it for good."""
        data = js_object(**wire)
        self._worker.postMessage(data, to_js([] if transfer is None else [transfer]))

    def terminate(self) -> None:
        """End the worker and release what listened to it."""
        if self._worker is None:
            return
        self._worker.terminate()
        self._worker.onmessage = self._worker.onerror = None
        self._worker = None
        # The proxies may be on the stack right now (a worker's own fatal message ends it): let them return first.
        for proxy in self._proxies:
            js.setTimeout(create_once_callable(proxy.destroy), 0)


class Clock:
    """Timers that come in time in a hidden tab, too, where the page's own come once a minute: a worker's.

    The page's own are set beside them, in case that worker could not be had.
    """

    def __init__(self, worker: Any) -> None:
        """`worker` runs `workers/clock.js`."""
        self._worker = worker
        self._worker.onmessage = create_proxy(lambda event: self._ring(event.data))
        self._due: dict[int, Callable[[], None]] = {}
        self._set = 0  # timers, ever

    def after(self, delay_s: float, then: Callable[[], None]) -> None:
        """Call `then` after `delay_s` seconds."""
        self._set += 1
        self._due[self._set] = then
        self._worker.postMessage(js_object(number=self._set, ms=delay_s * 1000))
        js.setTimeout(create_once_callable(partial(self._ring, self._set)), delay_s * 1000)

    def _ring(self, number: int) -> None:
        if then := self._due.pop(number, None):
            then()


class KeptScripts:
    """The scripts that workers start with, kept in the page's memory: who takes a dead one's place needs no network.

    They are of the build that the page is of, whatever its host has by then.
    """

    def __init__(self, load: Callable[[str], Any]) -> None:
        """`load` promises the bytes of a file of the site, by its name, as they were built."""
        self._load = load
        self._scripts: list[Any] = []  # their bytes
        self._made: dict[str, str] = {}  # addresses, by where the script would lie
        self._useless = False
        self._tasks = Tasks()
        self._tasks.begin(self._fetch())

    async def _fetch(self) -> None:
        await asyncio.sleep(AT_EASE_S)
        while not self._scripts:
            try:
                self._scripts = [await self._load(PYTHON), await self._load(KEPT)]
            except JsException:  # a network that is not there at the moment, or files of another build
                await asyncio.sleep(RETRY_S)

    def address(self, role: str, packages: Sequence[str]) -> str:
        """The address of a script for a worker; "" where none is kept."""
        if role not in ROLES or not self._scripts or self._useless:
            return ""
        here = _address(KEPT) + own_version() + "".join(f"&package={name}" for name in packages)
        if here not in self._made:
            self._made[here] = self._put_together(here)
        return f"{self._made[here]}#workers/{role}.js"

    def _put_together(self, here: str) -> str:
        """The address of all scripts as one, which takes itself to lie `here`."""
        python, kept = self._scripts
        parts = to_js([BEFORE.format(here=json.dumps(here)), python, "\n", kept])
        blob = js.Blob.new(parts, js_object(type="text/javascript"))
        return str(js.URL.createObjectURL(blob))

    def forget(self) -> None:
        """A worker could not be started so."""
        self._useless = True


class BrowserSpawner:
    """`runtimes.supervisor.surroundings.Spawner` in a page."""

    def __init__(
        self, first_canvas: Any, make: MakeWorker, equip: Callable[[Any], None], load: Callable[[str], Any], clock: Any
    ) -> None:
        """`equip` hands a new worker what Python runs on (`web/boot.js`); for `load` and `clock` see who has them."""
        self._canvas, self._make, self._equip = first_canvas, make, equip
        self.after = Clock(clock).after
        self._kept = KeptScripts(load)
        self._begun = {"show"}  # names of workers; the first one of these was begun by boot.js

    def spawn(
        self,
        role: str,
        name: str,
        packages: Sequence[str],
        on_data: Callable[[object], None],
        on_error: Callable[[str], None],
    ) -> WorkerHandle:
        """Start `workers/<role>.js` of this page's build, which loads `packages` beside ours.

        Who takes another one's place is started from what is kept of the scripts.
        """
        kept = self._kept.address(role, packages) if name in self._begun else ""
        self._begun.add(name)
        url = js.URL.new(kept or f"workers/{role}.js{own_version()}", js.document.baseURI)
        if not kept:
            for package in packages:
                url.searchParams.append("package", package)
        worker = self._make(url.href, name)
        self._equip(worker)

        def failed(why: str) -> None:
            if kept and not handle.heard:  # a host's policy may forbid it
                self._kept.forget()
            on_error(why)

        handle = WorkerHandle(worker, on_data, failed)
        return handle

    def adopt(self, worker: Any, on_data: Callable[[object], None], on_error: Callable[[str], None]) -> WorkerHandle:
        """Take over a worker that the boot script started."""
        return WorkerHandle(worker, on_data, on_error)

    def when_freed(self, lock: str, then: Callable[[], None]) -> None:
        """Call `then` once the lock's holder is gone; never, where the browser has none, or none for this frame."""
        if not hasattr(js.navigator, "locks"):
            return

        def granted(_lock: Any) -> None:
            then()

        js.navigator.locks.request(lock, create_once_callable(granted)).catch(lambda _denied: None)

    def now_s(self) -> float:
        """Return seconds since navigation began."""
        return float(js.performance.now()) / 1000

    def canvas(self) -> Any:
        """Return the match canvas to give away. An element can do that once; a later call puts a new one in place."""
        element = self._canvas
        if element.hasAttribute("data-given"):
            fresh = element.cloneNode(False)
            fresh.removeAttribute("data-given")
            element.replaceWith(fresh)
            element = self._canvas = fresh
        element.setAttribute("data-given", "")
        return element.transferControlToOffscreen()
