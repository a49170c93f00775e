"""A league of files: the stronger are rated higher, games are the same each time, and what does not fit is named."""

from __future__ import annotations

import json
from pathlib import Path

import drillsergeant
import numpy as np
import pytest
from drillsergeant.commands.command_line import main
from drillsergeant.gym import win_share
from drillsergeant.learn.league.round_robin import Standings
from drillsergeant.library.policy import Policy

DECISIONS = (1, 60_000, 240_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three policies of Ball Drill, each trained for longer than the one before."""
    place = tmp_path_factory.mktemp("league")
    for number, decisions in enumerate(DECISIONS):
        drillsergeant.train("ball", seed=number + 1, decisions=decisions).finish().save(place / f"{number}.dshq")
    return place


def test_who_learned_longer_is_rated_higher_and_games_come_out_the_same_again(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    table = drillsergeant.league(str(folder), matches=16, progress=lambda done, of: heard.append((done, of)))
    assert table.names == ("0", "1", "2") and table.order == [2, 1, 0]
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert table.standings.games == [[0, 32, 32], [32, 0, 32], [32, 32, 0]]
    assert sum(each.value for each in table.ratings) == pytest.approx(3000)
    assert table.ratings[2].low > table.ratings[0].high, "far apart, and sure of it"
    again = drillsergeant.league(sorted(folder.glob("*")), matches=16)
    assert again == table
    assert str(table).splitlines()[1].startswith("2  ")


def test_a_pair_wins_as_often_as_its_matches_on_numpy_say(folder: Path) -> None:
    table = drillsergeant.league([folder / "0.dshq", folder / "2.dshq"], matches=64)
    weak, strong = (Policy.load(folder / name) for name in ("0.dshq", "2.dshq"))
    share = np.mean([win_share(strong, weak, 128, team=team) for team in range(2)])
    assert table.standings.wins[1][0] / 128 == pytest.approx(share, abs=0.15)


def test_a_file_that_does_not_fit_is_refused_by_its_name(folder: Path, tmp_path: Path) -> None:
    def refused(*files: Path) -> str:
        with pytest.raises(ValueError) as told:  # said below
            drillsergeant.league([folder / "0.dshq", *files])
        return str(told.value)

    (empty := tmp_path / "empty").mkdir()
    other, narrow, cut = tmp_path / "other.dshq", tmp_path / "narrow.dshq", tmp_path / "cut.dshq"
    drillsergeant.train("sumo", decisions=1).finish().save(other)
    drillsergeant.train("ball", decisions=1, hidden=(16,)).finish().save(narrow)
    cut.write_bytes((folder / "1.dshq").read_bytes()[:-4])
    assert "other.dshq is for 'sumo'" in refused(other)
    assert "narrow.dshq is for 'ball' with hidden layers [16]" in refused(narrow)
    assert "cut.dshq: the file has" in refused(cut)
    assert "2 to 24 players, here are 1" in refused()
    assert "no .dshq file in" in refused(empty)
    with pytest.raises(ValueError, match="a multiple of 4"):
        drillsergeant.league([folder], matches=7)
    alone = tmp_path / "alone.dshq"
    drillsergeant.train("chase", decisions=1).finish().save(alone)
    with pytest.raises(ValueError, match="played by one team"):
        drillsergeant.league([alone, alone])


def test_the_command_prints_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["league", str(folder), "--matches", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["names"] == ["0", "1", "2"] and len(told["ratings"]) == 3
    assert main(["league", str(folder), "--matches", "4"]) == 0
    assert "95 % interval" in capsys.readouterr().out
    assert main(["league", str(folder / "0.dshq")]) == 2
    assert "here are 1" in capsys.readouterr().err


def test_draws_are_half_a_win() -> None:
    drawn, decided = Standings.of(2), Standings.of(2)
    drawn.add(0, 1, 0, 0, 10)
    decided.add(0, 1, 5, 5, 10)
    assert drawn.ratings == decided.ratings
