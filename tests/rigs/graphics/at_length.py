"""How much of what a device computes is compared: a sample in an ordinary run, all of it by `make gpu-kernels`.

Where the device is a program, nearly all that a comparison costs is to compile its shaders; every shape has its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

AT_LENGTH = bool(os.environ.get("GPU_KERNELS_AT_LENGTH") or os.environ.get("PROMISES_AT_LENGTH"))
Case = TypeVar("Case")


def cases(sample: Iterable[Case], others: Iterable[Case]) -> list[Case]:
    """The sample, and at length the others."""
    return [*sample, *(others if AT_LENGTH else ())]
