"""The library: whole snapshots or none whoever interferes when, and tallies that belong to the snapshot they name."""

from __future__ import annotations

from array import array

import pytest
from drillsergeant.memory import snapshots
from drillsergeant.memory.access import WORD_BYTES, PlainMemory
from drillsergeant.memory.layout import LIBRARY_SLOTS, Layout, Plan
from drillsergeant.memory.snapshots import NO_CHOICE, DuelBook, DuelTally, SnapshotReader, SnapshotWriter

from tests.rigs.memory.interleaving import Explorer, Load, Violation
from tests.rigs.memory.replay import Program, ReplayMemory

PARAMETERS = 3
LAYOUT = Layout(
    Plan(
        workers=2,
        matches=4,
        teams=(1, 1),
        horizon=1,
        observation_size=1,
        action_words=1,
        parameter_count=PARAMETERS,
        scratch_bytes=PARAMETERS * WORD_BYTES,
    )
)
TARGET = LAYOUT["rollout.0.scratch"].offset
SLOT = 5


def payload(ident: int) -> array[float]:
    return array("f", [float(ident)] * PARAMETERS)


def read(memory: PlainMemory, offset: int) -> list[float]:
    values = payload(0)
    memory.read(offset, values)
    return values.tolist()


class Shelf:
    """A memory with both ends of its library."""

    def __init__(self, memory: PlainMemory | None = None) -> None:
        self.memory = memory or PlainMemory(LAYOUT.total_bytes)
        self.writer, self.reader = SnapshotWriter(self.memory, LAYOUT), SnapshotReader(self.memory, LAYOUT)
        self.books = [DuelBook(self.memory, LAYOUT, worker) for worker in range(2)]


def test_a_zeroed_memory_is_an_empty_library() -> None:
    programs = Shelf()
    assert programs.reader.ids() == programs.writer.ids() == [0] * LIBRARY_SLOTS
    assert programs.writer.tallies() == {}
    assert programs.reader.copy(0, TARGET) == 0
    assert [(book.follow(), book.rival) for book in programs.books] == [(False, None)] * 2


def test_every_slot_keeps_its_own_snapshot_from_a_buffer_or_from_shared_memory() -> None:
    programs = Shelf()
    for slot in range(LIBRARY_SLOTS):
        programs.writer.put(slot, 100 + slot, payload(slot))
    source = LAYOUT["weights.0"].offset
    programs.memory.write(source, payload(77))
    programs.writer.put(SLOT, 200, source)
    programs.writer.drop(0)
    expected = [0, *range(101, 100 + LIBRARY_SLOTS)]
    expected[SLOT] = 200
    assert programs.reader.ids() == expected
    for slot, ident in enumerate(expected):
        programs.memory.write(TARGET, payload(-1))
        assert programs.reader.copy(slot, TARGET) == ident
        values = {0: -1.0, SLOT: 77.0}.get(slot, float(slot))
        assert read(programs.memory, TARGET) == [values] * PARAMETERS, "an empty slot leaves the target alone"


class Meddler(PlainMemory):
    """A memory in which `meddle` happens in the middle of the next bulk read of the slot."""

    meddle = staticmethod(lambda: None)

    def read(self, offset_bytes: int, target: object) -> None:
        half = PARAMETERS // 2 * WORD_BYTES
        view = memoryview(target).cast("B")  # type: ignore[arg-type]
        super().read(offset_bytes, view[:half])
        meddle, self.meddle = self.meddle, lambda: None
        meddle()
        super().read(offset_bytes + half, view[half:])


@pytest.mark.parametrize("change", ["replaced", "dropped", "being replaced"])
def test_a_copy_during_which_the_slot_changed_is_thrown_away(change: str) -> None:
    memory = Meddler(LAYOUT.total_bytes)
    programs = Shelf(memory)
    programs.writer.put(SLOT, 1, payload(1))
    memory.write(TARGET, payload(-1))
    places = snapshots._Places(LAYOUT)

    def begin() -> None:
        memory.store(places.ident(SLOT), 0)
        memory.write(places.parameters(SLOT), payload(2))

    memory.meddle = {
        "replaced": lambda: programs.writer.put(SLOT, 2, payload(2)),
        "dropped": lambda: programs.writer.drop(SLOT),
        "being replaced": begin,
    }[change]
    assert programs.reader.copy(SLOT, TARGET) == 0
    assert read(memory, TARGET) == [-1.0] * PARAMETERS
    assert programs.reader.copy(SLOT, TARGET) == (2 if change == "replaced" else 0), (
        "the next look sees what is there now"
    )


def putter(first: int, count: int) -> Program:
    def program(memory: ReplayMemory) -> None:
        writer = SnapshotWriter(memory, LAYOUT)
        for ident in range(first, first + count):
            memory.mark(ident)
            writer.put(SLOT, ident, payload(ident))

    return program


def copier(copies: int, kind: type[SnapshotReader] = SnapshotReader) -> Program:
    def program(memory: ReplayMemory) -> None:
        reader = kind(memory, LAYOUT)
        for left in range(copies, 0, -1):
            memory.mark(left)
            ident = reader.copy(SLOT, TARGET)
            values = payload(0)
            if ident:
                memory.read(TARGET, values)
                assert values.tolist() == [float(ident)] * PARAMETERS, f"torn: id {ident} came with {values.tolist()}"

    return program


def test_no_interleaving_gives_a_torn_copy_even_where_the_writer_dies() -> None:
    explored = Explorer({"writer": putter(1, 3), "reader": copier(3)}).run()
    assert explored.states > 500, f"only {explored.states} states: the explorer lost something"

    def whole(load: Load) -> None:
        places = snapshots._Places(LAYOUT)
        ident = load(places.ident(SLOT))
        assert ident in (0, 11), f"a dead writer and its replacement left snapshot {ident}"

    threads = {"writer": putter(1, 2), "reader": copier(1)}
    Explorer(threads, killable=["writer"], recovery={"writer": putter(11, 1)}).run()
    Explorer({"writer": putter(11, 1), "reader": copier(1)}, killable=["writer"]).run(whole)


class Trusting(SnapshotReader):
    """Broken on purpose: does not look at the id again."""

    def copy(self, slot: int, target_offset: int) -> int:
        ident = self._memory.load(self._places.ident(slot))
        self._memory.read(self._places.parameters(slot), self._copy)
        self._memory.write(target_offset, self._copy)
        return ident


def test_the_explorer_finds_the_tear_of_a_reader_that_does_not_look_twice() -> None:
    with pytest.raises(Violation, match="torn"):
        Explorer({"writer": putter(1, 2), "reader": copier(1, Trusting)}).run()


def test_a_worker_follows_the_trainers_choice_and_keeps_its_copy_while_there_is_no_better() -> None:
    programs = Shelf()
    for worker in range(2):
        programs.writer.choose(worker, NO_CHOICE)
    programs.writer.put(SLOT, 9, payload(9))
    programs.writer.choose(1, SLOT)
    assert programs.writer.chosen() == {SLOT}
    other, book = programs.books
    assert (other.follow(), other.rival) == (False, None)
    assert book.follow() and not book.follow()
    place = LAYOUT["library.rival.rollout.1"].offset
    assert book.rival == place and read(programs.memory, place) == [9.0] * PARAMETERS
    programs.writer.drop(SLOT)
    assert not book.follow() and book.rival == place, "the copy outlives the slot"
    programs.writer.put(SLOT, 10, payload(10))
    assert book.follow() and read(programs.memory, place) == [10.0] * PARAMETERS
    programs.writer.choose(1, NO_CHOICE)
    assert book.follow() and book.rival is None


def test_a_chosen_snapshot_that_changes_while_it_is_copied_is_copied_at_the_next_look() -> None:
    memory = Meddler(LAYOUT.total_bytes)
    programs = Shelf(memory)
    programs.writer.put(SLOT, 1, payload(1))
    programs.writer.choose(0, SLOT)
    memory.meddle = lambda: programs.writer.put(SLOT, 2, payload(2))
    book = programs.books[0]
    assert not book.follow() and book.rival is None
    assert book.follow() and read(memory, book.rival or 0) == [2.0] * PARAMETERS


def test_tallies_are_added_over_workers_and_belong_to_the_snapshot_in_the_slot() -> None:
    programs = Shelf()
    programs.writer.put(SLOT, 1, payload(1))
    programs.writer.put(0, 2, payload(2))
    for worker, book in enumerate(programs.books):
        book.count(7, 7, 0)  # of nobody's snapshot
        programs.writer.choose(worker, SLOT)
        book.follow()
    programs.books[0].count(10, 6, 1)
    programs.books[0].count(5, 0, 5)
    programs.books[1].count(3, 1, 1)
    assert programs.writer.tallies() == {0: DuelTally(2, 0, 0, 0), SLOT: DuelTally(1, 18, 7, 7)}
    programs.writer.put(SLOT, 3, payload(3))
    programs.books[1].count(4, 4, 0)  # the rest of what was under way against the old one
    assert programs.writer.tallies()[SLOT] == DuelTally(3, 0, 0, 0)
    programs.books[1].follow()
    programs.books[1].count(2, 1, 0)
    assert programs.writer.tallies()[SLOT] == DuelTally(3, 2, 1, 0), "another id starts from nothing"


class Watched(PlainMemory):
    """Tells what is stored where."""

    def __init__(self) -> None:
        super().__init__(LAYOUT.total_bytes)
        self.stores: list[tuple[int, int]] = []

    def store(self, word: int, value: int) -> None:
        self.stores.append((word, value))
        super().store(word, value)


def test_a_tally_has_no_name_while_it_is_emptied() -> None:
    """Else what was won against the snapshot before could be read as won against this one, or the other way round."""
    memory = Watched()
    ends = Shelf(memory)
    tally = snapshots._Places(LAYOUT).tally(0, SLOT)
    ends.writer.choose(0, SLOT)
    for ident in (1, 2):
        ends.writer.put(SLOT, ident, payload(ident))
        assert ends.books[0].follow()
        memory.stores.clear()
        ends.books[0].count(3, 2, 1)
        stores = [(word - tally, value) for word, value in memory.stores]
        assert stores == [(0, 0), (1, 0), (2, 0), (3, 0), (0, ident), (1, 3), (2, 2), (3, 1)]


def test_the_trainer_reads_back_what_a_slot_holds() -> None:
    ends = Shelf()
    for slot in (0, SLOT, LIBRARY_SLOTS - 1):
        ends.writer.put(slot, slot + 1, payload(slot + 1))
    for slot in (0, SLOT, LIBRARY_SLOTS - 1):
        assert ends.writer.parameters(slot) == payload(slot + 1).tobytes()


def test_a_dead_worker_leaves_its_counts_to_its_replacement_and_other_workers_alone() -> None:
    def count(memory: ReplayMemory) -> None:
        book = DuelBook(memory, LAYOUT, 0)
        assert book.follow()
        for left in (2, 1):
            memory.mark(left)
            book.count(3, 2, 1)

    def look(memory: ReplayMemory) -> None:
        seen = SnapshotWriter(memory, LAYOUT)._tally(SLOT, 7)
        assert seen.wins + seen.losses <= seen.episodes, f"more decided than played: {seen}"
        assert seen.episodes >= 6, f"the living worker's count is gone: {seen}"

    places = snapshots._Places(LAYOUT)
    initial = {places.tally(1, SLOT) + word: value for word, value in enumerate((7, 6, 4, 2))}
    initial |= {places.tally(0, SLOT) + word: value for word, value in enumerate((5, 90, 80, 10))}
    initial |= {places.ident(SLOT): 7, LAYOUT["library.choice"].word: SLOT}
    Explorer({"worker": count, "trainer": look}, initial, killable=["worker"], recovery={"worker": count}).run()


def test_what_cannot_be_kept_is_refused_with_both_values() -> None:
    programs = Shelf()
    with pytest.raises(ValueError, match="snapshot id is 0, needs at least 1"):
        programs.writer.put(0, 0, payload(1))
    with pytest.raises(ValueError, match="snapshot 4 has 4 bytes, slots have 12"):
        programs.writer.put(0, 4, payload(1)[:1])
    with pytest.raises(ValueError, match=f"slot {LIBRARY_SLOTS} does not exist: there are {LIBRARY_SLOTS}"):
        programs.writer.put(LIBRARY_SLOTS, 4, payload(1))
    with pytest.raises(ValueError, match="slot -1 does not exist"):
        programs.reader.copy(-1, TARGET)
    with pytest.raises(ValueError, match="worker 2 of 2 cannot play slot 0"):
        programs.writer.choose(2, 0)
    with pytest.raises(ValueError, match=f"worker 0 of 2 cannot play slot {LIBRARY_SLOTS} of {LIBRARY_SLOTS}"):
        programs.writer.choose(0, LIBRARY_SLOTS)
