"""Waiting for what a page is about to tell, as every visitor of these tests does it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def wait_until(
    what: str, true: Callable[[], object], told: Callable[[], object], pause: Callable[[], object], limit_s: float
) -> None:
    """Wait until `true()`, with `pause()` in between; fail saying `what` was waited for and what was `told()`.

    A number that has not been told yet is missing, or `None`, which nothing compares with: that is not yet, not an
    error. It happens whenever a worker is replaced or another match begins between two readings.
    """
    ends_s = time.monotonic() + limit_s
    while True:
        untold = ""
        try:
            if true():
                return
        except (TypeError, KeyError) as error:
            untold = f" ({error!r})"
        if time.monotonic() > ends_s:
            pytest.fail(f"waited {limit_s:.0f} s in vain until {what}{untold}; told was {told()}")
        pause()
