"""A saved stretch of a match in a notebook: its states, its pictures, and whose code it runs."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.drills.new_game import text_of
from drillsergeant.learn.compile.edited_drill import checked_drill
from drillsergeant.learn.compile.editing.whole_game import checked_game
from drillsergeant.learn.files.dshr import ReplayFileError, write_replay

from tests.fakes.theatre import Theatre
from tests.rigs.replays import cut

FASTER = "@dataclass(frozen=True)\nclass MyDrill(ChaseDrill):\n    push: float = 9.0\n"


def test_it_shows_what_was_played_as_states_pictures_and_a_gif(tmp_path: Path) -> None:
    theatre = Theatre(name="chase")
    seen = theatre.ticks(60)
    file = tmp_path / "match.dshr"
    file.write_bytes(write_replay(cut(theatre)))
    match = drillsergeant.replay(file)
    assert (len(match), match.seconds) == (60, 60 / theatre.drill.tick_hz)
    assert list(match)[1:] == seen == [match[tick] for tick in range(1, 61)]
    assert match[-1] == seen[-1]
    with pytest.raises(IndexError, match="there are 0 to 60"):
        match[61]
    assert match.picture(0, 64).shape[1:] == (64, 3)
    match.save(tmp_path / "match.gif", fps=10, width_px=64)
    assert (tmp_path / "match.gif").read_bytes() == match.gif(10, 64)
    with pytest.raises(ValueError, match=r"match\.mp4 would hold GIF"):
        match.save(tmp_path / "match.mp4")
    with pytest.raises(ValueError, match="fps is 0; give a number above 0"):
        match.gif(fps=0)
    html = match._repr_html_()
    assert b64decode(html.partition("base64,")[2].rstrip('">'))[:6] == b"GIF89a"
    assert repr(match) == "<MatchReplay chase: 0.5 s, nobody wins>"


def test_code_of_somebodys_own_runs_only_where_it_is_asked_for() -> None:
    faster = Theatre(name=checked_drill("chase", FASTER))
    faster.ticks(20)
    content = write_replay(cut(faster, edit=FASTER))
    with pytest.raises(ReplayFileError, match=r"code of its own has it.*run_code=True"):
        drillsergeant.replay(content)
    assert drillsergeant.replay(content, run_code=True)[-1] == faster.match.state()
    assert drillsergeant.replay(content, faster.drill)[-1] == faster.match.state()
    with pytest.raises(ReplayFileError, match="the rules of 'chase' were others"):
        drillsergeant.replay(content, "chase")


def test_a_whole_game_travels_with_its_replay() -> None:
    text = text_of("my-pong")
    theatre = Theatre(name=checked_game(text))
    theatre.ticks(20)
    content = write_replay(cut(theatre, edit=text))
    assert drillsergeant.replay(content, run_code=True)[-1] == theatre.match.state()
    assert drillsergeant.replay(write_replay(cut(theatre)))[-1] == theatre.match.state(), "of the game to begin with"
    elsewhere = replace(cut(theatre), drill="my-own")
    with pytest.raises(ReplayFileError, match=r"of 'my-own', there are ball.*pass the drill"):
        drillsergeant.replay(write_replay(elsewhere))
