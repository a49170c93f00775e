"""Numbers as actions: what is drawn, its density and entropy against f64, and the clipping that only the game sees."""

import numpy as np
import pytest
from drillsergeant.drills.contract import Continuous, Discrete, Head
from drillsergeant.learn.formulas.actions import as_played, from_words, to_words
from drillsergeant.learn.formulas.gaussian import Gaussian, drawn, normal
from drillsergeant.learn.formulas.sampling import Distribution, sample, sample_choice
from drillsergeant.learn.heads import LOG_STD_MAX, LOG_STD_MIN

HEAD = Continuous("push", -2.0, 4.0, "N")  # the middle is 1, half the range is 3
COUNT = 200_000


def uniform(seed: int, count: int = COUNT) -> np.ndarray:
    return np.random.default_rng(seed).random(count, np.float32)


def full(value: float, count: int = COUNT) -> np.ndarray:
    return np.full(count, value, np.float32)


def test_what_is_drawn_is_normal() -> None:
    noise = normal(uniform(0)).astype(np.float64)
    for power, moment, spread in ((1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)):
        assert abs((noise**power).mean() - moment) < 5.0 * np.sqrt(spread / COUNT), power
    for edge, beyond in ((1.0, 0.3173), (2.0, 0.0455), (3.0, 0.0027)):
        assert abs((np.abs(noise) > edge).mean() - beyond) < 5.0 * np.sqrt(beyond / COUNT), edge
    ends = normal(np.array([0.0, 1.0 - 2.0**-24], np.float32))
    assert np.isfinite(ends).all() and ends.dtype == np.float32


def test_mean_and_deviation_are_counted_in_half_ranges_from_the_middle() -> None:
    number = drawn(HEAD, full(0.5), full(-1.0), uniform(1))
    assert number.dtype == np.float32
    assert number.mean() == pytest.approx(1.0 + 0.5 * 3.0, abs=0.02)
    assert number.std() == pytest.approx(np.exp(-1.0) * 3.0, abs=0.02)


@pytest.mark.parametrize("log_std", [-4.0, -1.0, 0.0, 0.9])
def test_density_and_entropy_equal_f64(log_std: float) -> None:
    number = drawn(HEAD, full(0.25, 500), full(log_std, 500), uniform(2, 500))
    found = Gaussian(HEAD, full(0.25, 500), full(log_std, 500), number)
    away = ((number.astype(np.float64) - 1.0) / 3.0 - 0.25) / np.exp(log_std)
    np.testing.assert_allclose(found.logp, -0.5 * away**2 - log_std - 0.5 * np.log(2.0 * np.pi), atol=2e-4)
    np.testing.assert_allclose(found.entropy, 0.5 * np.log(2.0 * np.pi * np.e) + log_std, atol=1e-6)


def test_beyond_its_bounds_a_deviation_stays_and_is_only_led_back() -> None:
    number, dlogp = drawn(HEAD, full(0.0, 500), full(9.0, 500), uniform(3, 500)), full(-1.0, 500)
    for log_std, bound, sign in ((9.0, LOG_STD_MAX, 1.0), (-9.0, LOG_STD_MIN, -1.0)):
        found, at_bound = (Gaussian(HEAD, full(0.0, 500), full(each, 500), number) for each in (log_std, bound))
        np.testing.assert_array_equal(found.logp, at_bound.logp)
        free = at_bound.log_std_gradient(dlogp, np.float32(0.0))
        held = found.log_std_gradient(dlogp, np.float32(0.0))
        assert (free * sign > 0.0).any()
        np.testing.assert_array_equal(held, np.where(free * sign > 0.0, free, 0.0))


def test_the_game_gets_numbers_clipped_and_the_record_has_them_as_they_were_drawn() -> None:
    heads: tuple[Head, ...] = (Discrete("way", ("left", "right")), HEAD)
    rows = [full(0.0), full(0.0), full(1.0)]
    action, logp = sample(Distribution(heads, rows, [full(0.0)]), uniform(4))
    assert (action[1] > HEAD.high).mean() == pytest.approx(0.5, abs=0.01), "its mean is the end of the range"
    played = as_played(heads, action)
    assert played[1].max() == HEAD.high and played[1].min() >= HEAD.low
    np.testing.assert_array_equal(played[0], action[0])
    words = to_words(heads, action)
    assert all(word.dtype == np.int32 for word in words)
    for part, again in zip(action, from_words(heads, words), strict=True):
        np.testing.assert_array_equal(again, part)
    _, of_choice, _ = sample_choice(rows[:2], uniform(4))
    np.testing.assert_array_equal(logp, of_choice + Gaussian(HEAD, rows[2], full(0.0), action[1]).logp)
    assert abs(np.corrcoef(action[0], action[1])[0, 1]) < 0.01, "heads are drawn independently"
