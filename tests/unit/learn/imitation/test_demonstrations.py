"""What was played, as it is kept, told and written to a file that anybody may have touched."""

import random
from array import array
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.imitation import demonstrations
from drillsergeant.learn.imitation.demonstrations import Demonstrations

from tests.rigs.mixed_drill import MixedDrill


def mixed(seconds: int = 3) -> Demonstrations:
    return drillsergeant.demonstrate(MixedDrill(), seconds=seconds)


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    shown = mixed()
    shown.save(tmp_path / "played.safetensors")
    assert Demonstrations.load(tmp_path / "played.safetensors") == shown
    assert shown.masks == 43 and shown.decisions == 45
    chase = drillsergeant.demonstrate("chase", seconds=2)
    assert Demonstrations.from_bytes(chase.to_bytes()) == chase
    assert repr(chase) == "<Demonstrations chase: 30 decisions, 2 s>"


def test_a_damaged_file_is_refused_or_is_as_good() -> None:
    content, draws = drillsergeant.demonstrate("chase", seconds=2).to_bytes(), random.Random(4)
    refused = 0
    for _ in range(400):
        damaged = bytearray(content)
        for _ in range(draws.randrange(1, 4)):
            damaged[draws.randrange(len(damaged))] = draws.randrange(256)
        cut = bytes(damaged[: draws.choice((len(damaged), draws.randrange(len(damaged))))])
        try:
            found = Demonstrations.from_bytes(cut)
        except PolicyFileError:
            refused += 1
        else:
            assert found.decisions <= 30
    assert refused > 200
    with pytest.raises(PolicyFileError, match="expected 'drillsergeant demonstrations' of version 1"):
        Demonstrations.from_bytes(drillsergeant.train("chase", matches=16).policy.to_bytes())


def test_rows_that_are_no_decisions_are_refused_by_name() -> None:
    none = Demonstrations.of(drillsergeant.make("chase"))
    with pytest.raises(ValueError, match="a decision has 2 numbers, expected 9"):
        none.extended([[0.0, 1.0]])
    with pytest.raises(ValueError, match="each below 1e"):
        none.extended([[float("nan")] * 8 + [1.0]])
    for choice in (5.0, -1.0, 1.5):
        with pytest.raises(ValueError, match=f"move is {choice}, expected a whole number from 0 to 4"):
            none.extended([[0.0] * 8 + [choice]])
    assert none.decisions == 0


def test_what_could_not_be_done_is_left_out() -> None:
    none = Demonstrations.of(MixedDrill(), 43)
    row = [0.0, 0.0, 0.0, 1.0, 0.5, 7.0, 0.1]
    allowed = [1.0] * 43
    forbidden = [1.0] * 43
    forbidden[3 + 7] = 0.0  # behind the three choices of the first head
    assert none.extended([[*row, *allowed], [*row, *forbidden]]).decisions == 1


def test_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstrations, "MOST_DECISIONS", 3)
    none = Demonstrations.of(drillsergeant.make("chase"))
    rows = [[float(number)] + [0.0] * 7 + [1.0] for number in range(5)]
    assert none.extended(rows[:2]).joined(none.extended(rows[2:])).seen[::8] == array("f", [2.0, 3.0, 4.0])


def test_shares_and_stretches() -> None:
    none = Demonstrations.of(drillsergeant.make("chase"))
    shown = none.extended([[0.0] * 8 + [float(row % 4 == 0)] for row in range(160)])
    ((head, shares),) = shown.shares()
    assert head == "move" and shares[:2] == [("stay", 0.75), ("right", 0.25)]
    split = shown.split()
    assert list(split.held_out) == [*range(60, 75), *range(135, 150)]
    assert sorted([*split.held_out, *split.learned]) == list(range(160))
    assert mixed().shares()[1][0] == "push"
