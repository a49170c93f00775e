"""The site's own folders of files in the browser's database (IndexedDB), where it keeps no files as such.

A folder is an object store, a file a record of it by its name. What is written to a file stays in this worker until it
is flushed, in one transaction: whoever looks finds all of it, or what there was before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import JsException, create_proxy, to_js

from drillsergeant.browser.js_values import js_object
from drillsergeant.browser.worker.storage_errors import now, told
from drillsergeant.runtimes.storage import CODE, RUNS, StorageError

DATABASE, VERSION = "drillsergeant", 1
ANSWER_S = 20.0  # some browsers' databases never answer at times, and training waits for what is kept


class IndexedStorage:
    """`runtimes.storage.Storage` over one object store. The database is opened for each use: a connection ends once the
    visitor has cleared the site's data."""

    def __init__(self, folder: str) -> None:
        """`folder`: the name of one of those that `runtimes.storage` has."""
        self._folder = folder

    async def there(self) -> bool:
        """Whether anything was ever kept so, in browsers that tell; nothing is made by asking."""
        database: Any = getattr(js, "indexedDB", None)
        if not hasattr(database, "databases"):
            return False
        try:
            found = await asyncio.wait_for(_promised(database.databases), ANSWER_S)
        except (JsException, TimeoutError):
            return False
        return any(str(each.name) == DATABASE for each in found)

    async def names(self) -> list[str]:
        """The names of all files."""
        return [str(name) for name in await self._transact("readonly", lambda store: store.getAllKeys())]

    async def open(self, name: str, *, create: bool) -> IndexedFile:
        """Open a file; "missing" where there is none and `create` is false."""
        found = await self._transact("readonly", lambda store: store.get(name))
        if found is None and not create:
            raise StorageError("missing", "there is no such file")
        content: bytes = b"" if found is None else found.to_bytes()
        return IndexedFile(self, name, content)

    async def put(self, name: str, content: bytes) -> None:
        """Keep this as all of a file."""
        await self._transact("readwrite", lambda store: store.put(to_js(content), name))

    async def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        await self._transact("readwrite", lambda store: store.delete(name))

    async def _transact(self, mode: str, ask: Callable[[Any], Any]) -> Any:
        """The result of one request, once its transaction is done: what it wrote is on the disk then."""
        connection = await _opened()
        try:
            safely = js_object(durability="strict")
            transaction = now(lambda: connection.transaction(self._folder, mode, safely))
            request = now(lambda: ask(transaction.objectStore(self._folder)))
            await _settled(transaction, "oncomplete", "onabort")
            return request.result
        finally:
            connection.close()


class IndexedFile:
    """`runtimes.storage.File`: the content of a record, and what is to become of it."""

    def __init__(self, storage: IndexedStorage, name: str, content: bytes) -> None:
        self._storage, self._name, self._content = storage, name, bytearray(content)

    def size(self) -> int:
        """Length in bytes."""
        return len(self._content)

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from byte `at` on."""
        return bytes(self._content[at : at + size])

    def write(self, at: int, content: bytes) -> int:
        """Write; returns how many bytes were written, which is all of them."""
        self._content.extend(bytes(max(0, at - len(self._content))))
        self._content[at : at + len(content)] = content
        return len(content)

    def truncate(self, size: int) -> None:
        """Make the file this long."""
        del self._content[size:]
        self._content.extend(bytes(size - len(self._content)))

    async def flush(self) -> None:
        """Return when the database has all that was written."""
        await self._storage.put(self._name, bytes(self._content))

    def close(self) -> None:
        """Forget what was not flushed."""
        self._content.clear()


async def _opened() -> Any:
    """A connection to the database, which is made where it is not there."""
    database: Any = getattr(js, "indexedDB", None)
    if database is None:
        raise StorageError("nowhere", "this browser keeps no files for a page, and has no database for it either")
    request = now(lambda: database.open(DATABASE, VERSION))

    def make(_event: Any) -> None:
        for folder in (RUNS, CODE):
            request.result.createObjectStore(folder)

    making = create_proxy(make)
    request.onupgradeneeded = making
    try:
        await _settled(request, "onsuccess", "onerror")
    finally:
        request.onupgradeneeded = None
        making.destroy()
    return request.result


async def _settled(asked: Any, good: str, bad: str) -> None:
    """Wait for one of two events. Raises StorageError with what the browser says of the bad one, or of silence."""
    decided: asyncio.Future[StorageError | None] = asyncio.get_running_loop().create_future()

    def decide(event: Any) -> None:
        if not decided.done():
            decided.set_result(None if f"on{event.type}" == good else _failure(asked.error))

    heard = create_proxy(decide)
    for event in (good, bad):
        setattr(asked, event, heard)
    try:
        failure = await asyncio.wait_for(decided, ANSWER_S)
    except TimeoutError:
        failure = StorageError("failed", f"the browser's database has not answered for {ANSWER_S:.0f} s")
    finally:
        for event in (good, bad):
            setattr(asked, event, None)
        heard.destroy()
    if failure is not None:
        raise failure


def _failure(error: Any) -> StorageError:
    """Of a DOMException; of none, which is there where the browser itself broke something off."""
    return told("it broke off" if error is None else f"{error.name}: {error.message}")


async def _promised(call: Callable[[], Any]) -> Any:
    return await call()
