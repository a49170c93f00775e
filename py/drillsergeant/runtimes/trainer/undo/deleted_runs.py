"""Deleted runs: put away where they lie, so that a deletion can be taken back, also at the next visit.

They go for good when the undo is pushed out by newer ones, when the visitor forgets it, when a day has passed, and when
a save would have no room otherwise.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable

from drillsergeant.runtimes.host import RunLocks
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.run_file import RunFile
from drillsergeant.runtimes.trainer.run_list import RunList
from drillsergeant.runtimes.trainer.undo.undo_list import UndoList

KEPT_S = 24 * 3600.0
AGAIN = "It can be brought back for a day, as long as there is room: press Undo."
AT_ONCE = "There was no room to keep it for an undo."


class DeletedRuns:
    """`file` is that of the run in hand, `runs` the list of all; `changed` hears that the list is another one."""

    def __init__(
        self,
        archive: Archive,
        locks: RunLocks,
        file: RunFile,
        runs: RunList,
        acts: UndoList,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._archive, self._locks, self._file, self._runs = archive, locks, file, runs
        self._acts, self._changed = acts, changed
        self._known: dict[str, RunDeletion] = {}
        archive.make_room = self._make_room

    async def delete(self, name: str) -> str:
        """Put a run away; returns what to tell about it. Raises StorageError where that cannot be."""
        await self._file.hold(name)
        kept = True
        try:
            await self._archive.put_away(name, time.time())
        except StorageError as wrong:
            if wrong.kind != "full":
                raise
            await self._archive.delete(name)  # whoever deletes on a full disk wants the room
            kept = False
        self._forget(name)
        if kept:
            self._add(name)
        return f"Deleted {name!r}. {AGAIN if kept else AT_ONCE}"

    async def remember(self) -> None:
        """Those that were deleted at another visit, and can still be brought back; others go."""
        for name, since_s in sorted((await self._archive.away()).items(), key=lambda each: each[1]):
            if time.time() - since_s > KEPT_S:
                await self.remove(name)
            elif name not in self._known:
                self._add(name)

    async def hide(self, name: str) -> None:
        """Delete it again. Raises StorageError."""
        await self._file.hold(name)
        await self._archive.put_away(name, time.time())
        self._forget(name)
        await self._changed()

    async def show(self, name: str) -> None:
        """Bring it back. Raises StorageError, of the kind "missing" where it is gone for good."""
        await self._file.hold(name)
        try:
            if name not in await self._archive.away():
                raise StorageError("missing", f"“{name}” is not there to be brought back any more.")
            await self._archive.bring_back(name)
        finally:
            self._locks.let_go(name)
        await self._file.on_back(name)
        await self._changed()

    async def remove(self, name: str) -> None:
        """Nobody can bring it back any more, in whatever tab it was deleted: it goes for good."""
        self._known.pop(name, None)
        if await self._locks.hold(name):
            try:
                if name in await self._archive.away():
                    await self._archive.delete(name)
            finally:
                self._locks.let_go(name)

    def _forget(self, name: str) -> None:
        self._runs.drop(name)
        self._file.on_deleted(name)

    def _add(self, name: str) -> None:
        self._known[name] = RunDeletion(name, self)
        self._acts.add(self._known[name])

    async def _make_room(self) -> bool:
        """A save has no room: whatever was put away goes. Returns whether there was anything."""
        names = list(await self._archive.away())
        for name in names:
            if act := self._known.get(name):
                self._acts.drop(act)
            with contextlib.suppress(StorageError):
                await self.remove(name)
        return bool(names)


class RunDeletion:
    """`undo_list.TrainerAct`: a run was deleted."""

    size_bytes = 0  # it lies in storage

    def __init__(self, name: str, runs: DeletedRuns) -> None:
        self.label, self._name, self._runs = f"deleted “{name}”", name, runs
        self._away = True

    async def turn(self) -> str:
        """Bring it back, or delete it again."""
        await (self._runs.show if self._away else self._runs.hide)(self._name)
        self._away = not self._away
        return f"“{self._name}” is deleted again." if self._away else f"“{self._name}” is back among the saved runs."

    async def lapse(self) -> None:
        """Remove it for good, where it is not back."""
        if self._away:
            await self._runs.remove(self._name)
