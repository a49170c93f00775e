"""What a callback is, and what it may ask a run for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

Metrics: TypeAlias = Mapping[str, float]


class SavedPolicy(Protocol):
    """What was learned."""

    def save(self, path: str | Path) -> None:
        """Write it as `.dshq`."""


class NamedDrill(Protocol):
    """The game."""

    @property
    def name(self) -> str:
        """What it is called."""


class WatchedRun(Protocol):
    """A run as callbacks see it: `library.training.Training`."""

    @property
    def drill(self) -> NamedDrill:
        """The game that is learned."""

    @property
    def policy(self) -> SavedPolicy:
        """The policy as it is now."""

    @property
    def decisions(self) -> int:
        """Decisions learned from so far."""

    @property
    def wanted(self) -> int:
        """How many there are to be."""

    @property
    def history(self) -> Sequence[Metrics]:
        """The metrics of the updates so far; of very many, some."""

    @property
    def settings(self) -> Mapping[str, object]:
        """What the run was begun with, by name: plain numbers and words."""


# Called after every update. Returning False ends the run; a `close()`, where there is one, is called at its end.
Callback: TypeAlias = Callable[[WatchedRun, Metrics], object]


def tell(callbacks: Iterable[Callback], run: WatchedRun, metrics: Metrics) -> bool:
    """Call all of them; whether the run is to go on."""
    return all([each(run, metrics) is not False for each in callbacks])


def close(callbacks: Iterable[Callback]) -> None:
    """Close those that can be closed."""
    for each in callbacks:
        if callable(end := getattr(each, "close", None)):
            end()
