"""A reader's own code of each drill, kept as it is typed: what stood in the editor last, and what was run before.

It lies in a folder beside the saved runs and is written as those are (`trainer/archive.py`). Of two tabs with the same
drill the one that writes last has the text, and what was run in either stays. The trainer's worker does it, between two
updates, because only workers can write there; whose drill it is makes no difference.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.learn.files.safetensors import LONGEST_VALUE
from drillsergeant.runtimes.host import RunLocks
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import FetchCode, KeepCode, KeptCode
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.tasks import Tasks

MOST_RUN = 8  # texts that were run, of each drill
BESIDE = " (version 1)"  # behind a drill's name, where a newer version of this page has written under that
LEFT_ALONE = (
    "What a newer version of this page has kept stays as it is, beside it: reload the page to get that version."
)
LOCK = "code\n"  # and the drill's name: no run is called so

# What is still being written when whoever began it is gone.
_finishing = Tasks()


@dataclass(frozen=True)
class DrillCode:
    """`text` is "" for the original; `earlier` are the texts that were run, newest first, each with when (ISO 8601)."""

    text: str = ""
    earlier: tuple[tuple[str, str], ...] = ()

    def with_run(self, texts: Sequence[str], now: str) -> DrillCode:
        """The same with these texts run now, the last of them last."""
        added = {text: now for text in reversed(texts) if text and len(text) <= LONGEST_VALUE}
        older = [(text, at) for text, at in self.earlier if text not in added]
        return DrillCode(self.text, (*added.items(), *older)[:MOST_RUN])

    def encode(self) -> bytes:
        """As a file has it."""
        return json.dumps({"text": self.text, "earlier": self.earlier}).encode()

    @classmethod
    def decode(cls, content: bytes) -> DrillCode:
        """What `encode` wrote; whatever another build may have written that makes no sense is left out."""
        try:
            found = json.loads(content)
        except ValueError:
            return cls()
        told = found if isinstance(found, Mapping) else {}
        text, earlier = told.get("text"), told.get("earlier")
        rows = [row for row in earlier if isinstance(row, list)] if isinstance(earlier, list) else []
        pairs = [(str(row[0]), str(row[1])) for row in rows if len(row) == 2]
        return cls(text if isinstance(text, str) else "", tuple(pairs[:MOST_RUN]))


class CodeKeeper:
    """Requests wait for `turn`. Each is answered with `KeptCode`; what cannot be kept changes nothing."""

    def __init__(self, post: Callable[[messages.Message], None], archive: Archive, locks: RunLocks) -> None:
        """`post` sends a message to the page."""
        self._post, self._archive, self._locks = post, archive, locks
        self._waiting: deque[FetchCode | KeepCode] = deque()

    def handle(self, message: messages.Message) -> bool:
        """Take a message about code; False for any other."""
        if isinstance(message, FetchCode | KeepCode):
            self._waiting.append(message)
            return True
        return False

    async def turn(self) -> None:
        """Do what waits, once each: what another tab is at just now goes on waiting."""
        for _ in range(len(self._waiting)):
            request = self._waiting.popleft()
            try:
                if not await self._obeyed(request):
                    self._waiting.append(request)
            except StorageError as wrong:
                self._post(KeptCode(request.drill, why=str(wrong)))

    def close(self) -> None:
        """The trainer ends here while its worker goes on: write what waits."""
        _finishing.begin(self.turn())

    async def _obeyed(self, request: FetchCode | KeepCode) -> bool:
        """Returns whether it could be done now. Raises StorageError."""
        drill = request.drill
        names = await self._archive.names()  # before the lock: where nothing is kept, that never comes
        if not await self._locks.hold(LOCK + drill):
            return False
        try:
            place, code = await self._found(drill, names)
            if isinstance(request, KeepCode):
                code = await self._keep(place, request, code)
        finally:
            self._locks.let_go(LOCK + drill)
        earlier = [{"text": text, "at": at} for text, at in code.earlier]
        self._post(KeptCode(drill, code.text, earlier, note="" if place == drill else LEFT_ALONE))
        return True

    async def _found(self, drill: str, names: Sequence[str]) -> tuple[str, DrillCode]:
        """Under which name the code of a drill is kept, and what is: beside what a newer version of this page wrote."""
        found, place = DrillCode(), drill
        if drill in names:
            try:
                saved = await self._archive.load(drill)
                found, newer = DrillCode.decode(saved.content), saved.newer
            except StorageError as wrong:
                newer = wrong.kind == "newer"
                if not newer:
                    raise
            place = drill + BESIDE if newer else drill
        if place in names and place != drill:
            found = DrillCode.decode((await self._archive.load(place)).content)
        return place, found

    async def _keep(self, place: str, request: KeepCode, before: DrillCode) -> DrillCode:
        if len(request.text) > LONGEST_VALUE:
            raise StorageError("full", f"it has {len(request.text):,} characters, at most {LONGEST_VALUE:,} are kept")
        run = request.run if isinstance(request.run, Sequence) and not isinstance(request.run, str) else []
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        code = DrillCode(request.text, before.earlier).with_run([str(text) for text in run], now)
        if code != before:
            await self._archive.save(place, code.encode())
        return code
