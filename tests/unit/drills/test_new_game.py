"""Games of one's own leave the page as files that run by themselves, are learned and are environments for others."""

from __future__ import annotations

from pathlib import Path

import drillsergeant
import pytest
from drillsergeant.drills import OWN, make
from drillsergeant.drills.new_game import PLACES, TEMPLATES, as_program, begun, file_of, game_of, template, text_of
from drillsergeant.gym import DrillEnv
from gymnasium.utils.env_checker import check_env


@pytest.mark.parametrize("place", PLACES)
def test_what_a_page_saves_is_trained_and_an_environment(place: str, tmp_path: Path) -> None:
    path = tmp_path / file_of(place)
    path.write_text(as_program(text_of(place), path.name))
    drill = make(str(path))
    assert drill.name == place and drill.observation == game_of(place).observation
    metrics = list(drillsergeant.train(drill, decisions=10_000))
    assert metrics[-1]["decisions"] >= 10_000
    check_env(DrillEnv(drill), skip_render_check=True)


def test_the_rest_of_the_file_checks_and_trains_the_class_with_a_tick() -> None:
    text = text_of("my-pong")
    program = as_program(text + "\n\nclass Notes:\n    pass\n", "my_pong.py")
    assert "check_drill(MyPong())" in program and "train(MyPong()," in program and "# python my_pong.py" in program
    assert as_program(program, "my_pong.py") == program, "once is enough"


@pytest.mark.parametrize("text", ["class", "x = 1\n", "class Mine:\n    speed = 1\n", "\0"])
def test_what_is_no_game_is_saved_as_it_is(text: str) -> None:
    assert as_program(text, "my_pong.py") == text


def test_places_are_no_names_of_drills_and_begin_with_the_templates() -> None:
    assert not set(PLACES) & set(OWN) and [*PLACES.values()] == [*TEMPLATES]
    with pytest.raises(ValueError, match="is no name for a module"):
        begun(template("blank"), "blank", "My Game.py")
