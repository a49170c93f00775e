"""Edited drills: unchanged they are what they were, changed they do as they say, wrong they are refused with a line."""

from __future__ import annotations

import json

import pytest
from drillsergeant.drills import make
from drillsergeant.learn.compile.editable_source import HOMES, source_of
from drillsergeant.learn.compile.edited_drill import MOST_ENTRIES, EditRefused, build_edited, checked_drill
from drillsergeant.learn.compile.program_builder import build_program
from drillsergeant.learn.program import Program
from hypothesis import given, settings
from hypothesis import strategies as some

RETURN = "return [goal, seen_from(side, nearer), closer]"
BALL = source_of("ball")
LINE = BALL[: BALL.index(RETURN)].count("\n") + 1


def built(text: str, name: str = "ball") -> Program:
    return build_edited(checked_drill(name, text), shared=False)


@pytest.mark.parametrize("name", HOMES)
def test_the_text_as_it_is_shown_gives_the_very_same_program(name: str) -> None:
    program, original = built(source_of(name), name), build_program(make(name), shared=False)
    assert program.binary == original.binary
    assert program.to_json() == original.to_json()


@pytest.mark.parametrize("number", ["dash_speed: float = 9.0", "dash_speed = 9.0"])
@pytest.mark.parametrize("decorator", ["@dataclass(frozen=True)\n", ""])
def test_a_number_counts_however_it_is_written(number: str, decorator: str) -> None:
    text = f"{decorator}class Mine(BallDrill):\n    {number}\n"
    assert checked_drill("ball", text) != make("ball")
    assert checked_drill("ball", text).dash_speed == 9.0  # type: ignore[attr-defined]


def test_entries_may_be_added_and_left_out() -> None:
    fewer = BALL.replace("            hx,\n            hy,\n", "").replace(RETURN, "return [goal]")
    program = built(fewer)
    assert program.drill.observation[:2] == ("input_1", "input_2")
    assert len(program.drill.observation) == len(make("ball").observation) - 2
    assert program.drill.reward_terms == ("part_1",)
    chase = source_of("chase").replace('state["chaser_vx"] * 0.3,', 'state["chaser_vx"] * 0.3, state["caught"],')
    assert len(built(chase, "chase").drill.observation) == len(make("chase").observation) + 1


@pytest.mark.parametrize(
    ("code", "line", "reason"),
    [
        ("return [goal, closer", LINE, "SyntaxError: '[' was never closed"),
        ("return [gaol]", LINE, "NameError: name 'gaol' is not defined"),
        ("if goal > 0: return [goal]", LINE, "truth value"),
        ("return [np.arctan2(goal, goal)]", LINE, "np.arctan2 has no kernel instruction"),
        ("return [np.sum(goal)]", 0, "one number per match is wanted"),
        ("return goal", 0, "reward must return a list of arrays, not ndarray"),
        ("return []", 0, "reward must return a list of arrays"),
        ("return [1.0]", 0, "entry 1 of reward is float 1.0"),
        ("return [goal.astype(np.float64)]", 0, "is float64: write .astype(np.float32)"),
        ("return [goal / (goal * 0.0)]", 0, "entry 1 of reward is nan"),
        ("return [goal + 1e6]", 0, "reaches 1e+06"),
        ("import js", LINE, "js cannot be imported here"),
        ("return [before['scored'][0]]", 0, "entry 1 of reward is"),
        ("raise KeyError('x')", LINE, "KeyError: 'x'"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_the_reason(code: str, line: int, reason: str) -> None:
    with pytest.raises(EditRefused) as refused:
        checked_drill("ball", BALL.replace(RETURN, code))
    assert reason in str(refused.value)
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no class over BallDrill"),
        ("class Mine: pass", "there is no class over BallDrill"),
        (BALL + "    sides = 1\n", "sides cannot be changed here"),
        (BALL + "    action_count: int = 3\n", "action_count cannot be changed here"),
        (BALL + "    @property\n    def fields(self):\n        return {}\n", "fields cannot be changed here"),
        (BALL.replace("return [\n", f"return [goal for goal in [own.x] * {MOST_ENTRIES + 1}] + [\n"), "at most 256"),
        ("1/0", "ZeroDivisionError"),
        ("x = '" + "a" * 10**6, "SyntaxError"),
        ("\0", "null bytes"),
    ],
)
def test_what_is_no_such_drill_is_refused(text: str, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        checked_drill("ball", text)


def test_code_that_calls_itself_is_refused() -> None:
    with pytest.raises(EditRefused, match="calls itself without end"):
        checked_drill("ball", BALL.replace(RETURN, "return self.reward(before, after, side)"))


SCRAPS = some.sampled_from(["", "(", "\n", "0", "side", "np.", " "])


@settings(max_examples=60, deadline=None)
@given(some.integers(0, len(BALL) - 1), some.integers(1, 40), SCRAPS)
def test_damaged_code_is_refused_or_gives_a_program_and_nothing_else(at: int, length: int, instead: str) -> None:
    try:
        drill = checked_drill("ball", BALL[:at] + instead + BALL[at + length :])
    except EditRefused as refused:
        assert str(refused) and refused.line >= 0
    else:
        assert json.loads(build_edited(drill, shared=False).to_json())["drill"]["name"] == "ball"
