"""Where the run in hand is kept: its name, the lock of that name, and what became of the files when it was last saved.

A browser may take away what it keeps while the page is open: the visitor clears the site's data, or the disk runs full.
So nothing is said of a save that was not looked up.
"""

from __future__ import annotations

from itertools import count

from drillsergeant.learn.files.dshq import PolicyFile, write_policy
from drillsergeant.runtimes.host import RunLocks
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive, fitted
from drillsergeant.runtimes.trainer.run_list import RunList


class RunFile:
    """`name` is "" until the run is saved for the first time; `trouble` is the kind of the StorageError that the last
    attempt to save ended in, "" for none."""

    def __init__(self, archive: Archive, locks: RunLocks, runs: RunList) -> None:
        self._archive, self._locks, self._list = archive, locks, runs
        self.name = self.trouble = ""
        self._deleted = ""  # the name that the run in hand was deleted under, as long as it has had no other

    async def save(self, policy: PolicyFile, title: str) -> str:
        """Save the run under its name, which it gets now if it has none; returns what the visitor has to know of it.

        Raises StorageError, which says what is left, when it was not saved.
        """
        try:
            note = await self._save(policy, title)
        except StorageError as wrong:
            self.trouble = wrong.kind
            where = f"{self.name!r} was" if self.name else "What it learned was"
            text = f"{where} not saved: {wrong}. {await self._what_is_left()}Export the run to keep it"
            raise StorageError(wrong.kind, text) from wrong
        self.trouble = ""
        self._list.put(self.name, policy)
        return note

    async def _save(self, policy: PolicyFile, title: str) -> str:
        lost, note = await self._lost(), ""
        if policy.progress.decisions < self._list.decisions(self.name):
            self.let_go()  # what has come less far never takes the place of what has come further
        if not self.name:
            self.name = await self.new_name(title)
        content = write_policy(policy)
        try:
            await self._archive.save(self.name, content)
        except StorageError as wrong:
            if wrong.kind != "newer":
                raise
            note = str(wrong)
            self.let_go()
            self.name = await self.new_name(title)
            await self._archive.save(self.name, content)
            note += f". This run is saved beside it, as {self.name!r}"
        if lost:
            note = f"The browser no longer has {lost}: this site's data was cleared. Saved anew, as {self.name!r}"
        return note

    async def _lost(self) -> str:
        """Take runs that have gone out of the list; the words for them where the one in hand is among them, whose lock
        keeps other tabs from deleting it."""
        gone = self._list.keep_only(await self._archive.names())
        others = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        return f"{self.name!r}{others}" if self.name in gone else ""

    async def _what_is_left(self) -> str:
        """What there is to go back to, as a sentence; "" where nothing was ever there."""
        if not self.name:
            return ""
        try:
            there = (await self._archive.load(self.name)).generation > 0
        except StorageError as wrong:
            there = False
            if wrong.kind not in ("missing", "nowhere"):
                return "Whether its last save is still there cannot be told now. "
        return "Its last save is still there. " if there else "Nothing of it is kept any more. "

    async def there(self) -> bool:
        """Whether what was saved still lies there, or that cannot be told now."""
        try:
            return not self.name or self.name in await self._archive.names()
        except StorageError:
            return True

    def take(self, name: str) -> None:
        """The run in hand is called this from now on."""
        if self.name != name:
            self.let_go()
        self.name, self._deleted = name, ""

    def on_deleted(self, name: str) -> None:
        """The runs saved under this name are gone; where it was the one in hand, that is not saved any more."""
        if name == self.name:
            self.name, self._deleted = "", name
        self._locks.let_go(name)

    async def on_back(self, name: str) -> None:
        """What was deleted is there again: the run in hand, where it was that, goes on under its name."""
        if name == self._deleted and not self.name and await self._locks.hold(name):
            self.name, self._deleted = name, ""

    def let_go(self) -> None:
        """The run in hand has no name, and another tab may have the one it had."""
        if self.name:
            self._locks.let_go(self.name)
        self.name = ""

    async def new_name(self, base: str) -> str:
        """A name that nobody uses, and its lock."""
        taken = await self._archive.taken()
        for number in count(1):
            name = fitted(base, number)
            if name not in taken and await self._locks.hold(name):
                return name
        raise AssertionError("there is always a larger number")

    async def hold(self, name: str) -> None:
        """Take the lock of a name. Raises StorageError where another tab has it."""
        if not await self._locks.hold(name):
            raise StorageError("busy", f"{name!r} is open in another tab; do that there, or close that tab first")
