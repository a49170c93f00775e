"""The upright axes: words that never repeat, the minus sign, units, and a range that one spike does not set."""

import pytest
from drillsergeant.runtimes.page.training.ticks import COUNT, PERCENT, PLAIN, axis_px, labels, value_range
from hypothesis import given
from hypothesis import strategies as st

CASES = [
    ([0.0, 0.002, 0.004], PLAIN, ["0", "0.002", "0.004"]),
    ([0.0025, 0.003, 0.0035], PLAIN, ["0.0025", "0.0030", "0.0035"]),
    ([-0.01, 0.0, 0.01], PLAIN, ["−0.01", "0", "0.01"]),
    ([-0.002, -0.0, 0.002], PLAIN, ["−0.002", "0", "0.002"]),
    ([0.0, 50.0, 100.0], PERCENT, ["0 %", "50 %", "100 %"]),
    ([0.0, 2.5, 5.0], PERCENT, ["0 %", "2.5 %", "5.0 %"]),
    ([0.0, 100_000.0, 200_000.0], COUNT, ["0", "100 k", "200 k"]),
    ([0.0, 500_000.0, 1_000_000.0], COUNT, ["0", "500 k", "1 M"]),
    ([1_000_000.0, 1_250_000.0, 1_500_000.0], COUNT, ["1.00 M", "1.25 M", "1.50 M"]),
    ([0.0, 1e-8, 2e-8], PLAIN, ["0", "1e−08", "2e−08"]),
]


@pytest.mark.parametrize(("splits", "kind", "wanted"), CASES, ids=lambda value: str(value))
def test_labels(splits: list[float], kind: str, wanted: list[str]) -> None:
    assert labels(splits, kind) == wanted


@given(
    st.floats(-1e6, 1e6),
    st.sampled_from([1.0, 2.0, 2.5, 5.0]),
    st.integers(-9, 8),
    st.integers(2, 8),
    st.sampled_from([PLAIN, PERCENT, COUNT]),
)
def test_different_places_read_differently_and_zero_has_no_sign(
    start: float, step: float, power: int, count: int, kind: str
) -> None:
    apart = step * 10.0**power
    first = round(start / apart)
    if abs(first) > 1e5:  # no axis: its labels would have more digits than anybody reads
        first = 0
    splits = [(first + place) * apart for place in range(count)]
    texts = labels(splits, kind)
    assert len(set(texts)) == count
    assert not any(text.startswith(("-", "−0 ")) or text == "−0" for text in texts)


def test_the_axis_is_as_wide_as_its_longest_label() -> None:
    assert axis_px(["0", "−0.0035"]) > axis_px(["0", "0.5"])
    assert axis_px(["−0.0035"]) >= 7 * 6 + 4, "seven characters of 11 px type, and a gap"
    assert axis_px([]) > 0


def test_a_spike_does_not_set_the_range_and_the_newest_value_is_always_in_it() -> None:
    calm = [0.01 + 0.001 * (place % 5) for place in range(60)]
    low, high = value_range([[*calm[:10], 9.0, *calm[10:]]])
    assert 0.0 <= low < 0.01 and 0.014 < high < 0.03
    assert value_range([[*calm, 9.0]])[1] > 9.0
    low, high = value_range([[-0.02, 0.01, None], [None, None, None]])
    assert low < -0.02 and high > 0.01


def test_ranges_of_nothing_of_one_value_and_of_what_is_never_negative() -> None:
    assert value_range([]) == (0.0, 1.0)
    low, high = value_range([[3.0, 3.0]])
    assert low < 3.0 < high
    assert value_range([[0.0, 0.5]])[0] == 0.0
    assert value_range([[0.0]]) == (0.0, 0.5)
