"""The moving win rate follows what is played, and its interval is as wide as the episodes in it allow."""

import math
import random

import pytest
from drillsergeant.drills.contract import MeanReturn, Player, SuccessShare, WinRate
from drillsergeant.learn.engine import SCRIPTED_AWAY, Tally
from drillsergeant.learn.evaluation.results import (
    MEMORY_EPISODES,
    BothTeams,
    Estimate,
    RecentEpisodes,
    Score,
    recent_of,
)

from tests.rigs.length import AT_LENGTH

WINS, RETURNS = Score(WinRate()), Score(MeanReturn(475.0))


def fed(rate: RecentEpisodes, win: float, episodes: int, seed: int, batch: int = 20) -> None:
    draws = random.Random(seed)
    for _ in range(episodes // batch):
        wins = sum(draws.random() < win for _ in range(batch))
        rate.add(Tally(batch, wins, batch - wins))


def test_the_interval_is_wilson_s() -> None:
    # 8 of 10 at 1.96: (0.4902, 0.9433), as every table has it.
    low, high = Estimate(0.8, 0.2, 0.0, 10.0).interval()
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Estimate(0.0, 1.0, 0.0, 50.0).interval()[0] == 0.0
    assert Estimate(1.0, 0.0, 0.0, 50.0).interval()[1] == pytest.approx(1.0)


def test_the_interval_holds_the_true_rate_about_nineteen_times_in_twenty() -> None:
    held, runs = 0, 400 if AT_LENGTH else 200
    for seed in range(runs):
        rate = RecentEpisodes(WINS)
        fed(rate, 0.85, 3000, seed)
        now = rate.estimate()
        assert now is not None
        low, high = now.interval()
        held += low <= 0.85 <= high
    assert 0.91 <= held / runs <= 0.985


def test_it_is_worth_twice_its_memory_in_episodes_and_follows_a_change_within_it() -> None:
    rate = RecentEpisodes(WINS)
    assert rate.estimate() is None
    for _ in range(500):
        rate.add(Tally(20, 10, 10))
    now = rate.estimate()
    assert now is not None
    assert now.win == pytest.approx(0.5)
    assert now.effective == pytest.approx(2 * MEMORY_EPISODES, rel=0.05)
    for _ in range(int(MEMORY_EPISODES) // 20):
        rate.add(Tally(20, 12, 8))
    changed = rate.estimate()
    assert changed is not None
    assert changed.win == pytest.approx(0.6 - 0.1 / math.e, abs=0.005)


@pytest.mark.parametrize("last", [20, 60])
def test_what_newer_episodes_surely_contradict_is_dropped(last: int) -> None:
    rate = RecentEpisodes(WINS)
    fed(rate, 0.0, 10_000, 1)
    rate.add(Tally(last, 0, last))
    rate.add(Tally(68, 68, 0))
    now = rate.estimate()
    assert now is not None and now.win > 0.5
    rate.add(Tally(60, 60, 0))
    now = rate.estimate()
    assert now is not None
    assert now.win == 1.0


def test_of_a_steady_policy_nothing_is_dropped() -> None:
    for win in (0.02, 0.5, 0.93):
        rate = RecentEpisodes(WINS)
        fed(rate, win, 5000, 2)
        for seed in range(20 if AT_LENGTH else 5):
            fed(rate, win, 5000, seed, batch=5)
            now = rate.estimate()
            assert now is not None and now.effective > 1.5 * MEMORY_EPISODES


def earning(earned: list[float]) -> Tally:
    """Episodes with these returns, as the trainer reads them: counted in whole numbers."""
    tally = Tally(len(earned), 0, 0, sum(earned), sum(each * each for each in earned))
    return RETURNS.tally(tally.episodes, 0, 0, *RETURNS.counted(tally))


@pytest.mark.parametrize("batch", [1, 7, 200])
def test_a_mean_return_that_rises_drops_what_was_before(batch: int) -> None:
    recent = RecentEpisodes(RETURNS)
    for count, earned in ((3000, 9.3), (800, 500.0)):
        for _ in range(math.ceil(count / batch)):
            recent.add(earning([earned] * batch))
    now = recent.estimate()
    assert now is not None
    assert now.mean_return == pytest.approx(500.0, abs=0.2)
    assert now.effective > 500, "without spread, two lots are still of one policy"


@pytest.mark.parametrize("batch", [1, 7, 64])
@pytest.mark.parametrize(("usual", "rare", "chance"), [(500.0, -300.0, 0.02), (9.3, 500.0, 0.005), (9.3, 9.3, 0.0)])
def test_rare_returns_of_a_steady_policy_drop_nothing(batch: int, usual: float, rare: float, chance: float) -> None:
    draws, recent = random.Random(batch), RecentEpisodes(RETURNS)
    for number in range((20_000 if AT_LENGTH else 8_000) // batch):
        recent.add(earning([rare if draws.random() < chance else usual for _ in range(batch)]))
        now = recent.estimate()
        assert number * batch < 3000 or (now is not None and now.effective > 1.5 * MEMORY_EPISODES)


def test_draws_are_neither_won_nor_lost() -> None:
    rate = RecentEpisodes(WINS)
    rate.add(Tally(100, 50, 20))
    now = rate.estimate()
    assert now is not None
    assert (now.win, now.loss, now.draw) == pytest.approx((0.5, 0.2, 0.3))
    assert now.effective == pytest.approx(100.0)


def test_after_a_restart_nothing_is_known() -> None:
    rate = RecentEpisodes(WINS)
    rate.add(Tally(500, 0, 500))
    rate.restart()
    assert rate.estimate() is None
    rate.add(Tally(50, 50, 0))
    now = rate.estimate()
    assert now is not None
    assert (now.win, rate.seen) == (1.0, 50)


def test_the_mean_return_and_its_interval_are_those_of_the_episodes() -> None:
    draws, recent = random.Random(3), RecentEpisodes(WINS)
    for _ in range(200):
        earned = [draws.gauss(-90.0, 12.0) for _ in range(10)]
        recent.add(Tally(10, 0, 0, sum(earned), sum(each * each for each in earned)))
    now = recent.estimate()
    assert now is not None
    assert now.return_deviation == pytest.approx(12.0, rel=0.1)
    low, high = now.return_interval()
    assert low < -90.0 < high
    assert high - low == pytest.approx(2 * 1.96 * 12.0 / now.effective**0.5, rel=0.1)


def test_a_score_speaks_in_the_measure_of_its_objective() -> None:
    now = Estimate(0.25, 0.75, 0.0, 100.0, mean_return=-120.0, return_deviation=10.0)
    wins, successes, returns = Score(WinRate()), Score(SuccessShare(0.8)), Score(MeanReturn(-100.0))
    assert [score.value(now) for score in (wins, successes, returns)] == [0.25, 0.25, -120.0]
    assert [score.enough for score in (wins, successes, returns)] == [0.9, 0.8, -100.0]
    assert [score.unit for score in (wins, successes, returns)] == [1.0, 1.0, 100.0]
    assert (wins.text(0.253), returns.text(-120.26)) == ("25%", "-120.3")
    assert wins.interval(now) == now.interval()
    assert returns.interval(now) == (pytest.approx(-121.96), pytest.approx(-118.04))


@pytest.mark.parametrize(("threshold", "earned"), [(475.0, 500.0), (-100.0, -83.0), (0.01, 0.007)])
def test_returns_survive_being_counted_in_whole_numbers(threshold: float, earned: float) -> None:
    score = Score(MeanReturn(threshold))
    tally = Tally(64, 1, 2, 64 * earned, 64 * earned**2)
    returns, squares = score.counted(tally)
    assert abs(returns) < 2**31 and 0 <= squares < 2**32
    found = score.tally(64, 1, 2, returns, squares)
    assert found.returns == pytest.approx(tally.returns, rel=1e-4)
    assert found.return_squares == pytest.approx(tally.return_squares, rel=1e-4)


def test_a_policy_that_plays_two_games_is_told_by_the_mean_of_both_however_many_episodes_either_has() -> None:
    recent = recent_of((2, 1), WINS)
    both, away = recent[Player.SCRIPTED], recent[SCRIPTED_AWAY]
    assert isinstance(both, BothTeams) and both.estimate() is None
    both.add(Tally(40, 40, 0))
    assert both.estimate() is None, "the other half is not known"
    away.add(Tally(360, 90, 180))
    now, (home, other) = both.estimate(), both.of_teams()
    assert now is not None and home is not None and other is not None
    assert (home.win, other.win) == (1.0, 0.25)
    assert (now.win, now.loss, now.draw) == pytest.approx((0.625, 0.25, 0.125))
    # The variance of a mean of two is a quarter of the sum of theirs.
    assert 1.0 / now.effective == pytest.approx((1.0 / home.effective + 1.0 / other.effective) / 4.0)
    assert set(recent_of((1, 1), WINS)) == set(recent_of((1,), WINS)) == {Player.SCRIPTED, Player.RANDOM}
