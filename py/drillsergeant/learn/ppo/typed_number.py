"""A number as people type it, wherever their keyboard and language are from."""

from __future__ import annotations

import re

LONGEST = 40  # characters of nonsense worth sending on, to be refused by name
SPACES = dict.fromkeys(map(ord, " \u00a0\u2009\u202f'\u2019_"))  # what separates thousands, nowhere decimals
SIGNS = {ord("\u2212"): "-", ord("\u066b"): ",", ord("\uff0c"): ",", ord("\uff0e"): "."}
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d{1,3}(?:\.\d{3}){2,}")


def typed_number(text: str, whole: bool = False) -> float | str:
    """The number in `text` (also nan and inf, to be refused by name), or the text itself where it is none.

    A comma is a decimal point, as most of the world writes it; where the number is to be `whole` and the digits stand
    in threes (65,536), it separates thousands.
    """
    text = text.strip()[:LONGEST]
    plain = text.translate(SIGNS).translate(SPACES)
    if whole and THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(".", "")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return float(plain) + 0.0  # minus nothing is nothing
    except ValueError:
        return text


def whole_within(text: str, low: int, high: int) -> int | None:
    """The whole number in `text`, if it is one from `low` to `high`."""
    value = typed_number(text, whole=True)
    return int(value) if isinstance(value, float) and value.is_integer() and low <= value <= high else None
