"""What every message between page and workers has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Message:
    """Base of all messages. ``TYPE`` is the word on the wire."""

    TYPE: ClassVar[str]
