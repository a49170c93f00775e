"""When a run keeps a snapshot of its policy by itself: each time its decisions have grown by a fixed factor."""

from __future__ import annotations

FIRST_AT_DECISIONS = 50_000
GROWTH = 1.3


class SnapshotSchedule:
    """Says when the next snapshot is due; depends on decisions alone, never on a clock."""

    def __init__(self) -> None:
        self._due_at = float(FIRST_AT_DECISIONS)

    def due(self, decisions: int) -> bool:
        """Whether it is time for the next one."""
        return decisions >= self._due_at

    def go_back(self, decisions: int) -> None:
        """The run goes on from where it had so many decisions."""
        self._due_at = float(FIRST_AT_DECISIONS)
        self.taken(decisions)

    def taken(self, decisions: int) -> None:
        """One was taken after so many decisions: the next is due where they have grown from there."""
        while self._due_at <= decisions:
            self._due_at *= GROWTH
