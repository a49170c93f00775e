"""The workshop: a worker of its own that compiles other networks and the reader's code, which ends with it."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.drills import make
from drillsergeant.learn.compile.edit_errors import EditRefused
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.compile.editing.apart import apart
from drillsergeant.runtimes.protocol import messages


class CompileWorker:
    """Answers every request; `post` sends a message to the page."""

    def __init__(self, post: Callable[[messages.Message], None]) -> None:
        self._post = post

    def handle(self, request: messages.Compile) -> None:
        """Make a program of the text, or say what is wrong with it; of an attempt before nothing is to be seen."""
        apart(lambda: self._handle(request))

    def _handle(self, request: messages.Compile) -> None:
        printed = Printed()
        try:
            drill = checked_drill(request.drill, request.text, printed) if request.text else make(request.drill)
            self._post(messages.Checked())
            program = build_edited(drill, shared=request.shared, hidden=request.hidden)
        except EditRefused as refused:
            self._post(messages.Refused(str(refused), refused.place.line, printed.text, *refused.place[1:]))
            return
        made = messages.CompiledProgram(program.to_json(), program.binary, printed.text, request.text)
        self._post(made)
