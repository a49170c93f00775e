"""A folder of files that can crash and fail, where every write waits in a list until it is flushed; locks of tabs.

After SQLite's crash tests (src/test6.c): what was not flushed when the power went may be kept, dropped, cut or garbled,
each write by itself. And after its I/O error tests: the N-th call fails, for every N.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from drillsergeant.runtimes.storage import StorageError

FATES = ("kept", "dropped", "cut", "garbled")


class Crash(BaseException):
    """The tab is gone; nothing handles it."""


@dataclass
class Entry:
    """One file: what is safe (None: not even that it exists), and the writes that are not."""

    safe: bytes | None = None
    pending: list[tuple[str, int, bytes]] = field(default_factory=list)
    open: bool = False

    def now(self) -> bytes:
        """What a reader sees."""
        content = self.safe or b""
        for change in self.pending:
            content = apply(content, *change)
        return content


def apply(content: bytes, kind: str, at: int, data: bytes) -> bytes:
    """The content after one change."""
    if kind == "truncate":
        return content[:at].ljust(at, b"\0")
    return content[:at].ljust(at, b"\0") + data + content[at + len(data) :]


class FakeStorage:
    """`runtimes.storage.Storage`; `before(n)` is called before the n-th call to it or to one of its files."""

    def __init__(self, before: Callable[[int], None] = lambda number: None) -> None:
        self.entries: dict[str, Entry] = {}
        self.deleted: dict[str, Entry] = {}  # not yet for good
        self.calls, self.before = 0, before
        self.short_by = 0  # bytes that the next write leaves out

    def count(self) -> None:
        self.calls += 1
        self.before(self.calls)

    async def names(self) -> list[str]:
        self.count()
        return list(self.entries)

    async def open(self, name: str, *, create: bool) -> FakeFile:
        self.count()
        if name not in self.entries:
            if not create:
                raise StorageError("missing", f"there is no file {name}")
            self.entries[name] = Entry()
        if self.entries[name].open:
            raise StorageError("busy", f"{name} is open")
        return FakeFile(self, self.entries[name])

    async def delete(self, name: str) -> None:
        self.count()
        if name in self.entries:
            self.deleted[name] = self.entries.pop(name)

    def after_a_crash(self, fate: Callable[[], str], chance: random.Random) -> FakeStorage:
        """What is found when the machine is back; `fate` decides what becomes of each change that was not safe."""
        found = FakeStorage()
        for name, entry in {**self.deleted, **self.entries}.items():
            if name in self.deleted and name not in self.entries and fate() == "kept":
                continue  # the deletion was kept
            content, exists = entry.safe or b"", entry.safe is not None or fate() == "kept"
            for kind, at, data in entry.pending:
                fell = fate()
                if fell == "cut":
                    data = data[: chance.randrange(len(data) + 1)]
                elif fell == "garbled":
                    data = bytes(byte ^ chance.randrange(256) for byte in data)
                if fell != "dropped":
                    content, exists = apply(content, kind, at, data), True
            if exists:
                found.entries[name] = Entry(safe=content)
        return found


class FakeFile:
    """`runtimes.storage.File`."""

    def __init__(self, storage: FakeStorage, entry: Entry) -> None:
        self.storage, self.entry = storage, entry
        entry.open = True

    def size(self) -> int:
        self.storage.count()
        return len(self.entry.now())

    def read(self, at: int, size: int) -> bytes:
        self.storage.count()
        return self.entry.now()[at : at + size]

    def write(self, at: int, content: bytes) -> int:
        self.storage.count()
        content = content[: len(content) - self.storage.short_by]
        self.entry.pending.append(("write", at, content))
        return len(content)

    def truncate(self, size: int) -> None:
        self.storage.count()
        self.entry.pending.append(("truncate", size, b""))

    async def flush(self) -> None:
        self.storage.count()
        self.entry.safe, self.entry.pending = self.entry.now(), []

    def close(self) -> None:
        self.entry.open = False
        self.storage.count()


class Tabs:
    """The locks of all tabs of a browser."""

    def __init__(self) -> None:
        self.holders: dict[str, object] = {}

    def of(self, tab: object) -> TabLocks:
        return TabLocks(self, tab)


class TabLocks:
    """`runtimes.host.RunLocks` of one tab."""

    def __init__(self, tabs: Tabs, tab: object) -> None:
        self.tabs, self.tab = tabs, tab

    async def hold(self, name: str) -> bool:
        return self.tabs.holders.setdefault(name, self.tab) is self.tab

    def let_go(self, name: str) -> None:
        if self.tabs.holders.get(name) is self.tab:
            del self.tabs.holders[name]
