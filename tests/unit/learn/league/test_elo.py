"""Ratings: players whose strengths are known get them back, from many games or few, and nobody's runs away."""

from __future__ import annotations

import random

import pytest
from drillsergeant.learn.league.elo import ANCHOR, NOW, SCRIPTED, Ratings, expected
from drillsergeant.learn.league.opponents import Record


def games(count: int, own: float, other: float, chance: random.Random | None = None) -> Record:
    """Games as the model has them, exactly, or by chance."""
    share = expected(own, other)
    wins = count * share if chance is None else sum(chance.random() < share for _ in range(count))
    return Record(count, wins, count - wins)


def annealed(ratings: Ratings, records: dict[int, Record]) -> Ratings:
    for _ in range(200):
        ratings.fit(records)
    return ratings


def test_four_hundred_points_are_ten_to_one() -> None:
    assert expected(1400.0, 1000.0) == pytest.approx(10 / 11)
    assert expected(1000.0, 1000.0) == 0.5
    assert expected(-1e9, 1e9) == pytest.approx(0.0), "and no overflow far out"
    assert expected(1e9, -1e9) == 1.0


def test_the_scripted_player_is_a_thousand_and_everybody_is_measured_by_it() -> None:
    ratings = annealed(Ratings(), {SCRIPTED: games(4000, 1250.0, ANCHOR)})
    assert ratings.values[SCRIPTED] == ANCHOR
    assert ratings.values[NOW] == pytest.approx(1250.0, abs=2.0)


def test_a_run_that_gets_better_gets_its_true_strengths_back() -> None:
    ratings, chance = Ratings(), random.Random(3)
    strengths: dict[int, float] = {}
    for ident in range(1, 13):
        now = 600.0 + 100.0 * ident
        records = {SCRIPTED: games(1500, now, ANCHOR, chance)}
        records |= {other: games(400, now, strength, chance) for other, strength in strengths.items()}
        for _ in range(5):
            ratings.fit(records)
        strengths[ident] = now
        ratings.fit({**records, ident: Record()})
    for ident, strength in strengths.items():
        assert ratings.values[ident] == pytest.approx(strength, abs=60.0)
    assert ratings.values[NOW] == pytest.approx(1800.0, abs=60.0)


@pytest.mark.parametrize("won", [0, 3])
def test_a_few_games_won_or_lost_all_move_a_rating_no_further_than_they_can_tell(won: int) -> None:
    ratings = annealed(Ratings(), {SCRIPTED: Record(3, won, 3 - won)})
    assert 150.0 < abs(ratings.values[NOW] - ANCHOR) < 300.0
    assert annealed(Ratings(), {}).values == {NOW: ANCHOR, SCRIPTED: ANCHOR}


def test_a_thousand_games_without_a_loss_stay_finite() -> None:
    ratings = Ratings()
    for ident in range(1, 6):
        annealed(ratings, {SCRIPTED: Record(1000, 1000, 0), **{old: Record(1000, 1000, 0) for old in range(1, ident)}})
        ratings.fit({SCRIPTED: Record(1000, 1000, 0), **{old: Record() for old in range(1, ident + 1)}})
    assert all(abs(value) < 10_000 for value in ratings.values.values())


def test_draws_are_half_of_each() -> None:
    drawn, split = (annealed(Ratings(), {SCRIPTED: record}) for record in (Record(300, 150, 0), Record(300, 225, 75)))
    assert drawn.values[NOW] == pytest.approx(split.values[NOW])


def test_a_snapshot_starts_as_good_as_the_policy_it_is_of_and_leaves_with_its_results() -> None:
    ratings = annealed(Ratings(), {SCRIPTED: games(500, 1200.0, ANCHOR)})
    ratings.fit({SCRIPTED: games(500, 1200.0, ANCHOR), 1: Record()})
    assert ratings.values[1] == pytest.approx(ratings.values[NOW], abs=10.0)
    ratings.fit({SCRIPTED: games(500, 1200.0, ANCHOR)})
    assert set(ratings.values) == {NOW, SCRIPTED}
