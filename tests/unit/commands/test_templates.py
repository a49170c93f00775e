"""The games to begin with: short, with nothing wrong, compiled, and learned with the defaults."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.check.check_drill import check_drill
from drillsergeant.commands.command_line import main
from drillsergeant.commands.new import GAMES, STAR
from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill

from tests.rigs.length import AT_LENGTH

SHORT = [game for game in GAMES if game != STAR]  # the other one explains itself, and has tests of its own
MOST_LINES = {"team-ball": 80}  # two teams of two take more
USUAL_LINES = 60
# Decisions, and the wins there have to be; of team-ball those against chance in the ordinary run, at first 3 %.
LEARNED = {
    "blank": (60_000, 0.9),
    "chase": (150_000, 0.8),
    "pole": (300_000, 0.6),
    "pong": (560_000, 0.3),
    "team-ball": (1_500_000, 0.3) if AT_LENGTH else (700_000, 0.2),
}


def begun(folder: Path, game: str) -> Drill:
    """The game in a file of one's own."""
    path = folder / "my_own.py"
    assert main(["new", str(path), "--game", game]) == 0
    return make(str(path))


@pytest.mark.parametrize("game", SHORT)
def test_a_game_to_begin_with_is_short_and_has_nothing_wrong(game: str, tmp_path: Path) -> None:
    drill = begun(tmp_path, game)
    assert (drill.name, type(drill).__name__) == ("my-own", "MyOwn")
    text, _, program = (tmp_path / "my_own.py").read_text().partition("\n\n\nif __name__")
    assert program and len([line for line in text.splitlines() if line]) <= MOST_LINES.get(game, USUAL_LINES)
    report = check_drill(drill)
    assert len(report) == 0, str(report)


@pytest.mark.parametrize("game", SHORT)
def test_a_game_to_begin_with_is_learned(game: str, tmp_path: Path) -> None:
    decisions, wins = LEARNED[game]
    metrics = list(drillsergeant.train(begun(tmp_path, game), decisions=decisions))
    assert metrics[-1]["win_rate" if AT_LENGTH or game != "team-ball" else "win_rate_random"] > wins
