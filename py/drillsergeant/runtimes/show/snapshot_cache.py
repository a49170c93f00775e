"""The show's way to older policies: parameters of a snapshot by its id, for as long as somebody may want them."""

from __future__ import annotations

from drillsergeant.memory.access import Memory
from drillsergeant.memory.snapshots import SnapshotReader

KEPT = 4


class SnapshotCache:
    """Fetches from the library into one place of shared memory. The last few stay at hand: a version on screen may be
    thinned away, and is then still there to change teams or to be compared."""

    def __init__(self, library: SnapshotReader, memory: Memory, offset: int, size_bytes: int) -> None:
        self._library, self._memory, self._offset, self._size_bytes = library, memory, offset, size_bytes
        self._kept: dict[int, bytearray] = {}
        self._guests: dict[int, bytes] = {}

    def take_in(self, ident: int, parameters: bytes) -> None:
        """Keep a policy from elsewhere, f32 [P], as long as this worker plays the game. Raises ValueError for another
        size."""
        if len(parameters) != self._size_bytes:
            raise ValueError(f"a policy has {self._size_bytes} bytes here, this one {len(parameters)}")
        self._guests[ident] = parameters

    def fetch(self, ident: int) -> int | None:
        """Return the byte offset of a copy, good until the next call; None where snapshot `ident` is kept nowhere."""
        if ident in self._guests:
            self._memory.write(self._offset, self._guests[ident])
            return self._offset
        copy = self._kept.pop(ident, None)
        if copy is not None:
            self._memory.write(self._offset, copy)
        else:
            ids = self._library.ids()
            if ident not in ids or self._library.copy(ids.index(ident), self._offset) != ident:
                return None
            copy = bytearray(self._size_bytes)
            self._memory.read(self._offset, copy)
        self._kept[ident] = copy
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return self._offset
