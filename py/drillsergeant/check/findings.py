"""What a check of a drill found: a fault each, in a sentence, with the line it stands in and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

INDENT = "  "
PARAGRAPH = textwrap.TextWrapper(
    width=110, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
)


class Kind(StrEnum):
    """What is looked for."""

    CONTRACT = "contract"  # something that every drill has is missing, or does not fit together
    RAISES = "raises"  # one of its functions raises an error
    FIELD = "field"  # a state lacks a field, or has one too many
    ARRAY = "array"  # an array of another type or length than asked for
    CLOCK = "clock"  # clock, seed or episode are not kept as they have to be
    IN_PLACE = "in-place"  # a function writes into the arrays it is given
    RANDOM = "random"  # other random numbers for the same seed
    NOT_RESET = "not-reset"  # a new match knows something of the one before it
    LANES = "lanes"  # matches played at once are not independent of each other
    COMPILED = "compiled"  # cannot be compiled, or computes something else then
    NOT_MIRRORED = "not-mirrored"  # one team does not play the same game as the other
    IDLE_ACTION = "idle-action"  # an action that does nothing, or the same as another
    FORBIDDEN = "forbidden"  # nothing left to choose, or the scripted player takes what is forbidden
    NOT_FINITE = "not-finite"  # NaN or infinity
    SCALE = "scale"  # an observation far larger or smaller than 1
    CONSTANT = "constant"  # an observation that never changes
    FARMED = "farmed"  # reward without end and without winning
    ENDLESS = "endless"  # a match that goes on after its time limit
    TWO_ENDS = "two-ends"  # terminated and truncated at once
    WEAK_BOT = "weak-bot"  # the scripted player is no better than chance
    OUT_OF_SCENE = "out-of-scene"  # something is drawn outside of the picture


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # it cannot be played or learned as it is
    WARNING = "warning"  # it can, but hardly as it is meant


@dataclass(frozen=True)
class SourceLine:
    """A line of a file, counted from 1, in the function (or what else) called `function`."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class DrillFinding:
    """One fault: the kind, a sentence that tells it, where it stands (None: unknown), what to do."""

    kind: Kind
    sentence: str
    remedy: str
    where: SourceLine | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.where}: {self.severity} in {self.where.function}" if self.where else str(self.severity)
        return "\n".join(
            [f"{place}, {self.kind}", *(PARAGRAPH.fill(f"{each}.") for each in (self.sentence, self.remedy))]
        )


@dataclass(frozen=True)
class CheckReport:
    """The findings on the drill of this name, the worst first; `played` says what they are based on."""

    name: str
    findings: tuple[DrillFinding, ...]
    played: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found that is an error."""
        return not any(each.severity is Severity.ERROR for each in self.findings)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of faults there are."""
        return frozenset(each.kind for each in self.findings)

    def __iter__(self) -> Iterator[DrillFinding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        errors = sum(each.severity is Severity.ERROR for each in self.findings)
        counts = [_counted(errors, "error"), _counted(len(self.findings) - errors, "warning")]
        said = " and ".join(each for each in counts if each) or "nothing wrong was found"
        head = f"{self.name}: {said}{f' ({self.played})' if self.played else ''}"
        return "\n\n".join([head, *map(str, self.findings)])


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' if count > 1 else ''}" if count else ""
