"""Which run this worker may save, decided between tabs by Web Locks: freed when the worker ends, however it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import js
from pyodide.ffi import create_once_callable

from drillsergeant.browser.js_values import js_object

PREFIX = "drillsergeant:saved:"


class BrowserRunLocks:
    """`runtimes.host.RunLocks` in a worker."""

    def __init__(self) -> None:
        self._held: dict[str, asyncio.Future[None]] = {}

    async def hold(self, name: str) -> bool:
        """Take the run unless another tab has it; returns whether this worker has it now."""
        if name in self._held:
            return True
        if not hasattr(js.navigator, "locks"):
            return True
        decided: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answered(lock: Any) -> Any:
            if lock is None:
                decided.set_result(False)
                return None
            self._held[name] = asyncio.get_running_loop().create_future()
            decided.set_result(True)
            return self._held[name]

        options = js_object(ifAvailable=True)
        js.navigator.locks.request(PREFIX + name, options, create_once_callable(answered))
        return await decided

    def let_go(self, name: str) -> None:
        """Another tab may have the run."""
        held = self._held.pop(name, None)
        if held is not None:
            held.set_result(None)
