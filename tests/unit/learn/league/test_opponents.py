"""The pool: hard opponents are played more, none is forgotten, new ones are tried, and old games fade."""

from __future__ import annotations

import pytest
from drillsergeant.learn.league.opponents import FLOOR, KNOWN_GAMES, MEMORY_GAMES, OpponentPool, Record, plain
from drillsergeant.memory.snapshots import DuelTally
from hypothesis import given
from hypothesis import strategies as st

EASY, EVEN, HARD = 1, 2, 3
TALLIES = [DuelTally(EASY, 200, 198, 2), DuelTally(EVEN, 200, 80, 80), DuelTally(HARD, 200, 20, 180)]


def pool_of(*tallies: DuelTally) -> OpponentPool:
    pool = OpponentPool()
    pool.observe(tallies)
    return pool


def shares(pool: OpponentPool, idents: list[int], draws: int = 10_000) -> dict[int, float]:
    """How often each is drawn over evenly spread uniform numbers."""
    drawn = [pool.draw(idents, (number + 0.5) / draws) for number in range(draws)]
    return {ident: drawn.count(ident) / draws for ident in idents}


def test_opponents_are_drawn_by_the_square_of_what_they_take_with_a_floor() -> None:
    weights = {EASY: FLOOR, EVEN: 0.5**2, HARD: 0.9**2}
    found = shares(pool_of(*TALLIES), [EASY, EVEN, HARD])
    for ident, weight in weights.items():
        assert found[ident] == pytest.approx(weight / sum(weights.values()), abs=2e-4)


def test_an_opponent_with_too_few_games_is_tried_like_the_hardest() -> None:
    few = int(KNOWN_GAMES) - 1
    pool = pool_of(DuelTally(EASY, few, few, 0), TALLIES[2])
    found = shares(pool, [EASY, HARD, 9])
    assert found[EASY] == pytest.approx(found[9], abs=2e-4)
    assert found[EASY] > found[HARD]


@given(st.integers(0, 40), st.floats(0.0, 1.0, exclude_max=True))
def test_a_draw_is_always_one_of_those_offered(count: int, uniform: float) -> None:
    idents = list(range(1, count + 2))
    assert pool_of(*TALLIES).draw(idents, uniform) in idents


def test_only_what_is_new_in_a_count_is_added_and_a_count_started_again_counts_whole() -> None:
    pool = pool_of(DuelTally(EVEN, 10, 4, 5))
    pool.observe([DuelTally(EVEN, 10, 4, 5)])
    assert pool.records[EVEN] == Record(10, 4, 5)
    pool.observe([DuelTally(EVEN, 13, 6, 5)])
    assert pool.records[EVEN] == Record(13, 6, 5)
    pool.observe([DuelTally(EVEN, 2, 1, 1)])
    assert pool.records[EVEN] == Record(15, 7, 6)
    pool.observe([DuelTally(HARD, 2, 0, 2)])
    assert pool.records == {HARD: Record(2, 0, 2)}, "who has left the library is forgotten"


def test_old_games_fade_so_that_a_record_follows_the_policy() -> None:
    pool, played = OpponentPool(), 0
    for _ in range(100):
        played += 50
        pool.observe([DuelTally(EVEN, played, 0, played)])
    assert pool.records[EVEN].games == pytest.approx(MEMORY_GAMES)
    lost = played
    for won in range(50, 2001, 50):
        pool.observe([DuelTally(EVEN, played + won, won, lost)])
    record = pool.records[EVEN]
    assert record.games == pytest.approx(MEMORY_GAMES)
    assert 0.98 < record.score / record.games < 1.0
    pool.observe([DuelTally(EVEN, played + 9000, 9000, lost)])
    assert pool.records[EVEN] == Record(7000, 7000, 0), "more than all memory at once: nothing older is left"


def test_a_policy_put_back_starts_without_a_past_but_keeps_count() -> None:
    pool = pool_of(*TALLIES)
    pool.forget()
    assert pool.total() == Record()
    pool.observe([DuelTally(EVEN, 201, 81, 80)])
    assert pool.records == {EVEN: Record(1, 1, 0)}


def test_the_total_and_its_interval() -> None:
    total = pool_of(*TALLIES).total()
    assert total == Record(600, 298, 262)
    assert total.score == 298 + 20
    estimate = total.estimate()
    assert estimate is not None and (estimate.win, estimate.loss) == pytest.approx((298 / 600, 262 / 600))
    low, high = estimate.interval()
    # Wilson's interval for 298 of 600, computed by hand: 0.4967 -+ 0.0399.
    assert (low, high) == pytest.approx((0.4568, 0.5366), abs=5e-4)
    assert OpponentPool().total().estimate() is None


def test_records_become_plain_numbers_in_order_of_id() -> None:
    rows = plain({7: Record(3.14159, 1.0, 2.0), 2: Record()}, {2: 1000.4, 7: 900.0})
    assert rows == [
        {"id": 2, "games": 0.0, "wins": 0.0, "losses": 0.0, "rating": 1000},
        {"id": 7, "games": 3.1, "wins": 1.0, "losses": 2.0, "rating": 900},
    ]
