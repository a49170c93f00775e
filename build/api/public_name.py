"""What is said of one public name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicName:
    """A class, function, alias, constant, command or drill; or, among the `members` of one, what it has."""

    name: str
    kind: str
    says: str  # how it is written: name, parameters, types, defaults
    doc: str  # its docstring, or the comment that stands for one; "" where there is neither
    members: tuple[PublicName, ...] = ()


@dataclass(frozen=True)
class Section:
    """What one module, or the command line, offers."""

    title: str
    about: str
    entries: tuple[PublicName, ...]
