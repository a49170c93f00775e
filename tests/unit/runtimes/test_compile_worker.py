"""The worker of the editor answers with a program or a reason, and with what the code printed."""

from __future__ import annotations

import pytest
from drillsergeant.drills.new_game import text_of
from drillsergeant.learn.compile.editable_source import source_of
from drillsergeant.learn.program import Program
from drillsergeant.runtimes.compile_worker import CompileWorker
from drillsergeant.runtimes.protocol import messages

CHASE = source_of("chase")
RETURN = "return [catch"


def answers(code: str) -> list[messages.Message]:
    said: list[messages.Message] = []
    text = CHASE.replace(RETURN, f"{code}\n        {RETURN}")
    CompileWorker(said.append).handle(messages.Compile("chase", text, False))
    return said


def test_a_program_comes_with_what_its_code_printed() -> None:
    checked, made = answers("print(catch, player)")
    assert isinstance(checked, messages.Checked) and isinstance(made, messages.CompiledProgram)
    assert made.printed.endswith(": [0, 0, 0, 0, ...] 0") and made.printed.startswith("line ")


def test_a_network_of_another_shape_is_made_of_the_drill_as_it_is_or_of_its_code() -> None:
    for text in ("", CHASE):
        said: list[messages.Message] = []
        CompileWorker(said.append).handle(messages.Compile("chase", text, False, "8,16"))
        assert isinstance(said[1], messages.CompiledProgram) and said[1].edit == text
        assert Program.from_json(said[1].program).network.hidden == (8, 16)
    said = []
    CompileWorker(said.append).handle(messages.Compile("chase", "", False, "4"))
    assert isinstance(said[1], messages.Refused) and "hidden is (4,); a network has 1 to 3" in said[1].message


def test_a_refusal_comes_with_what_was_printed_before_it() -> None:
    (refused,) = answers("print(player)\n        catch = catch + 1e6")
    assert isinstance(refused, messages.Refused)
    assert "reaches 1e+06" in refused.message and refused.printed.endswith(": 0")


def said_of(text: str) -> str:
    """What the worker says of code that raises."""
    said: list[messages.Message] = []
    CompileWorker(said.append).handle(messages.Compile("chase", text, False))
    (refused,) = said
    assert isinstance(refused, messages.Refused)
    return refused.message


@pytest.mark.parametrize(
    ("left", "seen"),
    [
        ("mine = 1", "mine"),
        ("np.mine = 1", "np.mine"),
        ("np.sqrt = np.square", "np.sqrt(9.0)"),
        ("import math\nmath.mine = 1", "__import__('math').mine"),
        ("ChaseDrill.mine = 1", "ChaseDrill.mine"),
        ("ChaseDrill.push = 99.0", "ChaseDrill.push"),
        ("ChaseDrill.observe = None", "ChaseDrill.observe"),
        ("drillsergeant.drills.chase.LOOK_PER_S = 9.0", "drillsergeant.drills.chase.LOOK_PER_S"),
        ("COMMON_FIELDS['mine'] = 'f32'", "COMMON_FIELDS"),
        ("np.seterr(all='raise')", "np.geterr()"),
        ("np.set_printoptions(precision=2)", "np.get_printoptions()['precision']"),
        ("np.random.seed(7)", "np.random.get_state()[1][0]"),
    ],
)
def test_of_one_run_the_next_sees_nothing(left: str, seen: str) -> None:
    look = f"raise ValueError(repr({seen}))"
    before = said_of(look)
    assert said_of(f"{left}\n{look}") != before, "it is seen at once"
    assert said_of(look) == before


def test_a_refusal_says_between_which_columns_it_is() -> None:
    text = CHASE.replace(RETURN, "return [gaol") + "\n"
    said: list[messages.Message] = []
    CompileWorker(said.append).handle(messages.Compile("chase", text, False))
    (refused,) = said
    assert isinstance(refused, messages.Refused)
    assert text.splitlines()[refused.line - 1][refused.start_column : refused.end_column] == "gaol"


def of_a_whole_game(text: str, check: bool = False) -> list[messages.Message]:
    said: list[messages.Message] = []
    CompileWorker(said.append).handle(messages.Compile("my-pong", text, False, check=check))
    return said


def test_a_whole_game_is_made_for_its_place_from_its_text_or_as_it_begins() -> None:
    for text in (text_of("my-pong").replace('"my-pong"', '"squash"'), ""):
        checked, made = of_a_whole_game(text)
        assert isinstance(checked, messages.Checked) and isinstance(made, messages.CompiledProgram)
        drill = Program.from_json(made.program).drill
        assert (drill.name, drill.called) == ("my-pong", "squash" if text else "my-pong")


def test_a_check_tells_what_is_wrong_line_by_line_however_wrong_it_is() -> None:
    text = text_of("my-pong").replace('"ball_vy": vy, "point": point}', '"ball_vy": vy, "point": point * 0.0}')
    checked, found = of_a_whole_game(text, check=True)
    assert isinstance(checked, messages.Checked) and isinstance(found, messages.Findings)
    assert isinstance(found.findings, list) and "512 matches" in found.played
    (bot,) = [each for each in found.findings if "the scripted player wins 0 and loses 0" in each["sentence"]]
    assert bot["line"] == text[: text.index("return [np.where(np.abs(gap)")].count("\n") + 1 and bot["remedy"]
    (refused,) = of_a_whole_game("class Mine: pass", check=True)
    assert isinstance(refused, messages.Refused) and "there is no game in it" in refused.message


def test_nothing_is_wrong_with_a_game_as_it_begins() -> None:
    _, found = of_a_whole_game(text_of("my-pong"), check=True)
    assert isinstance(found, messages.Findings) and found.findings == []


def test_an_error_of_ten_million_characters_is_told_in_some_hundred() -> None:
    said = said_of('raise ValueError("x" * 10**7)')
    assert said.startswith("ValueError: xxx") and said.endswith("(of 10000000 characters)") and len(said) < 700
    named = said_of('raise type("E" * 10**6, (Exception,), {})()')
    assert named.startswith("EEE") and len(named) < 700
