"""Shares of a job: each is drawn once, counts once, and only for the job it was drawn from."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from drillsergeant.memory import work_queue
from drillsergeant.memory.access import PlainMemory
from drillsergeant.memory.layout import SHARES_MAX, Layout, Plan
from drillsergeant.memory.work_queue import Share, ShareBoard, ShareTaker

PLAN = Plan(workers=3, matches=4, teams=(1,), horizon=2, observation_size=1, action_words=1, parameter_count=5)


def fresh() -> tuple[PlainMemory, Layout]:
    layout = Layout(PLAN)
    return PlainMemory(layout.total_bytes), layout


def test_without_a_job_there_is_nothing_to_take() -> None:
    memory, layout = fresh()
    assert ShareTaker(memory, layout, 0).take() is None
    assert ShareBoard(memory, layout).take() is None
    assert ShareTaker(memory, layout, 0).take() is None


def test_a_share_says_what_to_do_and_where_to_put_it() -> None:
    memory, layout = fresh()
    board = ShareBoard(memory, layout)
    board.open(2, (11, -22, 33))
    takers = [ShareTaker(memory, layout, worker) for worker in (2, 1)]
    first, second = (taker.take() for taker in takers)
    assert first is not None and second is not None
    assert (first.number, second.number) == (0, 1)
    assert first.arguments[:3] == second.arguments[:3] == (11, -22, 33)
    regions = [layout[f"shares.rollout.{worker}.gradients"] for worker in (2, 1)]
    assert first.result == regions[0].offset
    assert second.result == regions[1].offset + regions[1].shape[1] * 4
    assert board.take() is None and takers[0].take() is None
    takers[1].finish(second)
    takers[0].finish(first)
    assert board.collect({0, 1}) == {0: first.result, 1: second.result}


def test_a_late_share_of_an_earlier_job_does_not_count_for_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_queue, "SILENCE_S", 0.01)
    memory, layout = fresh()
    board, taker = ShareBoard(memory, layout), ShareTaker(memory, layout, 0)
    board.open(1, ())
    late = taker.take()
    assert late is not None
    assert board.collect({0}) == {}, "the trainer gives up a taker it hears nothing of"
    board.open(1, ())
    assert board.take() == 0
    taker.finish(late)
    assert board.collect({0}) == {}


def test_a_replaced_trainer_goes_on_with_new_numbers() -> None:
    memory, layout = fresh()
    before = ShareBoard(memory, layout)
    before.open(1, ())
    taker = ShareTaker(memory, layout, 0)
    old = taker.take()
    assert old is not None
    after = ShareBoard(memory, layout)
    taker.finish(old)
    after.open(1, ())
    new = taker.take()
    assert new is not None and new.job != old.job
    taker.finish(new)
    assert after.collect({0}) == {0: new.result}


def test_a_ticket_of_one_job_is_none_of_the_next() -> None:
    """Who has looked at the tickets of a job and draws when another is open must find them changed."""
    memory, layout = fresh()
    board, word = ShareBoard(memory, layout), layout["shares.ticket"].word
    seen = []
    for _ in range(4):
        board.open(2, ())
        seen.append(memory.load(word))
    assert len(set(seen)) == 4


class Bell(PlainMemory):
    """What is missing is handed in by whoever is let run while the trainer sleeps on its bell."""

    late: tuple[tuple[ShareTaker, Share], ...] = ()

    def wait(self, word: int, expected: int, timeout_s: float) -> None:
        late, self.late = self.late, ()
        for taker, share in late:
            taker.finish(share)


def test_while_a_share_is_missing_the_trainer_sleeps_on_its_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_queue, "SILENCE_S", 0.05)
    layout = Layout(PLAN)
    memory = Bell(layout.total_bytes)
    board, taker = ShareBoard(memory, layout), ShareTaker(memory, layout, 2)
    board.open(1, ())
    share = taker.take()
    assert share is not None
    memory.late = ((taker, share),)
    assert board.collect({0}) == {0: share.result}


def test_too_large_a_job_is_refused() -> None:
    board = ShareBoard(*fresh())
    for count, arguments in ((0, ()), (SHARES_MAX + 1, ()), (1, range(9))):
        with pytest.raises(ValueError, match=f"a job of {count} shares"):
            board.open(count, tuple(arguments))


def test_threads_draw_every_share_of_many_jobs_exactly_once() -> None:
    memory, layout = fresh()
    board = ShareBoard(memory, layout)
    drawn: Counter[tuple[int, int]] = Counter()
    over = threading.Event()

    def work(worker: int) -> None:
        taker = ShareTaker(memory, layout, worker)
        while not over.is_set():
            share = taker.take()
            if share is not None:
                drawn[share.job, share.number] += 1
                taker.finish(share)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(PLAN.workers)]
    for thread in threads:
        thread.start()
    own = 0
    for _ in range(200):
        board.open(SHARES_MAX, ())
        mine = set()
        while (share := board.take()) is not None:
            mine.add(share)
        missing = set(range(SHARES_MAX)) - mine
        assert set(board.collect(missing)) == missing
        own += len(mine)
    over.set()
    for thread in threads:
        thread.join()
    assert own + sum(drawn.values()) == 200 * SHARES_MAX
    assert set(drawn.values()) <= {1}
