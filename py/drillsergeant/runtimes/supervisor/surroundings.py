"""What the supervisor stands between: how workers are made and watched, and who wants to hear of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from drillsergeant.runtimes.protocol import messages


class Handle(Protocol):
    """One running worker."""

    def post(self, wire: dict[str, object], transfer: object = None) -> None:
        """Send a message; `transfer` is an object whose ownership goes with it."""

    def terminate(self) -> None:
        """End the worker at once."""


# Takes over a worker that somebody else has started; of what hears its messages, and what hears why it failed.
Adopt = Callable[[Callable[[object], None], Callable[[str], None]], Handle]


class Spawner(Protocol):
    """How the page makes workers and learns of their end."""

    def spawn(
        self,
        role: str,
        name: str,
        packages: Sequence[str],
        on_data: Callable[[object], None],
        on_error: Callable[[str], None],
    ) -> Handle:
        """Start a worker script of `role` with further Python packages."""

    def when_freed(self, lock: str, then: Callable[[], None]) -> None:
        """Call `then` once nobody holds `lock`."""

    def after(self, delay_s: float, then: Callable[[], None]) -> None:
        """Call `then` after `delay_s` seconds, also while nobody sees the page."""

    def now_s(self) -> float:
        """Return seconds on a clock that never goes back."""

    def canvas(self) -> object:
        """Return a canvas that can be given away to a render worker; a new one each time."""


class FleetListener(Protocol):
    """Who wants to hear of the workers: the page."""

    def on_message(self, role: str, index: int, message: messages.Message) -> None:
        """A worker said something."""

    def on_fleet(self, name: str, state: str, why: str) -> None:
        """A worker is now `starting`, `ready`, `restarting` or `dead`."""
