"""Folders of files as saves need them: a Protocol that `browser/` fulfils over what a browser keeps for a site, and one
for whoever keeps something there."""

from __future__ import annotations

from typing import Protocol

from drillsergeant.runtimes.protocol.messages import Message

# The folders that there are: saved runs, a reader's own code, and what a visitor has played.
RUNS, CODE, PLAYED = "runs", "code", "played"


class StorageError(Exception):
    """Nothing was saved or loaded; the text says why. `kind`: "full", "busy", "missing", "failed",
    "newer", where a newer version of this page has written, or "nowhere", where the browser keeps no files for it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class File(Protocol):
    """One open file; nobody else can open it until it is closed. Everything may raise StorageError."""

    def size(self) -> int:
        """Length in bytes."""

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes from byte `at` on."""

    def write(self, at: int, content: bytes) -> int:
        """Write; returns how many bytes were written."""

    def truncate(self, size: int) -> None:
        """Make the file this long."""

    async def flush(self) -> None:
        """Return when everything written would survive a crash."""

    def close(self) -> None:
        """Let go of the file."""


class Storage(Protocol):
    """A folder of files. Everything may raise StorageError."""

    async def names(self) -> list[str]:
        """The names of all files."""

    async def open(self, name: str, *, create: bool) -> File:
        """Open a file; "missing" where there is none and `create` is false."""

    async def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""


class Keeper(Protocol):
    """Keeps something of a trainer's in files. What it is asked for waits until the trainer is between two updates."""

    def handle(self, message: Message) -> bool:
        """Take a message; False where it is for somebody else."""

    async def turn(self) -> None:
        """Do what waits."""

    def close(self) -> None:
        """The trainer ends here while its worker goes on: do what has to be done, by itself."""


class TellingKeeper(Keeper, Protocol):
    """One whose numbers the page shows."""

    def told(self) -> dict[str, object]:
        """What there is to show."""
