"""Edited drills: unchanged they are what they were, changed they do as they say, wrong they are refused with a line."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from drillsergeant.drills import make
from drillsergeant.drills.new_game import text_of
from drillsergeant.drills.squad.drill import SquadDrill
from drillsergeant.learn.compile.edit_errors import EditRefused
from drillsergeant.learn.compile.edit_play import MOST_ENTRIES
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.editable_source import HOMES, source_of
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.compile.editing import traced
from drillsergeant.learn.compile.kernel_table import DrillKernels
from drillsergeant.learn.engine import MOST_REWARD_TERMS
from drillsergeant.learn.program import Program
from drillsergeant.learn.wasm.scratch import plan_for
from hypothesis import given, settings
from hypothesis import strategies as some

from build.promises.records import tally
from tests.rigs.length import AT_LENGTH
from tests.rigs.training_run import program_of

RETURN = "return [goal, seen_from(player, nearer), closer]"
BALL = source_of("ball")
DEF = BALL[: BALL.index("def reward(")].count("\n") + 1
LINE = BALL[: BALL.index(RETURN)].count("\n") + 1


def built(text: str, name: str = "ball") -> Program:
    return build_edited(checked_drill(name, text), shared=False)


@cache
def as_shown(name: str = "ball") -> Program:
    return built(source_of(name), name)


# Of squads the smaller one, whose text is the same.
@pytest.mark.parametrize("name", [name for name in HOMES if AT_LENGTH or name != "squad"])
def test_the_text_as_it_is_shown_gives_the_very_same_program(name: str) -> None:
    program, original = as_shown(name), program_of(name)
    assert program.binary == original.binary
    assert program.to_json() == original.to_json()


@pytest.mark.parametrize("number", ["dash_speed: float = 9.0", "dash_speed = 9.0"])
@pytest.mark.parametrize("decorator", ["@dataclass(frozen=True)\n", ""])
def test_a_number_counts_however_it_is_written(number: str, decorator: str) -> None:
    text = f"{decorator}class Mine(BallDrill):\n    {number}\n"
    drill = checked_drill("ball", text)
    assert drill != make("ball") and drill.dash_speed == 9.0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("returned", "names"),
    [
        ("return [goal, seen_from(player, nearer), closer, goal * 0.5]", ("goal", "ball_to_goal", "to_ball", "goal_2")),
        ("bonus = goal * 2.0\n        return [closer * 3.0, bonus]", ("to_ball", "bonus")),
        ("return [goal * nearer, goal]", ("part_1", "goal")),
        ("return [each * 1.0 for each in (goal, closer)]", ("part_1", "part_2")),
        ("LOUD = goal * 2.0\n        return [LOUD]", ("part_1",)),
    ],
)
def test_terms_of_an_edited_reward_are_called_as_before_or_as_in_the_text(
    returned: str, names: tuple[str, ...]
) -> None:
    assert checked_drill("ball", BALL.replace(RETURN, returned)).reward_terms == names


def test_entries_may_be_added_and_left_out() -> None:
    fewer = BALL.replace("            hx,\n            hy,\n", "").replace(RETURN, "return [goal]")
    program = built(fewer)
    assert program.drill.observation[:2] == ("input_1", "input_2")
    assert len(program.drill.observation) == len(make("ball").observation) - 2
    assert program.drill.reward_terms == ("goal",)
    chase = source_of("chase").replace('state["chaser_vx"] * 0.3,', 'state["chaser_vx"] * 0.3, state["caught"],')
    assert len(built(chase, "chase").drill.observation) == len(make("chase").observation) + 1


@pytest.mark.parametrize(
    ("code", "line", "reason"),
    [
        ("return [goal, closer", LINE, "SyntaxError: '[' was never closed"),
        ("return [gaol]", LINE, "NameError: name 'gaol' is not defined"),
        ("if goal > 0: return [goal]", LINE, "Write np.where(goal > 0, a, b)"),
        ("return [np.arctan2(goal, goal)]", LINE, "np.arctan2 has no kernel instruction"),
        ("return [np.sum(goal)]", LINE, "Write np.sum([a, b, c], axis=0)"),
        ("return goal", LINE, "reward must return a list of arrays, not ndarray"),
        ("return []", LINE, "reward must return a list of arrays"),
        ("return [1.0]", LINE, "entry 1 of reward is float 1.0"),
        ("return [goal.astype(np.float64)]", LINE, "a kernel has no float64. Write np.float32"),
        ("return [goal / (goal * 0.0)]", LINE, "entry 1 of reward is nan"),
        ("return [goal + 1e6]", LINE, "reaches 1e+06"),
        ("import js", LINE, "js cannot be imported here"),
        ("return [before['scored'][0]]", LINE, "cannot be looked into"),
        ("raise KeyError('x')", LINE, "KeyError: 'x'"),
        ("near = 0 < goal < 1", LINE, "Write (0 < goal) & (goal < 1)"),
        ("goal = max(goal, 0.0)", LINE, "Write np.maximum(goal, 0.0)"),
        ("if (goal > 0).any(): goal = goal * 2.0", LINE, "Write np.where(mask, a, b)"),
        ("goal = goal + after['clock'] * 0.5", LINE, "Write after['clock'].astype(np.float32) * 0.5"),
        ("goal = goal + (player - after['clock']) / 2", LINE, "Write (player - after['clock']).astype(np.float32) / 2"),
        ("return [np.where(goal > 0, 1, 0)]", LINE, "or np.float32(number) for the constants"),
        ("goal[goal > 0] = 2.0", LINE, "Write x = np.where(mask, y, x)"),
        ("goal += 1.0", LINE, "Write x = x + y"),
        ("pass", DEF, "reward returned nothing: is its `return` forgotten?"),
        ("goal = after['scord']", LINE, "KeyError: the state has no 'scord'; did you mean scored?"),
        ("goal = after['zzz']", LINE, "the state has no 'zzz'; there are "),
        ("goal = goal * self.goal_rewrd", LINE, "has no attribute 'goal_rewrd'; did you mean goal_reward?"),
        ("goal = np.minimun(goal, 0.0)", LINE, "no attribute 'minimun'"),
        ("goal = seen_form(player, goal)", LINE, "name 'seen_form' is not defined; did you mean seen_from?"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line_and_the_reason(code: str, line: int, reason: str) -> None:
    with pytest.raises(EditRefused) as refused:
        checked_drill("ball", BALL.replace(RETURN, code))
    assert reason in str(refused.value)
    assert refused.value.place.line == line


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no class over BallDrill"),
        ("class Mine: pass", "there is no class over BallDrill"),
        (text_of("my-pong"), "over BallDrill: .* For a whole game, choose one under Your own game first"),
        (BALL + "    teams = (1,)\n", "teams cannot be changed here"),
        (BALL + "    heads = ()\n", "heads cannot be changed here"),
        (BALL + "    @property\n    def fields(self):\n        return {}\n", "fields cannot be changed here"),
        (BALL.replace("return [\n", f"return [goal for goal in [own.x] * {MOST_ENTRIES + 1}] + [\n"), "at most 256"),
        ("1/0", "ZeroDivisionError"),
        (BALL + "    dash_sped = 20.0\n", r"dash_sped is no number of BallDrill, .*; did you mean dash_speed\?"),
        (
            BALL.replace("def observe(", "def obsreve("),
            r"obsreve is no function of BallDrill, .*; did you mean observe\?",
        ),
        (BALL + "    half_length_m = -6\n", r"half_length_m is -6, it must not be below 0 \(it was 6.0\)"),
        (BALL + "    time_limit_s = 0.0\n", "time_limit_s is 0, it must be above 0"),
        (BALL + "    time_limit_s = 0.01\n", "time_limit_s is 0.01, it must be at least one decision"),
        (BALL + "    dash_speed = 'fast'\n", "dash_speed is 'fast', it must be a number like 7.0"),
        (BALL + "    dash_speed = float('inf')\n", "dash_speed is inf, it must be a number"),
        (BALL + "    dash_speed = between(-1.0, 2.0)\n", r"dash_speed is -1.0, it must not be below 0"),
        (BALL + "    dash_speed = between(2.0, 1.0)\n", r"between\(2.0, 1.0\): give the lower number first"),
        (
            BALL + "    time_limit_s = between(2.0, 3.0)\n",
            "time_limit_s of ball differs .*one number for all",
        ),
        (BALL + "    player_half_m = 5.0\n", "of size 5 m does not fit on a field of half width 4 m"),
        (BALL + "    goal_half_width_m = 4.5\n", "a goal of half width 4.5 m"),
        ("x = '" + "a" * 10**6, "SyntaxError"),
        ("\0", "null bytes"),
        (BALL + "#" * 100_000, "too many to be kept in a file"),
        (
            BALL.replace(RETURN, f"return [goal] * {MOST_REWARD_TERMS + 1}"),
            f"at most {MOST_REWARD_TERMS} are allowed",
        ),
    ],
)
def test_what_is_no_such_drill_is_refused(text: str, reason: str) -> None:
    with pytest.raises(EditRefused, match=reason):
        checked_drill("ball", text)


def test_more_than_a_page_compiles_is_refused_at_its_line_before_it_is_played() -> None:
    text = BALL.replace(RETURN, f"for number in range(60_000): goal = goal + float(number)\n        {RETURN}")
    with pytest.raises(EditRefused, match=r"^reward is more than 50,000 operations, the most that a page") as refused:
        checked_drill("ball", text)
    assert refused.value.place.line == LINE


def test_more_than_a_page_compiles_in_all_is_refused_with_the_number_of_players(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traced, "MOST_IN_ALL", 3_000)  # the real one takes seconds to reach; Ball Drill has 4,500
    with pytest.raises(EditRefused, match="what 2 players do is more than 3,000 operations together"):
        checked_drill("ball", BALL)


def test_the_most_players_there_can_be_are_not_too_many_for_a_page() -> None:
    kernels = DrillKernels(SquadDrill(teams=(11, 11))).all()
    assert sum(len(kernel.trace(traced.MOST_NODES).nodes) for kernel in kernels) < traced.MOST_IN_ALL


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("goal = goal + np.float32(np.random.random())", LINE),
        (
            "goal = goal + 1.0\n        if isinstance(goal, np.ndarray): goal = goal * 2.0\n        goal = goal - 1.0",
            LINE + 1,
        ),
        ("goal = goal * (2.0 if type(goal) is np.ndarray else 1.0)", LINE),
        ("try:\n            goal = goal + goal[0]\n        except TypeError:\n            goal = goal * 3.0", LINE + 2),
    ],
)
def test_code_that_is_not_what_it_is_compiled_to_is_refused_at_its_line(code: str, line: int) -> None:
    with pytest.raises(EditRefused, match=r"as NumPy this gives .*, compiled") as refused:
        checked_drill("ball", BALL.replace(RETURN, f"{code}\n        {RETURN}"))
    assert refused.value.place.line == line


@pytest.mark.parametrize(
    "code",
    [
        "goal = np.clip(goal, -1, 1) + np.tanh(nearer) + np.sum([goal, closer], axis=0) * np.float32(0.5)",
        "goal = np.where(goal > 0, 1, 0).astype(np.float32)",
        "goal = goal + np.exp(-np.abs(closer)) + after['clock'].astype(np.float32) % 7.0 * 0.01",
        "goal = goal + elementary.arctan2(closer, nearer) + np.sign(closer) + closer**2",
        "goal = goal + np.choose(after['clock'] % 3, np.array([0.1, 0.2, 0.3], np.float32))",
    ],
)
def test_what_people_write_is_taken(code: str) -> None:
    assert built(BALL.replace(RETURN, f"{code}\n        {RETURN}")).binary != as_shown().binary


def test_a_number_of_ones_own_may_be_used() -> None:
    text = BALL.replace(RETURN, RETURN.replace("closer]", "closer * self.mine]")) + "    mine: float = 0.5\n"
    assert checked_drill("ball", text).mine == 0.5  # type: ignore[attr-defined]


def test_a_number_may_be_drawn_for_every_match_without_another_memory() -> None:
    text = "class Mine(BallDrill):\n    dash_speed = between(4.0, 9.0)\n    corner_m: float = between(0.5, 1.5)\n"
    program = built(text)
    assert program.drill.drawn_numbers == ("dash_speed", "corner_m")
    assert Program.from_json(program.to_json(), program.binary).drill == program.drill
    assert plan_for(program, 2, 64, 16) == plan_for(as_shown(), 2, 64, 16), "what was learned goes on"
    reset = checked_drill("ball", text).reset(np.arange(50, dtype=np.uint32), np.zeros(50, np.uint32))
    assert 4.0 <= reset["dash_speed"].min() < 5.0 and 8.0 < reset["dash_speed"].max() < 9.0
    moving = built("class Mine(BallDrill):\n    dash_speed = lessons(3.0, 7.0)\n")
    assert moving.drill.lessons == (("dash_speed", (3.0, 7.0)),)
    assert Program.from_json(moving.to_json(), moving.binary).drill == moving.drill


def test_print_tells_the_first_values_of_the_first_time() -> None:
    printed = Printed()
    checked_drill("ball", BALL.replace(RETURN, f'print("goal", goal, player)\n        {RETURN}'), printed)
    assert printed.text == f"line {LINE}: goal [0, 0, 0, 0, ...] 0"


def test_what_was_printed_before_an_error_is_kept() -> None:
    printed = Printed()
    with pytest.raises(EditRefused):
        checked_drill("ball", BALL.replace(RETURN, "print(goal * 0.0 + 0.25)\n        return [goal + 1e6]"), printed)
    assert printed.text == f"line {LINE}: [0.25, 0.25, 0.25, 0.25, ...]"


def test_an_error_of_any_length_is_told_in_short() -> None:
    with pytest.raises(EditRefused) as refused:
        checked_drill("ball", BALL.replace(RETURN, 'raise ValueError("x" * 10**7)'))
    assert str(refused.value).startswith("ValueError: xxx") and len(str(refused.value)) < 1100


def test_code_that_calls_itself_is_refused() -> None:
    with pytest.raises(EditRefused, match="calls itself without end"):
        checked_drill("ball", BALL.replace(RETURN, "return self.reward(before, after, player)"))


SCRAPS = some.sampled_from(["", "(", "\n", "0", "player", "np.", " "])


@settings(max_examples=25 if AT_LENGTH else 12, deadline=None)
@given(some.integers(0, len(BALL) - 1), some.integers(1, 40), SCRAPS)
def test_damaged_code_is_refused_or_gives_a_program_and_nothing_else(at: int, length: int, instead: str) -> None:
    tally(13, "texts and links", 1)
    try:
        drill = checked_drill("ball", BALL[:at] + instead + BALL[at + length :])
    except EditRefused as refused:
        assert str(refused) and min(refused.place) >= 0
    else:
        assert json.loads(build_edited(drill, shared=False).to_json())["drill"]["name"] == "ball"
