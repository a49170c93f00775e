"""Numbers as people give them: whatever is a number to NumPy is one here, and what is none is refused at once.

Needs no NumPy: workers that only run kernels take numbers too.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

LONGEST = 40  # characters of what cannot be used that are worth repeating


def plain(value: Any) -> Any:
    """A number of NumPy's, a scalar or an array without axes, as Python's own; all else as it is."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def is_number(value: object) -> bool:
    """Whether it is a number on a line: no bool, no text, nothing complex."""
    return isinstance(value, Real) and not isinstance(value, bool)


def real_number(what: str, value: object) -> float:
    """`value` as a float. Raises ValueError for what is no number, or NaN."""
    number = plain(value)
    if not is_number(number) or math.isnan(number):
        raise ValueError(f"{what} is {value!r:.{LONGEST}} ({type(value).__name__}); give a number")
    return float(number)


def whole_number(what: str, value: object, least: int = 0, most: int | None = None) -> int:
    """`value`, which may be written as a float, as an int from `least` to `most`. Raises ValueError for any other."""
    number = plain(value)
    if is_number(number) and least <= number <= (math.inf if most is None else most) and number % 1 == 0:
        return int(number)
    end = "up" if most is None else f"to {most}"
    kind = "" if is_number(number) else f" ({type(value).__name__})"
    raise ValueError(f"{what} is {value!r:.{LONGEST}}{kind}; give a whole number from {least} {end}")
