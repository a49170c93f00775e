"""The same protocols between real threads: hundreds of laps, counters near both wraps, canaries, misuse refused."""

from __future__ import annotations

import random
import sys
import threading
from array import array
from collections.abc import Callable, Iterator

import pytest
from drillsergeant.memory.access import PlainMemory, signed, unsigned
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.ring import Doorbell, RingConsumer, RingProducer, raise_epoch
from drillsergeant.memory.telemetry import Counter, TelemetryWriter, read_telemetry
from drillsergeant.memory.weights import clear_pin

from tests.rigs.memory.weights_copies import CopyingReader, CopyingWriter

LAPS = 100
CANARY = 0x5A5A5A5A


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval_s)


def make(ring_slots: int = 2, workers: int = 1, parameter_count: int = 64) -> tuple[PlainMemory, Layout]:
    layout = Layout(
        Plan(
            workers=workers,
            matches=3,
            teams=(1, 1),
            horizon=2,
            observation_size=5,
            action_words=1,
            parameter_count=parameter_count,
            ring_slots=ring_slots,
        )
    )
    return PlainMemory(layout.total_bytes), layout


def run_together(*jobs: Callable[[], None]) -> None:
    """Run every job in its own thread; raise what the first of them raised."""
    failures: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "a thread is stuck"


def padding_words(layout: Layout) -> list[int]:
    """Cells between regions, which nobody may write."""
    used = {cell for region in layout.regions.values() for cell in range(region.word, -(-region.end // 4))}
    last = max(region.end for region in layout.regions.values()) // 4
    return [cell for cell in range(65536 // 4, last) if cell not in used]


@pytest.mark.parametrize("start", [0, 2**31 - 40, 2**32 - 40])
@pytest.mark.parametrize("ring_slots", [1, 2, 8])
def test_a_hundred_laps_of_random_sizes_arrive_whole_and_in_order(start: int, ring_slots: int) -> None:
    memory, layout = make(ring_slots)
    canaries = padding_words(layout)
    for cell in [layout["ring.0.producer"].word, layout["ring.0.consumer"].word]:
        memory.store(cell, start)
    for cell in canaries:
        memory.store(cell, CANARY)
    chunks = LAPS * ring_slots
    words = (layout.chunk_bytes - layout.chunk["obs"].offset) // 4
    sizes = [random.Random(start + ring_slots).randint(1, words) for _ in range(chunks)]

    def produce() -> None:
        ring = RingProducer(memory, layout, 0, TelemetryWriter(memory, layout, "rollout.0"))
        for index, size in enumerate(sizes):
            while (offset := ring.reserve(0.05)) is None:
                pass
            memory.write(layout.chunk_field("obs", offset).offset, array("i", range(index, index + size)))
            ring.publish()

    def consume() -> None:
        ring, doorbell = RingConsumer(memory, layout, 0), Doorbell(memory, layout)
        for index, size in enumerate(sizes):
            ticket = doorbell.ticket()
            while (chunk := ring.peek()) is None:
                doorbell.wait(ticket, 0.05)
                ticket = doorbell.ticket()
            assert chunk.sequence == unsigned(start + index)
            values = array("i", bytes(4 * size))
            memory.read(layout.chunk_field("obs", chunk.offset).offset, values)
            assert values == array("i", range(index, index + size))
            ring.release()
        assert ring.peek() is None

    run_together(produce, consume)
    assert memory.load(layout["ring.0.consumer"].word) == signed(start + chunks)
    assert read_telemetry(memory, layout, "rollout.0")[Counter.CHUNKS] == chunks
    assert all(memory.load(cell) == CANARY for cell in canaries), "somebody wrote between regions"


def test_a_full_ring_times_out_counts_the_wait_and_overwrites_nothing() -> None:
    memory, layout = make(ring_slots=2)
    ring = RingProducer(memory, layout, 0, TelemetryWriter(memory, layout, "rollout.0"))
    for _ in range(2):
        assert ring.reserve(0.0) is not None
        ring.publish()
    before = bytes(memory.buffer[layout["ring.0.chunks"].offset : layout["ring.0.chunks"].end])
    assert ring.reserve(0.02) is None
    assert read_telemetry(memory, layout, "rollout.0")[Counter.WAITING_US] >= 15_000
    with pytest.raises(RuntimeError, match="chunk 2 is published without a slot"):
        ring.publish()
    assert bytes(memory.buffer[layout["ring.0.chunks"].offset : layout["ring.0.chunks"].end]) == before
    consumer = RingConsumer(memory, layout, 0)
    assert consumer.peek() is not None
    consumer.release()
    assert ring.reserve(0.0) is not None


def test_a_producer_woken_by_a_release_gets_the_slot_in_the_same_call() -> None:
    memory, layout = make(ring_slots=1)
    ring = RingProducer(memory, layout, 0, TelemetryWriter(memory, layout, "rollout.0"))
    assert ring.reserve(0.0) is not None
    ring.publish()
    consumer = RingConsumer(memory, layout, 0)
    assert consumer.peek() is not None
    timer = threading.Timer(0.05, consumer.release)
    timer.start()
    assert ring.reserve(30.0) is not None
    timer.join()


def test_chunks_of_a_dead_worker_are_dropped_and_counted_but_a_held_one_stays() -> None:
    memory, layout = make(ring_slots=4)
    telemetry = TelemetryWriter(memory, layout, "rollout.0")
    old = RingProducer(memory, layout, 0, telemetry)
    for _ in range(3):
        old.reserve(0.0)
        old.publish()
    old.reserve(0.0)  # and dies before it publishes
    consumer = RingConsumer(memory, layout, 0)
    held = consumer.peek()
    assert raise_epoch(memory, layout, 0) == 1
    new = RingProducer(memory, layout, 0, telemetry)
    assert (new.sequence, new.epoch) == (3, 1)
    new.reserve(0.0)
    new.publish()
    assert consumer.peek() is held, "a chunk was taken away from under the trainer"
    consumer.release()
    fresh = consumer.peek()
    assert fresh is not None
    assert (fresh.sequence, fresh.epoch, consumer.dropped) == (3, 1, 2)
    consumer.release()
    assert consumer.peek() is None
    with pytest.raises(RuntimeError, match="nothing is held at chunk 4"):
        consumer.release()


def test_two_writers_of_one_lane_are_noticed() -> None:
    memory, layout = make(ring_slots=4)
    telemetry = TelemetryWriter(memory, layout, "rollout.0")
    first, second = (RingProducer(memory, layout, 0, telemetry) for _ in range(2))
    consumer = RingConsumer(memory, layout, 0)
    for _ in range(3):
        first.reserve(0.0)
        first.publish()
    for _ in range(2):
        assert consumer.peek() is not None
        consumer.release()
    second.reserve(0.0)
    memory.write(layout.chunk_field("header", layout["ring.0.chunks"].offset + 2 * layout.chunk_bytes).offset, bytes(8))
    with pytest.raises(RuntimeError, match="holds chunk 0 where chunk 2 was expected"):
        consumer.peek()


def test_readers_at_saturation_never_see_a_torn_or_older_version() -> None:
    memory, layout = make(workers=2, parameter_count=256)
    stop = threading.Event()
    reads = []

    def write() -> None:
        writer = CopyingWriter(memory, layout, 1)
        for _ in range(1500):
            writer.publish(array("f", [writer.version + 1.0] * 256), step_counter=(writer.version + 1) << 33)
        stop.set()

    def read(role: str) -> None:
        reader, target = CopyingReader(memory, layout, role, 1), array("f", bytes(1024))
        while not stop.is_set():
            seen = reader.version
            snapshot = reader.read(target)
            if snapshot is not None:
                assert set(target) == {float(snapshot.version)}
                assert snapshot.version >= seen
                assert snapshot.step_counter == snapshot.version << 33
                reads.append(role)

    run_together(write, *(lambda role=role: read(role) for role in layout.plan.readers))
    assert len(reads) > 100


def test_weights_are_none_before_the_first_version_and_wrap_past_zero() -> None:
    memory, layout = make()
    reader, target = CopyingReader(memory, layout, "show", 1), array("f", [7.0] * 64)
    assert not reader.newer()
    assert reader.read(target) is None
    assert set(target) == {7.0}
    assert not reader.wait(0.01)
    assert reader.pin() is None
    assert memory.load(layout["weights.pin.show"].word) == 0, "nothing was there to pin, yet a slot is"
    memory.store(layout["weights.0.header"].word, 2**32 - 1)
    assert CopyingWriter(memory, layout, 1).publish(target, 0) == 1, "version 0 means nothing is published"
    assert reader.newer()
    snapshot = reader.read(target)
    assert snapshot is not None
    assert snapshot.version == 1
    assert not reader.newer()


def test_a_cleared_pin_frees_the_slot_of_a_dead_reader() -> None:
    memory, layout = make()
    writer, dead = CopyingWriter(memory, layout, 1), CopyingReader(memory, layout, "rollout.0", 1)
    writer.publish(array("f", [1.0] * 64), 0)
    pinned = dead.pin()
    assert pinned is not None
    for _ in range(9):
        writer.publish(array("f", [2.0] * 64), 0)
        assert memory.load(pinned.offset // 4) == 0x3F800000, "a pinned slot was overwritten"
    clear_pin(memory, layout, "rollout.0")
    offsets = set()
    for _ in range(9):
        offsets.add(writer.reserve())
        writer.commit(0)
    assert pinned.offset in offsets


def test_wrong_sizes_shapes_and_orders_are_refused_with_both_values() -> None:
    memory, layout = make()
    writer = CopyingWriter(memory, layout, 0xABC)
    with pytest.raises(RuntimeError, match="no slot is reserved for version 1"):
        writer.commit(0)
    writer.publish(array("f", bytes(256)), 0)
    reader = CopyingReader(memory, layout, "show", 0xDEF)
    with pytest.raises(ValueError, match="shape hash 0x00000abc, show expects 0x00000def"):
        reader.pin()
    assert memory.load(layout["weights.pin.show"].word) == 0, "a refused slot stays pinned"


def test_a_wait_says_whether_there_is_something_newer() -> None:
    memory, layout = make(parameter_count=4)
    writer, reader = CopyingWriter(memory, layout, 1), CopyingReader(memory, layout, "show", 1)
    assert reader.wait(0.0) is False
    writer.publish(array("f", [1.0] * 4), step_counter=1)
    assert reader.wait(0.0) is True
    reader.read(array("f", bytes(16)))
    assert reader.wait(0.0) is False
