"""How many cases a test takes: those of the ordinary run, or, under `make claims` and `make promises`, all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
AT_LENGTH = bool(os.environ.get("CLAIMS_AT_LENGTH") or os.environ.get("PROMISES_AT_LENGTH"))


def few(cases: Sequence[T], count: int) -> Sequence[T]:
    """The first `count` of the cases, which the ordinary run takes; at length all of them."""
    return cases if AT_LENGTH else cases[:count]
