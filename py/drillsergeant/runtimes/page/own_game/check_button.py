"""Check: a whole game of the reader's own is played in the workshop, and what is wrong with it is said line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.number_text import number
from drillsergeant.runtimes.page.panels.code_run import EDITOR
from drillsergeant.runtimes.page.panels.drill_compiler import DrillCompiler
from drillsergeant.runtimes.page.sentences import ended
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

CHECK, SAID, LIST, ONE = "workshop-check", "workshop-checked", "workshop-findings", "workshop-finding"
CHECKING = "Playing some hundred matches of it, which takes a moment. The match and the training go on meanwhile."
LONGEST = 90  # characters of a finding in the list; all of it stands below
MOST_ROWS = 5  # of the list, seen at once


@dataclass(frozen=True)
class GameFinding:
    """`line` counts from 1; 0 where it is unknown."""

    severity: str
    line: int
    sentence: str
    remedy: str

    @property
    def label(self) -> str:
        """A line of the list."""
        where = f", line {self.line}" if self.line else ""
        said = self.sentence if len(self.sentence) <= LONGEST else f"{self.sentence[:LONGEST]}…"
        return f"{self.severity}{where}: {said}"


def findings_of(told: object) -> list[GameFinding]:
    """What the workshop tells of a check; what makes no sense is left out."""
    rows = [row for row in told if isinstance(row, Mapping)] if isinstance(told, Sequence) else []
    return [
        GameFinding(
            str(row.get("severity", "")),
            int(number(row.get("line")) or 0),
            str(row.get("sentence", "")),
            str(row.get("remedy", "")),
        )
        for row in rows
    ]


class CheckButton:
    """The button and its list. `text` tells what stands in the editor, None where nothing does yet."""

    def __init__(self, view: View, compiler: DrillCompiler, text: Callable[[], str | None]) -> None:
        self._view, self._compiler, self._text = view, compiler, text
        self._findings: list[GameFinding] = []
        self._drill = ""

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """What the button does."""
        return {CHECK: self._check}

    def on_drill(self, game: DrillFacts) -> None:
        """Another drill is played: only a whole game can be checked."""
        self._drill = game.name
        self._view.set_attribute(CHECK, "hidden", None if game.called else "")
        self._view.set_attribute(CHECK, "disabled", None)
        self._show("", [])

    def choose(self, value: str) -> None:
        """Say all of a finding, and mark its line in the editor."""
        if not value.isdecimal() or int(value) >= len(self._findings):
            return
        found = self._findings[int(value)]
        said = " ".join(ended(each) for each in (found.sentence, found.remedy) if each)
        self._view.set_text(ONE, said)
        self._view.set_attribute(EDITOR, "data-why", said if found.line else None)
        self._view.set_attribute(EDITOR, "data-columns", None)
        self._view.set_attribute(EDITOR, "data-line", str(found.line) if found.line else None)

    def _check(self) -> None:
        text, drill = self._text(), self._drill
        if text is None:
            self._show("The code is not here yet; try again once it is.", [])
            return
        self._view.set_attribute(CHECK, "disabled", "")
        self._show(CHECKING, [])

        def answer(made: messages.Findings | messages.Refused) -> None:
            if drill != self._drill:
                return
            self._view.set_attribute(CHECK, "disabled", None)
            if isinstance(made, messages.Refused):
                self._show("", [GameFinding("error", made.line, made.message, "")] if made.line else [])
                self._view.set_text(SAID, f"It could not be checked: {ended(made.message)}")
            else:
                findings = findings_of(made.findings)
                self._show(_summary(findings, made.played), findings)

        self._compiler.check(drill, text, answer)

    def _show(self, said: str, findings: list[GameFinding]) -> None:
        self._findings = findings
        view = self._view
        view.set_text(SAID, said)
        view.set_attribute(LIST, "hidden", None if findings else "")
        view.set_attribute(LIST, "size", str(min(max(len(findings), 2), MOST_ROWS)))
        view.set_options(LIST, [(str(place), found.label) for place, found in enumerate(findings)])
        view.set_text(ONE, "")
        if findings:
            view.set_value(LIST, "0")
            self.choose("0")


def _summary(findings: list[GameFinding], played: str) -> str:
    errors = sum(found.severity == "error" for found in findings)
    counts = [_counted(errors, "error"), _counted(len(findings) - errors, "warning")]
    said = " and ".join(each for each in counts if each) or "Nothing wrong was found"
    return f"{said}{f': {played}' if played else ''}."


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' if count > 1 else ''}" if count else ""
