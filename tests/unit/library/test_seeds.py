"""Runs that differ in their seed alone: the runs of `train`, and a band."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import drillsergeant
import pytest
from drillsergeant.commands.command_line import main

SMALL: dict[str, Any] = {"matches": 16, "decisions": 3000, "hyper": {"minibatch_size": 64}, "hidden": (8,)}


def test_each_is_the_run_of_its_seed_and_together_they_are_a_band(tmp_path: Path) -> None:
    found = drillsergeant.seeds("chase", 3, seed=5, **SMALL)
    assert found.seeds == (5, 6, 7) and len(found) == 3
    trained = drillsergeant.train("chase", seed=6, **SMALL).finish(False)
    assert found.policies[1].content.state == trained.content.state != found.policies[0].content.state
    table = found.table()
    assert table and all(row["lowest"] <= row["median"] <= row["highest"] for row in table)
    last = [dict(found.curve(seed))[table[-1]["decisions"]] for seed in found.seeds]
    assert sorted(last) == [table[-1][name] for name in ("lowest", "median", "highest")]
    found.plot().save(tmp_path / "band.svg")
    picture = (tmp_path / "band.svg").read_text()
    assert "<polygon" in picture and picture.count("<polyline") == 3 and picture == found._repr_html_()
    assert "3 seeds" in repr(found) and "in the middle" in picture and "100%" in picture
    with pytest.raises(ValueError, match="seed 9 is none of these, which are 5, 6, 7"):
        found.curve(9)


def test_returns_are_told_as_they_are() -> None:
    assert "on average" in repr(drillsergeant.seeds("cartpole", 2, **SMALL | {"hidden": None}))


@pytest.mark.parametrize(
    ("values", "said"),
    [({"count": 0}, "count"), ({"count": 65}, "at most 64"), ({"seed": 2**32 - 1, "count": 2}, "seed")],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drillsergeant.seeds("chase", **values)


def test_the_command_line_trains_them_and_keeps_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--matches", "16", "--hidden", "8", "--decisions", "3e3", "-s", "minibatch_size=64"]
    files = ["--out", str(tmp_path / "a.dshq"), "--plot", str(tmp_path / "a.svg")]
    assert main(["train", "chase", *small, *files, "--seeds", "2", "--seed", "5"]) == 0
    assert capsys.readouterr().out.startswith("chase: 2 seeds, ")
    assert {each.name for each in tmp_path.iterdir()} == {"a-5.dshq", "a-6.dshq", "a.svg"}
    found = drillsergeant.seeds("chase", 2, seed=5, **SMALL)
    assert drillsergeant.Policy.load(tmp_path / "a-6.dshq").content.state == found.policies[1].content.state
    assert main(["train", "chase", "--seeds", "2", "--csv", "a.csv"]) == 2
    assert "--csv is of one" in capsys.readouterr().err
