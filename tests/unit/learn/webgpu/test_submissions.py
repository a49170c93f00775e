"""How much of an update is submitted at once: what fits a few milliseconds, found in steps."""

from __future__ import annotations

import pytest
from drillsergeant.learn.webgpu.learner import SUBMIT_TARGET_S, fitted


@pytest.mark.parametrize(
    ("size", "seconds", "wanted"),
    [
        (8, SUBMIT_TARGET_S, 8),
        (8, SUBMIT_TARGET_S / 1.5, 12),
        (8, SUBMIT_TARGET_S / 100, 16),
        (8, SUBMIT_TARGET_S * 1.5, 5),
        (8, SUBMIT_TARGET_S * 100, 4),
        (1, 60.0, 1),
        (8, 0.0, 16),
    ],
)
def test_it_grows_to_twice_and_shrinks_to_half_at_most(size: int, seconds: float, wanted: int) -> None:
    assert fitted(size, seconds) == wanted


@pytest.mark.parametrize("each_s", [1e-5, 1e-3, 1.0])
def test_it_finds_what_fits_from_anywhere(each_s: float) -> None:
    for size in (1, 1000):
        for _ in range(20):
            size = fitted(size, size * each_s)
        assert size == max(1, int(SUBMIT_TARGET_S / each_s)) or abs(size * each_s - SUBMIT_TARGET_S) <= each_s
