"""The yardsticks: our learner looked at as it goes, and the first look that counts as solved."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from build.console import BuildError
from build.measure.yardsticks import YARDSTICKS, Evaluation, ours, row, until_solved

CARTPOLE = YARDSTICKS[0]


def test_the_first_look_that_reaches_it_is_told_or_else_the_last() -> None:
    looks = [Evaluation(1, 0.1, 20.0), Evaluation(2, 0.2, 480.0), Evaluation(3, 0.3, 100.0), Evaluation(4, 0.4, 500.0)]
    assert until_solved(iter(looks), 475.0) == (looks[1], True)
    assert until_solved(iter(looks), 501.0) == (looks[3], False)
    with pytest.raises(BuildError, match="below one look"):
        until_solved(iter([]), 1.0)
    assert "not in 0.000 M" in row(CARTPOLE, 1, "ours", looks[3], False)


def test_tasks_count_as_solved_where_gymnasium_says_so() -> None:
    assert [(each.task, each.solved) for each in YARDSTICKS] == [
        ("CartPole-v1", 475.0), ("Acrobot-v1", -100.0), ("Pendulum-v1", -250.0),
    ]  # fmt: skip


def test_ours_learns_the_task_and_time_and_decisions_go_up() -> None:
    short = replace(CARTPOLE, limit=60_000, look_every=20_000)
    looks = list(ours(short, 1))
    assert looks[0].decisions == 0 and looks[-1].decisions >= short.limit
    assert all(one.decisions < two.decisions and one.seconds < two.seconds for one, two in pairwise(looks))
    assert looks[0].mean_return < 60.0 < looks[-1].mean_return
