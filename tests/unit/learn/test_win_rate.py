"""The moving win rate follows what is played, and its interval is as wide as the episodes in it allow."""

import random

import pytest
from drillsergeant.learn.win_rate import MEMORY_EPISODES, Estimate, WinRate


def fed(rate: WinRate, win: float, episodes: int, seed: int, batch: int = 20) -> None:
    draws = random.Random(seed)
    for _ in range(episodes // batch):
        wins = sum(draws.random() < win for _ in range(batch))
        rate.add(batch, wins, batch - wins)


def test_the_interval_is_wilson_s() -> None:
    # 8 of 10 at 1.96: (0.4902, 0.9433), as every table has it.
    low, high = Estimate(0.8, 0.2, 0.0, 10.0).interval()
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Estimate(0.0, 1.0, 0.0, 50.0).interval()[0] == 0.0
    assert Estimate(1.0, 0.0, 0.0, 50.0).interval()[1] == pytest.approx(1.0)


def test_the_interval_holds_the_true_rate_about_nineteen_times_in_twenty() -> None:
    held = 0
    for seed in range(400):
        rate = WinRate()
        fed(rate, 0.85, 3000, seed)
        now = rate.estimate()
        assert now is not None
        low, high = now.interval()
        held += low <= 0.85 <= high
    assert 0.91 <= held / 400 <= 0.985


def test_it_is_worth_twice_its_memory_in_episodes_and_follows_a_change_within_it() -> None:
    rate = WinRate()
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
    rate = WinRate()
    rate.add(100, 50, 20)
    now = rate.estimate()
    assert now is not None
    assert (now.win, now.loss, now.draw) == pytest.approx((0.5, 0.2, 0.3))
    assert now.effective == pytest.approx(100.0)


def test_after_a_restart_the_episodes_of_the_policy_before_are_left_out() -> None:
    rate = WinRate()
    rate.add(500, 0, 500)
    rate.restart(100)
    rate.add(60, 0, 60)
    rate.add(60, 0, 60)
    assert rate.estimate() is None
    rate.add(50, 50, 0)
    now = rate.estimate()
    assert now is not None
    assert (now.win, rate.seen) == (1.0, 50)


def test_a_win_seen_before_its_episode_is_no_share_above_one() -> None:
    rate = WinRate()
    for _ in range(60):
        rate.add(20, 20, 0)
    rate.add(20, 24, 0)
    found = rate.estimate()
    assert found is not None
    assert found.win == 1.0
    low, high = found.interval()
    assert 0.98 < low < high <= 1.0
