"""Where files and links that come to the page go: Python to the editor, replays to the match, and policies to play
against where there are several of them or the visitor is choosing who plays; all else is a run to go on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drillsergeant.learn.files.dshr import MAGIC, SUFFIX
from drillsergeant.runtimes.page.match.film import FilmMaker, Jobs
from drillsergeant.runtimes.page.match.guests import FIELD
from drillsergeant.runtimes.page.match.match import MatchPart
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.view import View


class CodeFiles(Protocol):
    """The editor, as far as this goes."""

    def on_file(self, name: str, content: bytes) -> None:
        """Show the code of a `.py` file."""

    def on_link(self, fragment: str) -> None:
        """Show the code that the end of the page's address carries, if it does."""

    def propose(self, text: str) -> None:
        """Show this code."""


class RunFiles(Protocol):
    """Saved runs, as far as this goes."""

    def on_file(self, name: str, content: bytes) -> None:
        """Go on with the run in a file."""

    def on_refused_file(self, why: str) -> None:
        """A file was not even read."""

    def on_hidden(self) -> None:
        """The page is being hidden or left; it may be the last moment."""


class FileDesk:
    """`FileEvents`: hands on what comes."""

    def __init__(self, transfer: FileTransfer, runs: RunFiles, editor: CodeFiles, match: MatchPart) -> None:
        self._transfer, self._runs, self._editor = transfer, runs, editor
        self._replays, self._guests = match.replays, match.guests
        self.on_refused_file, self.on_hidden = runs.on_refused_file, runs.on_hidden
        self._choosing: Callable[[], bool] = lambda: False  # whether the visitor is choosing who plays
        self._replays.download, self._replays.show_code = transfer.download, editor.propose
        transfer.connect(self)

    def equip(self, view: View, jobs: Jobs, program: Callable[[], tuple[str, object, bool]]) -> None:
        """Let films be made and leagues be played: `jobs` does what takes long, `program` is the text form of what is
        played, its module, and whether that works on shared memory."""
        self._choosing = lambda: view.choice("docked") == "compare"
        replays = self._replays
        replays.films = FilmMaker(view, jobs, lambda: program()[0], self._transfer.download, replays.say)
        self._guests.equip(jobs, program)

    def on_file(self, name: str, content: bytes, into: str = "") -> None:
        """The visitor chose a file `into` the field of this id, or dropped it, several at a time into FIELD."""
        if name.lower().endswith(".py"):
            self._editor.on_file(name, content)
        elif name.lower().endswith(SUFFIX) or content.startswith(MAGIC):
            self._replays.on_file(name, content)
        elif into == FIELD or (not into and self._choosing()):
            self._guests.on_file(name, content)
        else:
            self._runs.on_file(name, content)

    def on_link(self, fragment: str) -> None:
        """The page's address ends like this, from its `#` on."""
        if not self._replays.on_link(fragment):
            self._editor.on_link(fragment)
