"""Whoever computes which share of a gradient, and whoever dies over it, an update has the same bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from drillsergeant.learn.engine import Collector
from drillsergeant.learn.ppo.hyper import Hyper
from drillsergeant.learn.ppo.minibatches import shares_of
from drillsergeant.learn.wasm.arithmetic import KernelArithmetic
from drillsergeant.learn.wasm.calls import Calls
from drillsergeant.learn.wasm.engine import KernelLearner
from drillsergeant.learn.wasm.rollout import KernelCollector
from drillsergeant.memory import work_queue
from drillsergeant.memory.layout import SHARES_MAX
from drillsergeant.memory.work_queue import ShareTaker

from tests.rigs.engines import Pair, pair

HYPER = Hyper(minibatch_size=8192, epochs=2)
WORKERS, UPDATES = 2, 2
Interference = Callable[[list[KernelCollector], Pair], None]


def everything_by_one(collectors: list[KernelCollector], both: Pair) -> None:
    collectors[1].compute_shares()


def one_each(collectors: list[KernelCollector], both: Pair) -> None:
    for collector in collectors:
        assistant = collector._assistant
        share = assistant._taker.take()
        assert share is not None
        cells, count, parameters, *_ = share.arguments
        assistant._work.compute(share.number, cells, count, parameters, share.result)
        assistant._taker.finish(share)


def taken_and_never_finished(collectors: list[KernelCollector], both: Pair) -> None:
    assert ShareTaker(both.kernel_memory, both.layout, 0).take() is not None


def nobody(collectors: list[KernelCollector], both: Pair) -> None:
    pass


def train(both: Pair, interfere: Interference, monkeypatch: pytest.MonkeyPatch) -> tuple[int, bool]:
    """Trains on both engines; `interfere` runs whenever a job has been opened. Returns how many shares others
    computed, and whether the weights are those of the reference."""
    weights = both.layout["weights.0"].offset
    chunk_offsets = [both.layout[f"ring.{worker}.chunks"].offset for worker in range(WORKERS)]
    learner, reference = both.kernel.learner(1), both.numpy.learner(1)
    assert isinstance(learner, KernelLearner)
    collectors = [both.kernel.collector(worker, 1) for worker in range(WORKERS)]
    others: list[Collector] = [both.numpy.collector(worker, 1) for worker in range(WORKERS)]
    board = learner._arithmetic._board
    opened, collected, by_others = board.open, board.collect, 0

    def open_and_interfere(count: int, arguments: Sequence[int]) -> None:
        opened(count, arguments)
        interfere(collectors, both)

    def collect_and_count(missing: set[int]) -> dict[int, int]:
        nonlocal by_others
        found = collected(missing)
        by_others += len(found)
        return found

    monkeypatch.setattr(board, "open", open_and_interfere)
    monkeypatch.setattr(board, "collect", collect_and_count)
    for _ in range(UPDATES):
        for each in (learner, reference):
            each.write_parameters(weights)
        for collector, chunk_offset in [
            *zip(collectors, chunk_offsets, strict=True),
            *zip(others, chunk_offsets, strict=True),
        ]:
            collector.collect(weights, chunk_offset)
        assert dict(learner.learn(chunk_offsets, HYPER)) == dict(reference.learn(chunk_offsets, HYPER))
    for each in (learner, reference):
        each.write_parameters(weights)
    return by_others, both.same_parameters(weights)


@pytest.mark.parametrize(
    ("interfere", "shares_a_job"), [(nobody, 0), (everything_by_one, 4), (one_each, 2), (taken_and_never_finished, 0)]
)
def test_weights_do_not_depend_on_who_computes(
    interfere: Interference, shares_a_job: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_queue, "SILENCE_S", 0.02)
    by_others, same = train(pair("chase", 256, 8, WORKERS), interfere, monkeypatch)
    assert same
    assert by_others == shares_a_job * HYPER.epochs * UPDATES


def test_a_learner_that_starts_anew_is_not_confused_by_an_open_job() -> None:
    both = pair("chase", 5, 2)
    calls = Calls(both.program, both.kernel_memory.link(both.program.binary))
    first = KernelArithmetic(both.program, calls, both.layout, both.kernel_memory, 1)
    first._board.open(3, (1, 2, 3))
    KernelArithmetic(both.program, calls, both.layout, both.kernel_memory, 1)
    assert ShareTaker(both.kernel_memory, both.layout, 0).take() is None


@pytest.mark.parametrize("cells", [1, 2, 7, 8, 15, 16, 64, 100, 127, 128, 1000, 5000])
def test_shares_cover_a_minibatch_without_gap_or_overlap(cells: int) -> None:
    parts = shares_of(cells)
    assert len(parts) <= SHARES_MAX
    assert [cell for first, last in parts for cell in range(first, last)] == list(range(cells))
    sizes = [last - first for first, last in parts]
    assert max(sizes) - min(sizes) <= 1
