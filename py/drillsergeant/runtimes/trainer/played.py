"""Learn from you: what a visitor has played, kept apart from everything else, and learned from when asked to.

It lies in a folder of its own beside the saved runs, a file for each drill and for what its players see and do, and is
written as those are (`archive.py`). Nothing of it reaches the learner before `LearnFromPlayed`. What is deleted leaves
the disk at once, and stays in memory as long as that can be taken back.
"""

from __future__ import annotations

import math
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from drillsergeant.learn.files.safetensors import PolicyFileError
from drillsergeant.learn.imitation.cloning import MOST_EPOCHS, Cloning, CloningStep, cloned
from drillsergeant.learn.imitation.demonstrations import LEAST_DECISIONS, Demonstrations
from drillsergeant.learn.ppo.imitator import Imitator
from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.host import Host, RunLocks
from drillsergeant.runtimes.protocol import codec, messages
from drillsergeant.runtimes.protocol.messages import (
    ExportPlayed,
    ForgetPlayed,
    LearnFromPlayed,
    PlayedDecisions,
    TakePlayed,
)
from drillsergeant.runtimes.storage import StorageError
from drillsergeant.runtimes.trainer.archive import Archive
from drillsergeant.runtimes.trainer.trainer import Trainer
from drillsergeant.runtimes.trainer.undo.forgotten_play import ForgottenPlay

SAVE_EVERY_S = 4.0
LOCK = "played\n"  # and the file's name
FILE = "{}-played.safetensors"
TAUGHT = "Copied {:.0f} s of your play: agrees with {:.0%} of what was held out"


class PlayedKeeper:
    """`storage.Keeper` of what was played of one drill. `told` is what the page shows of it."""

    def __init__(
        self, host: Host, archive: Archive, locks: RunLocks, drill: DrillFacts, trainer: Trainer,
        imitator: Callable[[], Imitator], lockstep: bool = False,
    ) -> None:  # fmt: skip
        """`imitator`: see `engine.Learner`."""
        self._lockstep = lockstep
        self._host, self._archive, self._locks, self._trainer = host, archive, locks, trainer
        self._drill, self._imitator = drill, imitator
        self._none = Demonstrations.of(drill, drill.masks)
        self._name = f"{drill.name} {zlib.crc32(self._none.told().encode()):08x}"
        self._kept = self._unsaved = self._none
        self._read, self._saved_s = False, 0.0
        self._waiting: deque[messages.Message] = deque()
        self._learning: dict[str, object] = {}
        self._trouble, self._at_work = "", False

    def handle(self, message: messages.Message) -> bool:
        """Take what was played, or a request about it; False for any other message."""
        if not isinstance(message, PlayedDecisions | LearnFromPlayed | ForgetPlayed | ExportPlayed | TakePlayed):
            return False
        if isinstance(message, LearnFromPlayed) and self._lockstep:
            raise ValueError(f"{message.TYPE} is not for lockstep, whose weights depend on nothing but its numbers")
        if isinstance(message, LearnFromPlayed) and (self._at_work or message in self._waiting):
            return True  # pressed twice
        if isinstance(message, PlayedDecisions):
            if message.drill == self._drill.name and isinstance(message.rows, Sequence):
                self._unsaved = self._unsaved.extended(message.rows)
        else:
            self._waiting.append(message)
            self._learning = {}
        return True

    def told(self) -> dict[str, object]:
        """How much there is, the share of each action, how learning from it goes, and what is wrong with keeping it."""
        shown = self._all
        counted = {"decisions": shown.decisions, "seconds": shown.seconds, "shares": shown.shares()}
        return {**counted, "least": LEAST_DECISIONS, "learning": self._learning, "trouble": self._trouble}

    @property
    def _all(self) -> Demonstrations:
        return self._kept.joined(self._unsaved) if self._unsaved.decisions else self._kept

    async def turn(self) -> None:
        """Do what waits, and keep what is new."""
        if not self._read:
            await self._safely(self._load)
        while self._waiting:
            match self._waiting.popleft():
                case ForgetPlayed():
                    await self._delete()
                case ExportPlayed():
                    file = FILE.format(self._drill.called or self._drill.name)
                    self._host.post(codec.encode(messages.Exported(file, self._all.to_bytes())))
                case TakePlayed(content=content):
                    self._take(content)
                case LearnFromPlayed():
                    self._at_work = True
                    try:
                        await self._learn()
                    finally:
                        self._at_work = False
            self._saved_s = -math.inf  # whoever asks about it has played what there is: that is kept at once
            self._trainer.report()
        if self._unsaved.decisions and self._host.now_s() - self._saved_s >= SAVE_EVERY_S:
            self._saved_s = self._host.now_s()
            await self._safely(self._save)

    def close(self) -> None:
        """The trainer ends here: what was played in the last seconds is lost."""

    async def _safely(self, work: Callable[[], Awaitable[None]]) -> None:
        """Storage that fails costs nothing but what would be there at the next visit."""
        try:
            await work()
            self._trouble = ""
        except StorageError as wrong:
            self._trouble = str(wrong)

    async def _load(self) -> None:
        self._read = True
        self._kept = await self._found()

    async def _found(self) -> Demonstrations:
        """What lies in the file; none where that is not what it should be."""
        if self._name not in await self._archive.names():
            return self._none
        try:
            found = Demonstrations.from_bytes((await self._archive.load(self._name)).content)
        except PolicyFileError:
            return self._none
        return found if found.belongs_to(self._drill, self._drill.masks) else self._none

    async def _save(self) -> None:
        """What is new goes behind what lies there: another tab may have written."""
        if not await self._locks.hold(LOCK + self._name):
            return
        try:
            new, self._kept = self._unsaved, (await self._found()).joined(self._unsaved)
            self._unsaved = self._none
            if new.decisions:
                await self._archive.save(self._name, self._kept.to_bytes())
        finally:
            self._locks.let_go(LOCK + self._name)

    async def _delete(self) -> None:
        if self._all.decisions:
            self._trainer.acts.add(ForgottenPlay(self._all, self._put_back, self._forget))
        await self._forget()

    async def _forget(self) -> Demonstrations:
        """Delete all there is; returns it."""
        shown = self._all
        self._kept = self._unsaved = self._none
        self._learning = {}
        await self._safely(self._remove)
        self._trainer.report()
        return shown

    async def _remove(self) -> None:
        if self._name in await self._archive.names():
            await self._archive.delete(self._name)

    def _put_back(self, shown: Demonstrations) -> None:
        self._unsaved = shown.joined(self._unsaved)
        self._trainer.report()

    def _take(self, content: object) -> None:
        """Add what a file holds and is not there yet."""
        try:
            if not isinstance(content, bytes | bytearray | memoryview):
                raise PolicyFileError(f"a file holds bytes, this is {type(content).__name__}")
            found = Demonstrations.from_bytes(bytes(content))
            if not found.belongs_to(self._drill, self._drill.masks):
                raise PolicyFileError(f"it is of {found.told()}, what is played here is {self._none.told()}")
        except PolicyFileError as wrong:
            self._learning = {"state": "not taken", "why": str(wrong)}
            return
        new = found.without(self._all)
        self._unsaved = self._unsaved.joined(new)
        self._learning = {"state": "taken", "decisions": new.decisions}

    async def _learn(self) -> None:
        """Clone; whatever would change the policy meanwhile waits. Then training goes on from there."""
        shown, trainer = self._all, self._trainer
        with trainer.between.held():
            before, after = trainer.learner.state(), None
            try:
                cloning = Cloning(self._imitator(), self._drill.heads, shown, before.arrays["parameters"])
                for step in cloning.epochs():
                    self._tell(step)
                    await self._host.yield_to_events()
                after = cloned(before, cloning.parameters)
                text = TAUGHT.format(shown.seconds, step.best.share)
                self._learning["state"] = "done"
            except (ValueError, FloatingPointError) as wrong:
                self._learning = {"state": "refused", "why": str(wrong)}
            finally:
                trainer.learner.restore(before)
            if after is not None:
                trainer.run_control.taught(after, text)

    def _tell(self, step: CloningStep) -> None:
        low, high = step.best.interval()
        now = {"state": "learning", "epoch": step.epoch, "epochs": MOST_EPOCHS, "low": low, "high": high}
        self._learning = {**now, **asdict(step.best)}
        self._trainer.report()
