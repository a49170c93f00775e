"""A whole game of the reader's own: what is shown is what is played, and what is wrong is said with its line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drillsergeant.drills.contract import Discrete
from drillsergeant.drills.new_game import PLACES, game_of, text_of
from drillsergeant.learn.compile.edit_errors import EditRefused
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edited_drill import build_edited
from drillsergeant.learn.compile.editing.whole_game import checked_game
from drillsergeant.learn.compile.program_builder import build_program, placed
from drillsergeant.learn.compile.shaders.shader_kernels import generated
from drillsergeant.learn.program import Program

BLANK, PONG = text_of("my-blank"), text_of("my-pong")
TEAMS, KEYS = "teams: tuple[int, ...] = (1,)", "({1: 2, -1: 1}.get(right, 0),)"
BEGIN = BLANK.index("@dataclass")


def line_of(part: str) -> int:
    return BLANK[: BLANK.index(part)].count("\n") + 1


@pytest.mark.parametrize("place", PLACES)
def test_the_text_as_it_is_shown_gives_the_very_same_program(place: str) -> None:
    shown = placed(build_edited(checked_game(text_of(place)), shared=False), place)
    original = placed(build_program(game_of(place), shared=False), place)
    assert shown.binary == original.binary
    assert shown.to_json() == original.to_json()
    assert (shown.drill.name, shown.drill.called, shown.shader) == (place, place, "")


def test_a_game_is_kept_in_its_place_whatever_its_class_calls_it() -> None:
    text = BLANK.replace('name: str = "my-blank"', 'name: str = "marathon"').replace("Run to the mark", "Marathon")
    program = placed(build_edited(checked_game(text), shared=False), "my-blank")
    assert (program.drill.name, program.drill.called) == ("my-blank", "marathon")
    assert program.drill.words.title == "Marathon"
    assert Program.from_json(program.to_json(), program.binary) == program


def test_other_heads_come_with_a_shader_of_their_own() -> None:
    text = BLANK.replace('("stay", "left", "right")', '("stay", "left", "right", "rest")')
    program = placed(build_edited(checked_game(text), shared=False), "my-blank")
    assert program.shader == generated((Discrete("move", ("stay", "left", "right", "rest")),))
    assert replace(program, shader="").to_json() != program.to_json()


@pytest.mark.parametrize(
    ("was", "now", "line", "reason"),
    [
        (
            "    def tick(",
            "    def tikc(",
            line_of("class MyBlank"),
            "MyBlank has no tick, which every game has; is tikc",
        ),
        ("    def from_keys(", "    def keys(", line_of("class MyBlank"), "MyBlank has no from_keys"),
        (TEAMS, "teams: tuple[int, ...] = (30,)", line_of(TEAMS), "30 players in all, at most 22"),
        (TEAMS, "teams: tuple[int, ...] = 1", line_of(TEAMS), r"a tuple of the players of each team"),
        (TEAMS, "teams: tuple[int, ...] = (1, 1, 1)", line_of(TEAMS), "names 3 teams, there can be 1 to 2"),
        (', "there": zero}', "}", line_of('"there": zero}'), "the state that reset returned lacks the field there"),
        ('"x": "f32", ', '"x": "f33", ', line_of("fields ="), "field x has the type 'f33'; use one of f32"),
        ("return {**state,", "{**state,", line_of("def tick("), "tick returned NoneType.*is its `return` forgotten"),
        (
            '"there": there}\n\n    def observe',
            '"there": there.astype(np.int32)}\n\n    def observe',
            line_of("return {**state,"),
            r"there of the state that tick returned is computed as i32 and must be f32: add .astype\(np.float32\)",
        ),
        (
            "nearer * 0.2]",
            "nearer * 0.2, nearer]",
            line_of("nearer * 0.2]"),
            "3 arrays, and `reward_terms` has 2: name",
        ),
        ('("x", "mark")', '("x",)', line_of('return [state["x"]'), "2 arrays, and `observation` has 1: name each"),
        (".astype(np.int32)]", "]", line_of('return [np.where(state["mark"]'), "move of what scripted .* must be i32"),
        (
            'name: str = "my-blank"',
            'name: str = "chase"',
            line_of("name: str"),
            "'chase' is a drill that there is already",
        ),
        ('name: str = "my-blank"', 'name: str = "a b"', line_of("name: str"), "name is 'a b'; give letters, digits"),
        ('Words("Run to the mark"', '("Run to the mark"', line_of("words ="), r"words is .*; give Words\(title"),
        (
            "A square learns to run.",
            "A" * 301,
            line_of("words ="),
            "sentence of its words has 301 characters, at most 300",
        ),
        ("tick_hz: int = 60", "tick_hz: int = 6000", line_of("tick_hz"), "tick_hz is 6000, at most 480"),
        ("action_repeat: int = 4", "action_repeat: int = 0", line_of("action_repeat"), "a whole number, at least 1"),
        (
            KEYS,
            "{1: 2, -1: 1}.get(right, 0)",
            line_of(KEYS),
            "from_keys returned 1; give a number for each of the heads",
        ),
        (KEYS, "(right,)", line_of(KEYS), "from_keys returned -1 for move, which must be a whole number from 0 to 2"),
        ('"mark", "mark", "y"', '"mark", "mrak", "y"', line_of("return Scene"), "the field 'mrak', .* mean mark?"),
        (
            "x = np.clip(",
            "x = x if move > 1 else np.clip(",
            line_of("x = np.clip("),
            r"Write np.where\(move > 1, a, b\)",
        ),
        (
            "import numpy as np",
            "import os",
            line_of("import numpy"),
            "os cannot be imported here; there are numpy, math",
        ),
        (
            'state["mark"] - x)',
            'state["amrk"] - x)',
            line_of("there = np.maximum"),
            "has no 'amrk'; did you mean mark?",
        ),
        ('[state["x"] / self', '[state["x"] / 0.0 / self', line_of('return [state["x"]'), "entry 1 of observe is "),
        ("< 0.1)", "< np.random.random())", line_of("there = np.maximum"), "as NumPy this gives .*, compiled"),
        ("speed: float = 2.0", "speed: float", line_of("@dataclass"), "'speed' follows default argument"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_the_reason(was: str, now: str, line: int, reason: str) -> None:
    assert was in BLANK
    with pytest.raises(EditRefused, match=reason) as refused:
        checked_game(BLANK.replace(was, now, 1))
    assert refused.value.place.line == line


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "there is no game in it: write a class with reset, tick, "),
        ("class Mine: pass", 1, "there is no game in it"),
        ("1/0", 1, "ZeroDivisionError"),
        ("def", 1, "SyntaxError"),
        (BLANK + PONG[PONG.index("@dataclass") :], BLANK.count("\n") + 2, "there are 2 games, MyBlank and MyPong"),
        (
            "class Mine:\n    def tick(self, state, actions):\n        return state\n",
            1,
            "Mine has no name, teams, heads",
        ),
        (
            "class Mine:\n    def __init__(self, x):\n        self.tick = x\n    reset = 0\n",
            1,
            r"Mine\(\) cannot be made",
        ),
        (BLANK + "#" * 100_000, 0, "too many to be kept in a file"),
    ],
)
def test_what_is_no_game_is_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason) as refused:
        checked_game(text)
    assert refused.value.place.line == line


@pytest.mark.parametrize(
    "text",
    [
        BLANK.replace("class MyBlank:", "class Base:") + "\n\nclass Mine(Base):\n    pass\n",
        "from __future__ import annotations\n" + BLANK[BLANK.index("from collections") :],
        BLANK.replace(
            "from dataclasses", "from drillsergeant.drills.per_match import between\nfrom dataclasses"
        ).replace("speed: float = 2.0", "speed: float = between(1.0, 2.0)"),
        BLANK + '\n\nif __name__ == "__main__":\n    raise SystemExit\n',
    ],
)
def test_what_people_write_is_taken(text: str) -> None:
    assert build_edited(checked_game(text), shared=False).drill.name == "my-blank"


def test_what_a_game_prints_while_it_is_played_is_heard() -> None:
    printed = Printed()
    move = line_of("move = actions[0][0]")
    checked_game(
        BLANK.replace("        move = actions[0][0]", "        print(self.speed); move = actions[0][0]"), printed
    )
    assert printed.text == f"line {move}: 2.0"
