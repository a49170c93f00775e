"""Weights protocol, shipped code, every interleaving: never torn, never backwards, never stuck, whoever dies when."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest
from drillsergeant.memory.access import WORD_BYTES
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.weights import (
    PublishedWeights,
    SlotWord,
    WeightsWord,
    clear_pin,
)

from tests.rigs.length import few
from tests.rigs.memory.interleaving import Explorer, Load, Violation
from tests.rigs.memory.replay import Program, ReplayMemory
from tests.rigs.memory.weights_copies import CopyingReader, CopyingWriter

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PARAMETERS = 2
TORN = r"torn|came with|shape hash"
SHAPE_HASH = 77
LAYOUT = Layout(
    Plan(
        workers=1,
        matches=1,
        teams=(1,),
        horizon=1,
        observation_size=1,
        action_words=1,
        parameter_count=PARAMETERS,
    )
)
READERS = LAYOUT.plan.readers


def payload(version: int, writer: int) -> array[float]:
    """All parameters equal, telling their version and who wrote them."""
    return array("f", [version + 100.0 * writer] * PARAMETERS)


def publisher(publishes: int, writer_id: int = 0, kind: type[CopyingWriter] = CopyingWriter) -> Program:
    def program(memory: ReplayMemory) -> None:
        writer = kind(memory, LAYOUT, SHAPE_HASH)
        for left in range(publishes, 0, -1):
            memory.mark((left, writer.version, writer._active))
            version = writer.version + 1
            writer.publish(payload(version, writer_id), step_counter=version)

    return program


def check_snapshot(values: array[float], version: int, step_counter: int) -> None:
    assert len(set(values)) == 1, f"torn read {values.tolist()}"
    assert values[0] % 100 == version == step_counter, f"version {version} came with {values[0]}, step {step_counter}"


def copying_reader(role: str, reads: int, kind: type[CopyingReader] = CopyingReader) -> Program:
    def program(memory: ReplayMemory) -> None:
        reader = kind(memory, LAYOUT, role, SHAPE_HASH)
        last = 0.0
        for left in range(reads, 0, -1):
            memory.mark((left, reader.version, last))
            seen = reader.version
            values = array("f", bytes(PARAMETERS * WORD_BYTES))
            snapshot = reader.read(values)
            if snapshot is None:
                assert seen == 0, "a version was seen and then none"
                continue
            check_snapshot(values, snapshot.version, snapshot.step_counter)
            assert snapshot.version >= seen, f"version went back from {seen} to {snapshot.version}"
            assert snapshot.version > seen or values[0] == last, f"version {seen} changed from {last} to {values[0]}"
            last = values[0]

    return program


def in_place_reader(role: str, reads: int) -> Program:
    """Read the slot twice under one pin, as a kernel does that goes over the weights for every batch."""

    def program(memory: ReplayMemory) -> None:
        reader = CopyingReader(memory, LAYOUT, role, SHAPE_HASH)
        for left in range(reads, 0, -1):
            memory.mark((left, reader.version))
            with reader.pinned() as snapshot:
                for _ in range(2):
                    if snapshot is None:
                        break
                    values = array("f", bytes(PARAMETERS * WORD_BYTES))
                    memory.read(snapshot.offset, values)
                    check_snapshot(values, snapshot.version, snapshot.step_counter)

    return program


def replaced_reader(role: str, reads: int) -> Program:
    """What the supervisor and the replacement do once a reader is dead."""
    read = copying_reader(role, reads)

    def program(memory: ReplayMemory) -> None:
        clear_pin(memory, LAYOUT, role)
        read(memory)

    return program


def pins_are_clear(load: Load) -> None:
    assert all(load(LAYOUT[f"weights.pin.{role}"].word) == 0 for role in READERS), "a pin was left behind"


def readers(reads: int, kind: type[CopyingReader] = CopyingReader) -> dict[str, Program]:
    return {role: copying_reader(role, reads, kind) for role in READERS}


def test_no_read_is_torn_word_by_word() -> None:
    explored = Explorer({"writer": publisher(3), "show": copying_reader("show", 2)}).run(pins_are_clear)
    assert explored.states > 5_000, f"only {explored.states} states: the explorer lost something"
    explored = Explorer({"writer": publisher(1), **readers(1)}).run(pins_are_clear)
    assert explored.states > 2_000, f"only {explored.states} states: the explorer lost something"


@pytest.mark.parametrize(("publishes", "reads"), few([(3, 1), (2, 2)], 1))
def test_two_readers_never_tear_go_back_or_stick(publishes: int, reads: int) -> None:
    explored = Explorer({"writer": publisher(publishes), **readers(reads)}, by_words=False).run(pins_are_clear)
    assert explored.states > 40_000, f"only {explored.states} states: the explorer lost something"


def test_slots_read_in_place_stay_as_they_were_while_pinned() -> None:
    threads = {"writer": publisher(3), "show": in_place_reader("show", 2)}
    assert Explorer(threads).run(pins_are_clear).states > 5_000
    both = {"writer": publisher(2), **{role: in_place_reader(role, 1) for role in READERS}}
    assert Explorer(both, by_words=False).run(pins_are_clear).states > 4_000


def test_a_writer_killed_anywhere_leaves_a_whole_version_and_its_replacement_goes_on() -> None:
    recovery = {"writer": publisher(2, writer_id=1)}
    threads = {"writer": publisher(2), "show": copying_reader("show", 1)}
    explored = Explorer(threads, killable=["writer"], recovery=recovery).run(pins_are_clear)
    assert explored.final_states > 10, "too few ends for a writer that may die anywhere"
    threads = {"writer": publisher(2), "show": copying_reader("show", 2)}
    Explorer(threads, killable=["writer"], recovery=recovery, by_words=False).run(pins_are_clear)
    threads = {"writer": publisher(2), **readers(1)}
    Explorer(threads, killable=["writer"], by_words=False).run(pins_are_clear)


def test_a_reader_killed_anywhere_stops_nobody_even_if_its_pin_is_never_cleared() -> None:
    def last_version_is_active(load: Load) -> None:
        control = LAYOUT["weights.control"].word
        header = LAYOUT[f"weights.{load(control + WeightsWord.ACTIVE_IDX)}.header"].word
        assert load(control + WeightsWord.VERSION) == load(header + SlotWord.VERSION) == 3

    threads = {"writer": publisher(3), **readers(1)}
    Explorer(threads, killable=READERS[:1], by_words=False).run(last_version_is_active)


def test_a_reader_killed_anywhere_is_replaced_after_its_pin_is_cleared() -> None:
    recovery = {"show": replaced_reader("show", 1)}
    threads = {"writer": publisher(2), **readers(1)}
    Explorer(threads, killable=["show"], recovery=recovery, by_words=False).run(pins_are_clear)
    Explorer({"writer": publisher(2), "show": copying_reader("show", 1)}, killable=["show"], recovery=recovery).run()


def waiting_reader(role: str, last: int) -> Program:
    """Sleep until something new, adopt it, until version `last` came."""

    def program(memory: ReplayMemory) -> None:
        reader = CopyingReader(memory, LAYOUT, role, SHAPE_HASH)
        while reader.version < last:
            memory.mark(reader.version)
            if reader.wait(timeout_s=1.0):
                seen = reader.version
                snapshot = reader.read(array("f", bytes(PARAMETERS * WORD_BYTES)))
                assert snapshot is not None, "newer than nothing, yet nothing there"
                assert snapshot.version > seen, f"woken for version {snapshot.version}, had {seen}"

    return program


def test_a_reader_that_waits_for_new_versions_always_gets_the_last() -> None:
    for timeouts in (False, True):
        threads = {"writer": publisher(2), **{role: waiting_reader(role, 2) for role in READERS}}
        Explorer(threads, by_words=False, timeouts=timeouts).run(pins_are_clear)


class ForgetsToNotify(CopyingWriter):
    def commit(self, step_counter: int) -> int:
        notify, self._memory.notify = self._memory.notify, lambda word: None  # type: ignore[method-assign]
        try:
            return super().commit(step_counter)
        finally:
            self._memory.notify = notify  # type: ignore[method-assign]


class IgnoresPins(CopyingWriter):
    def reserve(self) -> int:
        self._pins = []
        return super().reserve()


class DoubleBuffer(CopyingWriter):
    """What one would write first: two slots in turn."""

    def reserve(self) -> int:
        self._reserved = 1 - self._active
        return self._layout[f"weights.{self._reserved}"].offset


class FlipsBeforeData(CopyingWriter):
    def publish(self, parameters: ReadableBuffer, step_counter: int) -> int:
        offset = self.reserve()
        version = self.commit(step_counter)
        self._memory.write(offset, parameters)
        return version


class DoesNotLookAgain(CopyingReader):
    def pin(self) -> PublishedWeights | None:
        slot = self._memory.load(self._control + WeightsWord.ACTIVE_IDX)
        self._memory.store(self._pin, slot + 1)
        snapshot = self._read_header(slot)
        return snapshot if snapshot.version else None


@pytest.mark.parametrize("by_words", [True, False])
@pytest.mark.parametrize("writer", [DoubleBuffer, IgnoresPins, FlipsBeforeData])
def test_the_explorer_finds_the_torn_read_of_a_wrong_writer(writer: type[CopyingWriter], by_words: bool) -> None:
    threads = {"writer": publisher(3, kind=writer), "show": copying_reader("show", 1)}
    with pytest.raises(Violation, match=TORN):
        Explorer(threads, by_words=by_words).run()


@pytest.mark.parametrize("by_words", [True, False])
def test_the_explorer_finds_the_torn_read_of_a_reader_that_does_not_look_again(by_words: bool) -> None:
    threads = {"writer": publisher(3), "show": copying_reader("show", 1, DoesNotLookAgain)}
    with pytest.raises(Violation, match=TORN):
        Explorer(threads, by_words=by_words).run()


def test_the_explorer_finds_the_missing_notification() -> None:
    threads = {"writer": publisher(1, kind=ForgetsToNotify), "show": waiting_reader("show", 1)}
    with pytest.raises(Violation, match="show would sleep for ever"):
        Explorer(threads).run()


def test_with_one_slot_fewer_the_writer_finds_none_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layout, "weight_slots", len(READERS) + 1)
    with pytest.raises(Violation, match="all 3 weights slots are active or pinned by 2 readers"):
        Explorer({"writer": publisher(3), **readers(1)}, by_words=False).run()
