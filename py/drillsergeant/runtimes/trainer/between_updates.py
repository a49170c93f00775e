"""What would change the policy waits while an update is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drillsergeant.runtimes.updates import Updates


class BetweenUpdates:
    """Whatever is to be done between two updates."""

    def __init__(self, updates: Updates) -> None:
        self._updates, self._held = updates, False
        self._waiting: list[Callable[[], None]] = []

    def do(self, action: Callable[[], None]) -> None:
        """Do it now, or when the update in hand is done: its chunks are held, and it works on the state as it was."""
        if self._held or self._updates.learning:
            self._waiting.append(action)
        else:
            action()

    def catch_up(self) -> None:
        """Do what waits."""
        while self._waiting:
            self._waiting.pop(0)()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Somebody else works on the policy meanwhile."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.catch_up()
