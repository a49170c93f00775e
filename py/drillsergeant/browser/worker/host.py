"""A worker's surroundings in the browser: messages, clock, the death lock, the frame loop."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import JsException, create_once_callable, create_proxy

from drillsergeant.browser.graphics.gpu_device import BrowserGpu, open_gpu
from drillsergeant.browser.js_values import js_object
from drillsergeant.browser.memory import BrowserMemory
from drillsergeant.browser.worker.kept_files import KeptFiles
from drillsergeant.browser.worker.run_locks import BrowserRunLocks
from drillsergeant.learn.webgpu.plan import GpuPlan

READ_LIMIT_S = 34.0


class WorkerHost:
    """`runtimes.host.Host` in a dedicated worker. Lives as long as the worker, and so do its proxies."""

    def __init__(self, started_ms: float, load: Any, read: Any) -> None:
        """`load` brings a package of the site by its name, `read` promises the text of a file (`workers/python.js`)."""
        self._started_ms, self._load, self._read = started_ms, load, read
        self._frame_proxy: Any = None
        self._message_proxy: Any = None
        self._held: asyncio.Future[None] | None = None
        self._memory: Any = None

    def post(self, message: dict[str, object]) -> None:
        """Send one message to the page."""
        js.self.postMessage(js_object(**message))

    def attach(self, memory: Any) -> BrowserMemory:
        """Wrap a `WebAssembly.Memory`."""
        self._memory = memory
        return BrowserMemory(memory)

    async def open_gpu(self, plan: GpuPlan, drill: str, *, software: bool) -> BrowserGpu:
        """Open a compute device over the attached memory. Raises DeviceFailure saying what is missing."""
        return await open_gpu(plan, drill, self._memory, self.read, software=software)

    def now_s(self) -> float:
        """Return seconds since the worker's time origin."""
        return float(js.performance.now()) / 1000

    def boot_s(self) -> float:
        """Return seconds since the worker's script began."""
        return self.now_s() - self._started_ms / 1000

    async def load_package(self, name: str) -> None:
        """Load a package of the site into this worker. Raises RuntimeError with the loader's own words."""
        if importlib.util.find_spec(name) is not None:
            return
        try:
            await self._load(name)
        except JsException as failure:
            raise RuntimeError(f"{name}: {failure}") from failure
        importlib.invalidate_caches()
        if importlib.util.find_spec(name) is None:
            raise RuntimeError(f"{name}: it is not among the files of this site")

    async def read(self, name: str) -> str:
        """Return the text of a file of the site. Raises RuntimeError where it is not what was built."""

        async def text() -> str:
            return str(await self._read(name))

        try:
            return await asyncio.wait_for(text(), READ_LIMIT_S)
        except TimeoutError as failure:
            raise RuntimeError(
                f"{name} has not come for {READ_LIMIT_S:.0f} s; reload the page to try again"
            ) from failure
        except JsException as failure:
            raise RuntimeError(str(failure.message)) from failure

    async def yield_to_events(self) -> None:
        """Let the event loop deliver messages."""
        await asyncio.sleep(0)

    async def rest(self, seconds: float) -> None:
        """Do nothing for about so long; messages are delivered meanwhile."""
        await asyncio.sleep(seconds)

    def storage(self, folder: str) -> KeptFiles:
        """Return the site's own folder of this name."""
        return KeptFiles(folder)

    def run_locks(self) -> BrowserRunLocks:
        """Return what decides which tab saves a run."""
        return BrowserRunLocks()

    def on_message(self, handle: Callable[[Any], None]) -> None:
        """Call `handle` with the data of every message from now on."""

        def deliver(event: Any) -> None:
            handle(event.data)

        self._message_proxy = create_proxy(deliver)
        js.self.onmessage = self._message_proxy

    def hold_lock(self, name: str, then: Callable[[], None]) -> None:
        """Take the Web Lock `name` and keep it: the browser frees it when this worker dies, however it dies.

        `then` is called once it is held. Nobody may be told to wait for the lock before that: requests of two
        threads overtake each other, and the page would take the lock, and with it this worker for dead. A frame whose
        storage the visitor's browser blocks gets no locks, and some browsers have none; then the worker lives without.
        """
        if not hasattr(js.navigator, "locks"):
            then()
            return

        def for_ever(_lock: Any) -> Any:
            self._held = asyncio.get_running_loop().create_future()  # kept: a collected future would free the lock
            then()
            return self._held

        js.navigator.locks.request(name, create_once_callable(for_ever)).catch(lambda _denied: then())

    def every_frame(self, frame: Callable[[float], None]) -> None:
        """Call `frame` with the time in seconds before each repaint, for ever."""

        def on_frame(now_ms: float) -> None:
            js.requestAnimationFrame(self._frame_proxy)
            frame(now_ms / 1000)

        self._frame_proxy = create_proxy(on_frame)
        js.requestAnimationFrame(self._frame_proxy)
