"""What the visitor did here that can be taken back, by number: the page shows it, and asks for one to be turned.

An act that was taken back can be done again: to turn it is the opposite of what was done last. The list is bounded;
what is pushed out of it can be taken back no more, and what only an undo would have needed goes then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import ForgetActs, TurnAct, Undoables
from drillsergeant.runtimes.storage import StorageError

MOST_ACTS = 8
MOST_BYTES = 64 * 1024 * 1024
GONE = "That cannot be taken back any more."


class TrainerAct(Protocol):
    """Something that was done, and how to take it back. `label` says what was done, as in "Undo: deleted “mine”";
    `size_bytes` is what is held for it in memory."""

    label: str

    @property
    def size_bytes(self) -> int:
        """Of what it holds now."""

    async def turn(self) -> str:
        """Take it back, or where that was done do it again; returns a sentence about it.

        Raises: StorageError with the reason why not; nothing has changed then.
        """

    async def lapse(self) -> None:
        """It cannot be taken back any more. May raise StorageError."""


class UndoList:
    """A `storage.Keeper`: requests wait for `turn`, behind what other keepers have to do. `post` reaches the page."""

    def __init__(self, post: Callable[[messages.Message], None]) -> None:
        self._post = post
        self._acts: dict[int, TrainerAct] = {}
        self._lapsed: list[TrainerAct] = []
        self._waiting: deque[TurnAct | ForgetActs] = deque()
        self._next, self._untold = 1, False

    def add(self, act: TrainerAct) -> None:
        """This has been done."""
        self._acts[self._next] = act
        self._next += 1
        while len(self._acts) > 1 and (len(self._acts) > MOST_ACTS or self._size_bytes() > MOST_BYTES):
            self._drop(next(iter(self._acts)))
        self._untold = True

    def drop(self, act: TrainerAct) -> None:
        """This cannot be taken back any more, and nothing is left to be done about that."""
        self._acts = {ident: each for ident, each in self._acts.items() if each is not act}
        self._untold = True

    def handle(self, message: messages.Message) -> bool:
        """Take a request about what was done; False for any other message."""
        if not isinstance(message, TurnAct | ForgetActs):
            return False
        self._waiting.append(message)
        return True

    async def turn(self) -> None:
        """Do what waits, and tell the page what there is now."""
        while self._waiting:
            request = self._waiting.popleft()
            if isinstance(request, ForgetActs):
                for ident in list(self._acts):
                    self._drop(ident)
            else:
                await self._turn(request.id)
        while self._lapsed:
            try:
                await self._lapsed.pop().lapse()
            except StorageError:
                continue  # it stays put away, and lapses another time
        if self._untold:
            self._tell()

    def close(self) -> None:
        """The trainer ends here: nothing that waits is done any more, and nothing that was put away goes."""

    async def _turn(self, ident: int) -> None:
        act = self._acts.get(ident)
        if act is None:
            self._tell(GONE, refused=True, turned=ident)
            return
        try:
            self._tell(await act.turn(), turned=ident)
        except StorageError as wrong:
            if wrong.kind == "missing":
                self.drop(act)
            self._tell(str(wrong), refused=True, turned=ident)

    def _drop(self, ident: int) -> None:
        self._lapsed.append(self._acts.pop(ident))
        self._untold = True

    def _size_bytes(self) -> int:
        return sum(act.size_bytes for act in self._acts.values())

    def _tell(self, note: str = "", refused: bool = False, turned: int = 0) -> None:
        self._untold = False
        acts = [{"id": ident, "label": act.label} for ident, act in self._acts.items()]
        self._post(Undoables(acts, note, refused, turned))
