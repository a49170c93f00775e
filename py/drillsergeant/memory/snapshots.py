"""The library: K frozen snapshots of the policy in shared memory, for whoever plays an older self.

A slot is guarded by its id: the trainer takes the id away, writes the parameters and gives the slot its new id; a
reader copies between two looks at the id and throws the copy away where they differ. Nobody waits; a reader that loses
the race plays what it played before and asks again. An id names the same parameters for as long as the memory lives
and is never given again, so that an id seen twice means that nothing was written in between. This is a sequence lock;
H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC 2012, tells why the reader's
second look, and the writer's taking away of the id, must be a read-modify-write: a plain load could be answered before
the copy ends, and the copy could begin before a plain store is seen.

Results of matches against snapshots go the other way: each rollout worker counts in cells of its own, which start
again from nothing when the id in the slot is another.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from drillsergeant.memory.access import WORD_BYTES, Memory
from drillsergeant.memory.layout import LIBRARY_SLOTS, TALLY_WORDS, Layout, rollout

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

EMPTY = 0
NO_CHOICE = -1


class TallyWord(IntEnum):
    """Words of a tally. Written id last when it starts, episodes first when it grows: wins + losses <= episodes."""

    ID = 0
    EPISODES = 1
    WINS = 2
    LOSSES = 3


assert len(TallyWord) == TALLY_WORDS, "the layout has no room for the words of a tally"


class DuelTally(NamedTuple):
    """Episodes of the learning policy against snapshot `ident`, all workers together, draws among the episodes."""

    ident: int
    episodes: int
    wins: int
    losses: int


class SnapshotWriter:
    """The trainer's end. One at a time; a replacement finds the slots as they are."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Keep the library of this memory."""
        self._memory, self._places = memory, _Places(layout)
        self._choice = layout["library.choice"].word
        self._workers = layout.plan.workers

    def put(self, slot: int, ident: int, source: ReadableBuffer | int) -> None:
        """Fill `slot` with f32 [P], a buffer or a byte offset in this memory, as snapshot `ident` >= 1, a new one."""
        if ident <= EMPTY:
            raise ValueError(f"snapshot id is {ident}, needs at least {EMPTY + 1}: {EMPTY} marks an empty slot")
        place = self._places.parameters(slot)
        if isinstance(source, int):
            parameters = memoryview(bytearray(self._places.size_bytes))
            self._memory.read(source, parameters)
        else:
            parameters = memoryview(source).cast("B")
        if parameters.nbytes != self._places.size_bytes:
            raise ValueError(
                f"snapshot {ident} has {parameters.nbytes} bytes, slots have {self._places.size_bytes}: "
                "make the layout from the network that is trained"
            )
        self.drop(slot)
        self._memory.write(place, parameters)
        self._memory.store(self._places.ident(slot), ident)

    def parameters(self, slot: int) -> bytes:
        """The f32 [P] of `slot`. Nobody else writes it, so one look is enough."""
        content = bytearray(self._places.size_bytes)
        self._memory.read(self._places.parameters(slot), content)
        return bytes(content)

    def drop(self, slot: int) -> None:
        """Empty `slot`."""
        word = self._places.ident(slot)
        self._memory.add(word, -self._memory.load(word))  # not a store: see above; nobody else writes, so 0

    def ids(self) -> list[int]:
        """The snapshot in each slot, 0 where there is none."""
        return [self._memory.load(self._places.ident(slot)) for slot in range(LIBRARY_SLOTS)]

    def choose(self, worker: int, slot: int) -> None:
        """Let `worker` play its duels against `slot` from its next chunk on; NO_CHOICE for nobody's snapshot."""
        if not 0 <= worker < self._workers or not NO_CHOICE <= slot < LIBRARY_SLOTS:
            raise ValueError(
                f"worker {worker} of {self._workers} cannot play slot {slot} of {LIBRARY_SLOTS}: "
                f"choose an existing worker and slot, or {NO_CHOICE} for none"
            )
        self._memory.store(self._choice + worker, slot)

    def chosen(self) -> set[int]:
        """Slots that some worker is to play."""
        return {self._memory.load(self._choice + worker) for worker in range(self._workers)} - {NO_CHOICE}

    def tallies(self) -> dict[int, DuelTally]:
        """What became of the duels against each snapshot that is in a slot now, by slot."""
        return {slot: self._tally(slot, ident) for slot, ident in enumerate(self.ids()) if ident != EMPTY}

    def _tally(self, slot: int, ident: int) -> DuelTally:
        counts = [self._counts(worker, slot, ident) for worker in range(self._workers)]
        episodes, wins, losses = (sum(column) for column in zip(*counts, strict=True))
        return DuelTally(ident, episodes, wins, losses)

    def _counts(self, worker: int, slot: int, ident: int) -> tuple[int, int, int]:
        word = self._places.tally(worker, slot)
        if self._memory.load(word + TallyWord.ID) != ident:
            return 0, 0, 0
        # The other way round than they are written: no more won and lost than played, whenever the worker counts.
        losses, wins, episodes = (
            self._memory.load(word + name) for name in (TallyWord.LOSSES, TallyWord.WINS, TallyWord.EPISODES)
        )
        return episodes, wins, losses


class SnapshotReader:
    """The end of the show, and of a rollout worker that plays against snapshots."""

    def __init__(self, memory: Memory, layout: Layout) -> None:
        """Read the library of this memory."""
        self._memory, self._places = memory, _Places(layout)
        self._copy = bytearray(self._places.size_bytes)

    def ids(self) -> list[int]:
        """The snapshot in each slot, 0 where there is none."""
        return [self._memory.load(self._places.ident(slot)) for slot in range(LIBRARY_SLOTS)]

    def copy(self, slot: int, target_offset: int) -> int:
        """Copy the f32 [P] of `slot` to a byte offset of this memory that is the caller's own; return its id.

        Returns 0 and leaves the target alone where the slot is empty or changed while it was copied.
        """
        word = self._places.ident(slot)
        ident = self._memory.load(word)
        if ident == EMPTY:
            return EMPTY
        self._memory.read(self._places.parameters(slot), self._copy)
        if self._memory.add(word, 0) != ident:
            return EMPTY
        self._memory.write(target_offset, self._copy)
        return ident


class DuelBook:
    """A rollout worker's end: a copy of the snapshot it is to play, and what came of playing it."""

    def __init__(self, memory: Memory, layout: Layout, worker: int) -> None:
        """Play as rollout worker `worker`; a replacement goes on from what is counted already."""
        self._memory, self._places, self._worker = memory, _Places(layout), worker
        self._reader = SnapshotReader(memory, layout)
        self._choice = layout["library.choice"].word + worker
        self._rival = layout[f"library.rival.{rollout(worker)}"].offset
        self._slot, self._ident = NO_CHOICE, EMPTY

    @property
    def rival(self) -> int | None:
        """Byte offset of the copy of the snapshot that is played, None where nobody's snapshot is."""
        return self._rival if self._ident != EMPTY else None

    def follow(self) -> bool:
        """Copy the snapshot the trainer has chosen, if it is another than the one here; tells whether it was.

        A chosen slot that is empty, or changes just now, leaves things as they are: the frozen copy is still good.
        """
        slot = self._memory.load(self._choice)
        if not 0 <= slot < LIBRARY_SLOTS:
            changed = self._ident != EMPTY
            self._slot, self._ident = NO_CHOICE, EMPTY
            return changed
        ident = self._memory.load(self._places.ident(slot))
        if ident == EMPTY or (slot, ident) == (self._slot, self._ident):
            return False
        ident = self._reader.copy(slot, self._rival)
        if ident != EMPTY:
            self._slot, self._ident = slot, ident
        return ident != EMPTY

    def count(self, episodes: int, wins: int, losses: int) -> None:
        """Add to what is counted of this worker's duels against the snapshot it plays."""
        if self._ident == EMPTY:
            return
        word = self._places.tally(self._worker, self._slot)
        if self._memory.load(word + TallyWord.ID) != self._ident:
            self._memory.store(word + TallyWord.ID, EMPTY)
            for name in (TallyWord.EPISODES, TallyWord.WINS, TallyWord.LOSSES):
                self._memory.store(word + name, 0)
            self._memory.store(word + TallyWord.ID, self._ident)
        counts = ((TallyWord.EPISODES, episodes), (TallyWord.WINS, wins), (TallyWord.LOSSES, losses))
        for name, more in counts:
            if more:
                self._memory.store(word + name, self._memory.load(word + name) + more)


class _Places:
    """Where everything of the library lies."""

    def __init__(self, layout: Layout) -> None:
        parameters = layout["library.parameters"]
        self.size_bytes = layout.plan.parameter_count * WORD_BYTES
        self._parameters, self._ids = parameters.offset, layout["library.ids"].word
        self._tallies = [layout[f"library.tally.{rollout(worker)}"].word for worker in range(layout.plan.workers)]

    def parameters(self, slot: int) -> int:
        """Byte offset of the slot's f32 [P]."""
        return self._parameters + self._checked(slot) * self.size_bytes

    def ident(self, slot: int) -> int:
        """Word of the slot's id."""
        return self._ids + self._checked(slot)

    def tally(self, worker: int, slot: int) -> int:
        """First word of a worker's tally of the slot."""
        return self._tallies[worker] + self._checked(slot) * TALLY_WORDS

    def _checked(self, slot: int) -> int:
        if not 0 <= slot < LIBRARY_SLOTS:
            raise ValueError(f"library slot {slot} does not exist: there are {LIBRARY_SLOTS}, counted from 0")
        return slot
