"""Stable-Baselines3's side of the yardsticks: it plays Gymnasium's task, and looking costs it no decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build.measure import yardsticks
from build.measure.yardsticks import YARDSTICKS, theirs


def test_stable_baselines3_is_looked_at_as_it_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardsticks, "EPISODES", 20)  # of a hundred each look takes longer than to learn
    first, second = theirs(replace(YARDSTICKS[0], limit=4096, look_every=2048), 1)
    assert (first.decisions, second.decisions) == (2048, 4096)
    assert 0.0 < first.seconds < second.seconds
    assert 15.0 < first.mean_return < 300.0
