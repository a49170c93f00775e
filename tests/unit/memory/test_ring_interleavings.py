"""Rollout ring, shipped code, every interleaving: no chunk torn, lost, doubled or out of order, and nobody stuck."""

from __future__ import annotations

from array import array

import pytest
from drillsergeant.memory.access import PlainMemory, signed, unsigned
from drillsergeant.memory.layout import ChunkWord, Layout, Plan
from drillsergeant.memory.ring import Doorbell, RingConsumer, RingProducer, raise_epoch
from drillsergeant.memory.telemetry import TelemetryWriter

from tests.rigs.memory.interleaving import Explorer, Load, Violation
from tests.rigs.memory.replay import Program, ReplayMemory

SLOTS = 2
LAYOUT = Layout(
    Plan(
        workers=1,
        matches=1,
        teams=(1,),
        horizon=1,
        observation_size=1,
        action_words=1,
        parameter_count=1,
        ring_slots=SLOTS,
    )
)
PAYLOAD_WORDS = 2
HEAD = LAYOUT["ring.0.producer"].word
TAIL = LAYOUT["ring.0.consumer"].word
DROPPED = TAIL + 1
# Where the ring counts microseconds: outside the explored memory, since a clock is no part of the protocol.
SINK = TelemetryWriter(PlainMemory(LAYOUT.total_bytes), LAYOUT, "rollout.0")


def producer(chunks: int, kind: type[RingProducer] = RingProducer) -> Program:
    def program(memory: ReplayMemory) -> None:
        ring = kind(memory, LAYOUT, 0, SINK)
        for left in range(chunks, 0, -1):
            memory.mark((left, ring.sequence, ring.epoch))
            while (offset := ring.reserve(timeout_s=1.0)) is None:
                memory.mark((left, ring.sequence, ring.epoch))
            tag = ring.sequence + 1000 * ring.epoch
            memory.write(LAYOUT.chunk_field("obs", offset).offset, array("i", [signed(tag)] * PAYLOAD_WORDS))
            ring.publish()

    return program


def consumer(chunks: int, kind: type[RingConsumer] = RingConsumer) -> Program:
    """Take `chunks` chunks, asleep while there are none."""

    def program(memory: ReplayMemory) -> None:
        ring, doorbell = kind(memory, LAYOUT, 0), Doorbell(memory, LAYOUT)
        expected = ring._tail
        for left in range(chunks, 0, -1):
            memory.mark((left, ring._tail, expected))
            ticket = doorbell.ticket()
            while (chunk := ring.peek()) is None:
                doorbell.wait(ticket, timeout_s=1.0)
                memory.mark((left, ring._tail, expected))
                ticket = doorbell.ticket()
            values = array("i", bytes(4 * PAYLOAD_WORDS))
            memory.read(LAYOUT.chunk_field("obs", chunk.offset).offset, values)
            assert len(set(values)) == 1, f"torn chunk {values.tolist()}"
            assert values[0] == signed(chunk.sequence + 1000 * chunk.epoch), f"chunk {chunk} came with {values[0]}"
            assert signed(chunk.sequence) == expected, f"chunk {chunk.sequence} came, {expected} was due"
            ring.release()
            expected = signed(expected + 1)

    return program


def polling_consumer(polls: int) -> Program:
    """Look `polls` times; chunks may be missing between two that come (dropped), but never repeat or go back."""

    def program(memory: ReplayMemory) -> None:
        ring = RingConsumer(memory, LAYOUT, 0)
        taken = ring._tail - ring.dropped
        for left in range(polls, 0, -1):
            memory.mark((left, ring._tail, taken))
            chunk = ring.peek()
            if chunk is None:
                continue
            values = array("i", bytes(4 * PAYLOAD_WORDS))
            memory.read(LAYOUT.chunk_field("obs", chunk.offset).offset, values)
            assert set(values) == {chunk.sequence + 1000 * chunk.epoch}, f"torn chunk {values.tolist()} for {chunk}"
            ring.release()
            taken += 1
            assert taken + ring.dropped == chunk.sequence + 1, "a chunk was neither consumed nor counted as dropped"

    return program


def replacement(chunks: int) -> Program:
    """What the page and the new worker do once a worker is dead."""
    produce = producer(chunks)

    def program(memory: ReplayMemory) -> None:
        raise_epoch(memory, LAYOUT, 0)
        produce(memory)

    return program


def all_consumed(load: Load) -> None:
    assert load(HEAD) == load(TAIL), f"{load(HEAD)} produced, {load(TAIL)} consumed"


def in_flight_fits(load: Load) -> None:
    assert 0 <= unsigned(load(HEAD) - load(TAIL)) <= SLOTS, "more chunks in flight than there are slots"
    assert 0 <= load(DROPPED) <= load(TAIL), "more chunks dropped than released"


@pytest.mark.parametrize("start", [0, 2**31 - 2, 2**32 - 2])
@pytest.mark.parametrize("by_words", [True, False])
def test_every_chunk_arrives_whole_once_and_in_order(start: int, by_words: bool) -> None:
    initial = {HEAD: signed(start), TAIL: signed(start)}
    threads = {"producer": producer(4), "consumer": consumer(4)}
    explored = Explorer(threads, initial, by_words=by_words).run(all_consumed)
    assert explored.states > 100, f"only {explored.states} states: the explorer lost something"


def test_timeouts_change_nothing() -> None:
    threads = {"producer": producer(4), "consumer": consumer(4)}
    Explorer(threads, by_words=False, timeouts=True).run(all_consumed)


@pytest.mark.parametrize("by_words", [True, False])
def test_a_producer_killed_anywhere_loses_only_what_was_unfinished(by_words: bool) -> None:
    for recovery in ({}, {"producer": replacement(2)}):
        threads = {"producer": producer(3), "consumer": polling_consumer(3)}
        explored = Explorer(threads, killable=["producer"], recovery=recovery, by_words=by_words, timeouts=True)
        explored.run(in_flight_fits)
        assert explored.final_states > 5, "too few ends for a producer that may die anywhere"


@pytest.mark.parametrize("by_words", [True, False])
def test_a_consumer_killed_anywhere_is_replaced_by_one_that_starts_where_it_stopped(by_words: bool) -> None:
    threads = {"producer": producer(3), "consumer": consumer(3)}
    recovery = {"consumer": polling_consumer(2)}
    explored = Explorer(threads, killable=["consumer"], recovery=recovery, by_words=by_words).run(in_flight_fits)
    assert explored.final_states > 3, "too few ends for a consumer that may die anywhere"


class PublishesIndexFirst(RingProducer):
    def publish(self) -> None:
        self._memory.store(self._head_word, self._head + 1)
        super().publish()


class CountsOneSlotTooMany(RingProducer):
    def _is_full(self, tail: int) -> bool:
        return unsigned(self._head - tail) > self._slots


class DoesNotRing(RingProducer):
    def publish(self) -> None:
        silent, self._doorbell_word = self._doorbell_word, LAYOUT["control"].word
        super().publish()
        self._doorbell_word = silent


class ReleasesSilently(RingConsumer):
    def _advance(self) -> None:
        self._tail = signed(self._tail + 1)
        self._memory.store(self._tail_word, self._tail)


class ReleasesBeforeReading(RingConsumer):
    def _read_header(self):  # type: ignore[no-untyped-def]
        chunk = super()._read_header()
        self._memory.store(self._tail_word, self._tail + 1)
        return chunk


@pytest.mark.parametrize("by_words", [True, False])
def test_the_explorer_finds_wrong_rings(by_words: bool) -> None:
    wrong = {
        "torn|came|holds chunk": {"producer": producer(3, PublishesIndexFirst), "consumer": consumer(3)},
        "torn|came|holds chunk|was due": {"producer": producer(4, CountsOneSlotTooMany), "consumer": consumer(4)},
        "consumer would sleep": {"producer": producer(1, DoesNotRing), "consumer": consumer(1)},
        "producer, consumer would sleep": {"producer": producer(4), "consumer": consumer(4, ReleasesSilently)},
        "torn|came with": {"producer": producer(3), "consumer": consumer(3, ReleasesBeforeReading)},
    }
    for message, threads in wrong.items():
        with pytest.raises(Violation, match=message):
            Explorer(threads, by_words=by_words).run()


def test_chunk_header_words_are_in_the_order_they_are_written() -> None:
    assert list(ChunkWord) == list(range(len(ChunkWord)))
