"""Where this browser keeps a folder of files: in its file system (`opfs`), or, where it has none that a worker can
write, in its database (`indexed_db`)."""

from __future__ import annotations

from typing import Any

import js

from drillsergeant.browser.worker.indexed_db import IndexedStorage
from drillsergeant.browser.worker.opfs import OpfsStorage
from drillsergeant.runtimes.storage import File, Storage


class KeptFiles:
    """`runtimes.storage.Storage`. What lies in the database of a browser that has a file system by now stays there, and
    is found and written where it lies."""

    def __init__(self, folder: str) -> None:
        self._files = OpfsStorage(folder) if has_file_system() else None
        self._database = IndexedStorage(folder)
        self._places: list[Storage] = []  # the first for what is new

    async def names(self) -> list[str]:
        """The names of all files."""
        found = [await place.names() for place in await self._found()]
        return list(dict.fromkeys(name for names in found for name in names))

    async def open(self, name: str, *, create: bool) -> File:
        """Open a file; "missing" where there is none and `create` is false."""
        first, *others = await self._found()
        for other in others:
            if name in await other.names() and name not in await first.names():
                return await other.open(name, create=False)
        return await first.open(name, create=create)

    async def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        for place in await self._found():
            await place.delete(name)

    async def _found(self) -> list[Storage]:
        if not self._places:
            older = [self._database] if self._files is None or await self._database.there() else []
            self._places = [*([self._files] if self._files else []), *older]
        return self._places


def has_file_system() -> bool:
    """Whether this browser has files for a page, of the kind that a worker can write at once."""
    storage: Any = getattr(js.navigator, "storage", None)
    handle: Any = getattr(js, "FileSystemFileHandle", None)
    return hasattr(storage, "getDirectory") and hasattr(getattr(handle, "prototype", None), "createSyncAccessHandle")
