"""The elementary functions against f64 of the C library, and the random numbers against their statistics."""

import numpy as np
import numpy.typing as npt
import pytest
from drillsergeant import elementary
from drillsergeant.elementary import Array

EXTREMES = np.array(
    [0.0, -0.0, 1e-45, -1e-45, 1.2e-38, 1.0, -1.0, 3.4e38, -3.4e38, 7.0, -7.0, 88.0, -87.0, 1e10, -1e10], np.float32
)


def sweep(low: float, high: float, count: int = 400_001) -> Array:
    """f32 [count]: evenly spaced from low to high."""
    return np.linspace(low, high, count).astype(np.float32)


def relative(got: Array, want: npt.NDArray[np.float64]) -> float:
    """Largest |got - want| / |want|, in f64, where want is not 0."""
    kept = want != 0
    return float(np.max(np.abs(got.astype(np.float64)[kept] / want[kept] - 1)))


def test_exp_is_within_2e7_relative() -> None:
    x = sweep(-87, 88)
    assert relative(elementary.exp(x), np.exp(x.astype(np.float64))) < 2e-7


def test_log_is_within_3e7_relative() -> None:
    x = np.concatenate([np.exp(sweep(-87, 88)), sweep(0.5, 2.0)]).astype(np.float32)
    assert relative(elementary.log(x), np.log(x.astype(np.float64))) < 3e-7


def test_tanh_is_within_2e6_relative_and_inside_one() -> None:
    x = np.concatenate([sweep(-20, 20), np.exp(sweep(-80, 0))]).astype(np.float32)
    y = elementary.tanh(x)
    assert relative(y, np.tanh(x.astype(np.float64))) < 2e-6
    assert np.max(np.abs(y)) < 1


def test_tanh_is_odd_bit_for_bit() -> None:
    x = sweep(0, 12)
    assert np.array_equal(elementary.tanh(-x), -elementary.tanh(x))


@pytest.mark.parametrize("limit_rad", [3.2, 100.0, 8192.0])
def test_sin_cos_are_within_2e7_absolute(limit_rad: float) -> None:
    x = sweep(-limit_rad, limit_rad)
    sine, cosine = elementary.sin_cos(x)
    assert np.max(np.abs(sine - np.sin(x.astype(np.float64)))) < 2e-7
    assert np.max(np.abs(cosine - np.cos(x.astype(np.float64)))) < 2e-7


def test_arctan2_is_within_3e7_absolute_in_every_direction() -> None:
    angle = sweep(-np.pi, np.pi)
    for length in (1e-30, 1.0, 1e30):
        y, x = np.sin(angle) * np.float32(length), np.cos(angle) * np.float32(length)
        got = elementary.arctan2(y, x)
        assert got.dtype == np.float32
        assert np.max(np.abs(got - np.arctan2(y.astype(np.float64), x.astype(np.float64)))) < 3e-7


def test_arctan2_of_the_axes() -> None:
    y, x = np.array([0, 0, 1, -1, 0], np.float32), np.array([1, -1, 0, 0, 0], np.float32)
    assert elementary.arctan2(y, x).tolist() == np.array([0, np.pi, np.pi / 2, -np.pi / 2, 0], np.float32).tolist()


def test_extremes_stay_finite_and_f32() -> None:
    for result in (
        elementary.exp(EXTREMES),
        elementary.log(EXTREMES),
        elementary.tanh(EXTREMES),
        *elementary.sin_cos(EXTREMES),
        elementary.arctan2(EXTREMES, EXTREMES[::-1]),
    ):
        assert result.dtype == np.float32
        assert np.all(np.isfinite(result))


def test_hash_known_values() -> None:
    """Golden: every recorded match depends on these bits, so changing them is a decision, not an accident."""
    seed = np.array([0, 1, 0xFFFFFFFF], np.uint32)
    assert elementary.hash_u32(seed, 0, 1).tolist() == [3002921059, 1614574087, 3230998431]
    assert elementary.hash_u32(seed, 0, 1).dtype == np.uint32


def test_hash_equals_plain_integer_arithmetic() -> None:
    def mix(bits: int) -> int:
        for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
            bits = ((bits ^ (bits >> shift)) * factor) % 2**32
        return bits

    for seed in (0, 1, 12345, 2**32 - 1):
        want = mix(mix((seed + 0x9E3779B9) % 2**32) ^ 77)
        assert elementary.hash_u32(np.array([seed], np.uint32), 77).tolist() == [want]


def test_hash_of_python_ints_equals_hash_of_arrays() -> None:
    seed = np.arange(100, dtype=np.uint32)
    word = np.full(100, 7, np.uint32)
    assert np.array_equal(elementary.hash_u32(seed, 7), elementary.hash_u32(seed, word))


def test_hash_tells_neighbouring_words_and_their_order_apart() -> None:
    a, b = (g.ravel().astype(np.uint32) for g in np.meshgrid(np.arange(300), np.arange(300)))
    bits = elementary.hash_u32(a, b)
    # 90 000 draws from 2**32 collide 0.94 times on average; 12 or more has probability 1e-9
    assert bits.size - np.unique(bits).size < 12


def test_hash_flips_half_of_the_output_bits() -> None:
    seed = np.arange(20_000, dtype=np.uint32)
    plain = elementary.hash_u32(seed, 5)
    for bit in range(32):
        changed = plain ^ elementary.hash_u32(seed ^ np.uint32(1 << bit), 5)
        share = np.unpackbits(changed.view(np.uint8)).mean()
        assert abs(share - 0.5) < 0.005  # six standard deviations of 640 000 fair bits are 0.004


def test_uniform_covers_zero_to_one_evenly() -> None:
    u = elementary.uniform(elementary.hash_u32(np.arange(200_000, dtype=np.uint32), 3, 9))
    assert u.dtype == np.float32
    assert u.min() >= 0 and u.max() < 1
    counts = np.histogram(u, bins=50, range=(0, 1))[0]
    chi_square = float(np.sum((counts - 4000.0) ** 2 / 4000.0))
    assert chi_square < 110  # 49 degrees of freedom: p = 1e-6


def test_uniform_ends() -> None:
    ends = elementary.uniform(np.array([0, 0xFF, 0xFFFFFFFF], np.uint32))
    assert ends.tolist() == [0.0, 0.0, 1 - 2.0**-24]
