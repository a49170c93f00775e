"""How the page makes workers: module workers, Web Locks that tell of their death, timers, and canvases to give away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import js
from pyodide.ffi import create_once_callable, create_proxy, to_js

from drillsergeant.browser.js_values import js_object


def own_version() -> str:
    """Return the query that asks for files of this page's build (see `build/site_parts/versions.py`)."""
    return str(js.document.documentElement.dataset.version)


MakeWorker = Callable[[str, str], Any]  # of a script's address and a name; web/boot.js


class WorkerHandle:
    """One `Worker` and the two proxies that listen to it."""

    def __init__(self, worker: Any, on_data: Callable[[object], None], on_error: Callable[[str], None]) -> None:
        self._worker = worker

        def deliver(event: Any) -> None:
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

    def __init__(self, make: MakeWorker) -> None:
        self._worker = make(f"workers/clock.js{own_version()}", "clock")
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


class BrowserSpawner:
    """`runtimes.supervisor.surroundings.Spawner` in a page."""

    def __init__(self, first_canvas: Any, make: MakeWorker, equip: Callable[[Any], None]) -> None:
        """`equip` hands a new worker what Python runs on (`web/boot.js`)."""
        self._canvas, self._make, self._equip = first_canvas, make, equip
        self.after = Clock(make).after

    def spawn(
        self,
        role: str,
        name: str,
        packages: Sequence[str],
        on_data: Callable[[object], None],
        on_error: Callable[[str], None],
    ) -> WorkerHandle:
        """Start `workers/<role>.js` of this page's build, which loads `packages` beside ours."""
        url = js.URL.new(f"workers/{role}.js{own_version()}", js.document.baseURI)
        for package in packages:
            url.searchParams.append("package", package)
        worker = self._make(url.href, name)
        self._equip(worker)
        return WorkerHandle(worker, on_data, on_error)

    def adopt(self, worker: Any, on_data: Callable[[object], None], on_error: Callable[[str], None]) -> WorkerHandle:
        """Take over a worker that the boot script started."""
        return WorkerHandle(worker, on_data, on_error)

    def when_freed(self, lock: str, then: Callable[[], None]) -> None:
        """Call `then` once the lock's holder is gone; never, where the browser gives this frame no locks."""

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
