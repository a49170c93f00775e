"""The weights channel: R + 2 slots, so that neither the writer nor any of R readers ever waits or sees a torn vector.

A plain double buffer tears as soon as the writer publishes twice during one read. Here the writer never fills a slot
that is active or pinned; each reader pins at most one slot, so of R + 2 slots one is always free. The argument rests
on sequentially consistent single-cell operations: a reader stores its pin and then looks again whether the slot still
is active; the writer flips `active_idx` and only afterwards looks at the pins. Whatever the order, one of them
notices. Bulk data is handed over by that flip and by nothing else.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from drillsergeant.memory.access import WORD_BYTES, Memory, signed, unsigned
from drillsergeant.memory.layout import Layout

UNPINNED = 0  # a pin cell holds slot + 1, so that a zeroed memory is a valid start


class WeightsWord(IntEnum):
    """Words of region `weights.control`, all written by the trainer."""

    ACTIVE_IDX = 0
    VERSION = 1
    STEP_COUNTER = 2  # low 32 bits, for display; the whole count is in the slot's header


class SlotWord(IntEnum):
    """Words of a slot's header, filled before the slot becomes active and constant while it is active or pinned."""

    VERSION = 0
    STEP_LOW = 1
    STEP_HIGH = 2
    SHAPE_HASH = 3  # of the network the parameters belong to


@dataclass(frozen=True)
class PublishedWeights:
    """One published version. `offset` is where its f32 [P] parameters start, in bytes; valid while pinned."""

    version: int
    step_counter: int
    shape_hash: int
    slot: int
    offset: int


class WeightsWriter:
    """The trainer's end. One at a time; a replacement goes on after the last version that became active."""

    def __init__(self, memory: Memory, layout: Layout, shape_hash: int) -> None:
        """Publish networks of `shape_hash` (any 32 bits), from where an earlier writer stopped."""
        self._memory = memory
        self._shape_hash = shape_hash
        self._layout = layout
        self._control = layout["weights.control"].word
        self._pins = [layout[f"weights.pin.{reader}"].word for reader in layout.plan.readers]
        self._active = memory.load(self._control + WeightsWord.ACTIVE_IDX)
        self._version = unsigned(memory.load(layout[f"weights.{self._active}.header"].word + SlotWord.VERSION))
        self._reserved: int | None = None

    @property
    def version(self) -> int:
        """Version published last; 0 before the first."""
        return self._version

    @property
    def active_offset(self) -> int:
        """Byte offset of the parameters published last; only this writer may read them without a pin."""
        return self._layout[f"weights.{self._active}"].offset

    def go_on_from(self, version: int) -> None:
        """Give what is published next a higher number than `version`, which somebody has been told of."""
        self._version = max(self._version, version)

    def reserve(self) -> int:
        """Return the byte offset of a slot that nobody reads, to be filled in place with f32 [P] and committed."""
        taken = {self._active} | {self._memory.load(pin) - 1 for pin in self._pins}
        self._reserved = next((slot for slot in range(self._layout.weight_slots) if slot not in taken), None)
        if self._reserved is None:
            raise RuntimeError(
                f"all {self._layout.weight_slots} weights slots are active or pinned by {len(self._pins)} readers: "
                "a pin cell was written by two workers; reload the page"
            )
        return self._layout[f"weights.{self._reserved}"].offset

    def commit(self, step_counter: int) -> int:
        """Make the reserved slot the active one and wake waiting readers; return its version.

        step_counter: agent decisions the parameters were trained on.
        """
        if self._reserved is None:
            raise RuntimeError(
                f"no slot is reserved for version {self._version + 1}: call reserve(), fill it, then commit"
            )
        self._version = unsigned(self._version + 1) or 1  # 0 stays "nothing published"
        self._active, self._reserved = self._reserved, None
        words = (self._version, step_counter, step_counter >> 32, self._shape_hash)
        header = array("i", map(signed, words))
        self._memory.write(self._layout[f"weights.{self._active}.header"].offset, header)
        self._memory.store(self._control + WeightsWord.ACTIVE_IDX, self._active)  # data first, index last
        self._memory.store(self._control + WeightsWord.STEP_COUNTER, step_counter)
        # The version is bumped after the flip, so whoever sees it rise finds a slot at least that new.
        self._memory.store(self._control + WeightsWord.VERSION, self._version)
        self._memory.notify(self._control + WeightsWord.VERSION)
        return self._version


class WeightsReader:
    """A reader's end, one per role. Holds at most one pin."""

    def __init__(self, memory: Memory, layout: Layout, reader: str, shape_hash: int) -> None:
        """Read as role `reader` ("show" or "rollout.0"), expecting networks of `shape_hash`."""
        self._memory = memory
        self._layout = layout
        self._reader = reader
        self._shape_hash = unsigned(shape_hash)
        self._control = layout["weights.control"].word
        self._pin = layout[f"weights.pin.{reader}"].word
        self.version = 0  # of the snapshot pinned last; never goes backwards

    def newer(self) -> bool:
        """Tell whether a version other than the one pinned last is published."""
        return unsigned(self._memory.load(self._control + WeightsWord.VERSION)) != self.version

    def wait(self, timeout_s: float) -> bool:
        """Sleep until `newer`, at most `timeout_s`; return `newer`. Not for threads that must not block."""
        if not self.newer():
            self._memory.wait(self._control + WeightsWord.VERSION, self.version, timeout_s)
        return self.newer()

    def pin(self) -> PublishedWeights | None:
        """Keep the active slot from being overwritten until `unpin`, for kernels that read it in place.

        None where nothing is published yet. ValueError where the network has another shape than this reader's.
        """
        active = self._control + WeightsWord.ACTIVE_IDX
        while True:
            slot = self._memory.load(active)
            self._memory.store(self._pin, slot + 1)
            if self._memory.load(active) == slot:
                break
        snapshot = self._read_header(slot)
        if snapshot.version == 0:
            self.unpin()
            return None
        if snapshot.shape_hash != self._shape_hash:
            self.unpin()
            raise ValueError(
                f"weights have shape hash {snapshot.shape_hash:#010x}, {self._reader} expects {self._shape_hash:#010x}"
                ": the trainer runs another network; reset the trainer or reload the page"
            )
        self.version = snapshot.version
        return snapshot

    def unpin(self) -> None:
        """Let the writer have the slot again."""
        self._memory.store(self._pin, UNPINNED)

    @contextmanager
    def pinned(self) -> Iterator[PublishedWeights | None]:
        """Pin for the length of a `with` block."""
        snapshot = self.pin()
        try:
            yield snapshot
        finally:
            self.unpin()

    def _read_header(self, slot: int) -> PublishedWeights:
        words = array("i", bytes(WORD_BYTES * len(SlotWord)))
        self._memory.read(self._layout[f"weights.{slot}.header"].offset, words)
        version, low, high, shape_hash = map(unsigned, words)
        offset = self._layout[f"weights.{slot}"].offset
        return PublishedWeights(version, high << 32 | low, shape_hash, slot, offset)


def clear_pin(memory: Memory, layout: Layout, reader: str) -> None:
    """Free what a dead reader had pinned. Only for the supervisor, and only once the reader is certainly gone."""
    memory.store(layout[f"weights.pin.{reader}"].word, UNPINNED)


def weights_digest(memory: Memory, layout: Layout, weights_offset: int) -> str:
    """SHA-256 of the bytes of the f32 [P] at `weights_offset`, in hexadecimal."""
    parameters = bytearray(layout.plan.parameter_count * WORD_BYTES)
    memory.read(weights_offset, parameters)
    return hashlib.sha256(parameters).hexdigest()
