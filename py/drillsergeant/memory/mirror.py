"""Solo mode's channel: what the trainer's own memory holds for others, as copies that travel by message.

Where memory cannot be shared, every worker lays out a memory of its own by the same table. The trainer's is the one
that matters; of it, the parts that the show reads are sent on as spans (byte offset, bytes) and written to the same
place of the show's memory between two frames, whole. Readers there work as they do on shared memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import TRAINER, Layout, rollout
from drillsergeant.memory.snapshots import EMPTY, SnapshotReader
from drillsergeant.memory.weights import WeightsWord

Window = tuple[int, int]  # byte offset and size
Spans = dict[str, object]  # bytes by offset in decimal, as postMessage carries them


class Mirror:
    """The trainer's end: collects what changed since it was asked last."""

    def __init__(self, memory: Memory, layout: Layout, windows: Sequence[Window]) -> None:
        """`windows`: parts of the matches' state to send along as they stand, whenever matches were played."""
        self._memory, self._layout, self._windows = memory, layout, windows
        self._library = SnapshotReader(memory, layout)
        self._ids = [EMPTY] * len(self._library.ids())
        self._version = memory.load(self._version_word) - 1  # so that the first look finds news
        self._counts = b""

    @property
    def _version_word(self) -> int:
        return self._layout["weights.control"].word + WeightsWord.VERSION

    def news(self) -> Spans:
        """What a reader has to be told; nothing where nothing changed."""
        parts = [*self._weights(), *self._snapshots(), *self._play()]
        return {str(offset): self._read(offset, size) for offset, size in parts}

    def _weights(self) -> Iterator[Window]:
        version = self._memory.load(self._version_word)
        if version != self._version:
            self._version = version
            slot = self._memory.load(self._layout["weights.control"].word + WeightsWord.ACTIVE_IDX)
            for name in (f"weights.{slot}.header", f"weights.{slot}", "weights.control"):
                yield self._region(name)

    def _snapshots(self) -> Iterator[Window]:
        ids = self._library.ids()
        if ids != self._ids:
            size = self._layout.plan.parameter_count * WORD_BYTES
            for slot, (before, ident) in enumerate(zip(self._ids, ids, strict=True)):
                if ident not in (before, EMPTY):
                    yield self._layout["library.parameters"].offset + slot * size, size
            self._ids = ids
            yield self._region("library.ids")

    def _play(self) -> Iterator[Window]:
        regions = [self._region(name) for name in (f"telemetry.{rollout(0)}", f"telemetry.{TRAINER}", "run")]
        counts = b"".join(self._read(*region) for region in regions)
        if counts != self._counts:
            self._counts = counts
            yield from (*regions, *self._windows)

    def _region(self, name: str) -> Window:
        region = self._layout[name]
        return region.offset, region.size_bytes

    def _read(self, offset: int, size: int) -> bytes:
        copy = bytearray(size)
        self._memory.read(offset, copy)
        return bytes(copy)


def apply(memory: Memory, spans: Mapping[str, object]) -> None:
    """Write what a `Mirror` sent. ValueError where it is no such thing."""
    for offset, content in spans.items():
        if not offset.isdecimal() or not isinstance(content, bytes | memoryview):
            raise ValueError(f"span {offset!r} holds {type(content).__name__}, needs an offset in bytes and its bytes")
        memory.write(int(offset), cast("bytes", content))
