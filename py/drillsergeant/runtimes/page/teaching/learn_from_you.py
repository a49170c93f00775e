"""Learn from you: what the visitor has played, shown, and handed to the learner at a press."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from drillsergeant.runtimes.page.confirm import Question
from drillsergeant.runtimes.page.number_text import duration, number, percent
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.view import Bar, View
from drillsergeant.runtimes.protocol import messages

LEARN, EXPORT, DELETE, CHIP = "played-learn", "played-export", "played-delete", "try-learn"
NOTHING = "Press {} and play: what you do is noted in this browser, and nothing learns from it yet."
ASKED = "It copies what you did, and then practises on by itself. What it was before stays on the timeline."
AGAIN_S = 2.0
TAKING = "{} holds what was played: it is added to what is noted under Learn from you."
DELETED = "What you played is gone. Undo brings it back, until the page is closed."


class LearnFromYou:
    """`send` reaches the trainer, `tell` answers the visitor, `train_on` begins to train where nobody does."""

    def __init__(
        self,
        view: View,
        send: Callable[[messages.Message], None],
        tell: Callable[[str], None],
        train_on: Callable[[], None],
    ) -> None:
        self._view, self._send, self._tell, self._train_on = view, send, tell, train_on
        self._delete = Question(view, DELETE, "Delete")
        self._asked_s = 0.0
        self._asked = False  # and it has not been learned yet
        self.alone = False  # the game has one team

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            LEARN: self._learn,
            CHIP: self._learn,
            EXPORT: lambda: self._send(messages.ExportPlayed()),
            DELETE: self._forget,
        }

    def on_file(self, name: str, content: bytes) -> None:
        """The visitor chose or dropped what was exported here."""
        self._view.reveal("played-title")
        self._send(messages.TakePlayed(content))
        self._tell(TAKING.format(shortened(name, 60)))

    def _learn(self) -> None:
        if self._asked and self._view.now_s() - self._asked_s < AGAIN_S:  # a double click
            return
        self._asked, self._asked_s = True, self._view.now_s()
        self._send(messages.LearnFromPlayed())
        self._tell(ASKED)

    def _forget(self) -> None:
        if self._delete.agreed():
            self._send(messages.ForgetPlayed())
            self._tell(DELETED)

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        self._delete.tick()

    @property
    def _nothing(self) -> str:
        return NOTHING.format("Play it yourself" if self.alone else "Play against it")

    def show(self, values: Mapping[str, object]) -> None:
        """Write what the trainer tells of it."""
        told: Any = values.get("played")
        if not isinstance(told, Mapping):
            return
        self._delete.tick()
        decisions, seconds = int(number(told["decisions"]) or 0), float(number(told["seconds"]) or 0.0)
        learning = told["learning"]
        busy, enough = learning.get("state") == "learning", decisions >= int(told["least"])
        for name, on in ((LEARN, enough and not busy), (EXPORT, decisions), (DELETE, decisions)):
            self._view.set_attribute(name, "disabled", None if on else "")
        self._view.set_attribute(CHIP, "hidden", None if enough and not busy else "")
        count = f"{duration(seconds)} of your play are noted, {decisions:,} decisions." if decisions else self._nothing
        need = "" if enough or not decisions else " Ten seconds at least are needed, a minute is better."
        trouble = f" They are gone when this page is closed: {told['trouble']}" if told["trouble"] else ""
        self._view.set_text("played-state", count + need + trouble)
        self._view.set_bars("played-shares", [_bars(shares) for _, shares in told["shares"]] if decisions else [])
        self._view.set_text("played-said", _said(learning))
        if self._asked and learning.get("state") in ("done", "refused"):
            self._asked = False
            if learning["state"] == "done":
                self._train_on()


def _bars(shares: Sequence[tuple[str, float]]) -> list[Bar]:
    """Of each choice how often it was taken; of a number its mean, which is no share."""
    return [
        Bar(word, 0.0, share, percent(share)) if len(shares) > 1 else Bar(word, 0.0, 0.0, f"{share:.2f}")
        for word, share in shares
    ]


def _said(learning: Mapping[str, Any]) -> str:
    """How the copying goes, in a sentence or two."""
    if learning.get("state") == "taken":
        new = learning["decisions"]
        return f"{new:,} decisions of the file were added." if new else "All that the file holds is here already."
    if learning.get("state") == "not taken":
        return f"The file was not added: {learning['why']}"
    if learning.get("state") == "refused":
        return f"Nothing was learned: {learning['why']}"
    if not learning:
        return ""
    begun = f"Copying you, round {learning['epoch']} of {learning['epochs']} at most. It agrees"
    ended = "It has copied you, and practises on from there. It agreed"
    lead = begun if learning["state"] == "learning" else ended
    interval = f"{percent(learning['low'])} to {percent(learning['high'])}"
    others = f"Chance would in {percent(learning['chance'])}, always doing your commonest in "
    return (
        f"{lead} with {percent(learning['share'])} ({interval}) of {learning['decisions']} decisions of yours that it "
        f"has not seen. {others}{percent(learning['commonest'])}."
    )
