"""What a saved run tells of itself, to be compared with others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.learn.files.dshq import write_policy
from drillsergeant.learn.files.run_progress import RunProgress, progress_metadata
from drillsergeant.learn.files.run_story import read_story
from drillsergeant.learn.ppo.hyper import Hyper

from tests.fakes.policies import SMALL, some_policy

NUMBERS: dict[str, list[float | None]] = {
    "t_s": [0.5, 1.0],
    "win_rate": [None, 0.25],
    "decisions": [100.0, 200.0],
    "entropy": [1.0, 0.5],
}
EVENTS: tuple[dict[str, object], ...] = (
    {"id": 1, "t_s": 1.0, "decisions": 400, "kind": "hyper", "text": "clip 0.2 → 0.3"},
    {"id": 2, "t_s": 1.5, "decisions": 500, "kind": "lesson", "text": "lesson 2"},
)


def test_a_run_tells_its_seed_its_settings_its_numbers_and_its_marks() -> None:
    hyper = Hyper(learning_rate=0.002)
    policy = replace(some_policy(SMALL), history=NUMBERS, events=EVENTS, hyper=hyper)
    story = read_story(write_policy(policy))
    assert (story.seed, story.hyper, story.changes, story.events) == (policy.state.seed, hyper, 1, EVENTS)
    assert story.numbers == {name: NUMBERS[name] for name in ("t_s", "decisions", "win_rate")}
    assert (story.summary.drill, story.summary.progress) == ("small", policy.progress)


@pytest.mark.parametrize(("win_rate", "told"), [(0.0, "0.0"), (1.0, "1.0"), (1.5, ""), (-0.1, ""), (None, "")])
def test_a_share_that_is_none_is_not_told(win_rate: float | None, told: str) -> None:
    assert progress_metadata(RunProgress(win_rate=win_rate))["win_rate"] == told


def test_a_run_that_has_not_begun_tells_of_nothing() -> None:
    assert RunProgress() == RunProgress(0, 0.0, None, "", 0, None, 0)
    metadata = progress_metadata(RunProgress())
    assert (metadata["decisions"], metadata["version"], metadata["win_rate"]) == ("0", "0", "")
    assert "mean_return" not in metadata and "lesson" not in metadata
