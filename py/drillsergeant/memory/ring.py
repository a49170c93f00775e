"""The rollout ring: one producer (a rollout worker), one consumer (the trainer), whole chunks in shared memory.

`head` counts chunks published, `tail` chunks released; both only grow, wrap at 2**32, and have one writer each. Chunk k
lies in slot k % ring_slots. Data first, index last: a chunk is invisible until `head` has passed it, so a producer that
dies in the middle of one leaves nothing behind. A full ring makes the producer wait, never overwrite.

Every chunk carries the *lane epoch* its producer was started with. The page raises the lane's epoch before it starts a
replacement; the consumer then drops what the dead one had left, and counts it. It drops in the same way what was begun
in an earlier *run epoch* (see `run_epoch`): with a policy that the trainer has left behind.
"""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from enum import IntEnum

from drillsergeant.memory.access import WORD_BYTES, Memory, signed, unsigned
from drillsergeant.memory.layout import ChunkWord, Layout
from drillsergeant.memory.run_epoch import RunStart, RunWord
from drillsergeant.memory.telemetry import Counter, TelemetryWriter


class ProducerWord(IntEnum):
    """Words of region `ring.*.producer`, written by the rollout worker."""

    HEAD = 0


class ConsumerWord(IntEnum):
    """Words of region `ring.*.consumer`, written by the trainer."""

    TAIL = 0
    DROPPED = 1


@dataclass(frozen=True)
class Chunk:
    """A published chunk, private to the consumer until released. `offset` is its first byte in shared memory."""

    worker: int
    sequence: int
    epoch: int
    run: int
    offset: int


def raise_epoch(memory: Memory, layout: Layout, worker: int) -> int:
    """Begin a new lane epoch, between the certain death of a worker and the start of its replacement; return it.

    Only the page calls this.
    """
    word = layout["lane_epoch"].word + worker
    epoch = signed(memory.load(word) + 1)
    memory.store(word, epoch)
    return unsigned(epoch)


class _Ring:
    """What both ends know: where the counters and the chunks of one worker are."""

    def __init__(self, memory: Memory, layout: Layout, worker: int) -> None:
        self._memory = memory
        self._layout = layout
        self._worker = worker
        self._slots = layout.plan.ring_slots
        self._chunks = layout[f"ring.{worker}.chunks"].offset
        self._head_word = layout[f"ring.{worker}.producer"].word + ProducerWord.HEAD
        self._tail_word = layout[f"ring.{worker}.consumer"].word + ConsumerWord.TAIL
        self._epoch_word = layout["lane_epoch"].word + worker
        self._run_word = layout["run"].word + RunWord.EPOCH
        self._doorbell_word = layout["doorbell"].word

    def _offset_of(self, sequence: int) -> int:
        """Byte offset of chunk number `sequence`."""
        return self._chunks + unsigned(sequence) % self._slots * self._layout.chunk_bytes


class RingProducer(_Ring):
    """The rollout worker's end."""

    def __init__(self, memory: Memory, layout: Layout, worker: int, telemetry: TelemetryWriter) -> None:
        """Go on after the last chunk that any producer of this lane published, under the lane's present epoch."""
        super().__init__(memory, layout, worker)
        self._telemetry = telemetry
        self._head = memory.load(self._head_word)
        self._reserved = False
        self.epoch = unsigned(memory.load(self._epoch_word))
        self.run = 0
        self._run_start = RunStart(memory, layout)

    @property
    def sequence(self) -> int:
        """Number of the next chunk, unsigned 32-bit."""
        return unsigned(self._head)

    def reserve(self, timeout_s: float) -> int | None:
        """Return the byte offset of the chunk to fill; None when the ring is still full after about `timeout_s`.

        Then look at stop flags and call again. Time spent asleep is counted as WAITING_US. The chunk belongs to the
        run epoch of this moment, `run`: take the weights afterwards.
        """
        tail = self._memory.load(self._tail_word)
        if self._is_full(tail):
            began_s = time.monotonic()
            self._memory.wait(self._tail_word, tail, timeout_s)
            self._telemetry.count(Counter.WAITING_US, int((time.monotonic() - began_s) * 1e6))
            if self._is_full(self._memory.load(self._tail_word)):
                return None
        self._reserved = True
        self.run = unsigned(self._memory.load(self._run_word))
        return self._offset_of(self._head)

    def start_due(self) -> int | None:
        """The seed from which all matches are to begin anew before the reserved chunk is played; None: they go on."""
        return self._run_start.due(self.run)

    @property
    def lesson(self) -> int:
        """The lesson of the drill at which matches are to be played."""
        return self._run_start.lesson

    def turned(self) -> bool:
        """Whether the run epoch has turned since `reserve`: the policy has been left behind."""
        return unsigned(self._memory.load(self._run_word)) != self.run

    def publish(self) -> None:
        """Hand the reserved chunk to the trainer."""
        if not self._reserved:
            raise RuntimeError(
                f"ring {self._worker}: chunk {self.sequence} is published without a slot for it: call reserve() "
                "until it returns an offset, fill the chunk, then publish once"
            )
        words = {ChunkWord.SEQUENCE: self._head, ChunkWord.EPOCH: self.epoch, ChunkWord.RUN: self.run}
        header = array("i", (signed(words[word]) for word in ChunkWord))
        self._memory.write(self._layout.chunk_field("header", self._offset_of(self._head)).offset, header)
        self._reserved = False
        self._head = signed(self._head + 1)
        self._memory.store(self._head_word, self._head)  # data first, index last
        self._memory.add(self._doorbell_word, 1)
        self._memory.notify(self._doorbell_word)
        self._telemetry.count(Counter.CHUNKS)

    def _is_full(self, tail: int) -> bool:
        return unsigned(self._head - tail) >= self._slots


class RingConsumer(_Ring):
    """The trainer's end of one worker's ring."""

    def __init__(self, memory: Memory, layout: Layout, worker: int) -> None:
        """Go on after the last chunk that any consumer of this lane released: what a dead one held comes again."""
        super().__init__(memory, layout, worker)
        self._tail = memory.load(self._tail_word)
        self._held: Chunk | None = None
        self._dropped_word = layout[f"ring.{worker}.consumer"].word + ConsumerWord.DROPPED

    @property
    def dropped(self) -> int:
        """Chunks of dead workers and of policies left behind that were thrown away so far, unsigned 32-bit."""
        return unsigned(self._memory.load(self._dropped_word))

    def peek(self) -> Chunk | None:
        """Return the oldest chunk of the lane's and the run's present epochs, None where there is none; never waits.

        The same chunk is returned until `release`, even if its worker dies meanwhile: it is complete. It is dropped
        when the run's epoch turns. Chunks of older epochs that nobody holds are dropped on the way.
        """
        run = unsigned(self._memory.load(self._run_word))
        if self._held is not None and self._held.run != run:
            self._held = None
        while self._held is None and unsigned(self._memory.load(self._head_word) - self._tail):
            chunk = self._read_header()
            if chunk.epoch == unsigned(self._memory.load(self._epoch_word)) and chunk.run == run:
                self._held = chunk
            else:
                self._memory.store(self._dropped_word, self.dropped + 1)
                self._advance()
        return self._held

    def release(self) -> None:
        """Give the held chunk's slot back to the producer and wake it. Its bytes must not be read afterwards."""
        if self._held is None:
            raise RuntimeError(
                f"ring {self._worker}: nothing is held at chunk {unsigned(self._tail)}: call release() once after each "
                "peek() that returned a chunk"
            )
        self._held = None
        self._advance()

    def _advance(self) -> None:
        self._tail = signed(self._tail + 1)
        self._memory.store(self._tail_word, self._tail)
        self._memory.notify(self._tail_word)

    def _read_header(self) -> Chunk:
        offset = self._offset_of(self._tail)
        words = array("i", bytes(WORD_BYTES * len(ChunkWord)))
        self._memory.read(self._layout.chunk_field("header", offset).offset, words)
        sequence, epoch, run = map(unsigned, words)
        if sequence != unsigned(self._tail):
            raise RuntimeError(
                f"ring {self._worker} holds chunk {sequence} where chunk {unsigned(self._tail)} was expected: "
                "two workers write this lane; reload the page"
            )
        return Chunk(self._worker, sequence, epoch, run, offset)


class Doorbell:
    """Rung by every producer that publishes, so that the trainer can sleep before several empty rings."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Belong to the trainer."""
        self._memory = memory
        self._word = layout["doorbell"].word

    def ticket(self) -> int:
        """Take this before looking at the rings; `wait` then misses nothing that was published since."""
        return self._memory.load(self._word)

    def wait(self, ticket: int, timeout_s: float) -> None:
        """Sleep until a chunk was published after `ticket` was taken, at most `timeout_s`."""
        self._memory.wait(self._word, ticket, timeout_s)
