"""What the workshop answers, no longer than a page can show: a reader's code may have written what it likes into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from drillsergeant.runtimes.protocol import messages

LONGEST_SAID = 600  # characters of a sentence
MARK = 40  # at most so many tell that a text was shortened, which is then left as it is
LONGEST_PRINTED = 6000  # more than the lines that `edit_print` keeps
MOST_FINDINGS = 200


def shortened(text: str, most: int = LONGEST_SAID) -> str:
    """The beginning of a text that is too long, and how much there was."""
    return text if len(text) <= most + MARK else f"{text[:most]} ... (of {len(text)} characters)"


Answer = messages.CompiledProgram | messages.Findings | messages.Refused


def bounded(answer: Answer) -> Answer:
    """The same answer, with every text in it shortened."""
    if isinstance(answer, messages.Findings):
        return messages.Findings(_rows(answer.findings), shortened(answer.played))
    printed = shortened(answer.printed, LONGEST_PRINTED)
    if isinstance(answer, messages.CompiledProgram):
        return replace(answer, printed=printed)
    return replace(answer, message=shortened(answer.message), printed=printed)


def _rows(told: object) -> list[dict[str, object]]:
    rows = told[:MOST_FINDINGS] if isinstance(told, Sequence) and not isinstance(told, str) else []
    return [
        {str(name): shortened(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
        if isinstance(row, Mapping)
    ]
