"""What lies at a limit of the memory is held, and what lies one beyond it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.memory.access import WORD_BYTES, PlainMemory
from drillsergeant.memory.layout import MAX_PAGES, PAGE_BYTES, SHARES_MAX, Layout, Plan
from drillsergeant.memory.mirror import apply
from drillsergeant.memory.run_epoch import HALF, RunEpoch, RunStart
from drillsergeant.memory.weights import WeightsWord, WeightsWriter
from drillsergeant.memory.work_queue import ARGUMENTS_MAX, ShareBoard, ShareTaker

PLAN = Plan(workers=1, matches=4, teams=(1, 1), horizon=2, observation_size=1, action_words=1, parameter_count=5)
LAYOUT = Layout(PLAN)


def fresh() -> PlainMemory:
    return PlainMemory(LAYOUT.total_bytes)


def test_the_largest_memory_is_2_gib() -> None:
    spare = (MAX_PAGES - LAYOUT.pages) * PAGE_BYTES
    whole = Layout(replace(PLAN, scratch_bytes=spare))
    assert (whole.pages, whole.total_bytes) == (MAX_PAGES, 2**31)
    with pytest.raises(ValueError, match="plan needs 2048 MiB of shared memory, at most 2048"):
        Layout(replace(PLAN, scratch_bytes=spare + PAGE_BYTES))


def test_every_match_can_be_a_duel_and_no_more() -> None:
    assert Layout(replace(PLAN, duels=4)).plan.duels == 4
    with pytest.raises(ValueError, match=r"plan\.duels is 5 with 4 matches"):
        replace(PLAN, duels=5)
    with pytest.raises(ValueError, match=r"plan\.duels is 1 with 4 matches, teams \(2,\)"):
        replace(PLAN, duels=1, teams=(2,))
    assert replace(PLAN, teams=(2,)).duels == 0


def test_a_job_has_at_most_so_many_shares_and_arguments() -> None:
    memory = fresh()
    board, taker = ShareBoard(memory, LAYOUT), ShareTaker(memory, LAYOUT, 0)
    board.open(SHARES_MAX, range(ARGUMENTS_MAX))
    share = taker.take()
    assert share is not None and share.arguments[:ARGUMENTS_MAX] == tuple(range(ARGUMENTS_MAX))
    assert [board.take() for _ in range(SHARES_MAX)] == [*range(1, SHARES_MAX), None]
    for count, arguments in ((0, 0), (SHARES_MAX + 1, 0), (1, ARGUMENTS_MAX + 1)):
        with pytest.raises(ValueError, match=f"a job of {count} shares and {arguments} arguments; at most 16 and 8"):
            board.open(count, range(arguments))


def test_a_start_is_due_for_half_of_all_epochs_to_come() -> None:
    """Epochs are counted in a circle: what lies less than half of it behind is earlier."""
    for ahead, due in ((0, 7), (1, 7), (HALF - 1, 7), (HALF, None), (2**32 - 1, None)):
        memory = fresh()
        RunEpoch(memory, LAYOUT).begin(7)
        assert RunStart(memory, LAYOUT).due((1 + ahead) % 2**32) == due, ahead
    memory = fresh()
    RunEpoch(memory, LAYOUT).begin(7)
    once = RunStart(memory, LAYOUT)
    assert (once.due(1), once.due(1), once.due(2)) == (7, None, None), "once for each start"


def test_versions_of_weights_go_round_and_leave_out_nothing_published() -> None:
    memory = fresh()
    word = LAYOUT["weights.control"].word + WeightsWord.VERSION
    memory.store(word, -1)  # 2**32 - 1
    writer = WeightsWriter(memory, LAYOUT, 0)
    for version in (1, 2):
        writer.reserve()
        writer.commit(0)
        assert memory.load(word) == version


def test_only_bytes_at_an_offset_are_written_from_a_mirror() -> None:
    memory, free = fresh(), LAYOUT["rollout.0.scratch"].offset - WORD_BYTES
    apply(memory, {str(free): b"\1\0\0\0"})
    assert memory.load(free // WORD_BYTES) == 1
    for spans in ({"-4": b"1234"}, {"x": b"1234"}, {str(free): "1234"}, {"4.0": b"1234"}):
        with pytest.raises(ValueError, match="needs an offset in bytes and its bytes"):
            apply(memory, spans)
