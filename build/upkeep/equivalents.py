"""Mutants that change nothing anybody could notice, each with the reason. They are not counted."""

from __future__ import annotations

from build.upkeep.mutations import Mutation

# (file, change): why. The change is as `mutants` prints it.
EQUIVALENT: dict[tuple[str, str], str] = {}


def reason(file: str, mutation: Mutation) -> str:
    """Why this one changes nothing; "" where it should be noticed."""
    return EQUIVALENT.get((file, mutation.change), "")
