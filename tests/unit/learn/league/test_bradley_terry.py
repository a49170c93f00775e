"""Ratings of a league: right where they can be worked out by hand, finite everywhere, and as sure as they say."""

from __future__ import annotations

import math
import random

import pytest
from drillsergeant.learn.league.bradley_terry import ranking, rate
from drillsergeant.learn.league.elo import ANCHOR, POINTS

GAMES, PLAYERS, LEAGUES = 32, 6, 250


def test_two_players_are_as_far_apart_as_their_score_says() -> None:
    games, took = 1000.0, 750.0
    one, two = rate([[0, games], [games, 0]], [[0, took], [games - took, 0]])
    assert one.value + two.value == pytest.approx(2 * ANCHOR)
    # With two players Firth's correction is that of half a game won and half a game lost.
    assert one.value - two.value == pytest.approx(POINTS * math.log((took + 0.5) / (games - took + 0.5)))
    error = POINTS / math.sqrt(games * 0.75 * 0.25)  # of the difference
    assert one.high - one.low == pytest.approx(2 * 1.96 * error / 2, rel=0.01)


def test_who_won_everything_has_a_rating_and_the_order_is_that_of_the_scores() -> None:
    games = [[0.0 if one == two else 8.0 for two in range(4)] for one in range(4)]
    scores = [[8.0 if one < two else 0.0 for two in range(4)] for one in range(4)]
    ratings = rate(games, scores)
    assert ranking(ratings) == [0, 1, 2, 3]
    assert all(math.isfinite(each.low) and each.low < each.value < each.high for each in ratings)
    assert ratings[0].value - 1000 == pytest.approx(1000 - ratings[3].value)


def test_nobody_is_compared_with_whom_no_game_connects() -> None:
    with pytest.raises(ValueError, match="compared with nobody else"):
        rate([[0, 4, 0], [4, 0, 0], [0, 0, 0]], [[0, 2, 0], [2, 0, 0], [0, 0, 0]])
    assert rate([], []) == []


@pytest.mark.parametrize(("spread", "draws"), [(60.0, 0.0), (200.0, 0.0), (120.0, 0.3)])
def test_the_intervals_cover_the_truth_as_often_as_they_say(spread: float, draws: float) -> None:
    """Simulated leagues; with draws the intervals are wide, as they say of themselves."""
    chance, covered = random.Random(7), 0
    for _ in range(LEAGUES):
        truth = [chance.gauss(0.0, spread) for _ in range(PLAYERS)]
        middle = sum(truth) / PLAYERS
        games = [[0.0] * PLAYERS for _ in range(PLAYERS)]
        scores = [[0.0] * PLAYERS for _ in range(PLAYERS)]
        for one in range(PLAYERS):
            for two in range(one):
                share = 1.0 / (1.0 + math.exp((truth[two] - truth[one]) / POINTS))
                drawn = 2.0 * draws * min(share, 1.0 - share)
                games[one][two] = games[two][one] = GAMES
                for _ in range(GAMES):
                    at = chance.random()
                    points = 1.0 if at < share - drawn / 2 else 0.5 if at < share + drawn / 2 else 0.0
                    scores[one][two] += points
                    scores[two][one] += 1.0 - points
        for each, true in zip(rate(games, scores), truth, strict=True):
            covered += each.low <= ANCHOR + true - middle <= each.high
    coverage = covered / (LEAGUES * PLAYERS)
    print(f"spread {spread:.0f}, draws {draws}: {coverage:.1%} covered")
    assert 0.93 <= coverage <= (0.97 if not draws else 0.995)
