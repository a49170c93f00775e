"""The site's own folders of files, kept by the browser (OPFS), through handles that are open only while they are used.

A handle is exclusive, also against one that a page just reloaded has not let go of yet: opening waits for that, from
50 ms up to 2 s. What a browser says in exceptions becomes a StorageError with a sentence for the reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import js
from pyodide.ffi import JsException, to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.browser.worker.storage_errors import FULL, now, told
from drillsergeant.runtimes.storage import StorageError

WAITS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class OpfsStorage:
    """`runtimes.storage.Storage` in a dedicated worker, the only place that has these handles."""

    def __init__(self, folder: str) -> None:
        """`folder`: the name of one below the site's root, which is made where it is not there."""
        self._folder = folder
        # In newer browsers QuotaExceededError is a class of its own without a `stack`. Pyodide takes no such object for
        # an exception: a call that throws one ends in a SystemError, and whoever awaits one waits for ever.
        if hasattr(js, "QuotaExceededError"):
            js.QuotaExceededError.prototype.stack = ""

    async def names(self) -> list[str]:
        """The names of all files."""
        folder = await self._opened()
        return [str(name) for name in await _asked(lambda: js.Array.fromAsync(folder.keys()))]

    async def open(self, name: str, *, create: bool) -> OpfsFile:
        """Open a file; "missing" where there is none and `create` is false, "busy" where it stays open elsewhere."""
        folder = await self._opened()
        handle = await _asked(lambda: folder.getFileHandle(name, js_object(create=create)))
        for wait_s in WAITS_S:
            try:
                return OpfsFile(await _asked(handle.createSyncAccessHandle))
            except StorageError as error:
                if error.kind != "busy":
                    raise
                await asyncio.sleep(wait_s)
        return OpfsFile(await _asked(handle.createSyncAccessHandle))

    async def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        folder = await self._opened()
        try:
            await _asked(lambda: folder.removeEntry(name))
        except StorageError as error:
            if error.kind != "missing":
                raise

    async def _opened(self) -> Any:
        """The folder, asked for each time: a handle points nowhere once the visitor has cleared the site's data."""
        root = await _asked(js.navigator.storage.getDirectory)
        return await _asked(lambda: root.getDirectoryHandle(self._folder, js_object(create=True)))


class OpfsFile:
    """`runtimes.storage.File` over a `FileSystemSyncAccessHandle`."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def size(self) -> int:
        """Length in bytes."""
        return int(now(self._handle.getSize))

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from byte `at` on."""
        buffer = js.Uint8Array.new(size)
        count = int(now(lambda: self._handle.read(buffer, js_object(at=at))))
        content: bytes = buffer.subarray(0, count).to_bytes()
        return content

    def write(self, at: int, content: bytes) -> int:
        """Write; returns how many bytes were written."""
        written = int(now(lambda: self._handle.write(to_js(content), js_object(at=at))))
        if written > len(content):  # Chromium, beyond the quota: the number of an error, -8, as if it were a count
            raise StorageError(*FULL)
        return written

    def truncate(self, size: int) -> None:
        """Make the file this long."""
        now(lambda: self._handle.truncate(size))

    async def flush(self) -> None:
        """Return when the browser has handed everything to the disk."""
        now(self._handle.flush)

    def close(self) -> None:
        """Let go of the file."""
        now(self._handle.close)


async def _asked(call: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await call()
    except JsException as error:
        raise told(str(error)) from error
