"""What was saved of runs, told when somebody asks, to be compared; the run in hand is not touched by that."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict

from drillsergeant.learn.files.run_story import read_story
from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.ppo.hidden import hidden_text
from drillsergeant.runtimes.host import Host
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import RunTold, TellRun
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive


class RunTeller:
    """`storage.Keeper` that keeps nothing: it reads what `Saves` has kept in `archive`."""

    def __init__(self, host: Host, archive: Archive) -> None:
        self._host, self._archive = host, archive
        self._asked: deque[str] = deque()

    def handle(self, message: messages.Message) -> bool:
        """Take the request; False for any other message."""
        if not isinstance(message, TellRun):
            return False
        self._asked.append(message.name)
        return True

    async def turn(self) -> None:
        """Answer whoever has asked."""
        while self._asked:
            self._host.post(codec.encode(await self._told(self._asked.popleft())))

    def close(self) -> None:
        """There is nothing to keep."""

    async def _told(self, name: str) -> RunTold:
        try:
            story = read_story((await self._archive.load(name)).content)
        except (StorageError, PolicyFileError) as why:
            return RunTold(name, why=str(why))
        settings: dict[str, object] = {
            "hyper": asdict(story.hyper),
            "hidden": hidden_text(story.summary.hidden),
            "seed": story.seed,
            "edit": story.summary.edit,
            "drill": story.summary.place or story.summary.drill,
            "decisions": story.summary.progress.decisions,
        }
        return RunTold(name, settings, {**story.numbers}, story.changes)
