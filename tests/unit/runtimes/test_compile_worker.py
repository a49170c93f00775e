"""The worker of the editor answers with a program or a reason, and with what the code printed."""

from __future__ import annotations

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
