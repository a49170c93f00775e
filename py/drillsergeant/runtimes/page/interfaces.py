"""What the page asks of its workers, as a Protocol."""

from __future__ import annotations

from typing import Protocol

from drillsergeant.runtimes.protocol import messages


class WorkerFleet(Protocol):
    """The workers, as the page needs them."""

    def send(self, role: str, message: messages.Message) -> None:
        """Send `message` to all workers of `role`."""

    def states(self) -> dict[str, str]:
        """Return every worker's state by name."""
