"""Numbers over time in a policy's file: what goes in comes out, and what is no history is refused by name."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from drillsergeant.learn.files.dshq import read_policy, write_policy
from drillsergeant.learn.files.history_tensors import MOST_ROWS, history_tensors, split_history
from drillsergeant.learn.files.safetensors import PolicyFileError, Tensor

from tests.fakes.policies import SMALL, some_policy

NUMBERS: dict[str, list[float | None]] = {
    "t_s": [0.5, 1.0, 2.5],
    "win_rate": [None, 0.25, 0.5],
    "reward_goal": [1.0, None, -3.0],
}
EVENTS: tuple[dict[str, object], ...] = (
    {"id": 1, "t_s": 1.0, "decisions": 400, "kind": "hyper", "text": "clip 0.2 → 0.3"},
)
CODE = 'class Mine(BallDrill):\n    """{[\\ "quoted", ünïcode 🙂."""\n\tdash_speed = 9.0\n'


def test_history_marks_and_code_come_back_as_they_went_in() -> None:
    policy = replace(some_policy(SMALL), history=NUMBERS, events=EVENTS, edit=CODE)
    assert read_policy(write_policy(policy), SMALL) == policy
    assert read_policy(write_policy(some_policy(SMALL)), SMALL).edit == ""


def test_names_that_no_file_can_hold_are_left_out() -> None:
    tensors = history_tensors({**NUMBERS, "Größe": [1.0, 2.0, 3.0], "a" * 49: [1.0, 2.0, 3.0]})
    assert split_history(tensors)[1] == NUMBERS
    assert history_tensors({}) == {}


def column(*values: float) -> Tensor:
    return Tensor((len(values),), array("f", values).tobytes())


@pytest.mark.parametrize(
    ("tensors", "says"),
    [
        ({"win_rate": column(1.0)}, r"history\.t_s among them"),
        ({"t_s": column(1.0, 2.0), "win_rate": column(1.0)}, r"'history\.win_rate' has shape \[1\], expected \[2\]"),
        ({"t_s": column(2.0, 1.0)}, "seconds that never fall"),
        ({"t_s": column(1.0, float("nan"))}, "seconds that never fall"),
        ({"t_s": column(*range(MOST_ROWS + 1))}, "at most"),
        ({"t_s": column(1.0), "../x": column(1.0)}, "history"),
    ],
    ids=str,
)
def test_what_is_no_history_is_refused(tensors: dict[str, Tensor], says: str) -> None:
    with pytest.raises(PolicyFileError, match=says):
        split_history({f"history.{name}": tensor for name, tensor in tensors.items()})
