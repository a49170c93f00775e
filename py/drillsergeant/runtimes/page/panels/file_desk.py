"""Where files and links that come to the page go: Python to the editor, replays to the match, and policies to play
against where there are several of them or the visitor is choosing who plays; all else is a run to go on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from drillsergeant.learn.files.dshr import MAGIC, SUFFIX
from drillsergeant.learn.files.safetensors import LENGTH, MOST_HEADER_BYTES
from drillsergeant.learn.imitation.demonstrations import FORM
from drillsergeant.runtimes.page.match.film import FilmMaker, Jobs
from drillsergeant.runtimes.page.match.guests import FIELD
from drillsergeant.runtimes.page.match.match import MatchPart
from drillsergeant.runtimes.page.panels.runs import FileTransfer
from drillsergeant.runtimes.page.sentences import shortened
from drillsergeant.runtimes.page.view import View

POLICIES = (".dshq", ".safetensors")
NONE_OF_OURS = "{} is no file of this page, which takes .dshq (a player), .dshr (a replay) and .py (code)."
LONGEST_NAME = 60


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
        """A file is not taken: say so where it can be read."""

    def on_any_file(self) -> None:
        """A file comes, wherever it goes: what was refused before it is over."""

    def on_hidden(self) -> None:
        """The page is being hidden or left; it may be the last moment."""


class FileDesk:
    """`FileEvents`: hands on what comes."""

    def __init__(self, transfer: FileTransfer, runs: RunFiles, editor: CodeFiles, match: MatchPart) -> None:
        self._transfer, self._runs, self._editor = transfer, runs, editor
        self._replays, self._guests, self._played = match.replays, match.guests, match.learn_from_you
        self.on_hidden = runs.on_hidden
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
        self._runs.on_any_file()
        if name.lower().endswith(".py"):
            self._editor.on_file(name, content)
        elif _replay(name) or content.startswith(MAGIC):
            self._replays.on_file(name, content)
        elif not (name.lower().endswith(POLICIES) or content[LENGTH.size : LENGTH.size + 1] == b"{"):
            self.on_refused_file(name, NONE_OF_OURS.format(shortened(name, LONGEST_NAME)), into)
        elif FORM.encode() in content[:MOST_HEADER_BYTES]:
            self._played.on_file(name, content)
        elif self._for_guests(into):
            self._guests.on_file(name, content)
        else:
            self._runs.on_file(name, content)

    def on_refused_file(self, name: str, why: str, into: str = "") -> None:
        """A file is not taken: the visitor is told where it would have gone."""
        if _replay(name):
            self._replays.say(why)
        elif self._for_guests(into):
            self._guests.refuse(why)
        else:
            self._runs.on_refused_file(why)

    def _for_guests(self, into: str) -> bool:
        return into == FIELD or (not into and self._choosing())

    def on_link(self, fragment: str) -> None:
        """The page's address ends like this, from its `#` on."""
        if not self._replays.on_link(fragment):
            self._editor.on_link(fragment)


def _replay(name: str) -> bool:
    return name.lower().endswith(SUFFIX)
