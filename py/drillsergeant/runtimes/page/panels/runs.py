"""The part of the page about saved runs: going on where the last visit ended, the list of runs, files in and out.

The trainer does the saving (`runtimes/trainer/saves.py`); this shows what it says and sends what the visitor wants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from drillsergeant.learn.program import DrillFacts
from drillsergeant.runtimes.page.confirm import Question
from drillsergeant.runtimes.page.interfaces import Drafts, KeptLongTexts
from drillsergeant.runtimes.page.measure import DrillMeasure
from drillsergeant.runtimes.page.number_text import compact, number
from drillsergeant.runtimes.page.panels.other_game import OtherGameOffer
from drillsergeant.runtimes.page.undo.undo_bar import UndoBar
from drillsergeant.runtimes.page.view import View
from drillsergeant.runtimes.protocol import messages
from drillsergeant.runtimes.protocol.messages import (
    DeleteRun,
    Exported,
    ExportRun,
    ImportRun,
    ListRuns,
    LoadRun,
    RenameRun,
    Runs,
    SaveRun,
    Undoables,
)

DELETE = "Delete"
CONTROLS = ("list", "load", "delete", "name", "copy", "rename", "export", "onnx", "csv", "json", "file")
NOTHING_YET = "Nothing is saved yet. While it trains, it is saved by itself, at first every few seconds."
NOT_KNOWN = "Nothing is saved yet."  # before the browser has been asked
# By the trouble that the trainer tells of: where nothing is saved unasked.
NEVER = {
    "nowhere": "This browser keeps nothing for this page: when it is closed, what was learned is gone. Export what you "
    "want to keep.",
    "lockstep": "With lockstep in the address nothing is saved by itself. Export what you want to keep.",
}
NEW_RUN = "What it learns from here on is a new run, saved by itself while it trains. Those below stay as they are."
KEPT = "The browser has promised to keep your runs."
NOT_KEPT = "The browser may delete saved runs when it runs out of room: export what you want to be sure of."


class FileTransfer(Drafts, KeptLongTexts, Protocol):
    """How files come in and go out, how the page hears that it is about to be gone, and what it can do then."""

    def connect(self, guard: FileEvents) -> None:
        """Begin to report."""

    def download(self, filename: str, content: object) -> None:
        """Give the visitor a file; `content` holds its bytes."""

    def forget_link(self) -> None:
        """Take the code that a link brought out of the page's address."""

    def persist(self, then: Callable[[bool], None]) -> None:
        """Ask the browser to keep this site's files; `then` hears whether it will."""


class FileEvents(Protocol):
    """Who is told what comes through the door."""

    def on_file(self, name: str, content: bytes, into: str = "") -> None:
        """The visitor chose a file `into` the field of this id, or dropped it, where that is empty."""

    def on_refused_file(self, name: str, why: str, into: str = "") -> None:
        """A file of this name, which came as in `on_file`, was not even read: `why`, in a sentence."""

    def on_link(self, fragment: str) -> None:
        """The page's address now ends like this, from its `#` on."""

    def on_hidden(self) -> None:
        """The page is being hidden or left; it may be the last moment."""


class Editor(Protocol):
    """The editor, as far as saved runs go."""

    def propose(self, text: str) -> None:
        """Show this code, or put the original back where it is empty."""

    def flush(self) -> None:
        """Keep what is written now."""


class RunsPanel:
    """`send` reaches the trainer. Offers the newest run of a drill once a visit, with the first list."""

    def __init__(
        self,
        view: View,
        transfer: FileTransfer,
        game: DrillFacts,
        send: Callable[[messages.Message], None],
        editor: Editor,
        undo: UndoBar,
    ) -> None:
        self._view, self._transfer, self._send, self._editor = view, transfer, send, editor
        self._undo = undo
        self.on_left: Callable[[str], None] = lambda _name: None  # the trainer of another network has saved this run
        self._runs: dict[str, Mapping[str, object]] = {}
        self._current = self._offered = ""
        self._names: dict[str, str] = {}  # by drill: the run in hand when the drill was left
        self._drill, self._measure = game.name, DrillMeasure.of(game)
        self._timelines: dict[str, object] = {}  # by drill: the newest the trainer has told
        self._listening = False
        self._first_list, self._asked_to_persist = True, False
        self._other_game = OtherGameOffer(view, send, editor.propose)
        self._renamed = ("", "")  # what the visitor asked for: the run chosen, and its new name
        self._sure = Question(view, "runs-delete", DELETE)
        view.set_text("runs-state", NOT_KNOWN)

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what each button does."""
        return {
            **self._undo.commands(),
            "resume-continue": self._accept,
            "resume-fresh": self._close_offer,
            "runs-load": lambda: self._with_chosen(LoadRun),
            **self._other_game.commands(),
            "runs-delete": self._delete,
            "runs-copy": self._copy,
            "runs-rename": self._rename,
            "runs-export": lambda: self._send(ExportRun("dshq")),
            **{f"runs-{form}": partial(self._send, ExportRun(form)) for form in ("onnx", "csv", "json")},
        }

    def on_ready(self) -> None:
        """A trainer is there. One that replaces another goes on with the run that one had in hand."""
        self._undo.on_trainer()
        for name in CONTROLS:
            self._view.set_attribute(f"runs-{name}", "disabled", None)
        timeline = self._timelines.get(self._drill, [])
        self._send(LoadRun(self._current, newest=True, timeline=timeline) if self._current else ListRuns())
        self._listening = True

    def on_timeline(self, timeline: object) -> None:
        """The trainer tells which versions there are, for one that may have to take its place."""
        if self._listening and timeline is not None:
            self._timelines[self._drill] = timeline

    def on_drill(self, game: DrillFacts) -> None:
        """The trainer is about to be one for another drill, whose own run, if there was one, goes on."""
        self._undo.on_drill()
        self._close_offer()
        self._tell("", refused=False)
        self._listening = False  # the trainer there was may still be speaking
        self._names[self._drill] = self._current
        self._drill, self._measure = game.name, DrillMeasure.of(game)
        self._first_list, self._current = self._drill not in self._names, self._names.get(self._drill, "")

    def on_new_network(self, game: DrillFacts) -> None:
        """The trainer is about to be one for a network that knows nothing: the run in hand stays behind."""
        self._measure = DrillMeasure.of(game)
        self._close_offer()
        self._listening = self._first_list = False
        self._timelines.pop(self._drill, None)
        self._current = ""

    def offer_again(self) -> None:
        """The runs to go on with are those for another network than the one of the first list."""
        self._first_list = True

    def on_game(self, edit: str) -> None:
        """The game is now made of the reader's code `edit`, the original where it is empty."""
        self._other_game.played(edit)

    def on_training(self) -> None:
        """The visitor trains: an offer that was not taken is not wanted, nor a question without an answer."""
        self._close_offer()
        self._other_game.leave()

    def show(self, message: messages.Message) -> None:
        """The trainer has answered a request."""
        if isinstance(message, Exported):
            self._transfer.download(message.filename, message.content)
        elif isinstance(message, Undoables):
            self._undo.on_told(message)
        elif isinstance(message, Runs) and message.drill not in ("", self._drill):
            if message.left:  # the trainer of a drill that was left has saved what it had
                self._names[message.drill] = message.left
        elif isinstance(message, Runs) and message.left:
            self.on_left(message.left)
        elif isinstance(message, Runs):
            runs = message.runs if isinstance(message.runs, Sequence) else []
            self._runs = {str(run["name"]): run for run in runs if isinstance(run, Mapping) and "name" in run}
            self._current = message.current
            self._list()
            if message.note:  # a save that nobody asked for says nothing, and takes back nothing that was said
                self._tell(message.note, message.refused)
            if isinstance(message.other_game, Mapping):
                self._other_game.ask(message.note, str(message.other_game.get("edit", "")))
            self._state(message.saved, message.trouble)
            if self._first_list:
                self._first_list = False
                self._offer()

    def on_file(self, name: str, content: bytes) -> None:
        """The visitor chose or dropped the file of a run."""
        self._close_offer()
        self._view.reveal("runs")
        self._ask_for(ImportRun(name[:100], content))

    def on_refused_file(self, why: str) -> None:
        """A file is not taken: say so where it can be read."""
        self._view.reveal("runs")
        self._tell(why, refused=True)

    def on_any_file(self) -> None:
        """A file comes, wherever it goes: what was refused before it is over."""
        self._tell("", refused=False)

    def on_hidden(self) -> None:
        """Save before the page may be gone."""
        self._editor.flush()
        self._send(SaveRun())

    def tick(self) -> None:
        """Take the question back when nobody answers."""
        self._sure.tick()
        self._undo.tick()

    # The offer.

    def _offer(self) -> None:
        run = next((run for run in self._runs.values() if not run.get("problem")), None)
        if run is None or self._current:
            return
        self._offered = str(run["name"])
        self._view.set_text("resume-text", f"Continue “{self._offered}” from {facts(run, self._measure)}?")
        self._view.set_attribute("resume", "hidden", None)

    def _accept(self) -> None:
        if self._offered:
            self._ask_for(LoadRun(self._offered))
        self._close_offer()

    def _close_offer(self) -> None:
        self._offered = ""
        self._view.set_attribute("resume", "hidden", "")

    def load(self, name: str) -> None:
        """Go on with a saved run."""
        self._ask_for(LoadRun(name))

    def _ask_for(self, request: LoadRun | ImportRun) -> None:
        self._other_game.remember(request)
        self._send(request)

    # The list.

    def _list(self) -> None:
        options = []
        for name, run in self._runs.items():
            here = " (this one)" if name == self._current else ""
            options.append((name, f"{name}{here}: {run.get('problem') or facts(run, self._measure)}"))
        self._view.set_options("runs-list", options)
        old, new = self._renamed
        if new in self._runs and old not in self._runs:
            self._renamed = ("", "")
            self._view.set_value("runs-list", new)

    def _with_chosen(self, request: Callable[[str], messages.Message]) -> None:
        name = self._view.get_value("runs-list")
        if name in self._runs:
            message = request(name)
            self._ask_for(message) if isinstance(message, LoadRun) else self._send(message)
        else:
            self._tell("Choose a run in the list first.", refused=True)

    def _copy(self) -> None:
        if name := self._name():
            self._send(SaveRun(name))

    def _rename(self) -> None:
        if name := self._name():
            self._with_chosen(lambda old: self._rename_to(old, name))

    def _rename_to(self, old: str, name: str) -> RenameRun:
        self._renamed = (old, name)
        return RenameRun(old, name)

    def _name(self) -> str:
        name = self._view.get_value("runs-name").strip()
        if not name:
            self._tell("Type a name first.", refused=True)
        return name

    def _delete(self) -> None:
        name = self._view.get_value("runs-list")
        if name not in self._runs:
            self._tell("Choose a run in the list first.", refused=True)
        elif self._sure.agreed(name):
            self._send(DeleteRun(name))

    # The words.

    def _tell(self, note: str, refused: bool) -> None:
        self._view.set_text("runs-note", "" if refused else note)
        self._view.set_text("runs-refusal", note if refused else "")
        self._view.set_attribute("dock-runs", "data-marked", "" if refused else None)  # whatever dock is open

    def _state(self, saved: str, trouble: str) -> None:
        if trouble in NEVER:
            self._view.set_text("runs-state", NEVER[trouble])
            self._view.set_text("runs-kept", "")
            return
        if not saved:
            usual = NEW_RUN if self._runs else NOTHING_YET
            self._view.set_text("runs-state", "This run is not saved." if trouble else usual)
            return
        goes_on = "What it has learned since is not saved." if trouble else "It saves itself while it trains."
        self._view.set_text("runs-state", f"“{self._current}”, saved {moment(saved)}. {goes_on}")
        if not self._asked_to_persist:
            self._asked_to_persist = True
            self._transfer.persist(lambda kept: self._view.set_text("runs-kept", KEPT if kept else NOT_KEPT))


def facts(run: Mapping[str, object], measure: DrillMeasure) -> str:
    """When it was saved and how far it had come: "14:32, 31 M decisions, 93 % wins"."""
    decisions, good = number(run.get("decisions")) or 0.0, measure.told(run.get("win_rate"), run.get("mean_return"))
    told = [moment(str(run.get("created", ""))), f"{compact(decisions)} decisions", good]
    return ", ".join(each for each in (*told, "own code" if run.get("edited") else "") if each)


def moment(text: str) -> str:
    """An ISO 8601 time as the visitor's clock has it, with the day unless it is today."""
    try:
        then = datetime.fromisoformat(text).astimezone()
    except ValueError:
        return "an unknown time"
    clock = f"{then:%H:%M}"
    return clock if then.date() == datetime.now().astimezone().date() else f"{then.day} {then:%b} {clock}"
