"""Fewer examples of each property than hypothesis takes by itself, but at length; and rarer garbage collection.

By default a sixth of the time of the tests that trace and compile kernels went into it.

What the modules under test and the collected tests hold stays until the end, so it is never looked through again.
"""

from __future__ import annotations

import gc

from hypothesis import settings

from tests.rigs.length import AT_LENGTH

settings.register_profile("here", max_examples=100 if AT_LENGTH else 30)
settings.load_profile("here")
ALLOCATIONS, YOUNG, MIDDLE = 50_000, 20, 50  # between collections of the youngest, the middle and all objects


def pytest_collection_finish() -> None:
    """Set it once everything is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, YOUNG, MIDDLE)
