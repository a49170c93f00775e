"""The worker of the editor answers with a program or a reason, and with what the code printed."""

from __future__ import annotations

from drillsergeant.learn.compile.editable_source import source_of
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


def test_a_refusal_comes_with_what_was_printed_before_it() -> None:
    (refused,) = answers("print(player)\n        catch = catch + 1e6")
    assert isinstance(refused, messages.Refused)
    assert "reaches 1e+06" in refused.message and refused.printed.endswith(": 0")
