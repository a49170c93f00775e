"""Weights channel whose parameters come from an array of this process and go to one: whole vectors to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drillsergeant.memory.weights import PublishedWeights, WeightsReader, WeightsWriter

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class CopyingWriter(WeightsWriter):
    """A trainer's end that publishes arrays."""

    def publish(self, parameters: ReadableBuffer, step_counter: int) -> int:
        """Copy f32 [P] `parameters` to a free slot and make it active; the new version."""
        self._memory.write(self.reserve(), parameters)
        return self.commit(step_counter)


class CopyingReader(WeightsReader):
    """A reader's end that copies what it pins."""

    def read(self, target: WriteableBuffer) -> PublishedWeights | None:
        """Copy the newest f32 [P] into `target`; None (and `target` untouched) before the first version."""
        with self.pinned() as snapshot:
            if snapshot is not None:
                self._memory.read(snapshot.offset, target)
        return snapshot
