"""What `dir()` shows of the library's objects."""

from __future__ import annotations

from collections.abc import Iterable


def public_names(names: Iterable[str]) -> list[str]:
    """Those that are meant for callers."""
    return [name for name in names if not name.startswith("_")]
