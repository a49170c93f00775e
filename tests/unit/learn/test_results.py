"""The moving win rate follows what is played, and its interval is as wide as the episodes in it allow."""

import random

import pytest
from drillsergeant.drills.contract import MeanReturn, SuccessShare, WinRate
from drillsergeant.learn.engine import Tally
from drillsergeant.learn.results import MEMORY_EPISODES, Estimate, RecentEpisodes, Score


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
    held = 0
    for seed in range(400):
        rate = RecentEpisodes()
        fed(rate, 0.85, 3000, seed)
        now = rate.estimate()
        assert now is not None
        low, high = now.interval()
        held += low <= 0.85 <= high
    assert 0.91 <= held / 400 <= 0.985


def test_it_is_worth_twice_its_memory_in_episodes_and_follows_a_change_within_it() -> None:
    rate = RecentEpisodes()
    assert rate.estimate() is None
    fed(rate, 1.0, 10_000, 1)
    now = rate.estimate()
    assert now is not None
    assert now.win == pytest.approx(1.0)
    assert now.effective == pytest.approx(2 * MEMORY_EPISODES, rel=0.05)
    fed(rate, 0.0, int(MEMORY_EPISODES), 1)
    changed = rate.estimate()
    assert changed is not None
    assert changed.win == pytest.approx(0.37, abs=0.02)  # 1/e


def test_draws_are_neither_won_nor_lost() -> None:
    rate = RecentEpisodes()
    rate.add(Tally(100, 50, 20))
    now = rate.estimate()
    assert now is not None
    assert (now.win, now.loss, now.draw) == pytest.approx((0.5, 0.2, 0.3))
    assert now.effective == pytest.approx(100.0)


def test_after_a_restart_the_episodes_of_the_policy_before_are_left_out() -> None:
    rate = RecentEpisodes()
    rate.add(Tally(500, 0, 500))
    rate.restart(100)
    rate.add(Tally(60, 0, 60))
    rate.add(Tally(60, 0, 60))
    assert rate.estimate() is None
    rate.add(Tally(50, 50, 0))
    now = rate.estimate()
    assert now is not None
    assert (now.win, rate.seen) == (1.0, 50)


def test_a_win_seen_before_its_episode_is_no_share_above_one() -> None:
    rate = RecentEpisodes()
    for _ in range(60):
        rate.add(Tally(20, 20, 0))
    rate.add(Tally(20, 24, 0))
    found = rate.estimate()
    assert found is not None
    assert found.win == 1.0
    low, high = found.interval()
    assert 0.98 < low < high <= 1.0


def test_the_mean_return_and_its_interval_are_those_of_the_episodes() -> None:
    draws, recent = random.Random(3), RecentEpisodes()
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
