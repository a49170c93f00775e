"""The workshop: a worker of its own that compiles other networks and the reader's code, which ends with it."""

from __future__ import annotations

from collections.abc import Callable

from drillsergeant.drills import make
from drillsergeant.drills.contract import Drill
from drillsergeant.drills.new_game import PLACES, game_of
from drillsergeant.learn.compile.edit_errors import FILE, EditRefused
from drillsergeant.learn.compile.edit_print import Printed
from drillsergeant.learn.compile.edited_drill import build_edited, checked_drill
from drillsergeant.learn.compile.editing.apart import apart
from drillsergeant.learn.compile.editing.whole_game import checked_game, made_game
from drillsergeant.learn.compile.program_builder import placed
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.bounded import Answer, bounded


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
            answer: Answer = self._check(request, printed) if request.check else self._made(request, printed)
        except EditRefused as refused:
            answer = messages.Refused(str(refused), refused.place.line, printed.text, *refused.place[1:])
        self._post(bounded(answer))

    def _made(self, request: messages.Compile, printed: Printed) -> Answer:
        """Raises EditRefused."""
        drill, is_place = drill_of(request.drill, request.text, printed), request.drill in PLACES
        self._post(messages.Checked())
        program = build_edited(drill, shared=request.shared, hidden=request.hidden)
        program = placed(program, request.drill) if is_place else program
        return messages.CompiledProgram(program.to_json(), program.binary, printed.text, request.text)

    def _check(self, request: messages.Compile, printed: Printed) -> Answer:
        """Play a whole game, however wrong it is. Raises EditRefused where there is none to be played."""
        drill, _ = made_game(request.text, printed)
        self._post(messages.Checked())
        from drillsergeant.check.check_drill import check_drill  # which most that is compiled never needs

        report = check_drill(drill)
        findings = [
            {
                "severity": str(each.severity),
                "line": each.where.line if each.where and each.where.file == FILE else 0,
                "sentence": each.sentence,
                "remedy": each.remedy,
            }
            for each in report
        ]
        return messages.Findings(findings, report.played)


def drill_of(name: str, text: str, printed: Printed) -> Drill:
    """Drill `name`, or the game in this place, as `text` has it (empty: as it is). Raises EditRefused."""
    place = name in PLACES
    if not text:
        return game_of(name) if place else make(name)
    return checked_game(text, printed) if place else checked_drill(name, text, printed)
