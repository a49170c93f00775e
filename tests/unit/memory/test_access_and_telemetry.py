"""Cells wrap at 32 bits, atomic steps lose nothing between threads, sleepers wake; telemetry says what was written."""

from __future__ import annotations

import copy
import pickle
import threading
import time
from array import array

import numpy as np
import pytest
from drillsergeant.memory.access import PlainMemory, signed, unsigned
from drillsergeant.memory.layout import Layout, Plan
from drillsergeant.memory.telemetry import Counter, TelemetryWriter, read_telemetry, read_whole

PLAN = Plan(workers=1, matches=1, teams=(1,), horizon=1, observation_size=1, action_words=1, parameter_count=1)


def test_values_wrap_to_signed_words() -> None:
    memory = PlainMemory(8)
    for value, cell in [(2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 - 1, -1), (2**32, 0), (-1, -1)]:
        memory.store(1, value)
        assert memory.load(1) == cell == signed(value)
        assert unsigned(cell) == value % 2**32
    memory.store(0, 2**31 - 1)
    assert memory.add(0, 1) == 2**31 - 1
    assert memory.load(0) == -(2**31)


def test_compare_exchange_tells_the_old_value_and_stores_only_on_a_match() -> None:
    memory = PlainMemory(4)
    assert memory.compare_exchange(0, 5, 9) == 0
    assert memory.load(0) == 0
    assert memory.compare_exchange(0, 2**32, 2**32 - 1) == 0
    assert memory.load(0) == -1
    assert memory.compare_exchange(0, 2**32 - 1, 3) == -1
    assert memory.load(0) == 3


def test_bulk_copies_take_any_contiguous_buffer_and_stay_inside() -> None:
    memory = PlainMemory(32)
    memory.write(8, np.arange(4, dtype=np.float32).reshape(2, 2).data)
    target = array("f", bytes(16))
    memory.read(8, target)
    assert target.tolist() == [0, 1, 2, 3]
    memory.write(16, target)
    memory.read(16, target)
    assert target.tolist() == [0, 1, 2, 3], "up to the last byte"
    with pytest.raises(IndexError, match="bytes 17 to 33 lie outside"):
        memory.read(17, target)
    with pytest.raises(IndexError, match="bytes 20 to 36 lie outside this memory of 32 bytes"):
        memory.read(20, target)
    with pytest.raises(IndexError, match="bytes -4 to 12 lie outside"):
        memory.write(-4, target)


@pytest.mark.parametrize("size", [0, -4, 6])
def test_a_memory_of_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"size is {size} bytes"):
        PlainMemory(size)


def test_a_copy_has_the_same_cells_and_they_are_its_own() -> None:
    memory = PlainMemory(16)
    memory.store(1, -7)
    for other in (copy.deepcopy(memory), pickle.loads(pickle.dumps(memory))):
        assert isinstance(other, PlainMemory) and bytes(other.buffer) == bytes(memory.buffer)
        other.store(1, 5)
        assert memory.load(1) == -7


def test_threads_adding_at_once_lose_nothing() -> None:
    memory = PlainMemory(4)

    def add() -> None:
        for _ in range(2000):
            memory.add(0, 1)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memory.load(0) == 8000


def test_waiting_ends_at_once_on_another_value_by_notification_and_by_timeout() -> None:
    memory = PlainMemory(4)
    began_s = time.monotonic()
    memory.wait(0, expected=1, timeout_s=30)
    assert time.monotonic() - began_s < 10, "slept although the value differed"
    memory.wait(0, expected=0, timeout_s=0.01)

    def wake() -> None:
        memory.store(0, 1)
        memory.notify(0)

    timer = threading.Timer(0.05, wake)
    timer.start()
    while memory.load(0) == 0:
        memory.wait(0, expected=0, timeout_s=30)
    timer.join()
    assert time.monotonic() - began_s < 20, "the notification was missed"


def test_counters_wrap_apart_from_each_other() -> None:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    memory.store(layout["telemetry.trainer"].word + Counter.DECISIONS, 2**32 - 5)
    writer = TelemetryWriter(memory, layout, "trainer")
    before = read_telemetry(memory, layout, "trainer")
    writer.count(Counter.DECISIONS, 12)
    writer.count(Counter.UPDATES)
    after = read_telemetry(memory, layout, "trainer")
    assert (before[Counter.DECISIONS], after[Counter.DECISIONS]) == (2**32 - 5, 7)
    others = set(Counter) - {Counter.DECISIONS}
    assert {counter: after[counter] for counter in others if after[counter]} == {Counter.UPDATES: 1}


def test_roles_write_apart_and_a_replacement_goes_on_counting() -> None:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    for role in layout.plan.writers:
        TelemetryWriter(memory, layout, role).count(Counter.CHUNKS, 3)
        TelemetryWriter(memory, layout, role).count(Counter.CHUNKS, 4)
    assert [read_telemetry(memory, layout, role)[Counter.CHUNKS] for role in layout.plan.writers] == [7, 7, 7, 7]


def test_what_belongs_together_is_read_whole_or_not_at_all() -> None:
    layout = Layout(PLAN)
    memory = PlainMemory(layout.total_bytes)
    writer, start = TelemetryWriter(memory, layout, "trainer"), layout["telemetry.trainer"].word
    pair = (Counter.SCRIPTED_EPISODES, Counter.SCRIPTED_WINS)
    assert read_whole(memory, start, pair) == [0, 0]
    with writer.edition():
        writer.count(pair[0], 5)
        assert read_whole(memory, start, pair) is None, "one half is written"
        writer.count(pair[1], 3)
    assert read_whole(memory, start, pair) == [5, 3]
    assert read_telemetry(memory, layout, "trainer")[Counter.EVALUATION_EDITION] == 2
    memory.store(start + Counter.EVALUATION_EDITION, 7)  # a worker has died in there
    heir = TelemetryWriter(memory, layout, "trainer")
    assert read_whole(memory, start, pair) is None
    with heir.edition():
        heir.count(pair[0])
        assert read_whole(memory, start, pair) is None
    assert read_whole(memory, start, pair) == [6, 3]
