"""The messages of the workshop, where a reader's code becomes a program; `protocol` lists them with all others."""

from __future__ import annotations

from dataclasses import dataclass

from drillsergeant.runtimes.protocol.message import Message


@dataclass(frozen=True)
class Compile(Message):
    """page -> workshop: make a program of drill ``drill`` as ``text`` has it, for memory that is shared or not.

    Answered with ``Refused``, or with ``Checked`` and then ``Compiled``.
    """

    TYPE = "COMPILE"
    drill: str
    text: str
    shared: bool


@dataclass(frozen=True)
class Checked(Message):
    """workshop -> page: the reader's code ran, ended and can be traced; what is left is our own work."""

    TYPE = "CHECKED"


@dataclass(frozen=True)
class Compiled(Message):
    """workshop -> page: the program (text form) and its WebAssembly, as bytes."""

    TYPE = "COMPILED"
    program: str
    binary: object


@dataclass(frozen=True)
class Refused(Message):
    """workshop -> page: the text is no drill, because of what stands in ``line`` (from 1; 0: nowhere in particular)."""

    TYPE = "REFUSED"
    message: str
    line: int


@dataclass(frozen=True)
class SetGuards(Message):
    """page -> trainer: whether a lost win rate is answered by going back; a reader's own reward may want to lose."""

    TYPE = "SET_GUARDS"
    on: bool


WORKSHOP_ANSWERS: tuple[type[Message], ...] = (Checked, Compiled, Refused)
