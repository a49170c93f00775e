"""Undo: everything that a press takes away can be had back, the newest first, and done again.

What the page itself has thrown away it keeps here; of what the trainer has, it knows the number by which that is asked
for (`runtimes/trainer/undo/`). Both are bounded, and gone when the page is left; deleted runs alone outlast it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages

BAR, UNDO, REDO, FORGET, SAID = "undo-bar", "undo", "redo", "undo-forget", "undo-said"
MOST_ACTS = 16
NEW_S = 12.0  # that it is kept in sight, where the status line is somewhere else: on a phone
Turn = Callable[[], str]
Did = Callable[[str, Turn], None]  # something was done, in words, and how to take it back or do it again


@dataclass(frozen=True)
class Undoable:
    """Something that was done: in words, as in "Undo: deleted “mine”", and the trainer's number of it or how the page
    takes it back, or does it again; `turn` returns a sentence about that, "" where it cannot be just now."""

    label: str
    ident: int = 0
    turn: Turn | None = None


class UndoBar:
    """The buttons, beside the status line. `send` reaches the trainer, `tell` answers the visitor in a sentence."""

    def __init__(self, view: View, send: Callable[[messages.Message], None], tell: Callable[[str], None]) -> None:
        self._view, self._send, self._tell = view, send, tell
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []
        self._asked = 0  # the trainer's act that it has been asked to turn
        self._seen: set[int] = set()  # of the trainer's
        self._new_until_s = 0.0
        self._write()

    def commands(self) -> dict[str, Callable[[], None]]:
        """What each button does."""
        return {UNDO: self._undo, REDO: self._redo, FORGET: self._forget}

    def done(self, label: str, turn: Turn) -> None:
        """The page has done this, which `turn` takes back and, called again, does again."""
        self._push(Undoable(label, turn=turn))

    def on_key(self, again: bool) -> bool:
        """Ctrl+Z outside of text, or where it is to be done `again` Ctrl+Shift+Z; returns whether that was of use."""
        if not (self._undone if again else self._done):
            return False
        (self._redo if again else self._undo)()
        return True

    def on_told(self, told: messages.Undoables) -> None:
        """The trainer tells what can be taken back there."""
        rows = [row for row in told.acts if isinstance(row, Mapping)] if isinstance(told.acts, Sequence) else []
        labels = {int(str(row.get("id", 0))): str(row.get("label", "")) for row in rows}
        if told.turned and told.turned == self._asked:
            self._asked = 0
            if not told.refused:
                self._move(told.turned)
        self._done = [act for act in self._done if not act.ident or act.ident in labels]
        self._undone = [act for act in self._undone if not act.ident or act.ident in labels]
        for ident, label in labels.items():
            if ident not in self._seen:  # one that was, and is not here, can no longer be done again
                self._push(Undoable(label, ident))
        self._seen |= labels.keys()
        if told.note:
            self._tell(told.note)
        self._write()

    def on_trainer(self) -> None:
        """A trainer is there, which knows nothing of what one before it could have taken back."""
        self._asked, self._seen = 0, set()
        self._done, self._undone = ([act for act in acts if not act.ident] for acts in (self._done, self._undone))
        self._write()

    def on_drill(self) -> None:
        """Another game is played: what was done in the one before is its own."""
        self._done, self._undone, self._asked = [], [], 0  # the trainer of the next one tells its own
        self._write()

    def _push(self, act: Undoable) -> None:
        self._done = [*self._done, act][-MOST_ACTS:]
        self._undone = []
        self._keep_in_sight()
        self._view.set_text(SAID, f"Can be undone: {act.label}")
        self._write()

    def _keep_in_sight(self) -> None:
        self._new_until_s = self._view.now_s() + NEW_S
        self._view.set_attribute(BAR, "data-new", "")

    def tick(self) -> None:
        """Half a second has passed."""
        if self._view.now_s() >= self._new_until_s:
            self._view.set_attribute(BAR, "data-new", None)

    def _undo(self) -> None:
        if self._done:
            self._turn(self._done[-1])

    def _redo(self) -> None:
        if self._undone:
            self._turn(self._undone[-1])

    def _turn(self, act: Undoable) -> None:
        """Nothing is turned while the trainer is still at one of its acts."""
        if self._asked:
            return
        if act.turn is None:
            self._asked = act.ident
            self._send(messages.TurnAct(act.ident))
            return
        done, undone = self._done, self._undone
        said = act.turn()
        self._done, self._undone = done, undone  # what it does again is no new act
        if said:
            self._shift(act)
            self._tell(said)
        self._write()

    def _move(self, ident: int) -> None:
        for act in (*self._done, *self._undone):
            if act.ident == ident:
                self._shift(act)

    def _shift(self, act: Undoable) -> None:
        """From what was done to what was undone, or back."""
        self._keep_in_sight()
        if act in self._done:
            self._done, self._undone = [each for each in self._done if each is not act], [*self._undone, act]
        else:
            self._done, self._undone = [*self._done, act], [each for each in self._undone if each is not act]

    def _forget(self) -> None:
        self._done, self._undone = [], []
        self._send(messages.ForgetActs())
        self._tell("What could be undone is forgotten; deleted runs are gone for good.")
        self._write()
        self._view.focus_stage()

    def _write(self) -> None:
        self._view.set_attribute(BAR, "hidden", None if self._done or self._undone else "")
        for name, word, acts in ((UNDO, "Undo", self._done), (REDO, "Redo", self._undone)):
            self._view.set_text(name, f"{word}: {acts[-1].label}" if acts else word)
            self._view.set_attribute(name, "aria-disabled", None if acts else "true")
