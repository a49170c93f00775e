"""The network's hidden layers: how many there may be, how wide, and how people write them: "64,64"."""

from __future__ import annotations

from collections.abc import Iterable

from drillsergeant.plain import plain

HIDDEN = (64, 64)  # units of each layer, first to last, where neither drill nor user says anything
LAYERS_MAX = 3
UNITS_MIN, UNITS_MAX = 8, 256
LONGEST = 40  # characters of what cannot be used that are worth repeating
ALLOWED = (
    f"a network has 1 to {LAYERS_MAX} hidden layers of {UNITS_MIN} to {UNITS_MAX} units each: write their units, first "
    "to last, such as 64,64"
)


def checked_hidden(hidden: Iterable[int] | int) -> tuple[int, ...]:
    """The units of each layer, as a tuple. Raises ValueError for what no network is compiled for."""
    hidden = plain(hidden)
    units = tuple(map(plain, hidden)) if isinstance(hidden, Iterable) and not isinstance(hidden, str) else ()
    whole = all(type(count) is int and UNITS_MIN <= count <= UNITS_MAX for count in units)
    if not whole or not 1 <= len(units) <= LAYERS_MAX:
        raise ValueError(f"hidden is {repr(units or hidden)[:LONGEST]}; {ALLOWED}")
    return units


def parsed_hidden(text: str) -> tuple[int, ...]:
    """The units of each layer from what somebody wrote. Raises ValueError."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) <= len(str(UNITS_MAX)) for part in parts):
        raise ValueError(f"hidden is {text[:LONGEST]!r}; {ALLOWED}")
    return checked_hidden(int(part) for part in parts)


def hidden_text(hidden: Iterable[int]) -> str:
    """As `parsed_hidden` reads it."""
    return ",".join(map(str, hidden))
