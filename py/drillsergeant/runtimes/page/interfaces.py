"""What the page asks of its workers and of its drill, as Protocols."""

from __future__ import annotations

from typing import Protocol

from drillsergeant.drills.contract import Scene, Words
from drillsergeant.runtimes.protocol import messages


class WorkerFleet(Protocol):
    """The workers, as the page needs them."""

    def send(self, role: str, message: messages.Message) -> None:
        """Send `message` to all workers of `role`."""

    def states(self) -> dict[str, str]:
        """Return every worker's state by name."""


class DrillOnPage(Protocol):
    """The part of a drill that the page needs."""

    @property
    def name(self) -> str:
        """Key in the registry of drills."""

    @property
    def sides(self) -> int:
        """How many players learn in one match."""

    @property
    def words(self) -> Words:
        """What the page says of it."""

    @property
    def scene(self) -> Scene:
        """How large the field is."""

    @property
    def action_repeat(self) -> int:
        """Ticks per decision."""

    @property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        """For each action its parts, in words."""

    @property
    def observation(self) -> tuple[str, ...]:
        """The names of what a player sees."""

    def from_keys(self, side: int, right: int, up: int, turn: int, dash: bool) -> int:
        """Return the action for held keys."""
