"""One end at a time: a chunk wants its slot first, and each lane has an epoch of its own."""

from __future__ import annotations

import pytest
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import Layout, Plan, rollout
from drillsergeant.memory.ring import RingConsumer, RingProducer
from drillsergeant.memory.telemetry import Counter, TelemetryWriter, read_telemetry

LAYOUT = Layout(
    Plan(workers=3, matches=1, teams=(1,), horizon=1, observation_size=1, action_words=1, parameter_count=1)
)


def producer(memory: PlainMemory, worker: int) -> RingProducer:
    return RingProducer(memory, LAYOUT, worker, TelemetryWriter(memory, LAYOUT, rollout(worker)))


def test_nothing_is_published_without_a_slot_of_its_own() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    end = producer(memory, 1)
    with pytest.raises(RuntimeError, match=r"ring 1: chunk 0 is published without a slot .* call reserve\(\)"):
        end.publish()
    assert end.reserve(0.0) is not None
    end.publish()
    with pytest.raises(RuntimeError, match="chunk 1 is published without"):
        end.publish()


def test_each_lane_has_its_own_epoch() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    first = LAYOUT["lane_epoch"].word
    for worker, epoch in enumerate((4, 5, 6)):
        memory.store(first + worker, epoch)
    assert [producer(memory, worker).epoch for worker in range(3)] == [4, 5, 6]


def test_a_full_ring_takes_no_more_until_one_is_released_and_the_wait_is_told() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    end, other = producer(memory, 2), RingConsumer(memory, LAYOUT, 2)
    offsets = []
    for _ in range(LAYOUT.plan.ring_slots):
        offsets.append(end.reserve(0.0))
        end.publish()
    assert len(set(offsets)) == LAYOUT.plan.ring_slots == 4
    assert end.reserve(0.02) is None, "all slots are full"
    told = read_telemetry(memory, LAYOUT, rollout(2))
    assert told[Counter.CHUNKS] == 4 and 10_000 <= told[Counter.WAITING_US] < 10_000_000
    assert other.peek() is not None
    other.release()
    assert end.reserve(0.0) == offsets[0], "the oldest one's place"


def test_what_is_thrown_away_is_counted_in_the_word_beside_the_tail() -> None:
    memory = PlainMemory(LAYOUT.total_bytes)
    end, other = producer(memory, 1), RingConsumer(memory, LAYOUT, 1)
    end.reserve(0.0)
    end.publish()
    memory.store(LAYOUT["lane_epoch"].word + 1, 1)  # its worker was replaced
    assert other.peek() is None
    words = LAYOUT["ring.1.consumer"].word
    assert (memory.load(words), memory.load(words + 1), other.dropped) == (1, 1, 1)
