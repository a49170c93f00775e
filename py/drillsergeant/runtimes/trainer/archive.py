"""Named saves that survive crashes, full disks and half-written files.

Every name has two files, `a` and `b`. A save goes into the one that does not hold the newest whole save, is flushed,
closed, read again and compared; nothing is ever changed in place. Each file begins with a number that counts up and a
checksum of everything in it, so that whatever is found later is the newest whole save, or it is not taken for one.

A name can be put away: a third file says so and when, and while it lies there, nobody is told of the name. To bring the
name back is to remove that file, so that neither needs room nor can be half done.

A file of a newer version of this page is nobody's to overwrite: there is no saving under its name, until somebody who
can read it, or the visitor, has removed it.

What is promised: after any crash at any moment, and after any error, the last save that was reported as done can be
loaded. What is not: a browser may throw away everything a site keeps, so there are exports.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drillsergeant.runtimes.storage import File, Storage, StorageError

MAGIC = b"dshqsave"
VERSION = 1
LATER_VERSIONS = range(VERSION + 1, 256)  # a larger number is damage
SLOTS = (".a", ".b")
AWAY = ".away"
# magic, format version, CRC-32 of everything behind it in the file, generation, length of the content
HEADER = struct.Struct("<8sIIQQ")
HEAD = struct.Struct("<8sI")  # what every version begins with
CHECKED_FROM = 16
NEWEST = 2**64 - 1  # above every generation
LONGEST_NAME = 40  # characters
LONGEST_NAME_BYTES = 100  # a file's name holds them in hexadecimal
JOINERS = "\u200c\u200d"  # invisible, and part of words in some scripts and of emoji made of several


@dataclass(frozen=True)
class Saved:
    """The newest whole save of a name. `damaged`: its other file held no whole save and was passed over; `newer`: that
    one is of a newer version of this page."""

    content: bytes
    generation: int
    damaged: bool
    newer: bool = False


class _Slot(NamedTuple):
    """What lies in one of a name's two files: nothing whole, a save, or one of a newer version of this page."""

    generation: int = 0
    content: bytes = b""
    newer: bool = False


def check_name(name: str) -> str:
    """Return the name without surrounding space. Raises ValueError for one that cannot be a run's."""
    name = _trimmed(name)
    size = len(name.encode(errors="replace"))
    if not name or len(name) > LONGEST_NAME or visible(name) != name:
        shown = "".join(each if visible(each) else "\ufffd" for each in name[:LONGEST_NAME])
        raise ValueError(f"a run's name has 1 to {LONGEST_NAME} characters that can be seen, not “{shown}”")
    if size > LONGEST_NAME_BYTES:
        raise ValueError(f"“{name}” takes {size} bytes, and there is room for {LONGEST_NAME_BYTES}: shorten it")
    return name


def visible(name: str) -> str:
    """The name without what cannot be seen, such as line breaks and signs that turn the direction of writing round."""
    return "".join(each for each in name if each.isprintable() or each in JOINERS)


def fitted(base: str, number: int) -> str:
    """A run's name made of a text, as far as it can be seen and there is room; from the second on with a number."""
    end, name = "" if number == 1 else f" {number}", _trimmed(visible(base)) or "run"
    while len(name + end) > LONGEST_NAME or len((name + end).encode()) > LONGEST_NAME_BYTES:
        name = _trimmed(name[:-1])
    return check_name(name + end)


def _trimmed(name: str) -> str:
    """Without what cannot be seen at its ends."""
    while (shorter := name.strip().strip(JOINERS)) != name:
        name = shorter
    return name


class Archive:
    """Saves by name in one folder. One caller at a time for a name: see to that with a lock."""

    def __init__(self, storage: Storage) -> None:
        """`make_room` may be set by who knows what can go when a save has no room; it returns whether there is more."""
        self._storage = storage
        self.make_room: Callable[[], Awaitable[bool]] = _no_more_room

    async def names(self) -> list[str]:
        """All names under which something lies, whole or not, and that are not put away, in alphabetical order."""
        files = await self._storage.names()
        return sorted(_names_of(files, SLOTS) - _names_of(files, (AWAY,)))

    async def taken(self) -> list[str]:
        """All names that a new save cannot have: those that are put away, too."""
        return sorted(_names_of(await self._storage.names(), (*SLOTS, AWAY)))

    async def away(self) -> dict[str, float]:
        """The names that are put away, and since when, seconds since 1970; now, where a crash has left that unknown."""
        files = await self._storage.names()
        found = {}
        for name in _names_of(files, (AWAY,)):
            if name not in _names_of(files, SLOTS):  # its removal was not finished
                await self._storage.delete(_file(name, AWAY))
                continue
            text = (await self._read(_file(name, AWAY))).decode(errors="replace")
            found[name] = float(text) if text.isdecimal() else time.time()
        return found

    async def put_away(self, name: str, now_s: float) -> None:
        """Nobody is told of this name, until it is brought back. Raises StorageError, and it is still there then."""
        file = _file(name, AWAY)
        try:
            await _write(await self._storage.open(file, create=True), f"{now_s:.0f}".encode())
        except StorageError:
            await self._discard(file)
            raise

    async def bring_back(self, name: str) -> None:
        """The name is there again, with what was saved under it."""
        await self._storage.delete(_file(name, AWAY))

    async def save(self, name: str, content: bytes) -> int:
        """Keep `content` under `name`; returns its generation once it is safe.

        Raises StorageError when it was not saved; what was saved before is still there.
        """
        try:
            return await self._save(name, content)
        except StorageError as wrong:
            if wrong.kind != "full" or not await self.make_room():
                raise
        return await self._save(name, content)

    async def _save(self, name: str, content: bytes) -> int:
        slots = await self._slots(name)
        if any(slot.newer for slot in slots):
            raise newer_version(name)
        newest = max(slots)
        generation = newest.generation + 1
        target = _file(name, SLOTS[1 - slots.index(newest)])
        body = _encode(generation, content)
        opened = await self._storage.open(target, create=True)
        try:
            await _write(opened, body)
            if await self._read(target) != body:
                raise StorageError("failed", "what was read back is not what was written")
        except StorageError:
            await self._discard(target)
            raise
        return generation

    async def load(self, name: str) -> Saved:
        """The newest whole save. Raises StorageError where there is none, of the kind "newer" where a newer version of
        this page could read one."""
        slots = await self._slots(name)
        newer = any(slot.newer for slot in slots)
        newest = max(slot for slot in (*slots, _Slot()) if not slot.newer)
        if not newest.generation:
            raise newer_version(name) if newer else StorageError("missing", f"there is no whole save named {name!r}")
        present = await self._storage.names()
        broken = [_file(name, end) for end, slot in zip(SLOTS, slots, strict=True) if not slot.generation]
        return Saved(newest.content, newest.generation, any(file in present for file in broken), newer)

    async def delete(self, name: str) -> None:
        """Remove everything under `name`, the newest save last, and then that it was put away."""
        slots = await self._slots(name)
        for _, slot in sorted(zip(slots, SLOTS, strict=True)):
            await self._storage.delete(_file(name, slot))
        await self._storage.delete(_file(name, AWAY))

    async def rename(self, old: str, new: str) -> None:
        """Move the newest save to another name, a free one. Raises StorageError; the old name still has it then."""
        if new in await self.taken():
            raise StorageError("failed", f"there is a run named {new!r} already; choose another name")
        saved = await self.load(old)
        if saved.newer:
            raise newer_version(old)
        await self.save(new, saved.content)
        await self.delete(old)

    async def _slots(self, name: str) -> list[_Slot]:
        """What lies in the two files."""
        present = await self._storage.names()
        files = [_file(name, slot) for slot in SLOTS]
        return [_decode(await self._read(file)) if file in present else _Slot() for file in files]

    async def _read(self, file: str) -> bytes:
        opened = await self._storage.open(file, create=False)
        try:
            return opened.read(0, opened.size())
        finally:
            opened.close()

    async def _discard(self, file: str) -> None:
        """Remove what could not be written whole; it would not be taken for a save, but it takes room."""
        try:
            await self._storage.delete(file)
        except StorageError:
            return


async def _write(opened: File, body: bytes) -> None:
    """Fill an open file and close it."""
    try:
        opened.truncate(len(body))
        written = opened.write(0, body)
        if written != len(body):
            raise StorageError("full", f"there is room for only {written} of {len(body)} bytes")
        await opened.flush()
    finally:
        opened.close()


def _file(name: str, slot: str) -> str:
    return name.encode().hex() + slot


def _names_of(files: Sequence[str], ends: tuple[str, ...]) -> set[str]:
    """The names that those of the files belong to which end so; somebody else's files are left out."""
    found = {_name_of(file) for file in files if file.endswith(ends)}
    return {name for name in found if name is not None}


def _name_of(file: str) -> str | None:
    """The name that a file belongs to; None for somebody else's file."""
    try:
        return check_name(bytes.fromhex(file.rpartition(".")[0]).decode())
    except ValueError:
        return None


async def _no_more_room() -> bool:
    return False


def _encode(generation: int, content: bytes) -> bytes:
    header = HEADER.pack(MAGIC, VERSION, 0, generation, len(content))
    crc = zlib.crc32(content, zlib.crc32(header[CHECKED_FROM:]))
    return HEADER.pack(MAGIC, VERSION, crc, generation, len(content)) + content


def newer_version(name: str) -> StorageError:
    """Why nothing is done with a save of a newer version of this page."""
    remedy = "it is kept as it is; reload the page to get that version"
    return StorageError("newer", f"{name!r} was saved by a newer version of this page: {remedy}")


def _decode(body: bytes) -> _Slot:
    """What lies in a file with this content."""
    magic, version = HEAD.unpack_from(body) if len(body) >= HEAD.size else (b"", 0)
    if magic != MAGIC or (version not in LATER_VERSIONS and len(body) < HEADER.size):
        return _Slot()
    if version in LATER_VERSIONS:
        return _Slot(NEWEST, newer=True)
    *_, crc, generation, length = HEADER.unpack_from(body)
    if version != VERSION or length != len(body) - HEADER.size or not 1 <= generation < NEWEST:
        return _Slot()
    if zlib.crc32(body[CHECKED_FROM:]) != crc:
        return _Slot()
    return _Slot(generation, body[HEADER.size :])
